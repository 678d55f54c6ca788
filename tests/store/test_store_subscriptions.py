"""Subscriptions where two are at work: what a hub says late, pushes that meet a poll's commit."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

import pytest
from stored import HOUR, NOW, arrival, changed, commit, save, source

from aggregator.model import Offer, PollState, Standing, Subscription
from aggregator.store import hubs, pings, polls, sources, subscriptions
from aggregator.store.database import Database
from aggregator.tag.query import parse_query

OFFER = Offer("https://hub.example/", "https://one.example/feed")
BASE = "https://news.example/websub/"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def subscription(db: Database) -> Subscription:
    """One that was asked for."""
    sources.sync(db, [source("one")], NOW)
    polls.commit(db, commit("one", offer=OFFER))
    settle(db)
    found = subscriptions.due(db, NOW)
    assert found is not None
    subscriptions.ask(db, found.id, NOW + HOUR)
    return found


def settle(db: Database) -> None:
    numbers = count()
    fresh = map("id{}".format, numbers).__next__
    subscriptions.settle(db, NOW, BASE, lambda _hub: True, fresh, by_rhythm)


def by_rhythm(_key: str, _pace: bytes, polled: datetime, until: datetime) -> datetime:
    """Every two hours; while a hub tells of it, at the end of that."""
    return max(polled + 2 * HOUR, until)


def claimed(db: Database) -> PollState | None:
    sources.make_due(db, NOW, None, waiting=True)
    found = sources.claim(db, NOW, limit=1, lease=HOUR, worker="w")
    return found[0] if found else None


def standing(db: Database, id_: str) -> Standing:
    found = subscriptions.get(db, id_)
    assert found is not None
    return found.standing


def test_settling_twice_begins_nothing_twice(db: Database, subscription: Subscription) -> None:
    settle(db)
    assert subscriptions.counts(db) == {Standing.ASKED: 1}
    assert not subscriptions.unsettled(db, BASE, lambda _hub: True)


def test_a_hub_that_can_not_call_us_is_looked_at_once_for_all_its_sources(db: Database) -> None:
    asked: list[str] = []

    def reachable(hub: str) -> bool:
        asked.append(hub)
        return False

    keys = ("one", "two", "three")
    sources.sync(db, [source(key) for key in keys], NOW)
    for key in keys:
        polls.commit(db, commit(key, offer=OFFER))
    assert not subscriptions.unsettled(db, BASE, reachable)
    subscriptions.settle(db, NOW, BASE, reachable, str, by_rhythm)
    assert asked == [OFFER.hub] * 2


def test_a_hub_that_calls_back_before_it_answers_badly_is_believed(
    db: Database, subscription: Subscription
) -> None:
    subscriptions.confirm(db, subscription, NOW + HOUR, NOW + HOUR, by_rhythm)
    subscriptions.refuse(db, subscription.id, "it broke off", NOW)
    assert standing(db, subscription.id) is Standing.ACTIVE


def test_what_was_left_meanwhile_is_not_confirmed(db: Database, subscription: Subscription) -> None:
    sources.sync(db, [], NOW)
    settle(db)
    subscriptions.confirm(db, subscription, NOW + HOUR, NOW + HOUR, by_rhythm)
    assert standing(db, subscription.id) is Standing.LEAVING
    sources.sync(db, [source("one")], NOW)
    state = claimed(db)
    assert state is not None
    assert state.told_until is None


def test_a_claim_knows_what_a_hub_promised_and_said(
    db: Database, subscription: Subscription
) -> None:
    subscriptions.confirm(db, subscription, NOW + HOUR, NOW + HOUR, by_rhythm)
    subscriptions.wake(db, "one", NOW)
    state = claimed(db)
    assert state is not None
    assert (state.told_until, state.told_at) == (NOW + HOUR, NOW)


@pytest.mark.parametrize(("failures", "due"), [(0, 2 * HOUR), (1, 4 * HOUR)])
@pytest.mark.parametrize("ends", ["denied", "left", "shorter"])
def test_a_source_that_a_hub_tells_of_no_more_is_polled_by_its_rhythm_again(
    db: Database, subscription: Subscription, ends: str, failures: int, due: timedelta
) -> None:
    """Unless it fails: it waits as long as it has to."""
    subscriptions.confirm(db, subscription, NOW + 24 * HOUR, NOW + 20 * HOUR, by_rhythm)
    state = claimed(db)
    assert state is not None
    state = replace(state, failures=failures)
    polls.commit(db, commit("one", at=NOW, next_due=NOW + 4 * HOUR, state=state, worker="w"))
    if ends == "denied":
        subscriptions.deny(db, subscription, "no", NOW + HOUR, NOW + 24 * HOUR, by_rhythm)
    elif ends == "shorter":
        subscriptions.confirm(db, subscription, NOW + MINUTE, NOW + HOUR, by_rhythm)
    else:
        subscriptions.settle(db, NOW + HOUR, "https://new.example/", bool, str, by_rhythm)
    status = sources.status(db, "one")
    assert status is not None
    assert status.next_due == NOW + due
    for at, found in ((due - MINUTE, 0), (due, 1)):
        assert len(sources.claim(db, NOW + at, limit=1, lease=HOUR, worker="w")) == found


@pytest.mark.parametrize(("told", "due"), [(-MINUTE, HOUR), (MINUTE, MINUTE)])
def test_a_push_after_a_polls_beginning_makes_it_due_again(
    db: Database, subscription: Subscription, told: timedelta, due: timedelta
) -> None:
    state = claimed(db)
    subscriptions.wake(db, "one", NOW + told)
    polls.commit(db, commit("one", at=NOW, next_due=NOW + HOUR, state=state))
    status = sources.status(db, "one")
    assert status is not None
    assert status.next_due == NOW + due


def test_a_poll_that_read_no_frame_leaves_the_offer(
    db: Database, subscription: Subscription
) -> None:
    polls.commit(db, commit("one", at=NOW + HOUR))
    told = subscriptions.of(db, "one")
    assert told is not None
    assert told.subscription == replace(
        subscription, standing=Standing.ASKED, next_try=NOW + HOUR, failures=1
    )
    polls.commit(db, commit("one", at=NOW + 2 * HOUR, offer=Offer()))
    assert subscriptions.of(db, "one") is None


def test_an_id_that_can_not_be_stored_is_nobodys(db: Database) -> None:
    assert subscriptions.get(db, "a\0b") is None


def test_hubs_are_forgotten_that_nobody_asks(db: Database) -> None:
    hubs.rest(db, "https://Hub.example:8443/a", 2, NOW)
    hubs.rest(db, "https://hub.example:8443/b", 3, NOW + HOUR)
    assert hubs.rests(db, "https://hub.example:8443/c", NOW)
    assert not hubs.rests(db, "https://hub.example/", NOW)
    assert hubs.failures(db, "https://hub.example:8443/") == 3
    assert (hubs.forget(db, NOW), hubs.forget(db, NOW + 2 * HOUR)) == (0, 1)


def test_a_feed_without_articles_has_nothing_to_tell(db: Database) -> None:
    assert pings.mark(db, parse_query("topic:war"), NOW, stories=True) is None


@pytest.mark.parametrize("stories", [False, True])
def test_a_feed_has_moved_when_its_articles_have(db: Database, stories: bool) -> None:
    def mark() -> str | None:
        return pings.mark(db, parse_query(""), NOW + HOUR, stories=stories)

    quick, slow = arrival(1, seen=NOW + MINUTE), arrival(2, "two", seen=NOW)
    save(db, quick, at=NOW + MINUTE)
    marks = [mark(), mark()]
    assert marks[0] == marks[1]
    save(db, slow, at=NOW)
    marks.append(mark())
    save(db, changed(slow, title="Edited", updated=NOW), at=NOW + 2 * MINUTE)
    marks.append(mark())
    assert len(set(marks)) == 3
