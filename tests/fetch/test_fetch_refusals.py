from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st
from origin import Origin
from outcomes import failed, fetched
from raw_server import answering

from aggregator.fetch.answer import retry_after
from aggregator.fetch.session import Fetcher, Limits
from aggregator.model import Failed, Outcome, Reason, Source, Validators

Get = Callable[..., Outcome]


OLD = Validators('"old"', "Sun, 06 Nov 1994 08:49:37 GMT")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (201, Reason.SERVER_ERROR),
        (204, Reason.SERVER_ERROR),
        (206, Reason.SERVER_ERROR),
        (300, Reason.SERVER_ERROR),
        (400, Reason.CLIENT_ERROR),
        (401, Reason.CLIENT_ERROR),
        (404, Reason.CLIENT_ERROR),
        (410, Reason.GONE),
        (429, Reason.RATE_LIMITED),
        (500, Reason.SERVER_ERROR),
        (503, Reason.SERVER_ERROR),
        (999, Reason.SERVER_ERROR),
    ],
)
def test_a_status_that_brings_no_feed_has_its_reason(
    origin: Origin, get: Get, code: int, reason: Reason
) -> None:
    detail = failed(get(origin.behave("/feed", "status", code=code, body=b"<rss/>"), OLD), reason)
    assert detail.startswith(f"127.0.0.1 answered {code}")


def test_203_brings_a_feed(origin: Origin, get: Get) -> None:
    assert fetched(get(origin.serve("/feed", b"<rss/>", status=203))).body == b"<rss/>"


def test_the_words_of_a_server_are_not_repeated(get: Get) -> None:
    with answering(b"HTTP/1.1 404 <script>alert(1)</script>\r\n\r\n") as url:
        assert failed(get(url), Reason.CLIENT_ERROR) == "127.0.0.1 answered 404 Not Found"


@pytest.mark.parametrize("code", [429, 503])
@pytest.mark.parametrize(
    ("value", "wait"),
    [("120", 120), (" 0 ", 0), ("86401", 86_400), ("9" * 5_000, 86_400), ("-5", None)],
)
def test_a_server_says_how_long_to_wait(
    origin: Origin, get: Get, code: int, value: str, wait: int | None
) -> None:
    outcome = get(origin.behave("/feed", "status", code=code, retry_after=value))
    assert isinstance(outcome, Failed)
    assert outcome.retry_after == (None if wait is None else timedelta(seconds=wait))
    if wait is not None:
        assert outcome.reason is Reason.RATE_LIMITED
        assert f"{wait:,} s" in outcome.detail


def test_until_when_to_wait_is_held_against_the_clock_of_who_asks(origin: Origin) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    until = format_datetime(now + timedelta(minutes=10), usegmt=True)
    url = origin.behave("/feed", "status", code=503, retry_after=until)
    with Fetcher(Limits(), "test/1", lambda: now, (ip_network("127.0.0.0/8"),)) as fetcher:
        for outcome in (fetcher.fetch(Source("a", url), OLD), fetcher.post(url, {}, 5)):
            assert isinstance(outcome, Failed)
            assert outcome.retry_after == timedelta(minutes=10)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("Thu, 01 Jan 2026 00:01:00 GMT", 60),
        ("Thu, 01 Jan 2026 00:01:00 -0000", 60),
        ("Thu, 01 Jan 2026 02:01:00 +0200", 60),
        ("Wed, 31 Dec 2025 00:00:00 GMT", 0),
        ("Thu, 01 Jan 2099 00:00:00 GMT", 86_400),
        ("Thu, 01 Jan 99999 00:00:00 GMT", None),
        ("soon", None),
        ("", None),
        ("1.5", None),
        ("٣", None),
        (None, None),
    ],
)
def test_retry_after_is_read_as_seconds_or_a_date(value: str | None, seconds: int | None) -> None:
    wait = retry_after(value, datetime(2026, 1, 1, tzinfo=UTC))
    assert wait == (None if seconds is None else timedelta(seconds=seconds))


@given(st.text() | st.text(alphabet="0123456789:,+- MonJanGMT"))
def test_any_retry_after_is_a_wait_within_a_day_or_none(value: str) -> None:
    wait = retry_after(value, datetime(2026, 1, 1, tzinfo=UTC))
    assert wait is None or timedelta(0) <= wait <= timedelta(days=1)
