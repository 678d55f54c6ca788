"""Between Python's XML parser and feedparser: less for each element, and the same told."""

from __future__ import annotations

from datetime import UTC, datetime

import feedparser
import pytest
from parsing import atom, only, read, rss

from aggregator.model import Document
from aggregator.parse import expat, parse

DOCUMENTS = {
    "rss": rss("<title>A &amp; b</title><link>/a</link><dc:creator>C</dc:creator>"),
    "text in pieces": rss("<title>One\nline &lt;i&gt;and&lt;/i&gt; <![CDATA[<b>two</b>]]></title>"),
    "declared inside": rss('<title xmlns:x="http://x.example/"><x:y/>T</title><x/>'),
    "a known one by another prefix": rss(
        '<title>T</title><d:creator xmlns:d="http://purl.org/dc/elements/1.1/">C</d:creator>'
    ),
    "a namespace with a space": rss('<title>T</title><x:y xmlns:x="http://x.example/ a">z</x:y>'),
    "odd attributes": rss(
        '<title x:y="1" xmlns:x="http://x.example/" xml:lang="fr" Type="html">T</title>'
    ),
    "atom": atom("<title>T</title><id>i</id><updated>2026-11-20T10:00:00Z</updated>"),
    "prefixed atom": (
        '<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:title>N</a:title>'
        '<a:entry><a:title type="html">T &lt;b&gt;u&lt;/b&gt;</a:title><a:id>i</a:id></a:entry>'
        "</a:feed>"
    ),
    "xhtml": atom(
        '<title>T</title><id>i</id><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">'
        '<p>a<svg xmlns="http://www.w3.org/2000/svg"><circle/></svg></p></div></content>'
    ),
    "rdf": (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns="http://purl.org/rss/1.0/"><channel><title>N</title></channel>'
        "<item><title>T</title><link>http://a.example/1</link></item></rdf:RDF>"
    ),
}


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_document_is_read_as_by_the_parser_that_python_has(
    document: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = read(document)
    monkeypatch.setattr(feedparser.api, "PREFERRED_XML_PARSERS", [])
    assert ours == read(document)
    assert isinstance(ours, Document)
    assert ours.entries


def test_names_as_long_as_a_stranger_likes_are_not_remembered() -> None:
    expat._known_name.cache_clear()
    read(rss(f"<title>T</title><{'x' * 1000}>y</{'x' * 1000}>"))
    known = expat._known_name.cache_info().currsize
    read(rss(f"<title>T</title><{'y' * 1000}>y</{'y' * 1000}>"))
    assert expat._known_name.cache_info().currsize == known > 0


@pytest.mark.parametrize(
    "odd",
    [
        '<gml:pos xmlns:gml="http://www.opengis.net/gml">1 2</gml:pos>',
        "<source><link>http://x.example/<source/></link></source>",
        "<source><category>x<source/></category></source>",
    ],
)
def test_an_element_where_feedparser_expects_none_is_lost_alone(odd: str) -> None:
    def titles(*extra: str) -> list[str]:
        items = [f"<title>{n}</title><guid>{n}</guid>{text}" for n, text in enumerate(extra)]
        found = parse(
            rss(*items).encode(),
            content_type="text/xml",
            url="http://a.example/feed",
            now=datetime(2026, 11, 22, tzinfo=UTC),
        )
        assert isinstance(found, Document)
        return [entry.title for entry in found.entries]

    assert titles("", odd, "") == ["0", "1", "2"]
    assert only(rss(f"<title>T</title>{odd}<description>after</description>")).summary == "after"
