from __future__ import annotations

import ssl
from http.client import BadStatusLine, RemoteDisconnected

import pytest
import urllib3
from requests import exceptions

from aggregator.fetch.answer import broken
from aggregator.model import Reason


@pytest.mark.parametrize(
    ("error", "reason", "says"),
    [
        (exceptions.ConnectTimeout("x"), Reason.TIMEOUT, "within 7 s"),
        (exceptions.ConnectionError(TimeoutError("x")), Reason.TIMEOUT, "within 7 s"),
        (exceptions.SSLError(ssl.SSLError(1, "x")), Reason.TLS, "handshake failed"),
        (
            exceptions.SSLError(urllib3.exceptions.SSLError("hostname doesn't match")),
            Reason.TLS,
            "no secure connection to example.org",
        ),
        (exceptions.ProxyError("x"), Reason.CONNECT, "proxy"),
        (
            exceptions.ConnectionError(
                urllib3.exceptions.ProtocolError("x", RemoteDisconnected("y"))
            ),
            Reason.INCOMPLETE,
            "closed",
        ),
        (
            exceptions.ConnectionError(urllib3.exceptions.ProtocolError("x", BadStatusLine("y"))),
            Reason.PROTOCOL,
            "not HTTP",
        ),
        (exceptions.ConnectionError("x"), Reason.CONNECT, "broke"),
    ],
)
def test_an_error_of_the_libraries_has_its_reason(
    error: Exception, reason: Reason, says: str
) -> None:
    failed = broken(error, "example.org", 7).failed
    assert failed.reason is reason
    assert says in failed.detail
    assert "example.org" in failed.detail


def test_the_cause_counts_however_deep_it_lies() -> None:
    error: Exception = ConnectionResetError("reset")
    for _ in range(5):
        error = exceptions.ConnectionError(error)
    assert broken(error, "example.org", 7).failed.reason is Reason.INCOMPLETE


def test_errors_that_hold_one_another_come_to_an_end() -> None:
    first, second = exceptions.ConnectionError("a"), exceptions.ConnectionError("b")
    first.__cause__, second.__cause__ = second, first
    assert broken(first, "example.org", 7).failed.reason is Reason.CONNECT
