"""Lists of feeds as OPML 2.0 (http://opml.org/spec2.opml), written; ``parse`` reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from aggregator.publish.safe import address, legal

MIME = "text/x-opml"


@dataclass(frozen=True, slots=True)
class Outline:
    """A feed, or without ``feed_url`` a folder."""

    title: str
    feed_url: str | None = None
    site_url: str | None = None
    children: tuple[Outline, ...] = ()


def opml(title: str, outlines: Sequence[Outline]) -> bytes:
    """The list as UTF-8. Feeds whose address isn't http(s) are left out."""
    root = ET.Element("opml", version="2.0")
    ET.SubElement(ET.SubElement(root, "head"), "title").text = legal(title)
    body = ET.SubElement(root, "body")
    for outline in legal(tuple(outlines)):
        _add(body, outline)
    ET.indent(root)
    rendered: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return rendered + b"\n"


def _add(parent: ET.Element, outline: Outline) -> None:
    """A feed has type and both names: readers differ in which one they show. No ``version``."""
    attributes = {"text": outline.title or outline.feed_url or "Untitled"}
    if outline.feed_url is not None:
        url = address(outline.feed_url)
        if url is None:
            return
        attributes |= {"type": "rss", "title": attributes["text"], "xmlUrl": url}
        if site := address(outline.site_url):
            attributes["htmlUrl"] = site
    element = ET.SubElement(parent, "outline", attributes)
    for inner in outline.children:
        _add(element, inner)
