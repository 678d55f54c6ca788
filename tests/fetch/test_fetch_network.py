from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from ipaddress import ip_network

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from origin import Origin
from outcomes import failed, fetched
from raw_server import answering

from aggregator.app import utc_now
from aggregator.fetch.session import Fetcher, Limits
from aggregator.model import Failed, Fetched, Outcome, Reason, Source, Validators

Get = Callable[..., Outcome]


LOOPBACK = (ip_network("127.0.0.0/8"),)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("drip body", {}),
        ("drip headers", {}),
        ("hang", {}),
        ("drip body", {"every": 60}),
    ],
)
def test_the_deadline_holds_in_all(origin: Origin, name: str, options: dict[str, float]) -> None:
    url = origin.behave("/feed", name, **options)
    origin.behave("/first", "redirect", to="/feed")
    with Fetcher(Limits(seconds=0.5), "test/1", utc_now, LOOPBACK) as fetcher:
        for start in (url, origin.url("/first")):
            started = time.monotonic()
            detail = failed(fetcher.fetch(Source("key", start), Validators()), Reason.TIMEOUT)
            assert 0.45 < time.monotonic() - started < 8
            assert "127.0.0.1" in detail
            assert "0.5 s" in detail


def test_the_deadline_holds_over_many_redirects(origin: Origin) -> None:
    """Each hop is quick enough; together they are not."""

    def slowly() -> bytes:
        time.sleep(0.2)
        return b""

    for n in range(5):
        origin.serve(f"/{n}", slowly, status=302, headers={"Location": f"/{n + 1}"})
    with Fetcher(Limits(seconds=0.5), "test/1", utc_now, LOOPBACK) as fetcher:
        started = time.monotonic()
        failed(fetcher.fetch(Source("key", origin.url("/0")), Validators()), Reason.TIMEOUT)
        assert time.monotonic() - started < 8


def test_a_used_up_deadline_asks_nobody(origin: Origin) -> None:
    with Fetcher(Limits(seconds=0), "test/1", utc_now, LOOPBACK) as fetcher:
        failed(fetcher.fetch(Source("key", origin.url("/")), Validators()), Reason.TIMEOUT)
    assert origin.connections == 0


def test_the_deadline_holds_while_a_name_is_looked_up() -> None:
    done = threading.Event()

    def hang(*_: object, **__: object) -> list[tuple[object, ...]]:
        done.wait(10)
        return []

    with Fetcher(Limits(seconds=0.2), "test/1", utc_now, resolve=hang) as fetcher:
        started = time.monotonic()
        source = Source("key", "http://slow.example/")
        assert "slow.example" in failed(fetcher.fetch(source, Validators()), Reason.TIMEOUT)
        assert time.monotonic() - started < 8
    done.set()


def test_the_deadline_holds_while_connecting() -> None:
    """A listener whose queue is full lets further ones wait."""
    with socket.socket() as server, contextlib.ExitStack() as stack:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(server.getsockname())
        with Fetcher(Limits(seconds=0.3), "test/1", utc_now, LOOPBACK) as fetcher:
            url = f"http://127.0.0.1:{server.getsockname()[1]}/"
            started = time.monotonic()
            detail = failed(fetcher.fetch(Source("key", url), Validators()), Reason.TIMEOUT)
            assert 0.25 < time.monotonic() - started < 8
            assert "127.0.0.1" in detail


def test_the_next_address_is_tried_where_one_does_not_answer(origin: Origin) -> None:
    def two(_host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        return [
            (socket.AF_INET, 1, 6, "", (address, port)) for address in ("127.0.0.77", "127.0.0.1")
        ]

    origin.serve("/feed", b"<rss/>")
    with Fetcher(Limits(), "test/1", utc_now, LOOPBACK, resolve=two) as fetcher:
        source = Source("key", f"http://two.example:{origin.port}/feed")
        assert fetched(fetcher.fetch(source, Validators())).body == b"<rss/>"


def test_where_nobody_listens_is_a_connect_failure(get: Get) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    detail = failed(get(f"http://127.0.0.1:{port}/"), Reason.CONNECT)
    assert detail == "can't connect to 127.0.0.1: Connection refused"


OK = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    ("name", "options", "reason"),
    [
        ("reset", {}, Reason.INCOMPLETE),
        ("reset", {"after": OK + b"Content-Length: 50\r\n\r\n<rss>"}, Reason.INCOMPLETE),
        ("close", {}, Reason.INCOMPLETE),
        ("close", {"after": OK + b"Content-Length: 50\r\n\r\n<rss>"}, Reason.INCOMPLETE),
        ("truncate", {"body": b"<rss>", "missing": 1}, Reason.INCOMPLETE),
        ("truncated", {"coding": "gzip"}, Reason.INCOMPLETE),
        (
            "raw",
            {"data": OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\n<rss>\r\n"},
            Reason.INCOMPLETE,
        ),
        ("raw", {"data": OK + b"Transfer-Encoding: chunked\r\n\r\nno\r\n"}, Reason.INCOMPLETE),
        (
            "raw",
            {"data": OK + b"Transfer-Encoding: chunked\r\n\r\n-5\r\nabc\r\n0\r\n\r\n"},
            Reason.PROTOCOL,
        ),
        ("raw", {"data": OK + b"Content-Length: 5, 6\r\n\r\n<rss>"}, Reason.PROTOCOL),
        ("raw", {"data": b"HTTP/1.1 9999 Odd\r\n\r\n"}, Reason.PROTOCOL),
        ("raw", {"data": b"HTTP/3.0 200 OK\r\n\r\n"}, Reason.PROTOCOL),
        ("raw", {"data": b"HTTP/1.1 101 Switching\r\n\r\n"}, Reason.SERVER_ERROR),
        ("garbage", {}, Reason.PROTOCOL),
        ("huge headers", {}, Reason.PROTOCOL),
        ("huge headers", {"count": 1_000, "size": 10}, Reason.PROTOCOL),
    ],
)
def test_a_broken_answer_has_its_reason(
    origin: Origin, get: Get, name: str, options: dict[str, object], reason: Reason
) -> None:
    assert "127.0.0.1" in failed(get(origin.behave("/feed", name, **options)), reason)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@example(OK + b"Content-Length: -1\r\n\r\nx")
@example(OK + b"Content-Length: 99999999999999999999999999\r\n\r\nx")
@example(OK + b"Content-Encoding: \xff\r\nSet-Cookie: \x00\r\n\r\nx")
@example(OK + b"Content-Type: \xff;;;=\r\n: \r\n x\r\n\r\n")
@example(b"HTTP/1.1 301 \r\nLocation: http://[\r\n\r\n")
@example(b"HTTP/1.1 301 \r\nLocation: \xff\xfe\r\n\r\n")
@example(b"HTTP/1.1 \xc2\xb2\xc2\xb2\xc2\xb2 OK\r\n\r\n")
@given(
    st.lists(
        st.sampled_from(
            b"HTTP/1.1 |200|302|304| OK|\r\n|\r\n\r\n|Location: |Content-Length: |5|ETag: |: |\n|"
            b"Transfer-Encoding: chunked|Content-Encoding: gzip|\x1f\x8b\x08|\xff|"
            b"http://127.0.0.1:9/".split(b"|")
        )
        | st.binary(max_size=5),
        max_size=30,
    ).map(b"".join)
)
def test_no_answer_makes_a_fetch_raise(get: Get, data: bytes) -> None:
    with answering(data) as url:
        assert isinstance(get(url), Fetched | Failed)


@pytest.mark.parametrize("limit", [1_000_000])
def test_a_body_past_the_limit_is_too_large_without_a_declared_length(
    origin: Origin, get: Get, limit: int
) -> None:
    url = origin.behave("/feed", "raw", data=OK + b"\r\n" + bytes(limit + 1))
    assert f"{limit:,} bytes" in failed(get(url), Reason.TOO_LARGE)
    url = origin.behave("/feed", "raw", data=OK + b"\r\n" + bytes(limit))
    assert len(fetched(get(url)).body) == limit
