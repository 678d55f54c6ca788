"""What the service does again and again, and how often. Not how: each job is one call."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from threading import Event

from aggregator import retag
from aggregator.app import App, InForce, fetcher, gatherer, poll_lease, worker_name
from aggregator.asking import Turns
from aggregator.model import Commit
from aggregator.politeness import Manners
from aggregator.poll import Parts
from aggregator.rounds import run_round
from aggregator.schedule import Job
from aggregator.store import hosts, hubs, leases, polls, retention
from aggregator.web.feeds import FORMATS
from aggregator.websub import rules
from aggregator.websub.publisher import Crier, tell
from aggregator.websub.subscriber import Caller, is_idle, keep

_log = logging.getLogger(__name__)

HISTORY = timedelta(days=30)
"""How long the lines of a source's poll history are kept."""

_SOON = timedelta(seconds=2)
_PRUNE = timedelta(hours=6)
_TURN = timedelta(minutes=5)
"""How long tagging again belongs to a worker that says nothing; longer than any batch takes."""

_SKIPS = 3
"""So many of a poll's skipped entries are logged; the page of the source shows more."""


def of_web(app: App) -> tuple[Job, ...]:
    """Return the jobs of a process that only serves pages and feeds."""
    return (Job("reload", app.reload, _SOON),)


def of_worker(app: App, parts: Callable[[], Parts], stop: Event) -> tuple[Job, ...]:
    """Return the jobs of a process that polls; several may do so, and share what is done once.

    stop: when it is set, what is under way ends at the next good moment.
    """
    worker = _Worker(app, parts, stop)
    return (
        Job("poll", worker.poll_due, _SOON, at_once=True),
        Job("reload", worker.take_up_changes, _SOON),
        Job("gather", worker.gather, _SOON, at_once=True),
        Job("retag", worker.tag_again, timedelta(seconds=10), at_once=True),
        Job("hubs", worker.ask_hubs, timedelta(seconds=10), at_once=True),
        Job("ping", worker.tell_hub, timedelta(seconds=30)),
        Job("prune", worker.prune, _PRUNE, at_once=True),
        Job("retain", worker.retain, _PRUNE, at_once=True),
    )


class _Worker:
    """What the jobs of a process that polls know of one another."""

    def __init__(self, app: App, parts: Callable[[], Parts], stop: Event) -> None:
        self._app = app
        self._parts = parts
        self._stop = stop
        self._changed = Event()
        self._polling_by: list[InForce] = []
        self._stories = gatherer(app, stays=True)
        self._told: object = None

    def poll_due(self) -> None:
        self._changed.clear()
        self._polling_by.append(self._app.in_force)
        try:
            run_round(self._parts(), stop=self._interrupted, report=log_poll)
        finally:
            self._polling_by.clear()

    def take_up_changes(self) -> None:
        if self._app.reload():
            self._changed.set()

    def gather(self) -> None:
        app = self._app
        self._stories.catch_up(app.config.sources, app.clock, self._interrupted, at_ease=True)

    def tag_again(self) -> None:
        now = self._app.in_force
        if any(by is not now for by in self._polling_by):
            return  # what those polls still bring would be taken for tagged by the rules of now
        retag.catch_up(
            self._app.db,
            now.tagger,
            now.config.topics,
            now.config.sources,
            lambda: self._interrupted() or not self._is_mine("retag", _TURN),
        )

    def ask_hubs(self) -> None:
        def stop() -> bool:
            return self._interrupted() or not self._is_mine("hubs", _TURN)

        caller = _caller(self._app)
        if not is_idle(caller) and not stop():
            keep(caller, stop)

    def tell_hub(self) -> None:
        def stop() -> bool:
            return self._interrupted() or not self._is_mine("ping", _TURN)

        app = self._app
        crier, now = _crier(app), (app.db.revision(), app.generation)
        if now == self._told:
            return
        if crier is None:
            if app.config.service.hub:
                _log.warning(
                    "service.hub is told nothing: it can't read feeds behind a password, "
                    "or where service.base_url is no public address"
                )
            self._told = now
        elif not stop():
            self._told = now if tell(crier, stop) else None

    def prune(self) -> None:
        # Never given back: so it is done once in that time, whoever does it.
        if self._is_mine("prune", _PRUNE - _SOON):
            before = self._app.clock() - HISTORY
            polls.prune(self._app.db, before)
            hosts.forget(self._app.db, before)  # where redirects led once
            hubs.forget(self._app.db, before)

    def retain(self) -> None:
        """Drop what is older than the operator keeps."""
        kept, now = self._app.config.service.retention.articles, self._app.clock()
        if kept is None or not self._is_mine("retain", _PRUNE - _SOON):
            return
        if dropped := retention.drop(self._app.db, now - kept, now, self._interrupted):
            _log.info("%d articles dropped that are older than %d days", dropped, kept.days)

    def _interrupted(self) -> bool:
        return self._stop.is_set() or self._changed.is_set()

    def _is_mine(self, job: str, period: timedelta) -> bool:
        now = self._app.clock()
        return leases.take(self._app.db, job, worker_name(), now, now + period)


def _caller(app: App) -> Caller:
    """Return what asks hubs to call us at our address of the moment."""
    site, opens = app.site(), partial(fetcher, app.config.service)
    base = f"{site.base_url}/websub/"
    service = app.config.service
    manners = Manners(service.poll.gap, service.poll.per_host_per_day)
    turns = Turns(app.db, worker_name(), poll_lease(service), manners, app.clock)
    due = rules.due(service.poll, app.config.sources, random.random)
    return Caller(app.db, opens, base, site.reached, turns, app.clock, random.random, due)


def _crier(app: App) -> Crier | None:
    """Return what tells our hub of our feeds, by the addresses that ``web.feeds`` gives them."""
    site, opens = app.site(), partial(fetcher, app.config.service)
    if site.own_hub is None:
        return None
    base = f"{site.base_url}/feeds"
    feeds = {
        feed.slug: (feed, [f"{base}/{feed.slug}.{form}" for form in FORMATS])
        for feed in site.public_feeds
    }
    return Crier(app.db, opens, site.own_hub, feeds, app.clock, random.random)


def log_poll(key: str, commit: Commit | None) -> None:
    """One line for a poll that brought something or failed."""
    if commit is None:
        return
    if commit.state.failures:
        _log.warning(
            "%s: %s: %s; again at %s",
            key,
            commit.result,
            commit.detail,
            f"{commit.next_due:%d %B, %H:%M} UTC",
        )
    for skip in commit.skipped[:_SKIPS]:
        _log.warning("%s: entry %d left out: %s", key, skip.position + 1, skip.detail)
    if not commit.state.failures and (commit.arrivals or commit.skipped):
        _log.info(
            "%s: %d entries, %d arrivals, %d skipped",
            key,
            commit.entries,
            len(commit.arrivals),
            len(commit.skipped),
        )
