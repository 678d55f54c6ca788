"""The running service, until it is told to stop: polls and web server, in one process or in two."""

from __future__ import annotations

import ctypes
import logging
import os
import resource
import signal
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from threading import Event
from types import FrameType
from typing import TYPE_CHECKING, Any

from waitress.channel import ClientDisconnected, HTTPChannel
from waitress.server import BaseWSGIServer, create_server
from waitress.task import WSGITask

from aggregator import jobs
from aggregator.app import App, polling, summary
from aggregator.errors import UsageError
from aggregator.schedule import Job, Schedule
from aggregator.web import create_app

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_log = logging.getLogger(__name__)

_PATIENCE_SECONDS = 5
"""How long polls under way may take when the service is told to stop."""

_CONNECTIONS = 4_000
_THREADS = 4
_SEND_BYTES = 1_000_000
"""Shorter answers are sent whole, by one thread; else two pass the interpreter to and fro."""

_MOST_UNREAD_BYTES = 2_000_000
"""Of answers to earlier requests; a caller that has read less gets no further one."""

_IDLE_SECONDS = 30
"""How long a connection may stay open without a word; reader apps come once in a while."""

_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8
"""As ``malloc.h`` has them."""
_ARENAS, _LARGE_BYTES = 2, 1_000_000

_MAX_REQUEST_BYTES = 1_000_000
"""As much as a hub may send (``web.websub``); else nothing is ever sent to us but addresses."""
_IN_MEMORY_BYTES = 65_536
"""Of a request; the rest of it goes to a file."""


def save_memory() -> None:
    """Have what is freed given back to the system; to be called before much is loaded.

    glibc keeps it for later, the more the larger it was, and in up to eight heaps a core for our
    many threads: 40 MB that nobody uses. Other C libraries don't.
    """
    with suppress(AttributeError, OSError):
        libc = ctypes.CDLL(None)
        libc.mallopt(_M_ARENA_MAX, _ARENAS)
        libc.mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)


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
    try:
        server = listening(create_app(app.site), service.host, service.port)
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


class _Task(WSGITask):  # type: ignore[misc]  # waitress has no types
    """Waitress closes the connection after a 304, for want of a length; there is nothing to end."""

    def set_close_on_finish(self) -> None:
        asked_for = self.request.headers.get("CONNECTION", "").lower() == "close"
        if self.has_body or self.wrote_header or self.version != "1.1" or asked_for:
            super().set_close_on_finish()


class _Channel(HTTPChannel):  # type: ignore[misc]  # waitress has no types
    task_class = _Task

    def write_soon(self, data: Any) -> int:
        """Leave who asks for ever more and reads nothing: a thread would wait for it, any time."""
        if self.total_outbufs_len > _MOST_UNREAD_BYTES:
            raise ClientDisconnected
        written: int = super().write_soon(data)
        return written


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
        inbuf_overflow=_IN_MEMORY_BYTES,
        ident=None,
    )
    for each in sockets.values():
        if isinstance(each, BaseWSGIServer):
            each.channel_class = _Channel
            each.adj.send_bytes = _SEND_BYTES  # as an argument it gives a warning
            each.adj.outbuf_high_watermark = sys.maxsize  # nobody waits for callers
    return server


def _allow_files(many: int) -> None:
    """Every connection is an open file, and 1,024 are the usual limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = many if hard == resource.RLIM_INFINITY else min(many, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)
