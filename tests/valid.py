"""What the W3C's feed validator and the JSON Feed format ask of a feed, as far as it concerns us.

The validator itself is on no package index; what it said of our feeds when it was run is here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from lxml import etree, html

NS = {
    "a": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
}
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_URI = re.compile(r"(https?://|tag:)[!-~]+")


def check_atom(body: bytes) -> list[str]:
    """Return the ids of the entries."""
    feed = etree.fromstring(body)
    _one(feed, "a:id", "a:title", "a:updated", "a:link[@rel='self']", "a:link[@rel='alternate']")
    _one(feed, "a:author/a:name[text()]")  # signs what has no author of its own
    entries = feed.xpath("a:entry", namespaces=NS)
    for entry in entries:
        _one(entry, "a:id", "a:title", "a:updated", "a:published", "a:link[@rel='alternate']")
        _one(entry, "a:content")
        published, updated = (_text(entry, f"a:{name}") for name in ("published", "updated"))
        assert datetime.fromisoformat(published) <= datetime.fromisoformat(updated)
        assert updated <= _text(feed, "a:updated")
        _check_html(_text(entry, "a:content"))
    for one in feed.xpath("//@href | //a:id/text()", namespaces=NS):
        assert _URI.fullmatch(one), one
    for tag in feed.xpath("//@xml:lang"):
        assert _LANGUAGE.fullmatch(tag), tag
    return _unique(_text(entry, "a:id") for entry in entries)


def check_rss(body: bytes) -> list[str]:
    channel = etree.fromstring(body).find("channel")
    _one(channel, "title", "link", "description", "a:link[@rel='self']")
    items = channel.findall("item")
    for item in items:
        _one(item, "title", "link", "pubDate", "guid[@isPermaLink='false']", "description")
        assert len(item.findall("enclosure")) <= 1
        newest = parsedate_to_datetime(_text(channel, "lastBuildDate"))
        assert parsedate_to_datetime(_text(item, "pubDate")) <= newest
        _check_html(_text(item, "content:encoded") or _text(item, "description"))
        for one in (_text(item, "link"), *item.xpath(".//@url")):
            assert _URI.fullmatch(one), one
    return _unique(_text(item, "guid") for item in items)


def check_json(body: bytes) -> list[str]:
    feed = json.loads(body)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["title"]
    for item in feed["items"]:
        assert isinstance(item["id"], str)
        published, updated = (
            datetime.fromisoformat(item[f"date_{name}"]) for name in ("published", "modified")
        )
        assert published <= updated
        assert all(author["name"] for author in item.get("authors", ()))
        assert _LANGUAGE.fullmatch(item.get("language", "en"))
        files = [file["url"] for file in item.get("attachments", ())]
        for one in (item["url"], item["_aggregator"]["page"], *files):
            assert _URI.fullmatch(one), one
        _check_html(item["content_html"])
    return _unique(item["id"] for item in feed["items"])


CHECKS: dict[str, Callable[[bytes], list[str]]] = {
    "atom": check_atom,
    "rss": check_rss,
    "json": check_json,
}


def _one(element: Any, *paths: str) -> None:
    for path in paths:
        assert len(element.xpath(path, namespaces=NS)) == 1, path


def _text(element: Any, path: str) -> str:
    return str(element.xpath(f"string({path})", namespaces=NS))


def _unique(ids: Iterable[str]) -> list[str]:
    found = list(ids)
    assert len(set(found)) == len(found)
    return found


def _check_html(text: str) -> None:
    """Absolute addresses and known languages; nothing that a reader would refuse."""
    for element in html.fragment_fromstring(text, create_parent=True).iter(etree.Element):
        assert element.tag not in {"script", "style", "iframe", "form", "object"}
        assert _LANGUAGE.fullmatch(element.get("lang", "en"))
        for name in ("href", "src"):
            assert _URI.fullmatch(element.get(name, "tag:x")) or element.get(name)[:7] == "mailto:"
