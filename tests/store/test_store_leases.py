"""A job that one process at a time does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from aggregator.store import leases
from aggregator.store.database import Database

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_one_worker_at_a_time_has_a_job(db: Database) -> None:
    assert leases.take(db, "sweep", "one", NOW, NOW + HOUR)
    assert not leases.take(db, "sweep", "two", NOW, NOW + HOUR)
    assert leases.take(db, "sweep", "one", NOW, NOW + 2 * HOUR)
    assert not leases.take(db, "sweep", "two", NOW + HOUR, NOW + 3 * HOUR)
    assert leases.take(db, "sweep", "two", NOW + 3 * HOUR, NOW + 4 * HOUR)
    leases.give_back(db, "sweep", "one")  # not its own any more
    assert not leases.take(db, "sweep", "one", NOW + 3 * HOUR, NOW + 5 * HOUR)
    leases.give_back(db, "sweep", "two")
    assert leases.take(db, "sweep", "one", NOW + 3 * HOUR, NOW + 5 * HOUR)


def test_a_lease_from_a_clock_that_ran_ahead_does_not_hold(db: Database) -> None:
    assert leases.take(db, "sweep", "dead", NOW + 700 * HOUR, NOW + 701 * HOUR)
    assert leases.take(db, "sweep", "alive", NOW, NOW + HOUR)
    assert not leases.take(db, "sweep", "dead", NOW, NOW + HOUR)


def test_jobs_have_leases_of_their_own(db: Database) -> None:
    assert leases.take(db, "sweep", "one", NOW, NOW + HOUR)
    assert leases.take(db, "count", "two", NOW, NOW + HOUR)
