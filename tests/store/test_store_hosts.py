"""Hosts: leases by the way, rests that are kept, what is forgotten."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from stored import HOUR, NOW, commit, source

from aggregator.model import Rest, Stay
from aggregator.store import hosts, ledger, polls, readiness, sources, tables
from aggregator.store.database import Database

LEASE = timedelta(minutes=5)
SECOND = timedelta(seconds=1)


def claim(db: Database, now: datetime, **said: Any) -> list[str]:
    states = sources.claim(db, now, **{"limit": 99, "lease": LEASE, "worker": "w", **said})
    return [state.source for state in states]


def follow(db: Database, *keys: str) -> None:
    """Follow sources of one host, ``x.example``."""
    sources.sync(db, [source(key, url=f"https://x.example/{key}") for key in keys], NOW)


def enter(db: Database, host: str, now: datetime = NOW) -> datetime | None:
    return hosts.enter(db, host, now, lease=LEASE, worker="w")


def rest(until: datetime, why: Rest = Rest.ASKED, host: str = "x.example") -> dict[str, Any]:
    return {"stays": (Stay(host, 1, free_at=until, why=why),)}


def test_a_host_that_rests_is_claimed_when_it_is_free(db: Database) -> None:
    follow(db, "a", "b")
    claim(db, NOW)
    polls.commit(db, commit("a", (), NOW, **rest(NOW + HOUR)))
    assert claim(db, NOW + HOUR - SECOND) == []
    assert claim(db, NOW + HOUR) == ["b"]


def test_making_sources_due_ends_no_rest(db: Database) -> None:
    follow(db, "a")
    claim(db, NOW)
    polls.commit(db, commit("a", (), NOW, **rest(NOW + HOUR)))
    assert sources.make_due(db, NOW, ["a"], waiting=True) == 1
    assert claim(db, NOW + HOUR - SECOND) == []


def test_a_shorter_rest_does_not_end_a_longer_one(db: Database) -> None:
    follow(db, "a", "b")
    polls.commit(db, commit("a", (), NOW, **rest(NOW + HOUR)))
    polls.commit(db, commit("b", (), NOW, **rest(NOW + SECOND, Rest.GAP)))
    status = sources.status(db, "a")
    assert status is not None
    assert (status.free_at, status.why) == (NOW + HOUR, Rest.ASKED)


def test_a_poll_that_comes_by_has_the_host_for_itself(db: Database) -> None:
    follow(db, "a")
    assert enter(db, "x.example") is None
    assert enter(db, "x.example") == NOW  # somebody is there: soon
    assert claim(db, NOW) == []
    sources.sync(db, [source("far"), source("a", url="https://x.example/a")], NOW)
    polls.commit(db, commit("far", (), NOW, **rest(NOW + SECOND, Rest.GAP)))
    assert claim(db, NOW, only=["a"]) == []
    assert claim(db, NOW + SECOND, only=["a"]) == ["a"]
    assert enter(db, "x.example", NOW + SECOND) == NOW + SECOND


def test_a_poll_that_comes_by_waits_for_the_end_of_a_rest(db: Database) -> None:
    follow(db, "a")
    polls.commit(db, commit("a", (), NOW, **rest(NOW + HOUR)))
    assert enter(db, "x.example", NOW + SECOND) == NOW + HOUR
    assert enter(db, "x.example", NOW + HOUR) is None


def test_a_lease_of_a_poll_that_came_by_and_died_runs_out(db: Database) -> None:
    follow(db, "a")
    assert enter(db, "x.example") is None
    assert claim(db, NOW + LEASE - SECOND) == []
    assert claim(db, NOW + LEASE) == ["a"]


def test_a_clock_that_ran_ahead_puts_no_host_to_sleep(db: Database) -> None:
    follow(db, "a")
    polls.commit(db, commit("a", (), NOW, **rest(NOW + 9999 * HOUR)))
    follow(db, "a")
    assert claim(db, NOW + readiness.LONGEST_REST) == ["a"]


def test_what_is_untrue_of_a_host_is_mended_at_the_next_start(
    db: Database,
) -> None:
    follow(db, "a")
    with db.write() as connection:
        connection.execute(update(tables.hosts).values(ready_at=NOW + 9999 * HOUR))
    assert claim(db, NOW) == []
    follow(db, "a")
    assert claim(db, NOW) == ["a"]


def test_the_budget_of_a_day_is_counted_anew_on_the_next(db: Database) -> None:
    follow(db, "a")
    midnight = NOW.replace(hour=0) + timedelta(days=1)
    for at in (NOW, NOW + HOUR):
        stays = (Stay("x.example", 2, free_at=at, budget=4),)
        polls.commit(db, commit("a", (), at, stays=stays))
        [host] = ledger.ledger(db, at, 9)
        spent = at == NOW + HOUR
        assert (host.free_at, host.why == Rest.BUDGET) == (midnight if spent else at, spent)
    stays = (Stay("x.example", 2, free_at=midnight, budget=4),)
    polls.commit(db, commit("a", (), midnight, stays=stays))
    [host] = ledger.ledger(db, midnight, 9)
    assert (host.today, host.requests, host.why) == (2, 6, Rest.GAP)


def test_sources_of_a_newer_configuration_are_put_off_not_lost(db: Database) -> None:
    follow(db, "a")
    assert claim(db, NOW) == ["a"]
    sources.put_off(db, "w", ["a"], NOW + SECOND)
    assert claim(db, NOW) == []
    assert claim(db, NOW + SECOND) == ["a"]


ENDS: dict[str, Callable[[Database], None]] = {
    "put off": lambda db: sources.put_off(db, "slow", ["a"], NOW),
    "commit": lambda db: polls.commit(db, commit("a", (), NOW, next_due=NOW, worker="slow")),
    "failure of one that came by": lambda db: polls.commit(
        db, commit("far", (), NOW, **rest(NOW), worker="slow")
    ),
}


@pytest.mark.parametrize("by_the_way", [False, True])
@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_who_lost_a_lease_does_not_end_that_of_who_has_it_now(
    db: Database, end: Callable[[Database], None], *, by_the_way: bool
) -> None:
    sources.sync(db, [source("far"), source("a", url="https://x.example/a")], NOW)
    assert claim(db, NOW, worker="slow") == ["a", "far"]
    if by_the_way:
        assert enter(db, "x.example", NOW + LEASE) is None
    else:
        assert claim(db, NOW + LEASE, only=["a"]) == ["a"]
    end(db)
    assert claim(db, NOW + LEASE, only=["a"]) == []
    assert enter(db, "x.example", NOW + LEASE) is not None
    assert claim(db, NOW + 2 * LEASE, only=["a"]) == ["a"]


def test_what_was_due_at_a_moment_is_claimed_later_and_nothing_else(db: Database) -> None:
    sources.sync(db, [source("a"), source("b")], NOW)
    polls.commit(db, commit("b", (), NOW, next_due=NOW + SECOND))
    assert claim(db, NOW + HOUR, due=NOW) == ["a"]
    assert claim(db, NOW + HOUR) == ["b"]


def test_it_is_known_when_the_next_host_is_ready(db: Database) -> None:
    follow(db, "a", "b")
    claim(db, NOW)
    polls.commit(db, commit("a", (), NOW, **rest(NOW + SECOND, Rest.GAP)))
    assert sources.ready(db, NOW, NOW + HOUR, None) == NOW + SECOND
    assert sources.ready(db, NOW, NOW, None) is None
    assert sources.ready(db, NOW, NOW + HOUR, ["a"]) is None  # it is not due


def test_a_poll_that_has_to_come_again_counts_neither_as_done_nor_as_failed(db: Database) -> None:
    follow(db, "a")
    for result in ("ok", "unchanged", "dns", "resting"):
        claim(db, NOW)
        polls.commit(db, commit("a", (), NOW, result=result, next_due=NOW))
    assert ledger.figures(db, NOW).polls == {"ok": 1, "unchanged": 1, "failed": 1}


def test_hosts_that_nobody_uses_are_forgotten(db: Database) -> None:
    follow(db, "a")
    enter(db, "elsewhere.example")
    enter(db, "under.way.example")
    polls.commit(db, commit("a", (), NOW, **rest(NOW, host="elsewhere.example")))
    assert hosts.forget(db, NOW + HOUR) == 1
    with db.read() as connection:
        left = set(connection.scalars(select(tables.hosts.c.host)))
    assert left == {"x.example", "under.way.example"}
