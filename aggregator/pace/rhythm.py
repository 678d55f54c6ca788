"""How often a source brings something new, as it was learned from what it brought.

Entries are counted by hour of the day, by day of the week, and as the stir of the last hours; each
count fades with time. A handful of entries says little of hours, so both tables lean towards an
even spread until a few weeks of entries have been seen.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

HOUR = 3600.0
DAY = 24 * HOUR
WEEK = 7 * DAY

_MEMORY = 4 * WEEK
"""What was counted that long ago counts 1/e."""
_STIR = 2 * HOUR
"""The same for what makes a burst."""
_DRAWN = 0.4
"""The part of all entries that comes because others just came."""
_ASSUMED, _ASSUMED_TIME = 0.5, HOUR
"""What counts as seen before anything was: so many entries, in so long."""
_EVEN = 4.0
"""So many entries, and as many as come in a day (to the hours) and in two weeks (to the days), are
taken as spread evenly beside those that were counted."""
_EVEN_HOURS, _EVEN_DAYS = DAY, 2 * WEEK
_STEP = HOUR / 2


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What was counted up to ``at`` (seconds since 1970; 0: nothing was, watching begins later).

    watched: seconds.  stir: entries of the last hours.  hours: entries by hour of the day, UTC.
    days: by day of the week, Monday first.
    """

    at: float = 0.0
    watched: float = 0.0
    stir: float = 0.0
    hours: tuple[float, ...] = (0.0,) * 24
    days: tuple[float, ...] = (0.0,) * 7

    @property
    def rate(self) -> float:
        """Entries a second on the whole."""
        return (sum(self.hours) + _ASSUMED) / (self.watched + _ASSUMED_TIME)

    def later(self, now: float) -> Rhythm:
        """Return what it is at ``now`` if nothing came since; a clock set back stands still."""
        passed = max(0.0, now - self.at) if self.at else 0.0
        kept = math.exp(-passed / _MEMORY)
        return Rhythm(
            at=now,
            watched=self.watched * kept + _MEMORY * (1 - kept),
            stir=self.stir * math.exp(-passed / _STIR),
            hours=tuple([count * kept for count in self.hours]),
            days=tuple([count * kept for count in self.days]),
        )

    def heard(self, came: Iterable[float | None], now: float) -> Rhythm:
        """Return the rhythm after a poll at ``now`` that found new entries.

        came: when each was published. One that is older than the last poll (or has no date) was
        put there between that and now.
        """
        between = (min(self.at, now) + now) / 2
        dated = (between if at is None or not self.at < at <= now else at for at in came)
        rhythm = self
        for at in sorted(dated):
            rhythm = _with_one(rhythm.later(at))
        return rhythm.later(now)

    def spread(self) -> tuple[list[float], list[float]]:
        """Return how much of the mean rate each hour of the day and day of the week has."""
        total, rate, hours = sum(self.hours), self.rate, self.hours
        even = _EVEN + rate * _EVEN_HOURS
        near = [hours[n - 1] / 4 + hours[n] / 2 + hours[(n + 1) % 24] / 4 for n in range(24)]
        of_day = [(24 * count + even) / (total + even) for count in near]
        even = _EVEN + rate * _EVEN_DAYS
        return of_day, [(7 * count + even) / (total + even) for count in self.days]

    def expected(self) -> Iterator[tuple[float, float]]:
        """Yield stretches of time from ``at`` on: seconds, entries a second; without an end."""
        of_day, of_week = self.spread()
        calm = self.rate * (1 - _DRAWN)
        drawn = self.stir * _DRAWN
        at = self.at
        while True:
            length = _STEP - at % _STEP
            left = drawn * math.exp(-length / _STIR)
            yield length, calm * of_day[_hour(at)] * of_week[_day(at)] + (drawn - left) / length
            drawn = left
            at += length


def _with_one(rhythm: Rhythm) -> Rhythm:
    """Return the rhythm with an entry that came at its end."""
    hours, days = list(rhythm.hours), list(rhythm.days)
    if rhythm.at % DAY:
        hours[_hour(rhythm.at)] += 1
    else:  # a date without a time of day
        hours = [count + 1 / 24 for count in hours]
    days[_day(rhythm.at)] += 1
    return replace(rhythm, stir=rhythm.stir + 1, hours=tuple(hours), days=tuple(days))


def begun(dates: Sequence[float], now: float) -> Rhythm:
    """Return what the dates of a source's first document tell.

    The oldest quarter only says where to begin: a few very old entries stand in many documents.
    """
    dates = sorted(min(date, now) for date in dates)
    if not dates:
        return Rhythm(at=now)
    first = len(dates) // 4
    return Rhythm(at=dates[first]).heard(dates[first + 1 :], now)


def wait(
    rhythm: Rhythm, price: float, *, least: float = 0.0, most: float = math.inf, longest: float
) -> float:
    """Return after how many seconds to ask, from ``rhythm.at`` on.

    price: as soon as the entries that have come may be expected to have waited so long, together
    (seconds).  least: but not before so many seconds.  most: unless so many entries may be
    expected to have come.  longest: at last after so many seconds.
    """
    passed = entries = waited = 0.0
    for length, rate in rhythm.expected():
        enough = max(_until(max(0.0, price - waited), entries, rate), least - passed)
        enough = min(enough, (most - entries) / rate)
        if enough <= length or passed + length >= longest:
            return min(passed + enough, longest)
        passed += length
        waited += entries * length + rate * length * length / 2
        entries += rate * length
    raise AssertionError  # pragma: no cover - there is no end


def _until(missing: float, entries: float, rate: float) -> float:
    """Return when ``entries`` t + ``rate`` t²/2 is ``missing``."""
    return 2 * missing / (entries + math.sqrt(entries * entries + 2 * rate * missing))


def _hour(at: float) -> int:
    return int(at % DAY // HOUR)


def _day(at: float) -> int:
    return int((at // DAY + 3) % 7)  # 1970 began on a Thursday
