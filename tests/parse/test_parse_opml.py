"""OPML: the feeds of a reader app, and files that only look like them."""

# ruff: noqa: E501 - tables with one case a line

from __future__ import annotations

import pytest
from effort import no_explosion

from aggregator.errors import UsageError
from aggregator.parse.opml import MAX_DEPTH, MAX_FEEDS, Outline, read_opml


def opml(body: str) -> bytes:
    return f'<?xml version="1.0"?><opml version="2.0"><head><title>t</title></head><body>{body}</body></opml>'.encode()


def test_feeds_come_with_their_folders_in_order() -> None:
    body = opml(
        '<outline text="World"><outline title="Caucasus" text="ignored">'
        '<outline type="rss" text="ignored" title="A &amp; B" xmlUrl="https://a.example/feed?x=1&amp;y=2" htmlUrl="https://a.example/"/>'
        '</outline><outline text="C" xmlURL="https://c.example/feed" htmlUrl="javascript:x"/></outline>'
        '<outline text=""><outline xmlUrl=" https://d.example/feed "/></outline>'
    )
    assert read_opml(body) == (
        Outline("A & B", "https://a.example/feed?x=1&y=2", "https://a.example/", ("World", "Caucasus")),
        Outline("C", "https://c.example/feed", None, ("World",)),
        Outline("d.example/feed", "https://d.example/feed", None, ()),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("feed:https://a.example/x", "https://a.example/x"),
        ("feed://a.example/x", "http://a.example/x"),
        ("HTTPS://A.example/x", "https://a.example/x"),
        ("https://a.example/x?a=1&b=2&copy;", "https://a.example/x?a=1&b=2%C2%A9"),
    ],
)
def test_addresses_are_read_as_they_were_meant(written: str, url: str) -> None:
    body = opml(f'<outline xmlUrl="{written.replace("&b", "&amp;b")}"/>')
    assert [one.feed_url for one in read_opml(body)] == [url]


@pytest.mark.parametrize(
    "url", ["javascript:x", "file:///etc/passwd", "feeds.xml", "", "ftp://a.example/"]
)
def test_what_is_no_web_address_is_left_out(url: str) -> None:
    assert read_opml(opml(f'<outline text="x" xmlUrl="{url}"/>')) == ()


def test_each_feed_comes_once() -> None:
    body = opml(
        '<outline text="1" xmlUrl="https://a.example/"/><outline text="2" xmlUrl="https://a.example/"/>'
    )
    assert [one.title for one in read_opml(body)] == ["1"]


def test_other_encodings_are_read() -> None:
    text = '<?xml version="1.0" encoding="{}"?><opml><body><outline text="Баку" xmlUrl="https://a.example/"/></body></opml>'
    for encoding in ("utf-8", "utf-16", "windows-1251"):
        assert read_opml(text.format(encoding).encode(encoding))[0].title == "Баку"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "this is no OPML file: it is empty"),
        (b"<html><body/></html>", "this is no OPML file: its root is <html>, not <opml>"),
        (b"just text", "this OPML file is broken at line 1: "),
        (b"<opml>\n<body>", "this OPML file is broken at line 2: "),
        (b'<!DOCTYPE opml [<!ENTITY a "b">]><opml/>', "this OPML file has a document type"),
        (opml("<outline>" * (MAX_DEPTH + 1)), f"this OPML file has outlines more than {MAX_DEPTH} deep"),
        (opml("".join(f'<outline xmlUrl="https://a.example/{n}"/>' for n in range(MAX_FEEDS + 1))), "this OPML file has more than 10,000 feeds"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said_plainly(body: bytes, message: str) -> None:
    with pytest.raises(UsageError) as raised:
        read_opml(body)
    assert str(raised.value).startswith(message)


def test_as_many_feeds_as_allowed_are_read_at_once() -> None:
    body = opml("".join(f'<outline xmlUrl="https://a.example/{n}"/>' for n in range(MAX_FEEDS)))
    with no_explosion():
        assert len(read_opml(body)) == MAX_FEEDS
