"""Bytes → entries: any feed, however broken, as clean values. Pure: no network, no clock."""

from __future__ import annotations

from datetime import datetime

from aggregator.model import Document, Failed, Reason
from aggregator.parse.document import feed_text, looks_like
from aggregator.parse.encoding import decode
from aggregator.parse.entry import Frame
from aggregator.parse.feed import parse_feed
from aggregator.parse.jsonfeed import parse_json_feed
from aggregator.parse.limits import ParseLimits

__all__ = ["ParseLimits", "parse"]

_NO_LIMITS_GIVEN = ParseLimits()


def parse(
    body: bytes,
    *,
    content_type: str,
    url: str,
    now: datetime,
    limits: ParseLimits = _NO_LIMITS_GIVEN,
) -> Document | Failed:
    """Return the feed in ``body``, or why there is none (NOT_A_FEED, PARSE_CRASH).

    content_type: the HTTP header, or empty; what the document is, its content says.
    url: where it was found; what is relative in it is relative to this.
    now: aware; only to refuse dates in the future.
    A bad entry is ``Skipped``, never the end of its feed. A hostile document can still take
    minutes inside the parser: call this in a process that can be killed.
    """
    text = decode(body, content_type)
    frame = Frame(url, now, limits)
    if text.lstrip()[:1] == "{":
        return parse_json_feed(text, frame)
    feed = feed_text(text)
    if feed is None:
        return Failed(Reason.NOT_A_FEED, f"this is no feed: {looks_like(body, text)}")
    return parse_feed(feed, frame)
