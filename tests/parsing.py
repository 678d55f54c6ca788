"""What the tests of parse share: small documents of every format, and one call that reads them."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

from aggregator.model import Document, Entry, Failed, Reason
from aggregator.parse import ParseLimits, parse
from aggregator.parse.text import plain

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
URL = "https://feeds.example.org/news/feed.xml"

NAMESPACES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:atom="http://www.w3.org/2005/Atom" '
    'xmlns:media="http://search.yahoo.com/mrss/" '
    'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" '
    'xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"'
)


def rss(*items: str, channel: str = "<title>News</title>") -> str:
    body = "".join(f"<item>{item}</item>" for item in items)
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0" {NAMESPACES}>'
        f"<channel>{channel}{body}</channel></rss>"
    )


def atom(*entries: str, feed: str = "<title>News</title>", root: str = "") -> str:
    body = "".join(f"<entry>{entry}</entry>" for entry in entries)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" '
        f'xmlns:media="http://search.yahoo.com/mrss/" {root}>{feed}{body}</feed>'
    )


def jsonfeed(*items: Any, **feed: Any) -> str:
    shell = {"version": "https://jsonfeed.org/version/1.1", "title": "News"}
    return json.dumps({**shell, **feed, "items": items})


def read(
    document: str | bytes,
    content_type: str = "",
    url: str = URL,
    limits: ParseLimits | None = None,
) -> Document:
    """Return a document that must parse."""
    body = document.encode() if isinstance(document, str) else document
    parsed = parse(
        body, content_type=content_type, url=url, now=NOW, limits=limits or ParseLimits()
    )
    assert isinstance(parsed, Document), parsed
    return parsed


def only(document: str | bytes, **options: Any) -> Entry:
    """Return the one entry of a document that must have exactly one, and none skipped."""
    parsed = read(document, **options)
    assert not parsed.skipped, parsed.skipped
    [entry] = parsed.entries
    return entry


class _Judge(HTMLParser):
    """Raises on anything in HTML that isn't on the list."""

    TAGS = (
        "a abbr article aside b bdi bdo blockquote br caption cite code col colgroup dd del "
        "details dfn div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i img ins "
        "kbd li main mark nav ol p pre q rp rt ruby s samp section small span strong sub summary "
        "sup table tbody td tfoot th thead time tr u ul var wbr"
    )
    ATTRIBUTES = "href src alt title width height rel lang dir start colspan rowspan datetime"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in self.TAGS.split(), tag
        for name, value in attrs:
            assert name in self.ATTRIBUTES.split(), name
            if name in ("href", "src"):
                assert (value or "").lower().startswith(("http://", "https://", "mailto:")), value

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(decl)

    def handle_pi(self, data: str) -> None:
        raise AssertionError(data)


def judge(markup: str) -> None:
    """Assert that HTML holds known elements, attributes and schemes only."""
    parser = _Judge()
    parser.feed(markup)
    parser.close()


_ILLEGAL_XML = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def strings(value: object) -> Iterator[str]:
    """Yield every string in a value, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from strings(item)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from strings(getattr(value, field.name))


def check(parsed: Document | Failed) -> None:
    """Assert what every outcome of ``parse`` promises."""
    for text in strings(parsed):
        text.encode()
        assert not _ILLEGAL_XML.search(text), ascii(text)
    if isinstance(parsed, Failed):
        assert parsed.reason in (Reason.NOT_A_FEED, Reason.PARSE_CRASH)
        assert parsed.detail
        return
    for entry in parsed.entries:
        judge(entry.content)
        assert entry.title
        assert "\n" not in entry.title
        assert entry.text == plain(entry.content)
        for date in (entry.published, entry.updated):
            assert date is None or date.tzinfo is UTC
        addresses = [
            entry.link,
            entry.image and entry.image.url,
            *(e.url for e in entry.enclosures),
        ]
        assert all(address.startswith(("http://", "https://")) for address in addresses if address)
