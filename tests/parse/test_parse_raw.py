"""Entries that came before are not read again, and nothing comes out otherwise for it."""

# ruff: noqa: E501 - tables with one case a line

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parsing import NOW, URL, atom, jsonfeed, rss

from aggregator.model import Document, Failed
from aggregator.parse import ParseLimits, nothing_new, opened, parse
from aggregator.parse.encoding import decode
from aggregator.parse.raw import split


def whole(body: bytes, url: str = URL, limits: ParseLimits | None = None) -> Document | Failed:
    return parse(body, content_type="", url=url, now=NOW, limits=limits or ParseLimits())


def marks_of(body: bytes) -> frozenset[bytes]:
    document = whole(body)
    return frozenset(document.marks) if isinstance(document, Document) else frozenset()


def compared(
    before: bytes, after: bytes, url: str = URL, limits: ParseLimits | None = None
) -> Document | Failed:
    """Read a body as if another one had come before; assert that nothing comes out otherwise."""
    first, full = whole(before), whole(after, url, limits)
    seen = frozenset(first.marks) if isinstance(first, Document) else frozenset()
    limits = limits or ParseLimits()
    feed = opened(after, content_type="", url=url, limits=limits)
    about: Any = {"content_type": "", "url": url, "now": NOW, "limits": limits, "seen": seen}
    found = parse(after, **about)
    assert feed is None or parse(feed, **about) == found
    quick = feed and nothing_new(feed, seen, limits)
    if not isinstance(found, Document) or not isinstance(full, Document) or not found.passed:
        assert found == full
        assert quick is None
        return found
    assert isinstance(first, Document)
    assert len(full.marks) == len(full.entries)
    known = dict(zip(first.marks, first.entries, strict=True))
    passed = [mark in seen for mark in full.marks]
    again = zip(full.marks, full.entries, passed, strict=True)
    assert all(known[mark] == entry for mark, entry, is_passed in again if is_passed)
    rest = zip(full.marks, full.entries, passed, strict=True)
    left = [(mark, entry) for mark, entry, is_passed in rest if not is_passed]
    expected = replace(
        full,
        entries=tuple(entry for _, entry in left),
        marks=tuple(mark for mark, _ in left),
        passed=tuple(m for m, is_passed in zip(full.marks, passed, strict=True) if is_passed),
    )
    assert found == expected
    assert (quick is not None) == (not left and not full.skipped)
    assert quick is None or quick.passed == found.passed
    return found


def passed(before: str | bytes, after: str | bytes) -> tuple[int, int]:
    """How many entries were known, how many were read."""
    first, second = (one.encode() if isinstance(one, str) else one for one in (before, after))
    found = compared(first, second)
    assert isinstance(found, Document)
    return len(found.passed), len(found.entries)


A, B, C = (
    f"<title>{name}</title><link>https://example.org/{name}</link><guid>{name}</guid>"
    for name in "abc"
)
ENTRY = '<id>tag:{0}</id><title>{0}</title><link href="/{0}"/><content type="html">x</content>'
ONE, TWO = ENTRY.format("one"), ENTRY.format("two")
RDF = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    'xmlns="http://purl.org/rss/1.0/"><channel><title>N</title></channel>'
)
X, Y = (f'<item rdf:about="{name}"><title>{name}</title></item>' for name in "xy")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (rss(A, B), rss(C, A, B), (2, 1)),
        (rss(A, B), rss(B, A), (2, 0)),
        (rss(A, B), rss(B), (1, 0)),
        (rss(A, B), rss(A.replace("<title>a", "<title>z"), B), (1, 1)),
        (rss(A, A), rss(A), (1, 0)),
        (atom(ONE), atom(TWO, ONE), (1, 1)),
        (RDF + X + "</rdf:RDF>", RDF + Y + X + "</rdf:RDF>", (1, 1)),
        (rss(A).replace("<item>", "<item >"), rss(A, B).replace("<item>", "<item >"), (1, 1)),
        (rss(A), rss(A).replace("\n", "\r\n"), (0, 1)),  # it stands in the head: to be sure
        # CDATA and comments that hold what looks like entries
        (rss(A + "<description><![CDATA[</item><item>]]></description>", B),) * 2 + ((2, 0),),
        (rss(A + "<!-- </item><item> -->", B), rss(C, A + "<!-- </item><item> -->", B), (2, 1)),
        (rss(A + "<?x </item> ?>", B),) * 2 + ((2, 0),),
        # what is around them
        (rss(A, channel="<language>en</language>"), rss(A, channel="<language>de</language>"), (0, 1)),
        (atom(ONE), atom(ONE, root='xml:base="https://elsewhere.example/"'), (0, 1)),
        (atom(ONE), atom(ONE, root='xml:lang="az"'), (0, 1)),
        (atom(ONE), atom(ONE, feed="<title>News</title><author><name>Ann</name></author>"), (0, 1)),
        (rss(A), rss(A).replace("mrss", "mrss2"), (0, 1)),
        (rss(A), '<!DOCTYPE rss [<!ENTITY a "b">]>' + rss(A), (0, 1)),
        (rss(A), rss(A).encode("utf-16"), (1, 0)),  # the same text
        (rss(A + "<description>é</description>").replace('encoding="utf-8"', ""),
         rss(A + "<description>é</description>").replace('encoding="utf-8"', "").encode("latin-1"), (1, 0)),
        # what passes
        (rss(A, channel="<title>N</title><pubDate>Mon, 06 Sep 2021 17:30:00 GMT</pubDate>"),
         rss(A, channel="<title>N</title><pubDate>Tue, 07 Sep 2021 17:30:00 GMT</pubDate>"), (1, 0)),
        (rss(A) + "<!-- made in 1.2 seconds -->", rss(A) + "<!-- made in 3.4 seconds -->", (1, 0)),
        (rss(A) + "<!-- 1 -->", rss(A) + "<!-- 2 -- -->", (0, 1)),
        (rss(A, channel="<link><![CDATA[<updated>1</updated>]]></link>"),
         rss(A, channel="<link><![CDATA[<updated>2</updated>]]></link>"), (0, 1)),
    ],
)  # fmt: skip
def test_what_came_before_under_the_same_conditions_is_passed(
    before: str | bytes, after: str | bytes, expected: tuple[int, int]
) -> None:
    assert passed(before, after) == expected


@pytest.mark.parametrize(
    "odd",
    [
        rss(A + "<item>" + B + "</item>"),
        rss(A, B).replace("</item><item>", "</item><title>between</title><item>"),
        rss(A, B).replace("</item>", "", 1),
        rss(A).replace("<item>", "</item><item>"),
        rss(A + "<description><![CDATA["),
        rss(A + "&nothing;"),
        rss(A).replace("item>", "rss:item>").replace("<rss ", '<rss xmlns:rss="http://purl.org/rss/1.0/" '),
        rss(A, channel="<x a='<item>b</item>'/>"),
        rss(A, channel="<item\x00>b</item>"),
        rss(A, channel="<&#0;item>b<&#0;/item>"),
        # What a repair makes of it are as many entries as the text has, but others.
        rss(A + "<x><![CDATA\x00[</x>", B, channel="<it\x00em>c</it\x00em>").replace("</channel>", "]]></x></it\x00em></channel>"),
        rss(A, B + "<content:encoded><div>x</div></content:encoded>"),  # feedparser forgets to close it
        rss(A + '<media:title xmlns:m="http://search.yahoo.com/mrss/">x</media:title>'),
        rss(A + '<x xmlns:dc="https://example.org/"/>'),
        rss(A + f'<x xmlns:a="{"x" * 600}"/>'),
        rss(A + "<rss xml:lang='de'/>"),
        jsonfeed({"id": "1", "title": "x"}),
        rss(),
        "<html></html>",
    ],
)  # fmt: skip
def test_where_anything_is_odd_all_is_read(odd: str) -> None:
    assert marks_of(odd.encode()) == frozenset()
    compared(rss(A, B).encode(), odd.encode())
    compared(odd.encode(), rss(A, B).encode())


def test_an_entry_with_prefixes_of_its_own_is_known_again() -> None:
    own = [
        A + '<thr:in xmlns:thr="http://purl.org/syndication/thread/1.0"/>',
        B + '<x:in xmlns:x="https://example.org/x"/><media:title>x</media:title>',
    ]
    assert passed(rss(*own), rss(C, *own)) == (2, 1)
    # One of them means something else now: feedparser may take it for that everywhere.
    other = C + '<x:in xmlns:x="https://example.org/y"/>'
    assert passed(rss(*own), rss(other, *own)) == (0, 3)


def test_the_address_and_the_limits_are_inherited() -> None:
    body = rss(A, B).encode()
    for url, limits in (("https://other.example/", None), (URL, ParseLimits(max_title_chars=9))):
        found = compared(body, body, url, limits)
        assert isinstance(found, Document)
        assert found.passed == ()


def test_what_is_left_out_is_told_with_its_place() -> None:
    found = compared(rss(A, B).encode(), rss(A, "", B, C, "").encode())
    assert isinstance(found, Document)
    assert [skip.position for skip in found.skipped] == [1, 4]
    few = ParseLimits(max_entries=2)
    before = whole(rss(A, B, C).encode(), URL, few)
    assert isinstance(before, Document)
    for after in (rss(C, B, A), rss(A, B, C)):
        again = parse(
            after.encode(), content_type="", url=URL, now=NOW, limits=few, seen=set(before.marks)
        )
        full = whole(after.encode(), URL, few)
        assert isinstance(again, Document)
        assert isinstance(full, Document)
        assert again.skipped == full.skipped
        assert len(again.passed) + len(again.entries) == len(full.entries)


def test_a_document_cut_short_is_read_as_a_whole() -> None:
    body = rss(A, B, C).encode()
    for end in range(len(body)):
        compared(body, body[:end])


@pytest.mark.parametrize(
    "piece",
    ["<!--", "<![CDATA[", "<?", "<item>", "</item>", "<updated>", "xmlns:", 'xmlns:a="', "<item ", "<"],
)  # fmt: skip
def test_the_text_is_looked_through_once_however_hostile_it_is(piece: str) -> None:
    """Quadratic time would be hours here; the test has no other limit than its patience."""
    for text in (piece * 200_000, f"<rss>{piece * 200_000}<item></item></rss>"):
        assert len(split(text, "").marks) <= 200_000


# --- documents made by chance -------------------------------------------------------------------

TRICKS = st.sampled_from(
    ["<item>", "</item>", "<entry>", "<![CDATA[", "]]>", "<!--", "-->", "<?", "?>", "&amp;", "&nbsp;", "&#0;", "&x;",
     "\x00", "\x0b", "<b>", "</b>", '"', "'", "<title>t</title>", "<description>d</description>", "<link>/l</link>",
     "<image>", "</image>", "<source>", "</source>", "<author>", "</author>", "<language>de</language>", "<div>", "</div>",
     "<content:encoded>", "</content:encoded>", "<svg>", "</svg>", "<media:group>", "</media:group>",
     '<x xml:base="https://b.example/">', "</x>", '<x xml:lang="fr"/>', '<media:title xmlns:media="http://search.yahoo.com/mrss/">',
     "</media:title>", '<dc:x xmlns:dc="http://search.yahoo.com/mrss/"/>', '<q:x xmlns:q="https://q.example/"/>',
     '<q:x xmlns:q="https://r.example/"/>', '<q xmlns="http://www.w3.org/2005/Atom"/>', "<updated>2021-09-06</updated>"]
)  # fmt: skip
BLOCKS = st.sampled_from(
    [f"<{opened}>x</{closed}>" for opened, closed in [("title",) * 2, ("author",) * 2, ("source",) * 2, ("textinput",) * 2,
     ("content:encoded",) * 2, ("language",) * 2, ("rss xml:lang='az'", "rss"), ("image",) * 2, ("category",) * 2]]
    + ["<![CDATA[</item>]]>", "<!--<item>-->", "<description><title>x</title></description>", "<guid>g</guid>",
       "<content:encoded type='xhtml'><div>a</div></content:encoded>", "<link/>", "<x y='>'/>", "<image><title>i</title></image>",
       "<summary>a</summary><summary>b</summary>", "<media:content url='/a.jpg'/>", "<itunes:owner><itunes:name>n</itunes:name></itunes:owner>"]
)  # fmt: skip
RAW = st.lists(BLOCKS, max_size=5).map("".join) | st.lists(TRICKS | BLOCKS, max_size=5).map("".join)
CHANNEL = st.just("<title>News</title>") | RAW


@settings(max_examples=400, deadline=None)
@given(st.lists(RAW, min_size=1, max_size=4), RAW, CHANNEL, CHANNEL, st.data())
def test_whatever_came_before_all_is_as_if_it_were_read(
    items: list[str], more: str, channel: str, other: str, data: st.DataObject
) -> None:
    root = data.draw(st.sampled_from([rss, atom]))
    told = "channel" if root is rss else "feed"
    before = root(*items, **{told: channel})
    again = data.draw(st.permutations([*items, more]))
    again = again[: data.draw(st.integers(1, len(again)))]
    for head in (channel, other):
        after = root(*again, **{told: head})
        compared(before.encode("utf-8", "surrogatepass"), after.encode("utf-8", "surrogatepass"))


# --- real feeds ---------------------------------------------------------------------------------


def mutants(text: str) -> dict[str, str]:
    """The document with its entries changed and what is around them."""
    spans = split(text, "").spans
    if not spans:
        return {"as it is": text, "cut": text[: len(text) // 2]}
    raws = [text[start:end] for start, end in spans]
    head, tail = text[: spans[0][0]], text[spans[-1][1] :]
    new = raws[0].replace("<title", "<title x='y'", 1)

    def made(*entries: str, around: str = head, end: str = tail) -> str:
        return "\n".join((around, *entries, end))

    return {
        "as it is": text,
        "one new": made(new.replace("http", "https"), *raws),
        "one edited": made(*raws[:1], *(raw.replace("a", "o") for raw in raws[1:2]), *raws[2:]),
        "one removed": made(*raws[1:]),
        "another order": made(*raws[::-1]),
        "one broken": made(*raws[:2], raws[0].replace(">", "", 1), *raws[2:]),
        "one in another": made(raws[0].replace("</", f"{raws[-1]}</", 1), *raws[1:]),
        "in a comment": made("<!--", *raws[:1], "-->", *raws[1:]),
        "in CDATA": made(*raws[:1], "<![CDATA[", *raws[1:2], "]]>", *raws[2:]),
        "other base": made(*raws, around=head.replace("<channel", "<channel xml:base='https://b.example/'")),
        "other names": made(*raws, around=head.replace("xmlns:", "xmlns:q='urn:q' xmlns:", 1)),
        "cut": text[: len(text) * 2 // 3],
    }  # fmt: skip


@pytest.mark.timeout(900)
def test_real_feeds_come_out_as_if_all_of_them_were_read(shared: Path) -> None:
    folder = shared / "data" / "feeds"
    with (folder / "manifest.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    known = several = 0
    for number, row in enumerate(rows):
        body = (folder / row["file"]).read_bytes()
        text = decode(body, "")
        if len(text) > 200_000:
            continue
        kinds = list(mutants(text).values())
        # Three of the kinds for each feed: all of them would take minutes.
        for after in (kinds[0], kinds[number % len(kinds)], kinds[number * 5 % len(kinds)]):
            found = compared(text.encode(), after.encode())
            assert isinstance(found, (Document, Failed))
        known += bool(marks_of(text.encode()))
        several += 1
    assert known > 0.85 * several, (known, several)
