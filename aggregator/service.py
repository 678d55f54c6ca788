"""The running service: scheduler and web server in one process, until it is told to stop."""

from __future__ import annotations

import logging
import os
import resource
import signal
from collections.abc import Callable
from datetime import timedelta
from threading import Event
from types import FrameType
from typing import TYPE_CHECKING, Any

from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer, create_server
from waitress.task import WSGITask

from aggregator import retag
from aggregator.app import App, InForce, gatherer, polling, summary
from aggregator.errors import UsageError
from aggregator.model import Commit
from aggregator.poll import Parts, run_round
from aggregator.schedule import Job, Schedule
from aggregator.store import polls
from aggregator.web import create_app

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_log = logging.getLogger(__name__)

_PATIENCE_SECONDS = 5
"""How long polls under way may take when the service is told to stop."""

_SKIPS = 3
"""So many of a poll's skipped entries are logged; the page of the source shows more."""

_CONNECTIONS = 4_000
_THREADS = 4
_SEND_BYTES = 1_000_000
"""Shorter answers are sent whole, by one thread; else two pass the interpreter to and fro."""

_IDLE_SECONDS = 30
"""How long a connection may stay open without a word; reader apps come once in a while."""

_MAX_REQUEST_BYTES = 65_536
"""Nothing is ever sent to us but addresses."""

HISTORY = timedelta(days=30)
"""How long the lines of a source's poll history are kept."""


def serve(app: App) -> None:
    """Poll on schedule and serve pages and feeds, until SIGTERM or Ctrl-C.

    Raises UsageError if the address can't be listened on.
    """
    service = app.config.service
    try:
        server = listening(create_app(app.site), service.host, service.port)
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


class _Task(WSGITask):  # type: ignore[misc]  # waitress has no types
    """Waitress closes the connection after a 304, for want of a length; there is nothing to end."""

    def set_close_on_finish(self) -> None:
        asked_for = self.request.headers.get("CONNECTION", "").lower() == "close"
        if self.has_body or self.wrote_header or self.version != "1.1" or asked_for:
            super().set_close_on_finish()


class _Channel(HTTPChannel):  # type: ignore[misc]  # waitress has no types
    task_class = _Task


def listening(application: WSGIApplication, host: str, port: int) -> Any:
    """Return a server that listens there; ``run`` serves. Raises OSError if it can't.

    Why this server and these figures: docs/decisions/013.
    """
    # It would write a line for every request that waits, and be slower by it when it is busy.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    _allow_files(2 * _CONNECTIONS)
    sockets: dict[int, object] = {}
    server = create_server(
        application,
        map=sockets,
        host=host,
        port=port,
        threads=_THREADS,
        connection_limit=_CONNECTIONS,
        asyncore_use_poll=True,  # select() breaks at 1,024 open files
        channel_timeout=_IDLE_SECONDS,
        cleanup_interval=10,
        max_request_body_size=_MAX_REQUEST_BYTES,
        ident=None,
    )
    for each in sockets.values():
        if isinstance(each, BaseWSGIServer):
            each.channel_class = _Channel
            each.adj.send_bytes = _SEND_BYTES  # as an argument it gives a warning
    return server


def _allow_files(many: int) -> None:
    """Every connection is an open file, and 1,024 are the usual limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = many if hard == resource.RLIM_INFINITY else min(many, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


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
        Job("prune", lambda: polls.prune(app.db, app.clock() - HISTORY), timedelta(hours=6)),
    )


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
