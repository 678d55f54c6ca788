"""When a source is asked again."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.pace import LONGEST, next_due

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("failures", "hours"), [(0, 1), (1, 2), (2, 4), (4, 16), (5, 24), (500, 24)]
)
def test_the_wait_doubles_per_failure_up_to_a_day(failures: int, hours: int) -> None:
    assert next_due(NOW, HOUR, failures=failures) == NOW + timedelta(hours=hours)


def test_a_slow_source_keeps_its_own_interval_when_it_fails() -> None:
    week = timedelta(days=7)
    assert next_due(NOW, week, failures=3) == NOW + week


def test_we_never_come_before_the_server_asked_for() -> None:
    assert next_due(NOW, HOUR, retry_after=5 * HOUR) == NOW + 5 * HOUR
    assert next_due(NOW, HOUR, failures=1, retry_after=timedelta(seconds=1)) == NOW + 2 * HOUR


@given(failures=st.integers(0, 10_000), dice=st.floats(0, 1, exclude_max=True))
def test_no_source_is_hammered_or_given_up(failures: int, dice: float) -> None:
    wait = next_due(NOW, HOUR, failures=failures, dice=dice) - NOW
    assert HOUR <= wait <= 1.5 * LONGEST
    assert wait <= next_due(NOW, HOUR, failures=failures + 1, dice=dice) - NOW
