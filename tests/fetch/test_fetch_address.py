from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.fetch.address import Address, parse
from aggregator.fetch.failure import Failure
from aggregator.fetch.guard import Guard
from aggregator.model import Failed, Reason

# Where names lead that exist only in some networks, for hostile URLs that need a look-up.
INSIDE = {"metadata.tencentyun.com": "169.254.0.23"}


def outcome(read: Callable[[], Address]) -> Address | Failed:
    try:
        return read()
    except Failure as failure:
        return failure.failed


def guarded(url: str) -> None:
    def resolve(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        return [(2, 1, 6, "", (INSIDE.get(host, "93.184.216.34"), port))]

    guard, address = Guard(resolver=resolve), parse(url)
    guard.check(address)
    guard.resolve(address.host, address.port, 5)


def test_every_hostile_url_is_refused_and_no_good_one(shared: Path) -> None:
    cases = json.loads((shared / "data/hostile/ssrf_urls.json").read_text())
    assert len(cases) > 150
    wrong = []
    for case in cases:
        try:
            guarded(case["url"])
            refused = False
        except Failure as failure:
            refused = failure.failed.reason in (Reason.ADDRESS, Reason.PRIVATE)
        if refused != case["must_refuse"]:
            wrong.append(case)
    assert wrong == []


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("http://example.org", "http://example.org/"),
        ("HTTPS://Example.ORG:443/A?b=C#d", "https://example.org/A?b=C"),
        ("http://example.org:8080?q", "http://example.org:8080/?q"),
        ("http://example.org./feed", "http://example.org./feed"),
        ("http://foo_bar.example.org/", "http://foo_bar.example.org/"),
        ("http://bücher.example/ä", "http://xn--bcher-kva.example/%C3%A4"),
        ("http://BÜCHER.example/", "http://xn--bcher-kva.example/"),
        ("http://example.org/a b\\c|d", "http://example.org/a%20b%5Cc%7Cd"),
        ("http://example.org/%7Ea%2Fb?x=%41&y=[1]", "http://example.org/%7Ea%2Fb?x=%41&y=[1]"),
        ("http://example.org/@user:pass", "http://example.org/@user:pass"),
        ("http://93.184.216.34:81/", "http://93.184.216.34:81/"),
        ("http://[2606:4700::0:1111]/x", "http://[2606:4700::1111]/x"),
    ],
)
def test_a_good_url_is_written_in_one_way(url: str, normal: str) -> None:
    assert parse(url).url == normal
    assert parse(normal).url == normal


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.org/feed",
        "//example.org/",
        "/feed",
        "file:///etc/passwd",
        "ftp://example.org/",
        "http:example.org",
        "http:///path",
        "http://user@example.org/",
        "http://user:pass@example.org/",
        "http://@example.org/",
        "http://example.org:/",
        "http://example.org:0/",
        "http://example.org:25/",
        "http://example.org:6379a/",
        "http://example.org:65536/",
        "http://example.org:８０/",
        "http://a..example.org/",
        "http://.example.org/",
        "http://exa mple.org/",
        "http://example.org\\@evil.example/",
        "http://example%2eorg/",
        "http://[::1%25lo]/",
        "http://[1.2.3.4]/",
        "http://[::1/",
        "http://1.2.3/",
        "http://1.2.3.4./",
        "http://0x5db8d822/",
        "http://example.0x1f/",
        "http://093.184.216.034/",
        "http://９３.184.216.34/",
        "http://❤.example/",
        "http://" + "a" * 64 + ".example/",
        "http://" + "ä" * 300 + ".example/",
        "http://" + "a." * 127 + "example/",
        "http://example.org/\n",
        " http://example.org/",
        "http://example.org/\x85",
        "http://example.org/\ud800",
        "http://example.org/" + "a" * 8_000,
    ],
)
def test_a_strange_url_is_refused(url: str) -> None:
    with pytest.raises(Failure) as caught:
        parse(url)
    assert caught.value.failed.reason is Reason.ADDRESS


def test_a_refusal_does_not_repeat_a_password() -> None:
    with pytest.raises(Failure) as caught:
        parse("http://user:secret@example.org/")
    assert "secret" not in caught.value.failed.detail
    assert "auth:" in caught.value.failed.detail


@given(
    st.one_of(
        st.text(),
        st.text(alphabet="htps:/.@[]%?#\\01x:ä。 \n-_").map("http://".__add__),
    )
)
def test_any_text_is_an_address_or_refused(text: str) -> None:
    address = outcome(lambda: parse(text))
    if isinstance(address, Address):
        assert address.url.isascii()
        assert parse(address.url) == address
    else:
        assert address.reason is Reason.ADDRESS


@given(st.text(alphabet="htps:/.@[]%?#\\01x:ä。 \n-_.;"))
def test_any_location_is_an_address_or_refused(location: str) -> None:
    start = parse("https://example.org/a/b")
    address = outcome(lambda: start.join(location))
    if isinstance(address, Failed):
        assert address.reason is Reason.ADDRESS
        assert address.detail.startswith("example.org redirects")


@pytest.mark.parametrize(
    ("location", "joined"),
    [
        ("/x", "https://example.org/x"),
        ("x", "https://example.org/a/x"),
        ("?q", "https://example.org/a/b?q"),
        ("//other.example/y", "https://other.example/y"),
        ("http://example.org/a b", "http://example.org/a%20b"),
    ],
)
def test_a_relative_redirect_is_joined(location: str, joined: str) -> None:
    assert parse("https://example.org/a/b").join(location).url == joined
