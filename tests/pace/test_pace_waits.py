"""When a source is asked again: its rhythm, its publisher's wishes, its failures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.model import Document, Failed, Pacing, Reason, Wishes
from aggregator.pace import LONGEST, interval, learnt, next_due, retry_due
from aggregator.pace.learning import Pace, pack
from aggregator.pace.rhythm import begun

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)  # a Monday
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
PACING = Pacing()


def known(
    apart: timedelta,
    *,
    size: int = 100,
    fresh_for: timedelta = timedelta(0),
    wish: timedelta = timedelta(0),
    hours: Iterable[int] = (),
    days: Iterable[int] = (),
) -> bytes:
    """What is known of a source that brings an entry so often, and what it wishes."""
    dates = [(NOW - (n + 0.5) * apart).timestamp() for n in range(60)]
    rhythm = begun(dates, NOW.timestamp())
    return pack(Pace(rhythm, size, Wishes(wish, frozenset(hours), frozenset(days)), fresh_for))


def test_an_interval_of_the_operators_is_the_last_word() -> None:
    asks = known(HOUR, fresh_for=5 * HOUR, hours=range(12, 18))
    every = Pacing(every=10 * MINUTE)
    assert interval(asks, PACING, NOW, 7 * DAY) == 7 * DAY
    assert next_due(NOW, asks, every, dice=0) == NOW + 10 * MINUTE
    assert next_due(NOW, asks, every, 20 * MINUTE, dice=0) == NOW + 20 * MINUTE


@pytest.mark.parametrize(
    ("apart", "low", "high"),
    [
        (MINUTE, 5 * MINUTE, 5 * MINUTE),
        (HOUR, 20 * MINUTE, 45 * MINUTE),
        (DAY, 1.5 * HOUR, 4 * HOUR),
        (60 * DAY, 8 * HOUR, DAY),
    ],
)
def test_the_more_a_source_brings_the_sooner_it_is_asked(
    apart: timedelta, low: timedelta, high: timedelta
) -> None:
    assert low <= interval(known(apart), PACING, NOW) <= high


def test_what_is_unknown_is_asked_within_the_hour() -> None:
    assert 15 * MINUTE < interval(b"", PACING, NOW) < HOUR


def test_the_limits_are_the_operators() -> None:
    tight = Pacing(fastest=2 * HOUR, slowest=3 * HOUR)
    assert interval(known(MINUTE), tight, NOW) == 2 * HOUR
    assert interval(known(60 * DAY), tight, NOW) == 3 * HOUR
    dear = Pacing(price=50 * MINUTE)
    assert interval(known(HOUR), dear, NOW) > 2 * interval(known(HOUR), PACING, NOW)


def test_a_publisher_may_ask_for_more_time() -> None:
    assert interval(known(HOUR, wish=7 * HOUR), PACING, NOW) == 7 * HOUR
    assert interval(known(HOUR, fresh_for=7 * HOUR), PACING, NOW) == 7 * HOUR


def test_no_wish_silences_a_source() -> None:
    year = known(HOUR, wish=365 * DAY)
    assert interval(year, PACING, NOW) == PACING.slowest


def test_no_wish_makes_us_lose_entries() -> None:
    """Ten entries, one every six minutes: after half an hour half of them are others."""
    fast = known(6 * MINUTE, wish=7 * HOUR, size=10)
    assert 20 * MINUTE < interval(fast, PACING, NOW) < 50 * MINUTE


def test_a_document_that_is_soon_exchanged_is_asked_for_in_time() -> None:
    dear = Pacing(price=10 * HOUR)
    long, short = (known(6 * MINUTE, size=size) for size in (1000, 10))
    assert interval(short, dear, NOW) < 50 * MINUTE < interval(long, dear, NOW)


def test_a_document_without_entries_bounds_nothing() -> None:
    assert interval(known(HOUR, size=0), PACING, NOW) > 15 * MINUTE


def skipping(*hours: int, days: tuple[int, ...] = ()) -> bytes:
    return known(HOUR, hours=hours, days=days)


def test_hours_in_which_a_publisher_wants_peace_are_left_out() -> None:
    assert next_due(NOW, skipping(12, 13, 14), PACING, dice=0) == NOW + 3 * HOUR
    assert next_due(NOW, skipping(3), PACING, dice=0) < NOW + HOUR
    late = NOW.replace(hour=23, minute=45)
    over = next_due(late, skipping(0, days=(0,)), PACING, dice=0)
    assert over == NOW.replace(hour=1) + DAY


def test_days_are_left_out_but_at_the_slowest_we_come() -> None:
    assert next_due(NOW, skipping(days=(0,)), PACING, dice=0) == NOW + 12 * HOUR
    assert next_due(NOW, skipping(days=(0, 1, 2)), PACING, dice=0) == NOW + DAY
    assert (
        next_due(NOW, skipping(days=(0, 1, 2)), Pacing(slowest=5 * MINUTE), dice=0.5) < NOW + HOUR
    )


def test_after_a_skipped_hour_not_all_come_at_once() -> None:
    dues = {next_due(NOW, skipping(12, 13), PACING, dice=n / 10) for n in range(10)}
    assert len(dues) == 10
    assert all(NOW + 2 * HOUR <= due < NOW + 2.2 * HOUR for due in dues)


@given(
    apart=st.timedeltas(MINUTE, 90 * DAY),
    size=st.integers(0, 500),
    asked=st.timedeltas(timedelta(0), 400 * DAY),
    hours=st.frozensets(st.integers(0, 23)),
    days=st.frozensets(st.integers(0, 6)),
    dice=st.floats(0, 1, exclude_max=True),
)
def test_every_source_is_asked_between_the_limits(
    apart: timedelta,
    size: int,
    asked: timedelta,
    hours: frozenset[int],
    days: frozenset[int],
    dice: float,
) -> None:
    source = known(apart, size=size, wish=asked, fresh_for=asked, hours=hours, days=days)
    wait = next_due(NOW, source, PACING, dice=dice) - NOW
    assert PACING.fastest <= wait <= 1.1 * PACING.slowest


@pytest.mark.parametrize("every", [None, 30 * MINUTE])
def test_what_was_asked_together_drifts_apart(every: timedelta | None) -> None:
    dues = [next_due(NOW, known(HOUR), PACING, every, dice=n / 10) - NOW for n in range(10)]
    assert len(set(dues)) == 10
    assert min(dues) == interval(known(HOUR), PACING, NOW, every)
    assert max(dues) < 1.1 * min(dues)


# --- failures -----------------------------------------------------------------------------------


def retry(
    reason: Reason, failures: int, usual: timedelta = 30 * MINUTE, dice: float = 0.0
) -> timedelta:
    return retry_due(NOW, Failed(reason, ""), failures, usual, dice=dice) - NOW


@pytest.mark.parametrize(
    ("reason", "usual", "first"),
    [
        (Reason.DNS, 30 * MINUTE, 5 * MINUTE),
        (Reason.CONNECT, 2 * MINUTE, 2 * MINUTE),
        (Reason.TIMEOUT, 5 * MINUTE, 10 * MINUTE),
        (Reason.SERVER_ERROR, 5 * MINUTE, 15 * MINUTE),
        (Reason.SERVER_ERROR, 5 * HOUR, 5 * HOUR),
        (Reason.TLS, 5 * MINUTE, HOUR),
        (Reason.CLIENT_ERROR, 5 * MINUTE, HOUR),
        (Reason.NOT_A_FEED, 5 * MINUTE, HOUR),
        (Reason.BUG, 5 * MINUTE, HOUR),
        (Reason.GONE, 5 * MINUTE, DAY),
    ],
)
def test_each_kind_of_failure_has_its_own_first_wait(
    reason: Reason, usual: timedelta, first: timedelta
) -> None:
    assert retry(reason, 1, usual) == first


@pytest.mark.parametrize(
    ("failures", "hours"), [(1, 1), (2, 2), (3, 4), (5, 16), (6, 24), (500, 24)]
)
def test_the_wait_doubles_per_failure_up_to_a_day(failures: int, hours: int) -> None:
    assert retry(Reason.CLIENT_ERROR, failures) == timedelta(hours=hours)


def test_a_slow_source_keeps_its_own_interval_when_it_fails() -> None:
    assert retry(Reason.TIMEOUT, 3, 7 * DAY) == 7 * DAY


def test_we_never_come_before_the_server_asked_for() -> None:
    limited = Failed(Reason.RATE_LIMITED, "", 5 * HOUR)
    assert retry_due(NOW, limited, 1, HOUR, dice=0) == NOW + 5 * HOUR
    soon = replace(limited, retry_after=timedelta(seconds=1))
    assert retry_due(NOW, soon, 1, HOUR, dice=0) == NOW + HOUR


@given(
    reason=st.sampled_from([one for one in Reason if one is not Reason.FILE]),
    failures=st.integers(1, 10_000),
    usual=st.timedeltas(MINUTE, DAY),
    dice=st.floats(0, 1, exclude_max=True),
)
def test_no_source_is_hammered_or_given_up(
    reason: Reason, failures: int, usual: timedelta, dice: float
) -> None:
    wait = retry(reason, failures, usual, dice)
    assert min(usual, 5 * MINUTE) <= wait <= 1.5 * LONGEST
    assert wait <= retry(reason, failures + 1, usual, dice)


def test_a_document_of_nothing_teaches_that_nothing_came() -> None:
    empty = Document("", None, None, ())
    first = learnt(b"", empty, (), None, NOW)
    later = learnt(first, empty, (), None, NOW + DAY)
    assert interval(later, PACING, NOW + DAY) > interval(first, PACING, NOW)


def test_a_source_that_a_hub_tells_of_is_asked_rarely_as_long_as_it_does() -> None:
    busy = known(5 * MINUTE)
    assert next_due(NOW, busy, PACING, dice=0) < NOW + HOUR
    assert next_due(NOW, busy, PACING, dice=0, told_until=NOW + DAY) == NOW + 4 * HOUR
    assert next_due(NOW, busy, PACING, dice=0, told_until=NOW + 2 * HOUR) == NOW + 2 * HOUR
    assert next_due(NOW, busy, PACING, dice=0, told_until=NOW - HOUR) < NOW + HOUR
    rare = known(60 * DAY)
    assert next_due(NOW, rare, PACING, dice=0, told_until=NOW + DAY) == next_due(
        NOW, rare, PACING, dice=0
    )


def test_the_operators_word_goes_before_a_hubs() -> None:
    busy, slowest = known(5 * MINUTE), Pacing(slowest=HOUR)
    assert next_due(NOW, busy, PACING, HOUR, dice=0, told_until=NOW + DAY) == NOW + HOUR
    assert next_due(NOW, busy, slowest, dice=0, told_until=NOW + DAY) == NOW + HOUR


def test_a_file_is_looked_for_each_minute() -> None:
    assert {retry(Reason.FILE, failures, HOUR) for failures in (1, 9)} == {MINUTE}
