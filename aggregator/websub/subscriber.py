"""Asks hubs to tell us of sources that name one, before each lease ends; leaves what is gone."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from aggregator.asking import Turns, send
from aggregator.fetch.session import Fetcher
from aggregator.model import Failed, Reason, Standing, Subscription
from aggregator.store import hubs, subscriptions
from aggregator.store.database import Database
from aggregator.websub import rules

SECONDS = 10.0
"""For one request: hubs answer at once, and call back later."""

_PARTINGS = 3
"""So often a hub is asked to end a subscription; then its lease will."""

_REFUSED = (Reason.CLIENT_ERROR, Reason.GONE, Reason.ADDRESS, Reason.PRIVATE)
"""What says something of one subscription. Anything else does of the hub."""


@dataclass(frozen=True, slots=True)
class Caller:
    """What it takes to ask hubs, one at a time and each in its turn.

    open: gives what asks, to be closed afterwards.
    base: the address before a subscription's id.  reachable: whether a hub can call us there.
    due: when sources are polled that a hub tells of no more.
    """

    db: Database
    open: Callable[[], Fetcher]
    base: str
    reachable: Callable[[str], bool]
    turns: Turns
    clock: Callable[[], datetime]
    dice: Callable[[], float]
    due: subscriptions.Due


def fresh() -> str:
    """Return an id, or a secret, that nobody guesses: 256 bits."""
    return secrets.token_urlsafe(32)


def is_idle(caller: Caller) -> bool:
    """Tell whether there is nothing to do for ``keep``; writes nothing."""
    db = caller.db
    unsettled = subscriptions.unsettled(db, caller.base, caller.reachable)
    return not unsettled and subscriptions.due(db, caller.clock()) is None


def keep(caller: Caller, stop: Callable[[], bool]) -> None:
    """Ask for every subscription that is wanted or about to end, until none is left.

    stop: asked before each request.
    """
    db = caller.db
    if subscriptions.unsettled(db, caller.base, caller.reachable):
        now = caller.clock()
        subscriptions.settle(db, now, caller.base, caller.reachable, fresh, caller.due)
    with caller.open() as fetcher:
        while not stop() and (one := subscriptions.due(db, caller.clock())):
            _ask(caller, fetcher, one)


def _ask(caller: Caller, fetcher: Fetcher, one: Subscription) -> None:
    db, now = caller.db, caller.clock()
    leaves = one.standing is Standing.LEAVING
    if leaves and one.failures >= _PARTINGS:
        subscriptions.end(db, one.id)
        return
    # Before the request: the hub may call back before it answers, or we may be killed.
    wait = max(rules.ANSWER, _wait(caller, one.failures + 1, refused=True))
    begin = partial(subscriptions.ask, db, one.id, now + wait)
    form = _form(one, leaves=leaves)
    failed = send(fetcher, caller.turns, one.hub, form, SECONDS, begin)
    if failed is None:
        hubs.answered(db, one.hub)
    elif failed.reason is Reason.RESTING:  # no fault of the hub's
        free_at = caller.clock() + (failed.retry_after or timedelta(0))
        hubs.rest(db, one.hub, hubs.failures(db, one.hub), free_at)
    else:
        _put_off(caller, one, failed)


def _put_off(caller: Caller, one: Subscription, failed: Failed) -> None:
    db, refused = caller.db, failed.reason in _REFUSED
    again = _wait(caller, one.failures + 1, refused=refused)
    if not refused:
        failures = hubs.failures(db, one.hub) + 1
        wait = max(_wait(caller, failures, refused=False), failed.retry_after or timedelta(0))
        hubs.rest(db, one.hub, failures, caller.clock() + wait)
    subscriptions.refuse(db, one.id, failed.detail, caller.clock() + again)


def _wait(caller: Caller, failures: int, *, refused: bool) -> timedelta:
    return rules.retry(failures, refused=refused, dice=caller.dice())


def _form(one: Subscription, *, leaves: bool) -> dict[str, str]:
    form = {
        "hub.mode": "unsubscribe" if leaves else "subscribe",
        "hub.topic": one.topic,
        "hub.callback": one.base + one.id,
    }
    if leaves:
        return form
    lease = round(rules.LEASE.total_seconds())
    return form | {"hub.lease_seconds": str(lease), "hub.secret": one.secret}
