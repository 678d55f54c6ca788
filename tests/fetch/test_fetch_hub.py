"""Hubs: Link headers that name them, forms that are posted to them, whether they can reach us."""

from __future__ import annotations

import doctest
from collections.abc import Iterator
from ipaddress import ip_network

import pytest
from hub import Hub
from hypothesis import given
from hypothesis import strategies as st
from origin import Origin
from outcomes import fetched

from aggregator.app import utc_now
from aggregator.fetch import links, reach
from aggregator.fetch.address import parse
from aggregator.fetch.links import offer
from aggregator.fetch.reach import reachable
from aggregator.fetch.session import Fetcher, Limits
from aggregator.model import Failed, Offer, Reason, Source, Validators

AT = parse("https://a.example/news/feed")
FORM = {"hub.mode": "subscribe", "hub.topic": "https://a.example/?a&b=ä"}


@pytest.fixture
def guarded() -> Iterator[Fetcher]:
    with Fetcher(Limits(seconds=1), "test/1", utc_now) as opened:
        yield opened


@pytest.mark.parametrize("module", [links, reach])
def test_the_examples_are_right(module: object) -> None:
    assert doctest.testmod(module)[:1] == (0,)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("", Offer()),
        ("<https://h.example/>; rel=hub", Offer("https://h.example/")),
        ("<h>; REL=\"x HUB\"; title=\"a, b\", <s>; rel='self'",
         Offer("https://a.example/news/h", "https://a.example/news/s")),
        ("<https://h.example/1>; rel=hub, <https://h.example/2>; rel=hub",
         Offer("https://h.example/1")),
        ("<ftp://h.example/>; rel=hub, <https://h.example/2>; rel=hub",
         Offer("https://h.example/2")),
        ("<>; rel=hub", Offer()),
        ("; rel=hub", Offer()),
        ("<https://h.example/>", Offer()),
        ("<" * 9_000, Offer()),
    ],
)  # fmt: skip
def test_a_link_header_names_hub_and_feed(header: str, found: Offer) -> None:
    assert offer(header, AT) == found


@given(st.text(st.characters(max_codepoint=255)))
def test_no_header_is_too_odd(header: str) -> None:
    found = offer(header, AT)
    assert all(url == "" or parse(url).url == url for url in (found.hub, found.topic))


def test_a_fetch_brings_the_links_of_all_its_headers(origin: Origin, fetcher: Fetcher) -> None:
    own = {"Link": f'<{origin.url("/hub")}>; rel="hub"', "link": "</feed>; rel=self"}
    url = origin.serve("/feed", b"<rss/>", headers=own)
    found = fetched(fetcher.fetch(Source("a", url), Validators()))
    assert found.offer == Offer(origin.url("/hub"), origin.url("/feed"))


def test_a_form_is_posted_with_our_name(fetcher: Fetcher) -> None:
    with Hub(status=204) as hub:
        assert [fetcher.post(hub.url, FORM, 5) for _ in range(2)] == [204, 204]
    assert hub.asked == [FORM, FORM]
    assert hub.agents == ["test/1 (+https://a.example)"] * 2


@pytest.mark.parametrize(
    ("name", "options", "reason"),
    [
        ("hang", {}, Reason.TIMEOUT),
        ("drip headers", {}, Reason.TIMEOUT),
        ("close", {}, Reason.INCOMPLETE),
        ("garbage", {}, Reason.PROTOCOL),
        ("status", {"code": 404}, Reason.CLIENT_ERROR),
        ("status", {"code": 503, "retry_after": 9}, Reason.RATE_LIMITED),
        ("redirect", {"to": "/next", "status": 302}, Reason.SERVER_ERROR),
        ("redirect", {"to": "http://10.0.0.1/", "status": 308}, Reason.PRIVATE),
        ("redirect", {"to": "gopher://x/", "status": 307}, Reason.ADDRESS),
        ("redirect", {"to": "/hub", "status": 307}, Reason.REDIRECTS),
    ],
)
def test_a_hub_that_misbehaves_is_a_failure(
    origin: Origin, fetcher: Fetcher, name: str, options: dict[str, object], reason: Reason
) -> None:
    url = origin.behave("/hub", name, **options)
    answer = fetcher.post(url, FORM, 0.5)
    assert isinstance(answer, Failed)
    assert answer.reason is reason, answer.detail


def test_a_hub_leads_nowhere_where_it_is_not_our_turn(origin: Origin, fetcher: Fetcher) -> None:
    url = origin.behave("/hub", "redirect", to="/next", status=307)
    busy, hosts = Failed(Reason.RESTING, "not now"), list[str]()

    def admit(host: str) -> Failed:
        hosts.append(host)
        return busy

    assert fetcher.post(url, FORM, 5, admit=admit) is busy
    assert hosts == ["127.0.0.1"]
    assert origin.asked("/next") == []


def test_nothing_of_an_answer_is_read(origin: Origin, fetcher: Fetcher) -> None:
    assert fetcher.post(origin.behave("/hub", "drip body"), FORM, 5) == 200


def test_a_hub_at_a_private_address_is_not_asked(origin: Origin, guarded: Fetcher) -> None:
    answer = guarded.post(origin.url("/hub"), FORM, 5)
    assert isinstance(answer, Failed)
    assert answer.reason is Reason.PRIVATE
    assert origin.connections == 0


@pytest.mark.parametrize(
    ("ours", "hub", "yes"),
    [
        ("https://news.example.org/a", "https://hub.example.com/", True),
        ("https://news.example.org/a", "http://10.0.0.1/", True),
        ("http://10.0.0.2:8000", "https://hub.example.com/", False),
        ("http://10.0.0.2:8000", "http://10.0.0.1/", True),
        ("http://10.0.0.2:8000", "http://192.168.0.1/", False),
        ("http://192.168.0.2:8000", "http://10.0.0.1/", False),
        ("http://nas.local:8000", "http://10.0.0.1/", True),
        ("http://[::1]:8000", "https://hub.example.com/", False),
        ("http://10.0.0.2:8000", "nonsense", False),
    ],
)
def test_who_can_call_us_by_our_address(ours: str, hub: str, yes: bool) -> None:
    assert reachable((ip_network("10.0.0.0/8"),), ours, hub) is yes
