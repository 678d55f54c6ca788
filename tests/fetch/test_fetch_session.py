from __future__ import annotations

import contextlib
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import ip_network
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from origin import Origin

from aggregator.fetch.answer import retry_after
from aggregator.fetch.session import Fetcher, Limits
from aggregator.model import Failed, Fetched, NotModified, Outcome, Reason, Source, Validators

Get = Callable[..., Outcome]

LOOPBACK = (ip_network("127.0.0.0/8"),)
OLD = Validators('"old"', "Sun, 06 Nov 1994 08:49:37 GMT")


def failed(outcome: Outcome, reason: Reason) -> str:
    assert isinstance(outcome, Failed), outcome
    assert outcome.reason is reason, outcome.detail
    return outcome.detail


def fetched(outcome: Outcome) -> Fetched:
    assert isinstance(outcome, Fetched), outcome
    return outcome


@contextlib.contextmanager
def answering(*answers: bytes) -> Iterator[str]:
    """A server of raw bytes: the first connection gets the first answer, and so on. → its URL."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def run() -> None:
            for data in answers:
                connection, _ = server.accept()
                with connection, contextlib.suppress(OSError):
                    connection.recv(65_536)
                    connection.sendall(data)
            server.close()  # whoever follows a redirect to here finds nobody

        thread = threading.Thread(target=run, daemon=True)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/feed"
        thread.start()
        yield url
        thread.join(5)


# --- a good server --------------------------------------------------------------------------------


def test_a_feed_comes_with_its_type_and_validators(origin: Origin, get: Get) -> None:
    url = origin.serve("/feed", b"<rss/>", "text/xml; charset=koi8-r")
    outcome = fetched(get(url))
    assert (outcome.url, outcome.body, outcome.moved_to) == (url, b"<rss/>", None)
    assert outcome.content_type == "text/xml; charset=koi8-r"
    assert outcome.validators.etag
    assert outcome.validators.last_modified


def test_a_feed_that_did_not_change_is_not_sent_again(origin: Origin, get: Get) -> None:
    url = origin.serve("/feed", b"<rss/>")
    first = fetched(get(url))
    assert get(url, first.validators) == NotModified(first.validators)
    origin.serve("/feed", b"<rss>new</rss>")
    assert fetched(get(url, first.validators)).body == b"<rss>new</rss>"
    assert [seen.status for seen in origin.requests] == [200, 304, 200]


def test_we_say_who_asks_and_what_for(origin: Origin, get: Get) -> None:
    get(origin.serve("/feed", b"<rss/>"))
    [seen] = origin.requests
    assert seen.method == "GET"
    assert seen.headers["user-agent"] == "test/1 (+https://a.example)"
    assert "application/atom+xml" in seen.headers["accept"]
    assert seen.headers["host"] == f"127.0.0.1:{origin.port}"
    assert not {"cookie", "referer", "authorization", "if-none-match"} & seen.headers.keys()


def test_a_source_brings_its_own_headers_and_auth(origin: Origin, get: Get) -> None:
    headers = (("user-agent", "mine"), ("X-Key", "ключ"), ("ACCEPT", "*/*"))
    get(origin.serve("/feed", b"<rss/>"), headers=headers, auth=("jürgen", "пароль"))
    [seen] = origin.requests
    assert seen.headers["user-agent"] == "mine"
    assert seen.headers["accept"] == "*/*"
    assert seen.headers["x-key"].encode("latin-1").decode() == "ключ"
    assert seen.headers["authorization"] == "Basic asO8cmdlbjrQv9Cw0YDQvtC70Yw="


def test_cookies_are_neither_kept_nor_sent(origin: Origin, get: Get) -> None:
    url = origin.serve("/feed", b"<rss/>", headers={"Set-Cookie": "a=b; Path=/"})
    get(url)
    get(url)
    assert "cookie" not in origin.requests[1].headers


def test_a_url_goes_out_as_it_was_checked(origin: Origin, get: Get) -> None:
    origin.serve("/%7Efeed/a%2Fb", b"<rss/>")
    get(origin.url("/%7Efeed/a%2Fb?x=%41#fragment"))
    assert origin.requests[0].path == "/%7Efeed/a%2Fb?x=%41"


def test_polls_of_a_host_share_a_connection(origin: Origin, get: Get) -> None:
    url = origin.serve("/feed", b"<rss/>")
    validators = fetched(get(url)).validators
    assert isinstance(get(url, validators), NotModified)
    fetched(get(url))
    assert origin.connections == 1


def test_a_kept_connection_that_the_server_has_closed_is_replaced(get: Get) -> None:
    """Closed just when the next request is on its way, which a look at the socket can't foresee."""
    ok = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<rss/>"
    connections = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def run() -> None:
            for _ in range(2):
                connection, _ = server.accept()
                connections.append(connection)
                with connection:
                    connection.recv(65_536)
                    connection.sendall(ok)
                    connection.recv(65_536)  # the second request: hang up on it

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/feed"
        assert fetched(get(url)).body == b"<rss/>"
        assert fetched(get(url)).body == b"<rss/>"
        assert len(connections) == 2
        # Once is chance; a fresh connection that is closed as well is the server's doing.
        server.close()
        assert isinstance(get(url), Failed)
        thread.join(5)


def test_many_threads_share_a_fetcher(origin: Origin, get: Get) -> None:
    urls = [origin.serve(f"/{n}", f"<rss>{n}</rss>".encode(), gzip=True) for n in range(50)]
    with ThreadPoolExecutor(16) as pool:
        bodies = [fetched(outcome).body for outcome in pool.map(get, urls * 4)]
    assert bodies == [f"<rss>{n}</rss>".encode() for n in range(50)] * 4


# --- validators are opaque ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "etag",
    [
        b'"plain"',
        b'W/"weak"',
        b"no-quotes",
        b'"a" "b"',
        b'"\xe4\xf6\xfc\xff"',
        b"\xa0\x85",
        b'"\xc3\xa4"',
        b'W/"a,b;c=\\d"',
        b"x" * 2_000,
    ],
)
@pytest.mark.parametrize("name", ["ETag", "Last-Modified"])
def test_a_validator_goes_back_byte_for_byte(
    origin: Origin, get: Get, etag: bytes, name: str
) -> None:
    value = etag.decode("latin-1")
    url = origin.serve("/feed", b"<rss/>", headers={name: value}, validators=False)
    validators = fetched(get(url)).validators
    assert value == (validators.etag if name == "ETag" else validators.last_modified)
    get(url, validators)
    sent = {"ETag": "if-none-match", "Last-Modified": "if-modified-since"}[name]
    # The origin strips white space at the ends, in Unicode's sense.
    assert origin.requests[1].headers[sent] == value.strip()


@pytest.mark.parametrize("etag", [b"", b'"a\x00b"', b'"\x7f"', b'"\x1b"', b"x" * 2_001])
def test_a_validator_that_can_not_be_sent_or_stored_is_left_out(etag: bytes, get: Get) -> None:
    head = b"HTTP/1.1 200 OK\r\nETag: %b\r\nContent-Length: 0\r\n\r\n" % etag
    with answering(head) as url:
        assert fetched(get(url)).validators == Validators()


def test_the_newest_validators_count_and_missing_ones_stay(origin: Origin, get: Get) -> None:
    url = origin.behave("/feed", "status", code=304, headers={"ETag": 'W/"new"'})
    assert get(url, OLD) == NotModified(Validators('W/"new"', OLD.last_modified))
    url = origin.behave("/feed", "status", code=304, headers={"Last-Modified": "today"})
    assert get(url, OLD) == NotModified(Validators('"old"', "today"))
    url = origin.behave("/feed", "unconditional 304")
    assert get(url, OLD) == NotModified(OLD)
    url = origin.serve("/feed", b"<rss/>", validators=False, headers={"ETag": '"only"'})
    assert fetched(get(url, OLD)).validators == Validators('"only"', None)


def test_a_304_that_was_not_asked_for_is_not_believed(origin: Origin, get: Get) -> None:
    url = origin.behave("/feed", "unconditional 304")
    assert "304" in failed(get(url), Reason.SERVER_ERROR)


# --- refusals -------------------------------------------------------------------------------------


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


def test_a_server_says_until_when_to_wait(origin: Origin, get: Get) -> None:
    until = datetime.now(UTC) + timedelta(seconds=600)
    value = format_datetime(until, usegmt=True)
    outcome = get(origin.behave("/feed", "status", code=503, retry_after=value))
    assert isinstance(outcome, Failed)
    assert outcome.retry_after is not None
    assert timedelta(seconds=580) < outcome.retry_after <= timedelta(seconds=600)


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


# --- a bad network --------------------------------------------------------------------------------


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
    with Fetcher(Limits(seconds=0.5), "test/1", LOOPBACK) as fetcher:
        for start in (url, origin.url("/first")):
            started = time.monotonic()
            detail = failed(fetcher.fetch(Source("key", start), Validators()), Reason.TIMEOUT)
            assert 0.45 < time.monotonic() - started < 1.5
            assert "127.0.0.1" in detail
            assert "0.5 s" in detail


def test_the_deadline_holds_over_many_redirects(origin: Origin) -> None:
    """Each hop is quick enough; together they are not."""

    def slowly() -> bytes:
        time.sleep(0.2)
        return b""

    for n in range(5):
        origin.serve(f"/{n}", slowly, status=302, headers={"Location": f"/{n + 1}"})
    with Fetcher(Limits(seconds=0.5), "test/1", LOOPBACK) as fetcher:
        started = time.monotonic()
        failed(fetcher.fetch(Source("key", origin.url("/0")), Validators()), Reason.TIMEOUT)
        assert time.monotonic() - started < 1


def test_a_used_up_deadline_asks_nobody(origin: Origin) -> None:
    with Fetcher(Limits(seconds=0), "test/1", LOOPBACK) as fetcher:
        failed(fetcher.fetch(Source("key", origin.url("/")), Validators()), Reason.TIMEOUT)
    assert origin.connections == 0


def test_the_deadline_holds_while_a_name_is_looked_up() -> None:
    done = threading.Event()

    def hang(*_: object, **__: object) -> list[tuple[object, ...]]:
        done.wait(10)
        return []

    with Fetcher(Limits(seconds=0.2), "test/1", resolve=hang) as fetcher:
        started = time.monotonic()
        source = Source("key", "http://slow.example/")
        assert "slow.example" in failed(fetcher.fetch(source, Validators()), Reason.TIMEOUT)
        assert time.monotonic() - started < 1
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
        with Fetcher(Limits(seconds=0.3), "test/1", LOOPBACK) as fetcher:
            url = f"http://127.0.0.1:{server.getsockname()[1]}/"
            started = time.monotonic()
            detail = failed(fetcher.fetch(Source("key", url), Validators()), Reason.TIMEOUT)
            assert 0.25 < time.monotonic() - started < 1
            assert "127.0.0.1" in detail


def test_the_next_address_is_tried_where_one_does_not_answer(origin: Origin) -> None:
    def two(_host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        return [
            (socket.AF_INET, 1, 6, "", (address, port)) for address in ("127.0.0.77", "127.0.0.1")
        ]

    origin.serve("/feed", b"<rss/>")
    with Fetcher(Limits(), "test/1", LOOPBACK, resolve=two) as fetcher:
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
            [b"HTTP/1.1 ", b"200", b"302", b"304", b" OK", b"\r\n", b"\r\n\r\n", b"Location: "]
            + [b"Content-Length: ", b"Transfer-Encoding: chunked", b"Content-Encoding: gzip", b"5"]
            + [b"ETag: ", b"http://127.0.0.1:9/", b"\x1f\x8b\x08", b":", b" ", b"\n", b"\xff"]
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


# --- what a machine must not slip in --------------------------------------------------------------


def test_netrc_and_proxies_of_the_environment_are_ignored(
    origin: Origin, get: Get, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    fetched(get(origin.serve("/feed", b"<rss/>")))
    assert "authorization" not in origin.requests[0].headers


# --- proxies --------------------------------------------------------------------------------------


def test_a_sources_proxy_is_asked_instead(other: Origin) -> None:
    other.serve("http://feed.example/x", b"<rss/>")
    proxy = f"http://me:secret@127.0.0.2:{other.port}"
    with Fetcher(Limits(), "test/1") as fetcher:  # the proxy needs no permission: it was named
        source = Source("key", "http://feed.example/x", proxy=proxy)
        assert fetched(fetcher.fetch(source, Validators())).body == b"<rss/>"
    assert other.requests[0].path == "http://feed.example/x"
    assert other.requests[0].headers["proxy-authorization"] == "Basic bWU6c2VjcmV0"


@pytest.mark.parametrize("url", ["http://10.0.0.1/", "http://localhost/", "http://[::1]/"])
def test_a_proxy_is_not_asked_for_private_addresses(other: Origin, url: str) -> None:
    with Fetcher(Limits(), "test/1") as fetcher:
        source = Source("key", url, proxy=f"http://127.0.0.2:{other.port}")
        failed(fetcher.fetch(source, Validators()), Reason.PRIVATE)
    assert other.connections == 0


def test_a_proxy_that_refuses_a_tunnel_is_a_connect_failure(other: Origin, get: Get) -> None:
    url = "https://feed.example/x"
    detail = failed(get(url, proxy=f"http://127.0.0.2:{other.port}"), Reason.CONNECT)
    assert detail == "the proxy does not reach feed.example"


def test_a_proxy_that_is_not_there_is_a_connect_failure(get: Get) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    for url in ("http://feed.example/x", "https://feed.example/x"):
        detail = failed(get(url, proxy=f"http://127.0.0.1:{port}"), Reason.CONNECT)
        assert "proxy 127.0.0.1" in detail


@pytest.mark.parametrize(
    "proxy", ["socks5://127.0.0.1:1080", "127.0.0.1:3128", "http://", "http://[", "http://:80"]
)
def test_a_proxy_that_is_no_http_address_is_an_address_failure(get: Get, proxy: str) -> None:
    assert "proxy" in failed(get("http://feed.example/x", proxy=proxy), Reason.ADDRESS)


def test_details_are_one_line_without_secrets(origin: Origin, get: Get) -> None:
    url = origin.behave("/feed", "status", code=403) + "?token=s3cret"
    detail = failed(get(url, auth=("user", "s3cret")), Reason.CLIENT_ERROR)
    assert not re.search(r"s3cret|\n", detail)
