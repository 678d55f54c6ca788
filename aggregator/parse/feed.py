"""RSS, RDF, CDF and Atom by feedparser: its dictionaries become drafts. Not JSON (jsonfeed)."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence, Set
from itertools import chain
from typing import Any, NamedTuple

import feedparser

from aggregator.model import Document, Failed, Offer, Reason
from aggregator.parse import dialects
from aggregator.parse.addresses import absolute
from aggregator.parse.clean import one_line
from aggregator.parse.dialects import ENTANGLED
from aggregator.parse.draft import Draft, File, Markup
from aggregator.parse.entry import Frame, language_tag, read_entries
from aggregator.parse.media import is_image, is_playable
from aggregator.parse.names import author_names
from aggregator.parse.text import line
from aggregator.parse.wishes import wishes

dialects.install()

_HTML_TYPES = ("text/html", "application/xhtml+xml")
# Titles in RSS are plain by the letter and HTML by use; feedparser sees it if a tag is closed.
_INLINE_TAG = re.compile(
    r"</?(?:a|b|br|em|font|i|img|p|span|strong|sub|sup|u)(?:\s[^<>]*)?/?>", re.IGNORECASE
)


class Known(NamedTuple):
    """What is known of the entries of a text before it is read.

    marks: of all, those that were left out of the text, too; empty if it is odd.
    places: the position of each that is in the text.  passed: positions not to be read.
    """

    marks: Sequence[bytes]
    places: Sequence[int]
    passed: Set[int]


def parse_feed(text: str, frame: Frame, known: Known) -> tuple[Document | Failed, bool]:
    """Return the document in ``text``, and whether its entries don't depend on one another.

    text: from the root element on.  frame: its language and authors are not set yet.
    """
    marks, places, passed = known
    try:
        parsed = _parsed(text, frame.url)
    except Exception as error:  # noqa: BLE001 - feedparser raises what its parsers raise
        detail = line(f"the parser raised {type(error).__name__}: {error}", 200)
        return Failed(Reason.PARSE_CRASH, detail), False
    feed = parsed.feed
    sound = not (parsed.bozo or ENTANGLED in feed)
    apart = sound and bool(marks) and len(parsed.entries) == len(places)
    atom = parsed.version.startswith("atom")
    title = one_line(
        _markup(feed.get("title_detail"), frame.url, atom=atom), frame.limits.max_title_chars
    )
    language = language_tag(str(feed.get("language") or ""))
    # Only Atom says that entries inherit (RFC 4287, 4.1.1); a feed's own name is no author.
    authors = author_names(_authors(feed), frame.limits.max_authors) if atom else ()
    shared = Frame(
        frame.url, frame.now, frame.limits, language,
        tuple(name for name in authors if name.casefold() != title.casefold()),
    )  # fmt: skip
    entries, skipped = read_entries(
        parsed.entries,
        lambda raw: _draft({**raw}, frame.url, atom=atom),
        shared,
        places if apart else (),
        passed,
    )
    links = (absolute(one, frame.url) for one in _links(feed))
    left_out = passed | {one.position for one in skipped}
    within = marks[: frame.limits.max_entries] if apart else ()
    document = Document(
        title, next(filter(None, links), None), language, entries, skipped,
        marks=tuple(mark for n, mark in enumerate(within) if n not in left_out),
        passed=tuple(mark for n, mark in enumerate(within) if n in passed),
        wishes=wishes(feed),
        offer=Offer(_link(feed, "hub", frame.url), _link(feed, "self", frame.url)),
    )  # fmt: skip
    return document, apart


def _parsed(text: str, url: str) -> Any:
    return feedparser.parse(
        io.BytesIO(text.encode()),
        response_headers={
            "content-type": "application/xml; charset=utf-8",
            "content-location": url,
        },
        sanitize_html=False,
        resolve_relative_uris=False,
    )


def _draft(raw: dict[str, Any], url: str, *, atom: bool) -> Draft:
    """Return an entry as a draft. raw: a plain dictionary; feedparser's own is slow, and warns."""
    details = {
        name: _markup(_detail(raw, name), url, atom=atom)
        for name in ("title", "summary", "subtitle", "media_title", "media_description")
    }
    contents = tuple(
        _markup(one, url, atom=atom)
        for one in raw.get("content", ())
        if one.get("type", "").startswith(("text/", *_HTML_TYPES))
    )
    told = _detail(raw, "title") or (raw.get("content") or [{}])[0]
    # Of a film all that is said stands in its description; beside a text it describes the picture.
    has_text = any(one.value for one in (details["summary"], *contents))
    words = details["media_description"] if has_text else Markup("")
    return Draft(
        guid=raw.get("id", ""),
        links=tuple(_links(raw)),
        titles=(details["title"], details["media_title"]),
        summaries=(details["summary"], details["subtitle"], details["media_description"]),
        contents=contents,
        authors=tuple(_authors(raw)),
        published=raw.get("published") or raw.get("created") or "",
        updated=raw.get("updated") or "",
        images=_images(raw, words if words.value else details["media_title"], url, atom=atom),
        enclosures=_enclosures(raw),
        categories=tuple(tag.get("label") or tag.get("term") or "" for tag in raw.get("tags", ())),
        language=told.get("language") or "",
        base=_own_base(told, url),
    )


def _detail(raw: Any, name: str) -> dict[str, Any]:
    """Return a text construct of an entry: value, type, language and base; empty if it has none.

    Where a deeper element bears the same name (an author's title in the entry's), feedparser's
    detail is the deeper one's, and its plain value the right one.
    """
    detail = raw.get(f"{name}_detail")
    return {**detail, "value": raw.get(name)} if detail else {}


def _markup(detail: Any, url: str, *, atom: bool) -> Markup:
    if not detail:
        return Markup("")
    value = detail.get("value") or ""
    is_html = detail.get("type") in _HTML_TYPES or (not atom and bool(_INLINE_TAG.search(value)))
    return Markup(value, is_html, _own_base(detail, url))


def _own_base(detail: Any, url: str) -> str:
    """Return the xml:base of an element; empty where it is the document's address."""
    base = detail.get("base") or ""
    return "" if base == url else base


def _links(raw: Any) -> list[str]:
    """Return where an entry or a feed may be read, best first.

    FeedBurner's own addresses, long dead, stand in for the ones in ``origLink``. Where there is no
    link element, "link" is the guid, which by default is one, and often isn't even an address.
    """
    link = raw.get("link") or ""  # an element that isn't closed can leave None
    link = link if "://" in link or link != raw.get("id") else ""
    links = raw.get("links", ())
    related = [
        [link.get("href", "") for link in links if link.get("rel") == rel]
        for rel in ("alternate", "via", "related")
    ]
    return [raw.get("feedburner_origlink", ""), link, *chain.from_iterable(related)]


def _link(feed: Any, rel: str, url: str) -> str:
    """Return the first address that a feed links to in such a way; "" if there is none."""
    named = (one for one in feed.get("links", ()) if rel in one.get("rel", "").lower().split())
    return next(filter(None, (absolute(one.get("href", ""), url) for one in named)), "")


def _authors(raw: Any) -> list[str]:
    return [author.get("name") or author.get("email") or "" for author in raw.get("authors", ())]


def _enclosures(raw: Any) -> tuple[File, ...]:
    linked = [
        File(link.get("href", ""), link.get("type", ""), length=link.get("length", ""))
        for link in raw.get("links", ())
        if link.get("rel") == "enclosure"
    ]
    media = (_media_file(item) for item in raw.get("media_content", ()))
    return (*linked, *(file for file in media if is_playable(file)))


def _images(raw: Any, words: Markup, url: str, *, atom: bool) -> tuple[tuple[File, ...], ...]:
    """Return an entry's pictures: Media RSS, its thumbnails, iTunes, enclosures.

    words: what is said of its pictures in general, for those without words of their own.
    """
    media = [
        (item, item.get("media_description_detail") or item.get("media_title_detail"))
        for item in raw.get("media_content", ())
    ]
    general = Markup("") if any(own for _, own in media) else words
    full = [
        _media_file(item, _markup(own, url, atom=atom) if own else general) for item, own in media
    ]
    small = [_media_file(item, words) for item in raw.get("media_thumbnail", ())]
    podcast = File(raw.get("image", {}).get("href", ""))
    linked = [file for file in _enclosures(raw) if is_image(file)]
    return tuple(filter(is_image, full)), tuple(small), (podcast,), tuple(linked)


def _media_file(item: Any, words: Markup = Markup("")) -> File:  # noqa: B008 - a value
    return File(
        url=item.get("url", ""),
        type=item.get("type", ""),
        medium=item.get("medium", ""),
        length=item.get("filesize", ""),
        width=item.get("width", ""),
        height=item.get("height", ""),
        alt=words,
    )
