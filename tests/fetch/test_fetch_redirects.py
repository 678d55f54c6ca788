from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from ipaddress import ip_network

import pytest
from origin import Origin
from outcomes import failed, fetched

from aggregator.app import utc_now
from aggregator.fetch.session import Fetcher, Limits
from aggregator.model import Failed, NotModified, Outcome, Reason, Source, Validators

Get = Callable[..., Outcome]
NONE = Validators()

SECRETS = {
    "headers": (("X-Api-Key", "k3y"), ("Cookie", "a=b"), ("X-Other", "o")),
    "auth": ("user", "pass"),
}
SECRET_HEADERS = {"x-api-key", "cookie", "x-other", "authorization"}


@pytest.fixture
def victim() -> Iterator[Origin]:
    """What lives at a private address: here one that the test's fetcher doesn't allow."""
    with Origin(host="127.0.0.9") as victim:
        victim.serve("/", b"secret")
        yield victim


@pytest.fixture
def public() -> Iterator[Callable[..., Outcome]]:
    """Fetch where 127.0.0.1 and .2 play the public network and the rest of loopback is private."""
    networks = (ip_network("127.0.0.1/32"), ip_network("127.0.0.2/32"))
    with Fetcher(Limits(seconds=10), "test/1", utc_now, networks) as fetcher:
        yield lambda url, **source: fetcher.fetch(Source("key", url, **source), Validators())


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed_and_the_url_is_the_last(
    origin: Origin, other: Origin, get: Get, status: int
) -> None:
    there = other.serve("/there", b"<rss/>")
    outcome = fetched(get(origin.behave("/feed", "redirect", to=there, status=status)))
    assert (outcome.url, outcome.body) == (there, b"<rss/>")
    assert outcome.moved_to == (there if status in (301, 308) else None)
    assert "referer" not in other.requests[0].headers


@pytest.mark.parametrize(
    ("statuses", "moved"), [((301, 308), True), ((301, 302), False), ((307, 301), False)]
)
def test_only_permanent_redirects_all_the_way_are_a_move(
    origin: Origin, get: Get, statuses: tuple[int, int], moved: bool
) -> None:
    there = origin.serve("/there", b"<rss/>")
    origin.behave("/b", "redirect", to="/there", status=statuses[1])
    outcome = fetched(get(origin.behave("/a", "redirect", to="/b", status=statuses[0])))
    assert outcome.moved_to == (there if moved else None)


def test_five_redirects_are_followed_and_six_are_not(origin: Origin, get: Get) -> None:
    origin.serve("/0", b"<rss/>")
    for n in range(1, 7):
        origin.behave(f"/{n}", "redirect", to=f"/{n - 1}")
    assert fetched(get(origin.url("/5"))).body == b"<rss/>"
    assert "5 redirects" in failed(get(origin.url("/6")), Reason.REDIRECTS)
    assert "5 redirects" in failed(get(origin.behave("/e", "endless redirect")), Reason.REDIRECTS)
    assert len(origin.asked("/e")) == 6


def test_a_circle_ends_where_it_closes(origin: Origin, get: Get) -> None:
    origin.behave("/b", "redirect", to="/a#fragment")
    assert "circle" in failed(get(origin.behave("/a", "redirect", to="/b")), Reason.REDIRECTS)
    assert len(origin.requests) == 2


def test_the_body_of_a_redirect_is_not_downloaded(origin: Origin, get: Get) -> None:
    origin.serve("/feed", b"<rss/>")
    head = b"HTTP/1.1 302 Found\r\nLocation: /feed\r\nContent-Length: 99999999\r\n\r\n"
    assert fetched(get(origin.behave("/a", "raw", data=head + bytes(10_000)))).body == b"<rss/>"


@pytest.mark.parametrize("location", ["", None])
def test_a_redirect_to_nowhere_says_so(origin: Origin, get: Get, location: str | None) -> None:
    headers = {} if location is None else {"Location": location}
    url = origin.behave("/feed", "status", code=302, headers=headers)
    assert "without saying where to" in failed(get(url), Reason.SERVER_ERROR)


@pytest.mark.parametrize(
    ("to", "reason", "says"),
    [
        ("file:///etc/passwd", Reason.ADDRESS, "file:"),
        ("gopher://127.0.0.1:70/", Reason.ADDRESS, "gopher:"),
        ("javascript:alert(1)", Reason.ADDRESS, "javascript:"),
        ("http://user@127.0.0.1/", Reason.ADDRESS, "auth:"),
        ("http://2130706433/", Reason.ADDRESS, "canonical"),
        ("http://127.0.0.1:25/", Reason.ADDRESS, "port 25"),
        ("http://[::1/", Reason.ADDRESS, "no address"),
        ("http://x/\x01", Reason.ADDRESS, "control"),
        ("//10.0.0.1/", Reason.PRIVATE, "10.0.0.1"),
        ("http://169.254.169.254/latest/meta-data", Reason.PRIVATE, "link local"),
        ("http://[::ffff:127.0.0.1]/", Reason.PRIVATE, "IPv4-mapped"),
    ],
)
def test_a_redirect_to_where_none_may_go_is_refused(
    origin: Origin, get: Get, to: str, reason: Reason, says: str
) -> None:
    url = origin.behave("/feed", "redirect", to=to, status=301)
    detail = failed(get(url), reason)
    assert says in detail
    assert "redirects" in detail


@pytest.mark.parametrize("status", [301, 302, 307])
def test_a_redirect_to_a_private_address_never_gets_there(
    origin: Origin, other: Origin, victim: Origin, public: Get, status: int
) -> None:
    failed(public(victim.url("/")), Reason.PRIVATE)
    url = origin.behave("/feed", "redirect", to=victim.url("/"), status=status)
    failed(public(url), Reason.PRIVATE)
    failed(public(other.behave("/chain", "redirect", to=url)), Reason.PRIVATE)
    bare = victim.url("/").removeprefix("http:")
    failed(public(origin.behave("/feed", "redirect", to=bare)), Reason.PRIVATE)
    assert victim.connections == 0


def test_a_refresh_header_is_not_followed(origin: Origin, victim: Origin, get: Get) -> None:
    url = origin.serve("/feed", b"<rss/>", headers={"Refresh": f"0;url={victim.url('/')}"})
    assert fetched(get(url)).url == url
    assert victim.connections == 0


def test_allow_private_is_for_the_sources_own_host_only(
    origin: Origin, victim: Origin, public: Get
) -> None:
    assert fetched(public(victim.url("/"), allow_private=True)).body == b"secret"
    victim.behave("/a", "redirect", to="/")
    assert fetched(public(victim.url("/a"), allow_private=True)).body == b"secret"
    seen = victim.connections
    url = origin.behave("/feed", "redirect", to=victim.url("/"))
    assert "redirects there" in failed(public(url, allow_private=True), Reason.PRIVATE)
    assert victim.connections == seen


def test_a_connection_opened_by_permission_serves_no_one_without(
    victim: Origin, public: Get
) -> None:
    assert fetched(public(victim.url("/"), allow_private=True))
    failed(public(victim.url("/")), Reason.PRIVATE)
    assert len(victim.requests) == 1


def test_headers_and_auth_go_to_the_sources_own_origin(origin: Origin, get: Get) -> None:
    origin.serve("/there", b"<rss/>")
    get(origin.behave("/feed", "redirect", to="/there"), **SECRETS)
    for seen in origin.requests:
        assert seen.headers.keys() >= SECRET_HEADERS
        assert seen.headers["authorization"] == "Basic dXNlcjpwYXNz"
        assert seen.headers["x-api-key"] == "k3y"


def test_headers_and_auth_stay_behind_where_the_host_changes(
    origin: Origin, other: Origin, get: Get
) -> None:
    back = origin.serve("/back", b"<rss/>")
    there = other.behave("/there", "redirect", to=back)
    assert fetched(get(origin.behave("/feed", "redirect", to=there), **SECRETS)).url == back
    assert origin.asked("/feed")[0].headers.keys() >= SECRET_HEADERS
    assert not SECRET_HEADERS & other.requests[0].headers.keys()
    assert not SECRET_HEADERS & origin.asked("/back")[0].headers.keys()
    assert other.requests[0].headers["user-agent"].startswith("test/1")


def test_headers_and_auth_stay_behind_where_the_port_changes(origin: Origin, get: Get) -> None:
    with Origin() as neighbour:
        there = neighbour.serve("/there", b"<rss/>")
        get(origin.behave("/feed", "redirect", to=there), **SECRETS)
        assert not SECRET_HEADERS & neighbour.requests[0].headers.keys()


def test_a_refusal_after_leaving_them_behind_says_so(
    origin: Origin, other: Origin, get: Get
) -> None:
    there = other.behave("/there", "status", code=401)
    url = origin.behave("/feed", "redirect", to=there)
    assert "stay behind" in failed(get(url, **SECRETS), Reason.CLIENT_ERROR)
    assert "stay behind" not in failed(get(url), Reason.CLIENT_ERROR)
    assert "stay behind" not in failed(get(there, **SECRETS), Reason.CLIENT_ERROR)
    other.behave("/there", "status", code=500)
    assert "stay behind" not in failed(get(url, **SECRETS), Reason.SERVER_ERROR)


def test_validators_reach_the_server_that_gave_them(
    origin: Origin, other: Origin, get: Get
) -> None:
    url = origin.behave("/feed", "redirect", to=other.serve("/there", b"<rss/>"))
    first = fetched(get(url))
    assert get(url, first.validators) == NotModified(first.validators)
    assert other.requests[-1].status == 304


@pytest.mark.parametrize(
    ("location", "path"),
    [(b"/\xc3\xbc", "/%C3%BC"), (b"/\xfc", "/%C3%BC"), (b"/a b", "/a%20b")],
)
def test_a_location_beyond_ascii_is_percent_encoded(
    origin: Origin, get: Get, location: bytes, path: str
) -> None:
    origin.serve(path, b"<rss/>")
    head = b"HTTP/1.1 302 Found\r\nLocation: %b\r\nContent-Length: 0\r\n\r\n" % location
    assert fetched(get(origin.behave("/feed", "raw", data=head))).url == origin.url(path)


def test_a_name_that_leads_elsewhere_the_second_time_is_looked_up_once(victim: Origin) -> None:
    """DNS rebinding: public when it is checked, private when it is connected to."""
    asked: list[str] = []

    def rebinding(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        asked.append(host)
        address = "127.0.0.1" if len(asked) == 1 else victim.host
        return [(socket.AF_INET, 1, 6, "", (address, port))]

    with (
        Origin() as origin,
        Fetcher(
            Limits(), "test/1", utc_now, (ip_network("127.0.0.1/32"),), resolve=rebinding
        ) as fetcher,
    ):
        origin.serve("/", b"<rss/>")
        source = Source("key", f"http://rebind.example:{origin.port}/")
        assert fetched(fetcher.fetch(source, Validators())).body == b"<rss/>"
        assert asked == ["rebind.example"]
        # Kept alive: the connection stays at the address that was checked.
        assert fetched(fetcher.fetch(source, Validators())).body == b"<rss/>"
        assert (asked, origin.connections) == (["rebind.example"], 1)
        # A new connection is checked anew.
        fetcher.close()
        failed(fetcher.fetch(source, Validators()), Reason.PRIVATE)
        assert len(asked) == 2
    assert victim.connections == 0


def test_of_a_mixed_answer_only_the_permitted_address_is_visited(
    origin: Origin, victim: Origin
) -> None:
    def mixed(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        addresses = (victim.host, origin.host, victim.host)
        return [(socket.AF_INET, 1, 6, "", (address, port)) for address in addresses]

    origin.serve("/", b"<rss/>")
    with Fetcher(
        Limits(), "test/1", utc_now, (ip_network("127.0.0.1/32"),), resolve=mixed
    ) as fetcher:
        for port in (origin.port, victim.port):
            fetcher.fetch(Source("key", f"http://mixed.example:{port}/"), Validators())
    assert len(origin.requests) == 1
    assert victim.connections == 0


def test_a_public_name_that_is_an_alias_of_localhost_is_refused(victim: Origin) -> None:
    def alias(_host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        return socket.getaddrinfo("127.0.0.1", port, type=socket.SOCK_STREAM)  # type: ignore[return-value]

    with Fetcher(Limits(), "test/1", utc_now, resolve=alias) as fetcher:
        source = Source("key", f"http://evil.example:{victim.port}/")
        detail = failed(fetcher.fetch(source, Validators()), Reason.PRIVATE)
    assert "evil.example leads to 127.0.0.1" in detail
    assert victim.connections == 0


# --- an address that was taken over -----------------------------------------------------------


def test_a_taken_over_address_is_as_strange_as_a_redirects(
    origin: Origin, victim: Origin, fetcher: Fetcher
) -> None:
    """Secrets stay at the configured origin, ``allow_private`` at the configured host."""
    source = Source("key", victim.url("/feed"), allow_private=True, **SECRETS)  # type: ignore[arg-type]
    there = origin.serve("/there", b"<rss/>")
    assert fetched(fetcher.fetch(source, NONE, moved_to=there)).body == b"<rss/>"
    assert not SECRET_HEADERS & origin.requests[0].headers.keys()
    back = victim.serve("/back", b"<rss/>")
    origin.behave("/there", "redirect", to=back)
    fetched(fetcher.fetch(source, NONE, moved_to=there))
    fetched(fetcher.fetch(source, NONE, moved_to=back))
    strayed, at_home = victim.asked("/back")
    assert not SECRET_HEADERS & strayed.headers.keys()
    assert at_home.headers.keys() >= SECRET_HEADERS
    with Fetcher(Limits(), "test/1", utc_now) as strict:
        failed(strict.fetch(source, NONE, moved_to=there), Reason.PRIVATE)


def test_a_way_that_left_its_secrets_behind_is_no_move(
    origin: Origin, other: Origin, get: Get
) -> None:
    back = origin.serve("/back", b"<rss/>")
    there = other.behave("/there", "redirect", to=back, status=301)
    first = fetched(get(origin.behave("/feed", "redirect", to=there, status=301)))
    assert (first.url, first.moved_to) == (back, None)


def test_a_move_shows_in_a_304_too(origin: Origin, get: Get) -> None:
    there = origin.serve("/there", b"<rss/>")
    url = origin.behave("/feed", "redirect", to="/there", status=308)
    unmodified = get(url, fetched(get(url)).validators)
    assert isinstance(unmodified, NotModified)
    assert unmodified.moved_to == there


def test_each_request_is_accounted_for_and_admitted(
    origin: Origin, other: Origin, fetcher: Fetcher
) -> None:
    body = b"<rss>" + b" " * 5_000 + b"</rss>"
    there = other.serve("/there", body, gzip=True)
    source = Source("key", origin.behave("/feed", "redirect", to=there))
    asked: list[str] = []
    outcome = fetched(fetcher.fetch(source, NONE, admit=asked.append))  # type: ignore[arg-type]
    assert asked == [origin.host, other.host]
    first, second = outcome.visits
    assert (first.host, first.bytes, second.host) == (origin.host, 0, other.host)
    assert 0 < second.bytes < len(body)
    [_, third] = fetcher.fetch(source, outcome.validators).visits
    assert third.unmodified
    other.behave("/there", "status", code=500, body=b"sorry")
    assert [visit.host for visit in fetcher.fetch(source, NONE).visits] == asked
    other.behave("/there", "close")
    assert [visit.host for visit in fetcher.fetch(source, NONE).visits] == asked
    not_now = Failed(Reason.RESTING, "not now")
    assert fetcher.fetch(source, NONE, admit=lambda _host: not_now) == not_now
    assert fetcher.fetch(Source("key", "http://nowhere.invalid/"), NONE).visits == ()
