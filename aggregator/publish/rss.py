"""Articles and stories as RSS 2.0 with the modules that its readers know. Not Atom."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from aggregator.model import Channel, Enclosure
from aggregator.publish.entries import Outgoing, items
from aggregator.publish.extension import (
    DC,
    MEDIA,
    Element,
    add_image,
    add_stylesheet,
    child,
    generate,
)
from aggregator.publish.item import FeedEntry
from aggregator.publish.safe import address, legal

MIME = "application/rss+xml"
_ANY_TYPE = "application/octet-stream"
_ATOM_LINK = "{http://www.w3.org/2005/Atom}link"


def rss(channel: Channel, outgoing: Sequence[Outgoing]) -> bytes:
    """The feed as UTF-8, the entries in the order given. The same input gives the same bytes."""
    channel = legal(channel)
    entries = items(channel, outgoing)
    rendered: bytes = generate(channel, entries, _finish_feed, _finish_item).rss_str()
    return rendered


def _finish_feed(root: Element, channel: Channel, entries: Sequence[FeedEntry]) -> None:
    add_stylesheet(root, channel)
    head = root.find("channel")
    _as_html(head)
    child(head, _ATOM_LINK, rel="self", type=MIME, href=channel.urls["rss"])
    if hub := address(channel.hub):
        child(head, _ATOM_LINK, rel="hub", href=hub)
    if older := address(channel.next_url):
        child(head, _ATOM_LINK, rel="next", type=MIME, href=older)
    if not entries:  # optional here, unlike in Atom, and there is no date to tell
        head.remove(head.find("lastBuildDate"))


def _finish_item(element: Element, item: FeedEntry) -> None:
    if item.summary:  # else the content stands there, and is HTML already
        _as_html(element)
    for author in item.authors:
        child(element, f"{{{DC}}}creator", author)
    if item.origin and (url := item.origin.feed_url or item.origin.site_url):
        child(element, "source", item.origin.name, url=url)
    _add_enclosures(element, item.enclosures)
    add_image(element, item)


def _as_html(parent: Element) -> None:
    """Readers take every description for HTML, so plain text must be escaped once more."""
    description = parent.find("description")
    description.text = escape(description.text, quote=False)


def _add_enclosures(element: Element, enclosures: Sequence[Enclosure]) -> None:
    """The first one the RSS way, which allows but one and wants a length; the others as media."""
    for number, file in enumerate(enclosures):
        length = str(file.length or 0)
        if number == 0:
            child(element, "enclosure", url=file.url, length=length, type=file.type or _ANY_TYPE)
        else:
            size = length if file.length else None
            child(element, f"{{{MEDIA}}}content", url=file.url, fileSize=size, type=file.type)
