"""What publishers may expect of us beyond the pace: gaps, rests, moves, a full look now and then.

Pure: the time is an argument. Decides; ``asking`` and ``store`` do. Rules: docs/decisions/011.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from aggregator.model import (
    MOVED,
    Failed,
    Fetched,
    Outcome,
    PollState,
    Reason,
    Rest,
    Stay,
    Validators,
)

AGAIN = timedelta(days=7)
"""An address that has moved is asked itself again after this; and so is a server that only ever
said "not modified", without conditions: what is wrong with either would show in no other way."""

GONE = timedelta(days=30)
"""A feed that its server says is gone is asked for again after this: servers err, too."""

TOO_MANY = timedelta(minutes=10)
"""How long a host is left alone that says "too many requests" and not for how long."""


@dataclass(frozen=True, slots=True)
class Manners:
    """How any host is treated.

    gap: from the end of one request to the beginning of the next.
    per_day: requests on one day, UTC; None: any number.
    """

    gap: timedelta = timedelta(0)
    per_day: int | None = None


NO_MANNERS = Manners()
"""For hosts that want none: tests and benchmarks."""


def conditions(state: PollState, now: datetime) -> Validators:
    """Return what to ask with: nothing, if for long no body has come."""
    stale = state.full_at is not None and now - state.full_at >= AGAIN
    return Validators() if stale else state.validators


def address(state: PollState, now: datetime) -> str | None:
    """Return where to ask instead of at the configured address; None: there."""
    if state.moves < MOVED or state.moved_at is None or now - state.moved_at >= AGAIN:
        return None
    return state.moved_to


def after(state: PollState, outcome: Outcome, asked_at: str | None, now: datetime) -> PollState:
    """Return the state with what an outcome says of moves, bodies and the end of a feed.

    asked_at: as ``address`` said before the fetch.
    """
    if isinstance(outcome, Failed):
        if outcome.reason is Reason.GONE:
            state = replace(state, gone_at=state.gone_at or now)
        # There is nothing to be had at the new address: the next poll begins at the old one.
        lost = asked_at is not None and outcome.reason not in (Reason.RATE_LIMITED, Reason.RESTING)
        return _moved(state, None, now) if lost else state
    if asked_at is None or outcome.moved_to is not None:
        state = _moved(state, outcome.moved_to, now)
    full_at = now if isinstance(outcome, Fetched) else state.full_at or now
    host = outcome.visits[-1].host if outcome.visits else state.host
    return replace(state, gone_at=None, full_at=full_at, host=host)


def _moved(state: PollState, to: str | None, now: datetime) -> PollState:
    """Count one more day on which the address redirected there; anything else begins anew."""
    if to is None:
        return replace(state, moved_to=None, moves=0, moved_at=None)
    if to != state.moved_to:
        return replace(state, moved_to=to, moves=1, moved_at=now)
    if state.moved_at is not None and now.date() == state.moved_at.date():
        return state
    return replace(state, moves=state.moves + 1, moved_at=now)


def stays(
    entered: Iterable[str], outcome: Outcome, ended: datetime, manners: Manners
) -> tuple[Stay, ...]:
    """Return what was asked of each host, and until when each is left alone now.

    entered: hosts that were connected to, answer or not.  ended: when the last answer was read.
    """
    asked, last = _asked_for(outcome), outcome.visits[-1].host if outcome.visits else None
    found = []
    for host in sorted(set(entered)):
        here = [visit for visit in outcome.visits if visit.host == host]
        free_at, why = ended + manners.gap, Rest.GAP
        if asked is not None and host == last and ended + asked > free_at:
            free_at, why = ended + asked, Rest.ASKED
        found.append(
            Stay(
                host=host,
                requests=len(here),
                unmodified=sum(visit.unmodified for visit in here),
                bytes=sum(visit.bytes for visit in here),
                free_at=free_at,
                why=why,
                budget=manners.per_day,
            )
        )
    return tuple(found)


def _asked_for(outcome: Outcome) -> timedelta | None:
    if not isinstance(outcome, Failed) or outcome.reason is Reason.RESTING:
        return None
    if outcome.retry_after is None and outcome.reason is Reason.RATE_LIMITED:
        return TOO_MANY
    return outcome.retry_after
