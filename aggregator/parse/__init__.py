"""Bytes → entries: any feed, however broken, as clean values. Pure: no network, no clock."""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime

from aggregator.model import Document, Failed, Reason
from aggregator.parse.document import feed_start, looks_like, repaired
from aggregator.parse.encoding import decode
from aggregator.parse.entry import Frame
from aggregator.parse.feed import Known, parse_feed
from aggregator.parse.jsonfeed import parse_json_feed
from aggregator.parse.limits import ParseLimits
from aggregator.parse.raw import Raws, same_structure, split

__all__ = ["ParseLimits", "nothing_new", "parse"]

_NO_LIMITS_GIVEN = ParseLimits()
_NOTHING: frozenset[int] = frozenset()


def parse(
    body: bytes,
    *,
    content_type: str,
    url: str,
    now: datetime,
    limits: ParseLimits = _NO_LIMITS_GIVEN,
    seen: Set[bytes] = frozenset(),
) -> Document | Failed:
    """Return the feed in ``body``, or why there is none (NOT_A_FEED, PARSE_CRASH).

    content_type: the HTTP header, or empty; what the document is, its content says.
    url: where it was found; what is relative in it is relative to this.
    now: aware; only to refuse dates in the future.
    seen: marks of entries that needn't be read again; all else comes out as if they were.
    A bad entry is ``Skipped``, never the end of its feed. A hostile document can still take
    minutes inside the parser: call this in a process that can be killed.
    """
    text = decode(body, content_type)
    frame = Frame(url, now, limits)
    if text.lstrip()[:1] == "{":
        return parse_json_feed(text, frame)
    start = feed_start(text)
    if start is None:
        return Failed(Reason.NOT_A_FEED, f"this is no feed: {looks_like(body, text)}")
    head, raws = text[:start], _raws(text, start, url, limits)
    # Where some are too many, positions have to be what they are.
    passed = raws.known(seen) if len(raws.marks) <= limits.max_entries else _NOTHING
    document, apart = _read(raws, head, frame, passed)
    if passed and not apart:
        document, _ = _read(raws, head, frame, _NOTHING)
    return document


def nothing_new(
    body: bytes,
    *,
    content_type: str,
    url: str,
    limits: ParseLimits = _NO_LIMITS_GIVEN,
    seen: Set[bytes],
) -> Document | None:
    """Return the document if nothing in ``body`` has to be read again: no title, no entries.

    Takes little and linear time, whatever the body is; it may be called in any process.
    """
    text = decode(body, content_type)
    start = feed_start(text) if seen else None
    marks = () if start is None else _raws(text, start, url, limits).marks
    if not marks or len(marks) > limits.max_entries or not seen >= set(marks):
        return None
    return Document("", None, None, (), passed=marks)


def _raws(text: str, start: int, url: str, limits: ParseLimits) -> Raws:
    return split(text[start:], f"{url} {limits} {text[:start]}")


def _read(
    raws: Raws, head: str, frame: Frame, passed: frozenset[int]
) -> tuple[Document | Failed, bool]:
    text, places = raws.without(passed)
    feed = repaired(text, head)
    marks = raws.marks if same_structure(text, feed) else ()
    return parse_feed(feed, frame, Known(marks, places, passed))
