"""Whatever got into the store: every output is well-formed, and nothing in it runs."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any
from xml.parsers import expat

from articles import CHANNEL, NOON, RICH
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from aggregator.model import (
    Appearance,
    Article,
    By,
    Enclosure,
    Evidence,
    Image,
    Join,
    Member,
    Outlet,
    Rule,
    Story,
    TopicHit,
    Updates,
)
from aggregator.publish import Outgoing, Outline, StoryEntry, atom, jsonfeed, opml, rss

POISON = st.sampled_from(
    [
        "\x00",
        "\ud800",
        "\udfff\ud800",
        "\ufffe",
        "\x0b\x1b",
        "]]>",
        "-->",
        "?>",
        "<!DOCTYPE x [<!ENTITY a 'b'>]>",
        "&a;&#0;",
        "<script>alert(1)</script>",
        '" onload="alert(1)',
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        '<a href="javascript:alert(1)">x</a>',
        '<a href="&#x6a;avascript:alert(1)">x</a>',
        "<img src=javascript:alert(1) onerror=alert(1)>",
        '<svg><a xlink:href="javascript:alert(1)">',
        "<math><mtext></p><style><img src onerror=alert(1)>",
        "https://a.example/\x00\ud800",
        'https://a.example/"><script>',
        "http://[",
    ]
)
TEXT = st.lists(st.one_of(POISON, st.text(max_size=8)), max_size=4).map("".join)
MAYBE = st.none() | TEXT
MOMENT = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001
LIST = st.lists(TEXT, max_size=3).map(tuple)
SIZE = st.none() | st.integers(0, 10**9)
APPEARANCE = st.builds(
    Appearance,
    outlet=st.builds(Outlet, TEXT, TEXT, MAYBE, MAYBE),
    guid=MAYBE,
    link=MAYBE,
    title=TEXT,
    seen=MOMENT,
    told=st.none() | MOMENT,
)
EVIDENCE = st.builds(Evidence, st.sampled_from(Rule), TEXT, TEXT, TEXT)
ARTICLE = st.builds(
    Article,
    id=TEXT.map("a{}".format),
    title=TEXT,
    link=MAYBE,
    first_seen=MOMENT,
    published=MOMENT,
    updated=MOMENT,
    listed=MOMENT,
    summary=TEXT,
    content=TEXT,
    text=TEXT,
    authors=LIST,
    image=st.none() | st.builds(Image, TEXT, TEXT, SIZE, SIZE),
    enclosures=st.lists(st.builds(Enclosure, TEXT, TEXT, SIZE), max_size=3).map(tuple),
    categories=LIST,
    language=MAYBE,
    appearances=st.lists(APPEARANCE, max_size=2).map(tuple),
    topics=st.lists(
        st.builds(TopicHit, TEXT, st.lists(EVIDENCE, max_size=2).map(tuple)), max_size=2
    ).map(tuple),
)
JOIN = st.builds(Join, TEXT, st.sampled_from(By), st.floats(0, 1), LIST, st.timedeltas())
MEMBER = st.builds(Member, ARTICLE, MOMENT, st.none() | JOIN)
STORY = st.builds(
    Story,
    id=TEXT.map("s{}".format),
    members=st.lists(MEMBER, min_size=1, max_size=2).map(tuple),
    leading=TEXT,
    listed=MOMENT,
    published=MOMENT,
    outlets=st.integers(0, 9),
)
TELLING = st.builds(StoryEntry, STORY, st.just("https://a.example/s"), st.sampled_from(Updates))
ADDRESSES = {"href", "src", "url", "cite", "poster", "xmlUrl", "htmlUrl"}
ADDRESS_ELEMENTS = {"link", "icon", "logo", "url", "docs"}


class Links(HTMLParser):
    """Asserts that no tag of a piece of HTML can run anything."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in {"script", "style", "iframe", "object", "embed", "form", "svg", "math"}
        for name, value in attrs:
            assert not name.startswith("on")
            if name in ADDRESSES:
                assert (value or "").startswith(("http://", "https://", "mailto:"))


def check_html(html: str) -> None:
    links = Links()
    links.feed(html)
    links.close()


def check_xml(body: bytes) -> Any:
    expat.ParserCreate().Parse(body, True)
    root = etree.fromstring(body)
    for element in root.iter(etree.Element):
        name = etree.QName(element).localname
        addresses = [value for key, value in element.attrib.items() if key in ADDRESSES]
        if name in ADDRESS_ELEMENTS and not element.attrib and not len(element):
            addresses.append(element.text or "")
        for value in addresses:
            assert value.startswith(("http://", "https://"))
        html = name in {"content", "encoded", "description"} and element.get("type") != "plain"
        if html and element.text:
            check_html(element.text)
    return root


@settings(max_examples=150, deadline=None)
@given(st.lists(ARTICLE | TELLING, max_size=2))
def test_atom_and_rss_stay_well_formed_and_harmless(articles: list[Outgoing]) -> None:
    feed = check_xml(atom(CHANNEL, articles))
    assert len(feed.findall("{http://www.w3.org/2005/Atom}entry")) == len(articles)
    assert len(check_xml(rss(CHANNEL, articles)).findall("channel/item")) == len(articles)


@settings(max_examples=100, deadline=None)
@given(st.lists(ARTICLE | TELLING, max_size=2))
def test_json_stays_well_formed_and_harmless(articles: list[Outgoing]) -> None:
    for item in json.loads(jsonfeed(CHANNEL, articles))["items"]:
        check_html(item["content_html"])
        files = item.get("attachments", [])
        sources = item["_aggregator"]["sources"]
        addresses = [item["url"], item.get("image"), *(file["url"] for file in files)]
        addresses += [source["link"] for source in sources]
        story = item["_aggregator"].get("story", {"members": ()})
        addresses += [member["link"] for member in story["members"]]
        for value in filter(None, addresses):
            assert value.startswith(("http://", "https://"))


@settings(max_examples=100, deadline=None)
@given(
    TEXT,
    st.lists(
        st.builds(
            Outline, TEXT, MAYBE, MAYBE, st.lists(st.builds(Outline, TEXT, MAYBE)).map(tuple)
        ),
        max_size=3,
    ),
)
def test_lists_of_feeds_stay_well_formed_and_harmless(title: str, given: list[Outline]) -> None:
    check_xml(opml(title, given))


@settings(max_examples=50, deadline=None)
@given(TEXT, TEXT, MAYBE, MAYBE, MAYBE)
def test_a_poisoned_channel_breaks_no_feed(
    title: str, description: str, icon: str | None, older: str | None, stylesheet: str | None
) -> None:
    channel = replace(
        CHANNEL,
        title=title,
        description=description,
        icon=icon,
        next_url=older,
        stylesheet=stylesheet,
        topic_names={"war": title},
    )
    for body in (atom(channel, [RICH]), rss(channel, [RICH])):
        check_xml(body)
    json.loads(jsonfeed(channel, [RICH]))


def test_one_poisoned_article_leaves_its_neighbours_as_they_are() -> None:
    poisoned = replace(
        RICH,
        id="b" * 26,
        title="\x00\ud800",
        link="javascript:alert(1)",
        content="<script>alert(1)</script>",
        first_seen=NOON,
    )
    body = atom(CHANNEL, [poisoned, RICH])
    assert b"javascript:" not in body
    assert RICH.title.replace("&", "&amp;").encode() in body
