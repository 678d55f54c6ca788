"""What a poll teaches of a source's pace, and how that is kept from one poll to the next."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from aggregator.model import Arrival, Document, Verdict, Wishes
from aggregator.pace.rhythm import Rhythm, begun

_LAYOUT = struct.Struct("<BHIIIBdff24f7f")
"""Version; size, seconds apart and fresh, hours, days; the rhythm, its fields in their order."""
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Pace:
    """What is known of when to ask a source.

    size: entries in its document.  wishes: what the document asks for.
    fresh_for: so long after an answer the server has nothing newer, as it says.
    """

    rhythm: Rhythm
    size: int
    wishes: Wishes
    fresh_for: timedelta


_NOTHING = Pace(Rhythm(), 0, Wishes(), timedelta(0))


def learnt(
    before: bytes,
    document: Document,
    arrivals: Iterable[Arrival],
    fresh_for: timedelta | None,
    now: datetime,
) -> bytes:
    """Return what is known of a source after a poll that read its document.

    before: what was known.  arrivals: what of the document is new.
    """
    old, at = unpack(before), now.timestamp()
    new = [one.published for one in arrivals if one.verdict in (Verdict.NEW, Verdict.ALSO)]
    if old.rhythm.at:
        came = (date.timestamp() if date else None for date in new)
        rhythm = old.rhythm.heard(came, at)
    else:
        rhythm = begun([date.timestamp() for date in new if date], at)
    return pack(
        Pace(
            rhythm,
            len(document.entries) + len(document.passed),
            old.wishes if document.wishes is None else document.wishes,
            fresh_for or timedelta(0),
        )
    )


def refreshed(before: bytes, fresh_for: timedelta | None) -> bytes:
    """Return what is known after a poll that read nothing: as before, but for what was said."""
    old = unpack(before)
    if fresh_for in (None, old.fresh_for):
        return before
    return pack(replace(old, fresh_for=fresh_for))


def unpack(packed: bytes) -> Pace:
    """Return what is known of a source; nothing, where the bytes are of another version."""
    if len(packed) != _LAYOUT.size or packed[0] != _VERSION:
        return _NOTHING
    _, size, apart, fresh, hours, days, at, watched, stir, *counted = _LAYOUT.unpack(packed)
    return Pace(
        Rhythm(at, watched, stir, tuple(counted[:24]), tuple(counted[24:])),
        size,
        Wishes(timedelta(seconds=apart), _members(hours), _members(days)),
        timedelta(seconds=fresh),
    )


def pack(pace: Pace) -> bytes:
    rhythm, wishes = pace.rhythm, pace.wishes
    return _LAYOUT.pack(
        _VERSION,
        min(pace.size, 2**16 - 1),
        _seconds(wishes.apart),
        _seconds(pace.fresh_for),
        _mask(wishes.hours),
        _mask(wishes.days),
        *(rhythm.at, rhythm.watched, rhythm.stir, *rhythm.hours, *rhythm.days),
    )


def _seconds(span: timedelta) -> int:
    return min(int(span.total_seconds()), 2**32 - 1)


def _mask(members: Iterable[int]) -> int:
    return sum(1 << n for n in members)


def _members(mask: int) -> frozenset[int]:
    return frozenset(n for n in range(mask.bit_length()) if mask >> n & 1)
