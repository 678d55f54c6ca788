"""The running service: scheduler and web server in one process, until it is told to stop."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Callable
from datetime import timedelta
from threading import Event
from types import FrameType

from waitress.server import create_server

from aggregator import retag
from aggregator.app import App, InForce, gatherer, polling, summary
from aggregator.errors import UsageError
from aggregator.model import Commit
from aggregator.poll import Parts, run_round
from aggregator.schedule import Job, Schedule
from aggregator.store import hosts, polls
from aggregator.web import create_app

_log = logging.getLogger(__name__)

_PATIENCE_SECONDS = 5
"""How long polls under way may take when the service is told to stop."""

_SKIPS = 3
"""So many of a poll's skipped entries are logged; the page of the source shows more."""

_MAX_REQUEST_BYTES = 65_536
"""Nothing is ever sent to us but addresses."""

HISTORY = timedelta(days=30)
"""How long the lines of a source's poll history are kept."""


def serve(app: App) -> None:
    """Poll on schedule and serve pages and feeds, until SIGTERM or Ctrl-C.

    Raises UsageError if the address can't be listened on.
    """
    service = app.config.service
    flask = create_app(app.site)
    try:
        # 150 half-open requests stop waitress at its default limit of 100 connections.
        server = create_server(
            flask,
            host=service.host,
            port=service.port,
            threads=8,
            connection_limit=1000,
            max_request_body_size=_MAX_REQUEST_BYTES,
            ident=None,
        )
    except OSError as error:
        message = (
            f"can't listen on {service.host}:{service.port}: {error.strerror}; stop the other "
            "program or choose another port: AGGREGATOR_SERVICE__PORT=8001"
        )
        raise UsageError(message) from error
    stop = Event()
    signal.signal(signal.SIGTERM, _interrupt)
    with polling(app) as parts:
        schedule = Schedule(_jobs(app, parts, stop))
        schedule.start()
        _log.info("%s; open %s", summary(app.config), service.base_url)
        try:
            server.run()  # returns at KeyboardInterrupt and SystemExit
        finally:
            _log.info("stopping")
            stop.set()
            server.close()
            ended = schedule.stop(seconds=_PATIENCE_SECONDS)
    if not ended:
        # A fetch can't be interrupted before its deadline. What is under way is dropped, as when
        # the process is killed: its sources were given back above and are due again.
        _log.info("some sources did not answer in time; they are asked again at the next start")
        logging.shutdown()
        os._exit(0)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def _jobs(app: App, parts: Callable[[], Parts], stop: Event) -> tuple[Job, ...]:
    changed = Event()
    polling_by: list[InForce] = []

    def interrupted() -> bool:
        return stop.is_set() or changed.is_set()

    def poll_due() -> None:
        changed.clear()
        polling_by.append(app.in_force)
        try:
            run_round(parts(), stop=interrupted, report=log_poll)
        finally:
            polling_by.clear()

    def take_up_changes() -> None:
        if app.reload():
            changed.set()

    def tag_again() -> None:
        now = app.in_force
        if any(by is not now for by in polling_by):
            return  # what those polls still bring would be taken for tagged by the rules of now
        config = now.config
        retag.catch_up(app.db, now.tagger, config.topics, config.sources, interrupted)

    stories = gatherer(app)
    return (
        Job("poll", poll_due, timedelta(seconds=2), at_once=True),
        Job("reload", take_up_changes, timedelta(seconds=2)),
        Job(
            "gather",
            lambda: stories.catch_up(app.config.sources, app.clock, interrupted, at_ease=True),
            timedelta(seconds=2),
            at_once=True,
        ),
        Job("retag", tag_again, timedelta(seconds=10), at_once=True),
        Job("prune", lambda: _prune(app), timedelta(hours=6)),
    )


def _prune(app: App) -> None:
    before = app.clock() - HISTORY
    polls.prune(app.db, before)
    hosts.forget(app.db, before)  # where redirects led once


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
            f"{commit.next_due:%H:%M} UTC",
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
