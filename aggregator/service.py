"""The running service, until it is told to stop: polls and web server, in one process or in two."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Callable, Iterable
from contextlib import suppress
from threading import Event
from types import FrameType
from typing import Any

from waitress.server import create_server

from aggregator import jobs
from aggregator.app import App, polling, summary
from aggregator.errors import UsageError
from aggregator.schedule import Job, Schedule
from aggregator.web import create_app

_log = logging.getLogger(__name__)

_PATIENCE_SECONDS = 5
"""How long polls under way may take when the service is told to stop."""

_MAX_REQUEST_BYTES = 65_536
"""Nothing is ever sent to us but addresses."""


def serve(app: App) -> None:
    """Poll on schedule and serve pages and feeds, until SIGTERM or Ctrl-C.

    Raises UsageError if the address can't be listened on, StoreError if another process polls
    into this SQLite database.
    """
    server, stop = _server(app), Event()
    with polling(app) as parts:
        ended = _run(jobs.of_worker(app, parts, stop), server.run, stop, server.close)
    _leave(ended)


def work(app: App) -> None:
    """Poll on schedule, and nothing else: one of any number of workers on a PostgreSQL.

    Raises StoreError if another process polls into this SQLite database.
    """
    stop = Event()
    with polling(app) as parts:
        _log.info("%s; polling as %s", summary(app.config), parts().worker)
        ended = _run(jobs.of_worker(app, parts, stop), _wait, stop)
    _leave(ended)


def serve_web(app: App) -> None:
    """Serve pages and feeds, and poll nothing.

    Raises UsageError if the address can't be listened on.
    """
    server = _server(app)
    _leave(_run(jobs.of_web(app), server.run, Event(), server.close))


def _server(app: App) -> Any:
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
    _log.info("%s; open %s", summary(app.config), service.base_url)
    return server


def _wait() -> None:
    with suppress(KeyboardInterrupt, SystemExit):
        Event().wait()


def _run(
    of_process: Iterable[Job],
    until_told: Callable[[], object],
    stop: Event,
    close: Callable[[], object] = lambda: None,
) -> bool:
    """Do jobs while ``until_told`` runs, which returns at KeyboardInterrupt and SystemExit.

    Return whether all jobs have ended.
    """
    signal.signal(signal.SIGTERM, _interrupt)
    schedule = Schedule(of_process)
    schedule.start()
    try:
        until_told()
    finally:
        _log.info("stopping")
        stop.set()
        close()
        ended = schedule.stop(seconds=_PATIENCE_SECONDS)
    return ended


def _leave(ended: bool) -> None:
    if not ended:
        # A fetch can't be interrupted before its deadline. What is under way is dropped, as when
        # the process is killed: its sources were given back above and are due again.
        _log.info("some sources did not answer in time; they are asked again at the next start")
        logging.shutdown()
        os._exit(0)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)
