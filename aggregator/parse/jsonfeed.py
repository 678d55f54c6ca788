"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/): its objects become drafts.

Every value is taken for what it is, not for what the format says that it should be.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from aggregator.model import Document, Failed, Offer, Reason
from aggregator.parse.addresses import absolute
from aggregator.parse.draft import Draft, File, Markup
from aggregator.parse.entry import Frame, language_tag, read_entries
from aggregator.parse.names import author_names
from aggregator.parse.text import line


def parse_json_feed(text: str, frame: Frame) -> Document | Failed:
    """Return the document in ``text``, which begins with a brace.

    frame: its language and authors are not set yet.
    """
    try:
        # strict=False: raw newlines in strings are the commonest mistake of hand-made feeds.
        feed = json.loads(text, strict=False)
    except (ValueError, RecursionError) as error:
        return Failed(Reason.NOT_A_FEED, line(f"it looks like JSON, but is broken: {error}", 200))
    items = feed.get("items")
    if not isinstance(items, list):
        return Failed(Reason.NOT_A_FEED, "it is JSON, but not JSON Feed: it has no list of items")
    title = line(_text(feed, "title"), frame.limits.max_title_chars)
    authors = author_names(_authors(feed), frame.limits.max_authors)
    language = language_tag(_text(feed, "language"))
    shared = Frame(
        frame.url, frame.now, frame.limits, language,
        tuple(name for name in authors if name.casefold() != title.casefold()),
    )  # fmt: skip
    entries, skipped = read_entries(items, _draft, shared)
    link = absolute(_text(feed, "home_page_url"), frame.url)
    return Document(title, link, language, entries, skipped, offer=_offer(feed, frame.url))


def _offer(feed: Mapping[str, Any], url: str) -> Offer:
    hubs = (
        absolute(_text(hub, "url"), url)
        for hub in _objects(feed, "hubs")
        if _text(hub, "type").lower() == "websub"
    )
    return Offer(next(filter(None, hubs), ""), absolute(_text(feed, "feed_url"), url) or "")


def _draft(item: Any) -> Draft:
    if not isinstance(item, Mapping):
        raise TypeError(f"an item is {type(item).__name__}, not an object")
    written, plain = _text(item, "content_html"), _text(item, "content_text")
    return Draft(
        guid=_text(item, "id"),
        links=(_text(item, "url"), _text(item, "external_url")),
        titles=(Markup(_text(item, "title")),),
        summaries=(Markup(_text(item, "summary")),),
        contents=(Markup(written, html=True) if written.strip() else Markup(plain),),
        authors=_authors(item),
        published=_text(item, "date_published"),
        updated=_text(item, "date_modified"),
        images=tuple((File(_text(item, key)),) for key in ("image", "banner_image")),
        enclosures=tuple(
            File(_text(file, "url"), _text(file, "mime_type"), length=_text(file, "size_in_bytes"))
            for file in _objects(item, "attachments")
        ),
        categories=tuple(tag for tag in _list(item, "tags") if isinstance(tag, str)),
        language=_text(item, "language"),
    )


def _authors(holder: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names in ``authors`` (1.1), else in ``author`` (1.0)."""
    return tuple(
        _text(author, "name")
        for author in _objects(holder, "authors") or _objects(holder, "author")
    )


def _text(holder: Mapping[str, Any], key: str) -> str:
    """Return a string, or a number as one (ids and sizes are both); else nothing."""
    value = holder.get(key)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else ""


def _list(holder: Mapping[str, Any], key: str) -> list[Any]:
    value = holder.get(key)
    return value if isinstance(value, list) else [value]


def _objects(holder: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    return [one for one in _list(holder, key) if isinstance(one, Mapping)]
