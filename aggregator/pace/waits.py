"""When to ask a source again: by its rhythm, as its publisher asks, ever later while it fails."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

from aggregator.model import Failed, Pacing, Reason, Wishes
from aggregator.pace.learning import unpack
from aggregator.pace.rhythm import wait

LONGEST = timedelta(days=1)
"""No source is given up: however often it failed, it is asked again after this."""

TOLD = timedelta(hours=4)
"""A source of whose changes a hub tells is asked no more often: what a hub missed is found then."""

_JITTER_HEALTHY = 0.1
_JITTER_FAILING = 0.5
_HOUR = timedelta(hours=1)


def interval(
    packed: bytes, limits: Pacing, now: datetime, every: timedelta | None = None
) -> timedelta:
    """Return how long to leave a healthy source alone that was asked ``now``.

    packed: what was learned of it (``learning``).  every: the operator's word on it, the last one.
    Otherwise the publisher may ask for more than the rhythm says: up to the slowest interval, and
    while no more than half of the document may be expected to be exchanged. Nothing is to be lost.
    """
    if fixed := every or limits.every:
        return fixed
    pace = unpack(packed)
    seconds = wait(
        pace.rhythm.later(now.timestamp()),
        limits.price.total_seconds(),
        least=max(pace.wishes.apart, pace.fresh_for).total_seconds(),
        most=pace.size / 2 or math.inf,
        longest=limits.slowest.total_seconds(),
    )
    return max(limits.fastest, timedelta(seconds=seconds))


def next_due(
    now: datetime,
    packed: bytes,
    limits: Pacing,
    every: timedelta | None = None,
    *,
    dice: float,
    told_until: datetime | None = None,
) -> datetime:
    """Return when to ask a source again that has just answered.

    dice: 0 ≤ dice < 1, random, so that nothing marches in step.
    told_until: until then a hub tells of its changes (``TOLD``).
    """
    jitter = 1 + dice * _JITTER_HEALTHY
    due = now + interval(packed, limits, now, every) * jitter
    if every or limits.every:
        return due
    if told_until is not None:
        due = max(due, min(now + min(TOLD, limits.slowest) * jitter, told_until))
    return _out_of(unpack(packed).wishes, due, now + limits.slowest, dice)


def _out_of(wishes: Wishes, due: datetime, latest: datetime, dice: float) -> datetime:
    """Return the first moment from ``due`` to ``latest`` at which the publisher lets us come."""
    moment = due
    while moment < latest:
        utc = moment.astimezone(UTC)
        if utc.hour not in wishes.hours and utc.weekday() not in wishes.days:
            return moment
        begins = utc.replace(minute=0, second=0, microsecond=0) + _HOUR
        moment = begins + dice * _JITTER_HEALTHY * _HOUR
    return max(due, latest)


_FIRST = {
    # Mostly it is we who are offline: nobody is bothered, and soon it works again.
    Reason.DNS: timedelta(minutes=5),
    Reason.CONNECT: timedelta(minutes=5),
    Reason.RESTING: timedelta(minutes=5),
    # What a server gets over by itself.
    Reason.TIMEOUT: timedelta(minutes=10),
    Reason.INCOMPLETE: timedelta(minutes=10),
    Reason.SERVER_ERROR: timedelta(minutes=15),
    Reason.RATE_LIMITED: timedelta(minutes=30),
    Reason.GONE: LONGEST,
}
"""How long to wait after a first failure at least; what isn't here has to be mended by people."""
_MENDED_BY_PEOPLE = timedelta(hours=1)
_UNREACHED = (Reason.DNS, Reason.CONNECT, Reason.RESTING)
_FILE = timedelta(minutes=1)
"""A file is nobody's server, and whoever puts it there wants to see it."""


def retry_due(
    now: datetime, failed: Failed, failures: int, usual: timedelta, *, dice: float
) -> datetime:
    """Return when to ask a source again that has just failed.

    failures: in a row.  usual: its interval while it is healthy.
    Doubles per failure up to a day, for ever; a source whose interval is longer keeps that.
    Where the server said when to retry, we never come before. A file is looked for each minute.
    """
    if failed.reason is Reason.FILE:
        return now + _FILE
    first = _FIRST.get(failed.reason, _MENDED_BY_PEOPLE)
    first = min(first, usual) if failed.reason in _UNREACHED else max(first, usual)
    longer: timedelta = min(first * 2 ** min(max(failures - 1, 0), 20), max(usual, LONGEST))
    return now + max(longer * (1 + dice * _JITTER_FAILING), failed.retry_after or timedelta(0))
