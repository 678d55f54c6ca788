from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable

import pytest
from origin import Origin
from outcomes import failed

from aggregator.model import Fetched, Outcome, Reason


def test_a_certificate_that_nobody_vouches_for_is_a_tls_failure(
    secure: Origin, get: Callable[..., Outcome]
) -> None:
    detail = failed(get(secure.url("/feed")), Reason.TLS)
    assert detail == "no secure connection to 127.0.0.1: self-signed certificate"
    assert secure.requests == []


def test_a_server_without_tls_is_a_tls_failure(origin: Origin, get: Callable[..., Outcome]) -> None:
    url = origin.url("/feed").replace("http:", "https:")
    assert "no secure connection to 127.0.0.1" in failed(get(url), Reason.TLS)


def test_an_authority_that_the_operator_trusts_is_trusted(
    secure: Origin, trusting: Callable[..., Outcome]
) -> None:
    for _ in range(2):
        outcome = trusting(secure.url("/feed"))
        assert isinstance(outcome, Fetched), outcome
        assert outcome.body == b"<rss/>"
    assert secure.connections == 1


def test_a_certificate_for_another_name_is_a_tls_failure(
    server_tls: ssl.SSLContext, trusting: Callable[..., Outcome]
) -> None:
    with Origin(host="127.0.0.2", tls=server_tls) as origin:
        assert "127.0.0.2" in failed(trusting(origin.url("/")), Reason.TLS)


@pytest.mark.parametrize("name", ["drip body", "drip headers", "hang"])
def test_the_deadline_holds_under_tls(
    secure: Origin, trusting: Callable[..., Outcome], name: str
) -> None:
    started = time.monotonic()
    failed(trusting(secure.behave("/slow", name)), Reason.TIMEOUT)
    assert 0.95 < time.monotonic() - started < 8


def test_the_deadline_holds_in_the_handshake(trusting: Callable[..., Outcome]) -> None:
    """A server that takes the connection and says nothing."""
    started = time.monotonic()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        failed(trusting(f"https://127.0.0.1:{silent.getsockname()[1]}/"), Reason.TIMEOUT)
    assert 0.95 < time.monotonic() - started < 8


def test_a_downgrade_leaves_headers_and_auth_behind(
    secure: Origin, origin: Origin, trusting: Callable[..., Outcome]
) -> None:
    plain = origin.serve("/plain", b"<rss/>")
    url = secure.behave("/down", "redirect", to=plain, status=301)
    secrets = {"headers": (("X-Api-Key", "k"),), "auth": ("user", "pass")}
    outcome = trusting(url, **secrets)
    assert isinstance(outcome, Fetched)
    assert secure.requests[0].headers["x-api-key"] == "k"
    assert not {"x-api-key", "authorization"} & origin.requests[0].headers.keys()


def test_an_upgrade_leaves_them_behind_too_since_it_is_another_origin(
    secure: Origin, origin: Origin, trusting: Callable[..., Outcome]
) -> None:
    url = origin.behave("/up", "redirect", to=secure.url("/feed"), status=301)
    outcome = trusting(url, auth=("user", "pass"))
    assert isinstance(outcome, Fetched)
    assert outcome.moved_to == secure.url("/feed")
    assert "authorization" not in secure.requests[0].headers


def test_a_body_cut_off_under_tls_is_incomplete(
    secure: Origin, trusting: Callable[..., Outcome]
) -> None:
    for name in ("truncate", "reset"):
        failed(trusting(secure.behave("/cut", name)), Reason.INCOMPLETE)
