"""How often a source brings something new, learned by hour and weekday."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.pace.rhythm import DAY, HOUR, WEEK, Rhythm, begun, wait

MONDAY = datetime(2026, 11, 23, tzinfo=UTC).timestamp()
MINUTE = 60.0

dates = st.lists(st.floats(MONDAY - 20 * WEEK, MONDAY), max_size=60)


def office_hours(weeks: int = 6) -> list[float]:
    """Two entries an hour from 8 to 18, Monday to Friday, until Monday at midnight."""
    return [
        MONDAY - day * DAY + hour * HOUR + minute * MINUTE
        for day in range(1, 7 * weeks + 1)
        if (-day) % 7 < 5
        for hour in range(8, 18)
        for minute in (7, 37)
    ]


def even(count: int, apart: float, until: float = MONDAY) -> list[float]:
    return [until - 77 - n * apart for n in range(count)]


def rate_at(rhythm: Rhythm, moment: float) -> float:
    """Entries an hour that are expected at a moment."""
    at = rhythm.at
    for length, rate in rhythm.expected():
        at += length
        if at > moment:
            return rate * HOUR
    raise AssertionError


@pytest.mark.parametrize("apart", [5 * MINUTE, HOUR, 6 * HOUR, 2 * DAY])
def test_the_rate_is_that_of_the_dates(apart: float) -> None:
    rhythm = begun(even(60, apart), MONDAY)
    assert rhythm.rate * apart == pytest.approx(1, rel=0.25)


def test_it_learns_at_what_hours_and_on_what_days() -> None:
    rhythm = begun(office_hours(), MONDAY)
    assert rate_at(rhythm, MONDAY + 12 * HOUR) > 10 * rate_at(rhythm, MONDAY + 3 * HOUR)
    assert rate_at(rhythm, MONDAY + 12 * HOUR) > 2 * rate_at(rhythm, MONDAY + 5 * DAY + 12 * HOUR)
    assert rate_at(rhythm, MONDAY + 3 * DAY + 12 * HOUR) == pytest.approx(1.1, rel=0.3)


def test_a_few_entries_say_nothing_of_the_other_hours() -> None:
    rhythm = begun(even(20, 6 * MINUTE), MONDAY)  # all that is known are two hours
    night, day = rate_at(rhythm, MONDAY + 8 * HOUR), rate_at(rhythm, MONDAY + 22 * HOUR)
    assert 0.5 < night / day < 2


def test_a_few_very_old_entries_say_nothing_of_the_rate() -> None:
    fresh = even(20, HOUR)
    old = [MONDAY - 300 * DAY, MONDAY - 200 * DAY]
    assert begun(fresh + old, MONDAY).rate == pytest.approx(begun(fresh, MONDAY).rate, rel=0.2)


def test_a_date_ahead_of_time_counts_as_now() -> None:
    assert begun([MONDAY + DAY], MONDAY) == begun([MONDAY], MONDAY)


def test_dates_without_a_time_of_day_say_nothing_of_hours() -> None:
    rhythm = begun([MONDAY - n * DAY for n in range(40)], MONDAY + HOUR)
    of_day, _ = rhythm.spread()
    assert max(of_day) == pytest.approx(min(of_day))


def test_an_entry_older_than_the_last_poll_came_after_it() -> None:
    before = Rhythm(at=MONDAY)
    now = MONDAY + 10 * HOUR
    late = before.heard([MONDAY - 40 * DAY, None, now + DAY], now)
    assert late == before.heard([MONDAY + 5 * HOUR] * 3, now)
    assert late.hours[5] == pytest.approx(3, rel=0.01)


def test_what_nobody_watched_is_not_taken_for_silence() -> None:
    assert Rhythm().later(MONDAY).rate == Rhythm().rate
    assert begun([], MONDAY) == Rhythm(at=MONDAY)


def test_silence_slows_down_smoothly() -> None:
    rhythm = begun(even(60, HOUR), MONDAY)
    rates = [rhythm.later(MONDAY + n * DAY).rate for n in range(60)]
    assert rates == sorted(rates, reverse=True)
    assert all(later > 0.6 * rate for rate, later in pairwise(rates))


def test_a_burst_speeds_up_and_passes() -> None:
    quiet = begun(even(20, 3 * DAY), MONDAY)
    burst = quiet.heard([MONDAY + n * MINUTE for n in range(1, 11)], MONDAY + 10 * MINUTE)
    price = 5 * MINUTE
    calm, stirred = (wait(one, price, longest=DAY) for one in (quiet, burst))
    assert stirred < calm / 3
    assert wait(burst.later(burst.at + 2 * DAY), price, longest=DAY) > 2 * stirred


def test_a_clock_that_was_set_back_stands_still() -> None:
    rhythm = begun(even(30, HOUR), MONDAY)
    back = rhythm.later(MONDAY - WEEK)
    assert (back.at, back.rate) == (MONDAY - WEEK, rhythm.rate)
    assert back.heard([MONDAY - WEEK], MONDAY - WEEK).rate > back.rate


@given(dates, st.floats(0, 30 * DAY))
def test_what_is_expected_is_positive_and_without_gaps(came: list[float], later: float) -> None:
    rhythm = begun(came, MONDAY).later(MONDAY + later)
    stretches = list(islice(rhythm.expected(), 100))
    assert all(rate > 0 and 0 < length <= HOUR for length, rate in stretches)
    assert sum(length for length, _ in stretches) == pytest.approx(50 * HOUR, abs=HOUR)


# --- how long to wait ---------------------------------------------------------------------------


def waited(rhythm: Rhythm, seconds: float) -> tuple[float, float]:
    """Entries expected within so many seconds, and how long they then have waited together."""
    entries = total = passed = 0.0
    for length, rate in rhythm.expected():
        step = min(length, seconds - passed)
        if step <= 0:
            return entries, total
        total += entries * step + rate * step * step / 2
        entries += rate * step
        passed += step
    raise AssertionError


@given(dates, st.floats(MINUTE, HOUR), st.floats(HOUR, DAY))
def test_one_waits_until_the_entries_have_waited_what_a_request_is_worth(
    came: list[float], price: float, longest: float
) -> None:
    rhythm = begun(came, MONDAY)
    seconds = wait(rhythm, price, longest=longest)
    assert 0 < seconds <= longest
    _, together = waited(rhythm, seconds)
    assert together == pytest.approx(price) if seconds < longest else together <= price * 1.001


@given(dates, st.floats(MINUTE, HOUR), st.floats(0, 2 * DAY), st.floats(0.5, 50))
def test_publishers_are_heard_but_nothing_is_lost(
    came: list[float], price: float, least: float, most: float
) -> None:
    rhythm = begun(came, MONDAY)
    seconds = wait(rhythm, price, least=least, most=most, longest=DAY)
    entries, _ = waited(rhythm, seconds)
    assert entries <= most * 1.001
    held_back = min(least, DAY)
    assert seconds >= held_back * 0.999 or entries == pytest.approx(most)
    assert seconds >= wait(rhythm, price, most=most, longest=DAY) * 0.999


def test_with_an_even_rhythm_the_wait_is_the_cheapest_one() -> None:
    """Of an interval t the cost is price/t + rate·t/2; least at √(2·price/rate)."""
    rhythm = Rhythm(MONDAY, 500 * WEEK, 0.0, (500 * 7.0,) * 24, (500 * 24.0,) * 7)  # one an hour
    seconds = wait(rhythm, 5 * MINUTE, longest=DAY)
    calm = rhythm.rate * 0.6  # nothing came just before
    assert seconds == pytest.approx(math.sqrt(2 * 5 * MINUTE / calm), rel=0.01)


def test_it_is_quiet_at_night_and_awake_before_the_morning() -> None:
    rhythm = begun(office_hours(), MONDAY)
    evening, noon = MONDAY + 22 * HOUR, MONDAY + 12 * HOUR
    at_night = wait(rhythm.later(evening), 5 * MINUTE, longest=DAY)
    assert timedelta(hours=2) < timedelta(seconds=at_night) < timedelta(hours=11)
    assert wait(rhythm.later(noon), 5 * MINUTE, longest=DAY) < HOUR
