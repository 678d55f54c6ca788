"""A source's pace in words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from aggregator.model import Pacing, Wishes
from aggregator.pace import Pace, told
from aggregator.pace.learning import pack
from aggregator.pace.rhythm import begun

NOW = datetime(2026, 11, 23, 0, 10, tzinfo=UTC)  # a Monday
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
NIGHT = Pacing()


def known(dates: Iterable[datetime]) -> bytes:
    rhythm = begun([date.timestamp() for date in dates], NOW.timestamp())
    return pack(Pace(rhythm, 50, Wishes(), timedelta(0)))


def office(days: int, hours: range, *, weekend: bool) -> list[datetime]:
    midnight = NOW.replace(minute=0)
    return [
        midnight - day * DAY + timedelta(hours=hour, minutes=17)
        for day in range(1, days + 1)
        for hour in hours
        if weekend or (midnight - day * DAY).weekday() < 5
    ]


def test_hours_and_days_are_told() -> None:
    said = told(known(office(42, range(8, 18), weekend=False)), NIGHT, NOW)
    assert said.startswith("about 7 entries a day, mostly 8–17 UTC, few at weekends; asked every ")
    assert said.endswith(" hours, at this hour")


def test_a_span_may_go_over_midnight() -> None:
    said = told(known(office(42, range(20, 28), weekend=True)), NIGHT, NOW)
    assert said.startswith("about 8 entries a day, mostly 20–3 UTC; asked every ")


@pytest.mark.parametrize(
    ("apart", "says"),
    [
        (40 * MINUTE, "about 34 entries a day; "),
        (DAY / 3, "about 3 entries a day; "),
        (3 * DAY, "about 2 entries a week; "),
        (30 * DAY, "about 1 entry a month; "),
        (200 * DAY, "less than an entry a month; "),
    ],
)
def test_where_hours_tell_nothing_only_the_rate_is_told(apart: timedelta, says: str) -> None:
    # A step beside the day, so that every hour has its share.
    dates = [NOW - (n + 0.5) * apart * 1.013 for n in range(60)]
    assert told(known(dates), NIGHT, NOW).startswith(says)


@pytest.mark.parametrize(
    ("every", "says"),
    [(25 * MINUTE, "25 min"), (timedelta(hours=3), "3 hours"), (7 * DAY, "7 days")],
)
def test_what_nothing_is_known_of_is_asked_as_configured(every: timedelta, says: str) -> None:
    assert told(b"", NIGHT, NOW, every) == f"asked every {says}, as configured"
    assert told(b"", Pacing(every=every), NOW) == f"asked every {says}, as configured"
    assert told(b"", NIGHT, NOW).endswith("min, at this hour")
