"""The text of a feed document made fit for the parser, or a word on what it is instead.

Nothing here knows what is in a feed: only where it begins and what no parser survives.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html.entities import html5
from types import MappingProxyType

from aggregator.parse.text import well_formed

_ROOT = re.compile(r"<(?:[A-Za-z][\w-]{0,30}:)?(?:rss|rdf|feed|channel)(?=[\s/>])", re.IGNORECASE)
_ELEMENT = re.compile(r"<([A-Za-z][\w:-]{0,40})")
_HTML = re.compile(r"<!doctype\s+html|<html[\s>]", re.IGNORECASE)
_NUMERIC_REFERENCE = re.compile(r"&#(?:[xX]([0-9a-fA-F]+)|([0-9]+));?")
# Every named reference but XML's own five; those of HTML are in half of all broken feeds.
_NAMED_REFERENCE = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)([A-Za-z][A-Za-z0-9]{0,31});")
# Short and without references of their own, so that nothing grows ("a billion laughs").
_ENTITY = re.compile(r"<!ENTITY\s+(\w{1,32})\s+[\"']([^\"'&<>%]{0,32})[\"']\s*>")
_MAX_HEAD_CHARS = 50_000


def feed_start(text: str) -> int | None:
    """Return where in ``text`` the root element of a feed begins; None if there is no feed in it.

    Before it may stand blank lines and warnings of the server's software, comments, and the
    document type with its entities.
    """
    root = _ROOT.search(text)
    return None if not root or _HTML.search(_head(text[: root.start()])) else root.start()


def repaired(feed: str, head: str) -> str:
    """Return a feed with characters and references that XML doesn't know dropped or as U+FFFD.

    feed: from its root element on.  head: what stands before that; of the entities that it
    declares only short plain ones are used.
    """
    return mend_references(well_formed(feed), dict(_ENTITY.findall(_head(head))))


def mend_references(text: str, own: Mapping[str, str] = MappingProxyType({})) -> str:
    """Return ``text`` with references that XML knows: by number, and to legal characters.

    own: names that the document declares beside HTML's.
    """
    text = _NUMERIC_REFERENCE.sub(_mended, text)
    return _NAMED_REFERENCE.sub(lambda name: _named(name, own), text)


def looks_like(body: bytes, text: str) -> str:
    """Return what a document that is no feed seems to be, as half a sentence for the operator."""
    if not text.strip():
        return "it is empty"
    if b"\0" in body[:1_000] or body.startswith((b"\x1f\x8b", b"\x89PNG", b"\xff\xd8", b"%PDF")):
        return "it is a binary file"
    if text.lstrip()[:1] in ("{", "["):
        return "it is JSON, but not JSON Feed"
    head = _head(text)
    if _HTML.search(head):
        return "it is a web page (HTML)"
    element = _ELEMENT.search(head)
    return f"it is <{element[1]}>" if element else "it is plain text"


def _head(text: str) -> str:
    """Return the beginning of ``text`` without comments and processing instructions."""
    head = text[:_MAX_HEAD_CHARS]
    for opening, closing in (("<!--", "-->"), ("<?", "?>")):
        # Not by a pattern: thousands that are never closed would take quadratic time.
        first, *others = head.split(opening)
        head = first + "".join(other.partition(closing)[2] for other in others)
    return head


def _mended(reference: re.Match[str]) -> str:
    digits = (reference[1] or reference[2]).lstrip("0")
    code = int(digits or "0", 16 if reference[1] else 10) if len(digits) < 8 else -1
    if not 0 <= code <= 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        return "\ufffd"
    # Between the controls and Latin-1 stand the letters of Windows, which feedparser translates.
    return f"&#{code};" if 0x80 <= code <= 0x9F or well_formed(chr(code)) else ""


def _named(name: re.Match[str], own: Mapping[str, str]) -> str:
    value = own.get(name[1]) or html5.get(f"{name[1]};", "")
    # As references, since what they stand for may be markup.
    return "".join(f"&#{ord(char)};" for char in value) or name[0]
