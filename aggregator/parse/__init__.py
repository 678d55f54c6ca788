"""Bytes → entries: any feed, however broken, as clean values. Pure: no network, no clock."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime

from aggregator.model import Document, Failed, Reason
from aggregator.parse.document import feed_start, looks_like, repaired
from aggregator.parse.encoding import decode
from aggregator.parse.entry import Frame
from aggregator.parse.feed import Known, parse_feed
from aggregator.parse.jsonfeed import parse_json_feed
from aggregator.parse.limits import ParseLimits
from aggregator.parse.raw import Raws, same_structure, split

__all__ = ["Opened", "ParseLimits", "nothing_new", "opened", "parse"]

_NO_LIMITS_GIVEN = ParseLimits()
_NOTHING: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Opened:
    """A feed, its raw entries found, nothing read. head: what stands before its root element."""

    head: str
    raws: Raws


def opened(
    body: bytes, *, content_type: str, url: str, limits: ParseLimits = _NO_LIMITS_GIVEN
) -> Opened | None:
    """Return what ``parse`` takes for a body; None for what isn't XML or no feed.

    Takes little and linear time, whatever the body is; it may be called in any process.
    """
    return _opened(decode(body, content_type), url, limits)


def parse(
    body: bytes | Opened,
    *,
    content_type: str,
    url: str,
    now: datetime,
    limits: ParseLimits = _NO_LIMITS_GIVEN,
    seen: Set[bytes] = frozenset(),
) -> Document | Failed:
    """Return the feed in ``body``, or why there is none (NOT_A_FEED, PARSE_CRASH).

    content_type: the HTTP header, or empty; what the document is, its content says.
    body: or what ``opened`` made of it.
    url: where it was found; what is relative in it is relative to this.
    now: aware; only to refuse dates in the future.
    seen: marks of entries that needn't be read again; all else comes out as if they were.
    A bad entry is ``Skipped``, never the end of its feed. A hostile document can still take
    minutes inside the parser: call this in a process that can be killed.
    """
    frame = Frame(url, now, limits)
    feed = body
    if isinstance(feed, bytes):
        text = decode(feed, content_type)
        found = _opened(text, url, limits)
        if found is None:
            if _is_json(text):
                return parse_json_feed(text, frame)
            return Failed(Reason.NOT_A_FEED, f"this is no feed: {looks_like(feed, text)}")
        feed = found
    raws = feed.raws
    # Where some are too many, positions have to be what they are.
    passed = raws.known(seen) if len(raws.marks) <= limits.max_entries else _NOTHING
    document, apart = _read(feed, frame, passed)
    if passed and not apart:
        document, _ = _read(feed, frame, _NOTHING)
    return document


def nothing_new(
    feed: Opened, seen: Set[bytes], limits: ParseLimits = _NO_LIMITS_GIVEN
) -> Document | None:
    """Return the document if nothing in a feed has to be read again: no title, no entries."""
    marks = feed.raws.marks
    if not marks or len(marks) > limits.max_entries or not seen >= set(marks):
        return None
    return Document("", None, None, (), passed=marks)


def _is_json(text: str) -> bool:
    return text.lstrip()[:1] == "{"


def _opened(text: str, url: str, limits: ParseLimits) -> Opened | None:
    start = None if _is_json(text) else feed_start(text)
    if start is None:
        return None
    head = text[:start]
    return Opened(head, split(text[start:], f"{url} {limits} {head}"))


def _read(feed: Opened, frame: Frame, passed: frozenset[int]) -> tuple[Document | Failed, bool]:
    text, places = feed.raws.without(passed)
    mended = repaired(text, feed.head)
    marks = feed.raws.marks if same_structure(text, mended) else ()
    return parse_feed(mended, frame, Known(marks, places, passed))
