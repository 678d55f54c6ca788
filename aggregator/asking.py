"""One source or hub asked, politely: its turn at every host, its rests kept, its moves learnt.

Between ``poll``, which knows what to do with an answer, and ``fetch``, which knows no other polls.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from aggregator import politeness
from aggregator.fetch.session import Fetcher
from aggregator.model import (
    MOVED,
    Failed,
    NotModified,
    Outcome,
    PollState,
    Reason,
    Source,
    Stay,
    Visit,
)
from aggregator.politeness import Manners
from aggregator.store import hosts
from aggregator.store.database import Database

PATIENCE = timedelta(seconds=10)
"""For so long, and its gap, a poll waits for a host that it is led to; then it comes again."""

_BUSY = timedelta(minutes=1)
_SHORTEST, _LONGEST = 0.05, 1.0  # seconds between two looks

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Turns:
    """What it takes to wait for one's turn. worker, lease, clock: as in ``poll.Parts``."""

    db: Database
    worker: str
    lease: timedelta
    manners: Manners
    clock: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of it. state: with what is to be remembered of the way, not of the answer."""

    outcome: Outcome
    state: PollState
    stays: tuple[Stay, ...]


def ask(fetcher: Fetcher, turns: Turns, source: Source, state: PollState) -> Asked:
    """Fetch a claimed source from where it is now."""
    started = turns.clock()
    moved_to, way = politeness.address(state, started), _Way(turns, state.host)
    outcome = fetcher.fetch(
        source, politeness.conditions(state, started), moved_to=moved_to, admit=way.admit
    )
    if moved_to and isinstance(outcome, Failed) and outcome.reason is Reason.GONE:
        # That is the new address's word; the configured one has not been heard.
        outcome = replace(outcome, reason=Reason.CLIENT_ERROR)
    ended = turns.clock()
    after = politeness.after(state, outcome, moved_to, ended)
    if state.moves < MOVED <= after.moves:
        _log.warning(
            "%s has moved for good to %s; it is asked there now, put that into the configuration",
            source.key,
            after.moved_to,
        )
    stays = politeness.stays(way.entered, outcome, ended, turns.manners)
    if isinstance(outcome, Failed) and outcome.reason is Reason.GONE:
        outcome = replace(outcome, retry_after=politeness.GONE)
    return Asked(outcome, after, stays)


def send(
    fetcher: Fetcher,
    turns: Turns,
    url: str,
    form: Mapping[str, str],
    seconds: float,
    begin: Callable[[], object],
) -> Failed | None:
    """Post a form to a hub; return why it was not taken, if so.

    begin: called when the hub's turn has come; if it doesn't come soon, the hub hears nothing.
    """
    visits: list[Visit] = []
    way = _Way(turns, own="")

    def admit(host: str) -> Failed | None:
        host = host.rstrip(".")  # a stranger may write one hub in two ways
        not_now = way.admit(host)
        if not_now is None:
            visits.append(Visit(host))
        return not_now

    if (not_now := admit(urlsplit(url).hostname or "")) is not None:
        return not_now
    begin()
    answer = fetcher.post(url, form, seconds, admit=admit)
    failed = answer if isinstance(answer, Failed) else None
    ended, seen = turns.clock(), tuple(visits)
    outcome = NotModified(visits=seen) if failed is None else replace(failed, visits=seen)
    stays = politeness.stays(way.entered, outcome, ended, turns.manners)
    hosts.visited(turns.db, turns.worker, stays, ended)
    return failed


@dataclass(slots=True)
class _Way:
    """The hosts that one fetch comes by. ``own`` is the one that its poll has the lease on."""

    turns: Turns
    own: str
    entered: list[str] = field(default_factory=list)

    def admit(self, host: str) -> Failed | None:
        """Wait until the host may be asked; a Failed if that is too far off."""
        if host in self.entered:
            time.sleep(self.turns.manners.gap.total_seconds())
            return None
        if host != self.own and (free_at := self._wait(host)) is not None:
            message = f"{host}, where it leads to, is busy or has to be left alone for now"
            wait = max(free_at - self.turns.clock(), _BUSY)
            return Failed(Reason.RESTING, message, wait)
        self.entered.append(host)
        return None

    def _wait(self, host: str) -> datetime | None:
        """Take a lease on another host; return None, or when it is free where that is not soon."""
        turns = self.turns
        patience = (PATIENCE + turns.manners.gap).total_seconds()
        give_up = time.monotonic() + patience
        while True:
            now = turns.clock()
            free_at = hosts.enter(turns.db, host, now, lease=turns.lease, worker=turns.worker)
            if free_at is None:
                return None
            left = (free_at - now).total_seconds()
            if time.monotonic() + max(left, _SHORTEST) > give_up:
                return free_at
            time.sleep(min(max(left, _SHORTEST), _LONGEST))
