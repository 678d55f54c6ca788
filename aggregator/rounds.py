"""Rounds: claim what is due, have it polled by many threads, store what comes in groups.

What a poll does is ``poll``'s. One thread claims and stores for all: a transaction costs more than
most polls, so a group shares one (docs/decisions/012-cost-of-a-poll.md).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from time import monotonic, sleep

from aggregator.crew import Crew, Done
from aggregator.errors import StoreError
from aggregator.model import Commit, Failed, PollState, Reason, Stay
from aggregator.poll import Parts, failed, poll
from aggregator.store import hosts, polls, sources

_log = logging.getLogger(__name__)

_GROUP = 64
"""Polls that are stored in one transaction, at most."""
_LINGER_SECONDS = 0.1
"""How long those that are done wait for others."""
_AGAIN_SECONDS = 1.0
"""Where nothing more was due, it is asked again after so long, or when hosts have become free."""

_TRIES = 2
"""Where so many in a row can't be stored, it isn't the fault of one of them."""

_RELOAD = timedelta(seconds=5)
"""After so long a changed configuration has been taken up everywhere."""

_Done = Done[PollState, Commit]


def run_round(
    parts: Parts,
    *,
    until: datetime | None = None,
    stop: Callable[[], bool] = lambda: False,
    report: Callable[[str, Commit | None], None] = lambda _key, _commit: None,
) -> None:
    """Poll what is due until nothing is due and nothing under way.

    until: take only what was due then, so that each source is polled once at most; None: also
    what falls due meanwhile.  stop: when true, finish what is under way and return.
    report: called with each source's key and its commit; None where a bug ended its poll, or where
    it could not be stored.
    Raises StoreError when nothing can be claimed; what is under way then is stored before.
    """

    def work(state: PollState) -> Commit:
        return poll(parts, parts.sources[state.source], state, heard=crew.heard)

    claims = _Claims(parts, until)
    with closing(Crew(work, parts.workers)) as crew:
        try:
            _go_round(parts, claims, crew, stop, report)
        except StoreError:
            _go_round(parts, claims, crew, lambda: True, report)
            raise


def _go_round(
    parts: Parts,
    claims: _Claims,
    crew: Crew[PollState, Commit],
    stop: Callable[[], bool],
    report: Callable[[str, Commit | None], None],
) -> None:
    while True:
        if stop():
            claims.give_back(state.source for state in crew.recall())
        elif crew.untouched <= parts.workers:
            crew.hand_out(claims.take(2 * parts.workers - crew.untouched))
        if not claims.held:
            if stop() or not claims.wait_for_a_host():
                return
            continue
        group = crew.collect(min(_GROUP, len(claims.held)), _LINGER_SECONDS)
        for key, commit in _stored(parts, group):
            claims.end(key)
            report(key, commit)
        claims.renew()


class _Claims:
    """The leases of a round: more than there are threads, so that these needn't wait for one."""

    def __init__(self, parts: Parts, until: datetime | None) -> None:
        self._parts = parts
        self._until = until
        self._ask_at = 0.0
        self._renew_at = self._after()
        self.held: set[str] = set()

    def take(self, limit: int) -> list[PollState]:
        """Claim so many sources, or fewer; none where nothing can be due."""
        if monotonic() < self._ask_at:
            return []
        parts = self._parts
        now = parts.clock()
        claimed = sources.claim(
            parts.db,
            now,
            limit=limit,
            lease=parts.lease,
            worker=parts.worker,
            only=parts.only,
            due=self._until,
        )
        self._ask_at = monotonic() + _AGAIN_SECONDS if len(claimed) < limit else 0.0
        strange = {one.source for one in claimed} - parts.sources.keys()
        if strange:  # another process has a newer configuration, which we will have in a moment
            sources.put_off(parts.db, parts.worker, strange, now + _RELOAD)
        # What is held and comes again was under way for longer than its lease.
        ours = [one for one in claimed if one.source not in strange | self.held]
        self.held.update(one.source for one in ours)
        return ours

    def end(self, source: str) -> None:
        """A poll is over; its lease has ended, or will. At its host another source may be due."""
        self.held.discard(source)
        self._ask_at = 0.0

    def give_back(self, untouched: Iterable[str]) -> None:
        """Let others have sources that were not polled."""
        given = set(untouched)
        if given:
            self.held -= given
            parts = self._parts
            try:
                sources.put_off(parts.db, parts.worker, given, parts.clock())
            except StoreError as error:
                _log.error("%s sources wait for the end of their leases: %s", len(given), error)

    def wait_for_a_host(self) -> bool:
        """Sleep a while, if a source is due that waits for no more than its host's gap."""
        parts = self._parts
        now, gap = parts.clock(), parts.manners.gap
        if not gap:
            return False
        ready = sources.ready(parts.db, self._until or now, now + gap, parts.only)
        if ready is None:
            return False
        sleep(min(max((ready - now).total_seconds(), 0.01), 1.0))
        self._ask_at = 0.0
        return True

    def renew(self) -> None:
        """Keep what is under way from others; a process that died does so no more."""
        if monotonic() >= self._renew_at:
            self._renew_at = self._after()
            parts = self._parts
            try:
                hosts.renew(parts.db, parts.worker, self.held, parts.clock() + parts.lease)
            except StoreError as error:
                _log.error("leases are not renewed: %s", error)  # the next time is soon enough

    def _after(self) -> float:
        return monotonic() + self._parts.lease.total_seconds() / 3


def _stored(parts: Parts, group: Sequence[_Done]) -> Iterator[tuple[str, Commit | None]]:
    """Store a group of polls in one transaction; where that fails, each in one of its own.

    Where two in a row can't be stored, the rest is not tried: each may wait for half a minute.
    """
    for done in group:
        if done.error is not None:
            _tell(parts, done.task, done.error)
            yield done.task.source, None
    polled = [(done.task, done.result) for done in group if done.result is not None]
    try:
        if polled:
            polls.commit(parts.db, *(commit for _, commit in polled))
    except Exception:  # noqa: BLE001 - whatever it is, it may be the fault of one of them
        yield from _one_by_one(parts, polled)
    else:
        for state, commit in polled:
            yield state.source, commit


def _one_by_one(
    parts: Parts, polled: Iterable[tuple[PollState, Commit]]
) -> Iterator[tuple[str, Commit | None]]:
    error, in_a_row = None, 0
    for state, commit in polled:
        if in_a_row < _TRIES:
            error = _try(parts, commit)
            in_a_row = in_a_row + 1 if isinstance(error, StoreError) else 0
        if error is not None:
            _tell(parts, state, error)
        yield state.source, commit if error is None else None


def _try(parts: Parts, commit: Commit) -> Exception | None:
    try:
        polls.commit(parts.db, commit)
    except Exception as error:  # noqa: BLE001 - it is told
        return error
    return None


def _tell(parts: Parts, state: PollState, error: BaseException) -> None:
    """Say why a poll is not stored. A bug ends this one poll; the source backs off as ever."""
    if isinstance(error, StoreError):
        # A full disk, say. The lease runs out and the source is due again.
        _log.error("%s: the poll could not be stored: %s", state.source, error)
        return
    _log.error("%s: the poll crashed", state.source, exc_info=error)
    crashed = Failed(Reason.BUG, f"{type(error).__name__} in this program; the log has more")
    source = parts.sources[state.source]
    now = parts.clock()
    stay = Stay(state.host, free_at=now + parts.manners.gap)
    commit = failed(parts, source, state, crashed, now)
    try:
        polls.commit(parts.db, replace(commit, stays=(stay,), worker=parts.worker))
    except StoreError as full:
        _tell(parts, state, full)
