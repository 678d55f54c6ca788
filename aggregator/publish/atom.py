"""Articles and stories as Atom (RFC 4287), with everything that its readers can show. Not RSS."""

from __future__ import annotations

from collections.abc import Sequence

from aggregator.model import Channel
from aggregator.publish.entries import Outgoing, items
from aggregator.publish.extension import (
    Element,
    add_image,
    add_stylesheet,
    child,
    generate,
)
from aggregator.publish.item import FeedEntry, Origin
from aggregator.publish.safe import address, legal

MIME = "application/atom+xml"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def atom(channel: Channel, outgoing: Sequence[Outgoing]) -> bytes:
    """The feed as UTF-8, the entries in the order given. The same input gives the same bytes."""
    channel = legal(channel)
    entries = items(channel, outgoing)
    rendered: bytes = generate(channel, entries, _finish_feed, _finish_entry).atom_str()
    return rendered


def _finish_feed(feed: Element, channel: Channel, entries: Sequence[FeedEntry]) -> None:
    add_stylesheet(feed, channel)
    child(feed, "link", rel="self", type=MIME, href=channel.urls["atom"])
    if hub := address(channel.hub):
        child(feed, "link", rel="hub", href=hub)
    if older := address(channel.next_url):
        child(feed, "link", rel="next", type=MIME, href=older)


def _finish_entry(entry: Element, item: FeedEntry) -> None:
    if item.language:
        entry.set(_LANG, item.language)
    entry.find("title").set("type", "text")
    entry.find("link").set("rel", "alternate")
    child(entry, "link", rel="via", type="text/html", href=item.page)
    for file in item.enclosures:
        length = None if file.length is None else str(file.length)
        child(entry, "link", rel="enclosure", type=file.type, length=length, href=file.url)
    if item.origin:
        _add_source(entry, item.origin, item)
    add_image(entry, item)


def _add_source(entry: Element, origin: Origin, item: FeedEntry) -> None:
    """The feed that the entry comes from. Without authors: readers would take them for its own.

    Its ``updated`` is the entry's: all that is known is that the feed was alive then.
    """
    source = child(entry, "source")
    child(source, "id", origin.uri)
    child(source, "title", origin.name)
    child(source, "updated", item.updated.isoformat())
    if origin.feed_url:
        child(source, "link", rel="self", href=origin.feed_url)
    if origin.site_url:
        child(source, "link", rel="alternate", type="text/html", href=origin.site_url)
