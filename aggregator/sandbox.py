"""Parsing in child processes that can be killed. Not the parser itself: that is ``parse``.

A hostile feed can hold a regular expression or a memory allocation for minutes, and no thread can
be interrupted in either. So the pure function ``parse.parse`` runs in a child with a time limit
(the child is killed) and a memory limit (the child gets a MemoryError). Who asks a child talks to
it over a pipe of its own: no thread and no queue stand between (docs/decisions/012).
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import resource
import signal
import sys
import traceback
from collections.abc import Collection, Iterator, Mapping, Set
from contextlib import contextmanager, suppress
from datetime import datetime
from multiprocessing.connection import Connection
from queue import SimpleQueue
from threading import Lock
from typing import Any, Self

from aggregator.model import Document, Failed, Reason
from aggregator.parse import Opened, nothing_new, opened, parse

# A child is replaced after so many documents, so that a slow leak in a parser stays small.
_DOCUMENTS_PER_CHILD = 1_000
_START_SECONDS = 60
_STARTING = Lock()


class Sandbox:
    """A few child processes that parse, each document within ``seconds`` and ``memory_mb``."""

    def __init__(self, *, processes: int, seconds: float, memory_mb: int) -> None:
        self._processes = processes
        self._seconds = seconds
        self._memory_bytes = memory_mb * 2**20
        # A place for each that may be: None where it has yet to be started.
        self._idle: SimpleQueue[_Child | None] = SimpleQueue()
        for _ in range(processes):
            self._idle.put(None)
        self._cores = os.sched_getaffinity(0) if sys.platform == "linux" else ()
        self._closed = False

    def parse(
        self,
        body: bytes,
        *,
        content_type: str,
        url: str,
        now: datetime,
        seen: Set[bytes] = frozenset(),
    ) -> Document | Failed:
        """Parse a feed document; whatever it does to the parser becomes a ``Failed``.

        seen: marks of entries that needn't be read again. Where these are all, no child is asked.
        A child that can't be started is no fault of the document: OSError or EOFError is raised.
        """
        # A child is given what is found here, not to look for it again.
        feed = opened(body, content_type=content_type, url=url) if seen else None
        document = nothing_new(feed, seen) if feed else None
        if document:
            return document
        about = {"content_type": content_type, "url": url, "now": now, "seen": seen}
        with self._borrowed() as child:
            try:
                found: Document | Failed | Exception = child.parse(
                    feed or body, about, self._seconds
                )
            except TimeoutError:
                detail = f"not parsed within {self._seconds:g} s; the document is hostile or huge"
                return Failed(Reason.PARSE_TIMEOUT, detail)
            except (EOFError, OSError):
                return Failed(Reason.PARSE_CRASH, "the parser died")
            if isinstance(found, MemoryError):
                child.kill()  # who knows what it still holds
        if isinstance(found, MemoryError | RecursionError):
            told = "memory than parse.memory_mb" if isinstance(found, MemoryError) else "nesting"
            return Failed(Reason.PARSE_CRASH, f"parsing it took more {told}")
        if isinstance(found, Exception):
            raise found
        return found

    @contextmanager
    def _borrowed(self) -> Iterator[_Child]:
        """Yield a child that nobody else asks meanwhile; leave its place to one that can go on."""
        child = self._idle.get()
        try:
            if self._closed:
                message = "the sandbox is closed"
                raise RuntimeError(message)
            child = child or _Child(self._memory_bytes, self._cores)
            yield child
        finally:
            if child and child.documents >= _DOCUMENTS_PER_CHILD:
                child.kill()
            self._idle.put(child if child and child.alive else None)

    def close(self) -> None:
        """End the children, each when its document is parsed; who waits for one gets an error."""
        self._closed = True
        for _ in range(self._processes):
            child = self._idle.get()
            if child:
                child.kill()
        for _ in range(self._processes):
            self._idle.put(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Child:
    """A process that parses one document after the other, as long as this end is open."""

    def __init__(self, memory_bytes: int, cores: Collection[int]) -> None:
        self.documents = 0
        # Not "fork": the service has threads, and a forked lock stays locked for ever.
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["aggregator.parse"])
        self._pipe, theirs = context.Pipe()
        about = (theirs, memory_bytes, cores)
        self._process = context.Process(target=_serve, args=about, daemon=True)
        with _STARTING:
            self._process.start()
        theirs.close()
        try:
            self._answer(_START_SECONDS)
        except BaseException:
            self.kill()
            raise

    def parse(self, body: bytes | Opened, about: Mapping[str, Any], seconds: float) -> Any:
        """Return what ``parse`` returned or raised.

        Raises TimeoutError if there is no answer by then, OSError or EOFError if it died; it is
        ended then.
        """
        self.documents += 1
        try:
            self._pipe.send((body, about))
            return self._answer(seconds)
        except BaseException:
            self.kill()
            raise

    def _answer(self, seconds: float) -> Any:
        if not self._pipe.poll(seconds):
            message = f"no answer from the parser within {seconds:g} s"
            raise TimeoutError(message)
        return self._pipe.recv()

    @property
    def alive(self) -> bool:
        return not self._pipe.closed

    def kill(self) -> None:
        if self._pipe.closed:
            return
        self._pipe.close()
        self._process.kill()
        self._process.join()
        self._process.close()


def _serve(pipe: Connection, memory_bytes: int, cores: Collection[int]) -> None:
    """What a child does: parse, until nobody asks any more."""
    _confine(memory_bytes)
    if sys.platform == "linux":
        with suppress(OSError):  # they were taken from us
            os.sched_setaffinity(0, cores)  # whoever started it may have to keep to one (``crew``)
    pipe.send(None)  # it is there
    with suppress(EOFError, BrokenPipeError):
        while True:
            body, about = pipe.recv()
            pipe.send(_parsed(body, about))
            del body, about


def _parsed(body: bytes | Opened, about: Mapping[str, Any]) -> Document | Failed | Exception:
    try:
        return parse(body, **about)
    except Exception as error:  # noqa: BLE001 - it is raised where the document was asked for
        error.add_note(traceback.format_exc())
        return error


def _confine(memory_bytes: int) -> None:
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)  # feedparser makes many objects and few cycles
    # Ctrl-C goes to the whole process group; the parent decides when the children end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(ValueError, OSError):  # macOS knows RLIMIT_AS but refuses to set it
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
