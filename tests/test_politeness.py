"""What is decided about gaps, rests and moves; no network, no database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from aggregator.model import (
    MOVED,
    Failed,
    Fetched,
    NotModified,
    Outcome,
    PollState,
    Reason,
    Rest,
    Validators,
    Visit,
)
from aggregator.politeness import AGAIN, TOO_MANY, Manners, address, after, conditions, stays

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)
GAP = Manners(timedelta(seconds=2), 9)
NEW = "https://new.example/feed"
STATE = PollState("one", Validators('"e"'), host="old.example", full_at=NOW)


def redirected(to: str | None) -> Fetched:
    return Fetched(to or "https://old.example/feed", b"", moved_to=to)


def polled(state: PollState, outcome: Outcome, now: datetime) -> PollState:
    return after(state, outcome, address(state, now), now)


def moved_for_good() -> tuple[PollState, datetime]:
    state, now = STATE, NOW
    for _ in range(MOVED):
        now += DAY
        state = polled(state, redirected(NEW), now)
    return state, now


def test_an_address_is_taken_over_after_the_same_answer_on_three_days() -> None:
    state, now = STATE, NOW
    for days in range(MOVED):
        assert address(state, now) is None, days
        for hours in range(3):  # so often a day makes no difference
            state = polled(state, redirected(NEW), now + timedelta(hours=hours))
        now += DAY
    assert address(state, now) == NEW


@pytest.mark.parametrize("to", [None, "https://other.example/feed"])
def test_another_answer_begins_anew(to: str | None) -> None:
    state = polled(polled(STATE, redirected(NEW), NOW), redirected(to), NOW + DAY)
    assert (state.moved_to, state.moves) == (to, int(to is not None))


def test_word_that_nothing_has_changed_counts_as_an_answer() -> None:
    state = polled(STATE, NotModified(moved_to=NEW), NOW)
    assert (state.moved_to, state.moves) == (NEW, 1)


@pytest.mark.parametrize("reason", [Reason.PRIVATE, Reason.CLIENT_ERROR, Reason.DNS, Reason.GONE])
def test_a_new_address_that_fails_is_forgotten(reason: Reason) -> None:
    state, now = moved_for_good()
    assert address(polled(state, Failed(reason, ""), now), now) is None


@pytest.mark.parametrize("reason", [Reason.RATE_LIMITED, Reason.RESTING])
def test_a_new_address_that_asks_to_wait_is_not(reason: Reason) -> None:
    state, now = moved_for_good()
    assert address(polled(state, Failed(reason, ""), now), now) == NEW


def test_failures_of_the_configured_address_say_nothing_of_its_move() -> None:
    state = polled(STATE, redirected(NEW), NOW)
    assert polled(state, Failed(Reason.TIMEOUT, ""), NOW + DAY) == state


def test_a_moved_address_is_asked_itself_again_after_a_week() -> None:
    state, now = moved_for_good()
    assert address(state, now + AGAIN - timedelta(seconds=1)) == NEW
    assert address(state, now + AGAIN) is None
    state = polled(state, redirected(NEW), now + AGAIN)
    assert address(state, now + AGAIN + DAY) == NEW


def test_a_new_address_that_moves_again_is_not_believed_at_once() -> None:
    state, now = moved_for_good()
    state = polled(state, redirected("https://third.example/"), now)
    assert (state.moves, address(state, now)) == (1, None)


def test_a_poll_at_the_new_address_that_is_led_nowhere_else_keeps_it() -> None:
    state, now = moved_for_good()
    assert address(polled(state, redirected(None), now), now) == NEW


def test_the_host_of_the_next_poll_is_where_the_feed_was_found() -> None:
    visits = (Visit("old.example"), Visit("new.example"))
    assert polled(STATE, replace(redirected(None), visits=visits), NOW).host == "new.example"
    assert polled(STATE, Failed(Reason.DNS, "", visits=visits), NOW).host == "old.example"
    assert polled(STATE, redirected(None), NOW).host == "old.example"  # a file


def test_who_says_not_modified_for_a_week_is_asked_without_conditions() -> None:
    state = polled(STATE, NotModified(), NOW + AGAIN - timedelta(seconds=1))
    assert conditions(state, NOW + AGAIN - timedelta(seconds=1)) == state.validators
    assert conditions(state, NOW + AGAIN) == Validators()
    state = polled(state, redirected(None), NOW + AGAIN)
    assert conditions(state, NOW + AGAIN + DAY) == state.validators


def test_a_source_of_which_nothing_is_known_begins_its_week() -> None:
    state = polled(replace(STATE, full_at=None), NotModified(), NOW)
    assert state.full_at == NOW
    assert conditions(replace(STATE, full_at=None), NOW) == STATE.validators


def test_gone_is_gone_since_the_first_time_until_it_is_back() -> None:
    state = polled(STATE, Failed(Reason.GONE, ""), NOW)
    state = polled(state, Failed(Reason.GONE, ""), NOW + DAY)
    assert state.gone_at == NOW
    assert polled(state, Failed(Reason.TIMEOUT, ""), NOW + DAY).gone_at == NOW
    assert polled(state, redirected(None), NOW + DAY).gone_at is None


VISITS = (Visit("a.example"), Visit("b.example", unmodified=True, bytes=7), Visit("b.example"))


def test_each_host_has_its_account_and_its_gap() -> None:
    a, b, c = stays(["b.example", "a.example", "c.example"], NotModified(visits=VISITS), NOW, GAP)
    assert (a.host, a.requests, a.unmodified, a.bytes) == ("a.example", 1, 0, 0)
    assert (b.host, b.requests, b.unmodified, b.bytes) == ("b.example", 2, 1, 7)
    assert (c.host, c.requests) == ("c.example", 0)  # it took no connection
    assert {(one.free_at, one.why, one.budget) for one in (a, b, c)} == {
        (NOW + GAP.gap, Rest.GAP, 9)
    }


@pytest.mark.parametrize(
    ("reason", "retry_after", "rest", "why"),
    [
        (Reason.RATE_LIMITED, timedelta(hours=1), timedelta(hours=1), Rest.ASKED),
        (Reason.RATE_LIMITED, None, TOO_MANY, Rest.ASKED),
        (Reason.RATE_LIMITED, timedelta(0), GAP.gap, Rest.GAP),
        (Reason.SERVER_ERROR, None, GAP.gap, Rest.GAP),
        (Reason.RESTING, timedelta(hours=1), GAP.gap, Rest.GAP),
    ],
)
def test_the_host_that_asks_to_wait_rests_and_no_other(
    reason: Reason, retry_after: timedelta | None, rest: timedelta, why: Rest
) -> None:
    failed = Failed(reason, "", retry_after, VISITS)
    a, b = stays({"a.example", "b.example"}, failed, NOW, GAP)
    assert (a.free_at, a.why) == (NOW + GAP.gap, Rest.GAP)
    assert (b.free_at, b.why) == (NOW + rest, why)
