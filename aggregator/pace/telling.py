"""A source's pace in a line for people: "about 12 entries a day, mostly 7–19 UTC; …"."""

from __future__ import annotations

from datetime import datetime, timedelta

from aggregator.model import Pacing
from aggregator.pace.learning import unpack
from aggregator.pace.rhythm import DAY, WEEK, Rhythm
from aggregator.pace.waits import interval

_PERIODS = ((DAY, "day"), (WEEK, "week"), (30 * DAY, "month"))
_MOST = 0.8
_LONGEST_SPAN = 14
"""Hours that hold most of what comes are told if they are so few at most."""
_TELLING = 20.0
"""Of fewer entries one can't tell hours and days."""


def told(packed: bytes, pacing: Pacing, now: datetime, every: timedelta | None = None) -> str:
    """Return what a source is expected to bring, if that is known, and how often it is asked.

    every: the interval that the operator gave it.
    """
    rhythm = unpack(packed).rhythm
    expected = f"{_expected(rhythm.later(now.timestamp()))}; " if rhythm.at else ""
    why = "as configured" if every or pacing.every else "at this hour"
    return f"{expected}asked every {_span(interval(packed, pacing, now, every))}, {why}"


def _expected(rhythm: Rhythm) -> str:
    for seconds, period in _PERIODS:
        count = rhythm.rate * seconds
        if count > 0.9:
            noun = "entry" if round(count) == 1 else "entries"
            return f"about {count:,.0f} {noun} a {period}{_when(rhythm)}"
    return "less than an entry a month"


def _when(rhythm: Rhythm) -> str:
    if sum(rhythm.hours) < _TELLING:
        return ""
    of_day, of_week = rhythm.spread()
    start, length = _busiest(of_day)
    hours = f", mostly {start}–{(start + length) % 24} UTC" if length <= _LONGEST_SPAN else ""
    weekend = ", few at weekends" if max(of_week[5:]) < 0.5 else ""
    return hours + weekend


def _busiest(of_day: list[float]) -> tuple[int, int]:
    """Return the shortest span of hours with most of what comes: its beginning and length."""
    twice = of_day * 2
    return next(
        (start, length)
        for length in range(1, 25)
        for start in range(24)
        if sum(twice[start : start + length]) >= _MOST * 24 - 1e-9
    )


def _span(span: timedelta) -> str:
    minutes = round(span / timedelta(minutes=1))
    if minutes < 100:
        return f"{minutes} min"
    hours = round(minutes / 60)
    return f"{hours} hours" if hours < 48 else f"{round(hours / 24)} days"
