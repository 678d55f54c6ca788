"""When to poll a source again. Pure: the time and the dice are arguments."""

from __future__ import annotations

from datetime import datetime, timedelta

LONGEST = timedelta(days=1)
"""No source is given up: however often it failed, it is asked again after this."""

UNREACHED = timedelta(minutes=5)
"""Where no server was asked at all, the back-off starts from this: mostly we are offline."""

_JITTER_HEALTHY = 0.1
_JITTER_FAILING = 0.5


def next_due(
    now: datetime,
    every: timedelta,
    *,
    failures: int = 0,
    retry_after: timedelta | None = None,
    dice: float = 0.0,
) -> datetime:
    """Return when to ask a source again.

    every: its interval while it is healthy.  failures: failed polls in a row.
    retry_after: what the server asked for; we never come before.
    dice: 0 ≤ dice < 1, random, so that sources that failed together don't return together.
    Doubles per failure up to a day; a source whose interval is longer than that keeps it.

    >>> from datetime import UTC
    >>> next_due(datetime(2026, 1, 1, tzinfo=UTC), timedelta(hours=1), failures=3).hour
    8
    """
    wait: timedelta = min(every * 2 ** min(failures, 20), max(every, LONGEST))
    wait *= 1 + dice * (_JITTER_FAILING if failures else _JITTER_HEALTHY)
    return now + max(wait, retry_after or timedelta(0))
