"""Parsing in child processes that can be killed. Not the parser itself: that is ``parse``.

A hostile feed can hold a regular expression or a memory allocation for minutes, and no thread can
be interrupted in either. So the pure function ``parse.parse`` runs in a child with a time limit
(the child is killed) and a memory limit (the child gets a MemoryError).
"""

from __future__ import annotations

import gc
import multiprocessing
import resource
import signal
from collections.abc import Set
from concurrent.futures import TimeoutError as FutureTimeout
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from datetime import datetime
from threading import Lock
from typing import Self

from pebble import ProcessExpired, ProcessPool

from aggregator.model import Document, Failed, Reason
from aggregator.parse import nothing_new, parse

# A child is replaced after so many documents, so that a slow leak in a parser stays small.
_DOCUMENTS_PER_CHILD = 1_000


class Sandbox:
    """A few child processes that parse, each document within ``seconds`` and ``memory_mb``."""

    def __init__(self, *, processes: int, seconds: float, memory_mb: int) -> None:
        self._processes = processes
        self._seconds = seconds
        self._memory_bytes = memory_mb * 2**20
        self._lock = Lock()
        self._pool = self._open_pool()

    def _open_pool(self) -> ProcessPool:
        # Not "fork": the service has threads, and a forked lock stays locked for ever.
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["aggregator.parse"])
        return ProcessPool(
            max_workers=self._processes,
            max_tasks=_DOCUMENTS_PER_CHILD,
            initializer=_confine,
            initargs=(self._memory_bytes,),
            context=context,
        )

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
        """
        document = nothing_new(body, content_type=content_type, url=url, seen=seen)
        if document:
            return document
        arguments = {"content_type": content_type, "url": url, "now": now, "seen": seen}
        pool = self._usable_pool()
        try:
            future = pool.schedule(parse, args=(body,), kwargs=arguments, timeout=self._seconds)
            return future.result()
        except FutureTimeout:
            detail = f"not parsed within {self._seconds:g} s; the document is hostile or huge"
            return Failed(Reason.PARSE_TIMEOUT, detail)
        except MemoryError:
            return Failed(Reason.PARSE_CRASH, "parsing it took more memory than parse.memory_mb")
        except (ProcessExpired, BrokenProcessPool, RuntimeError) as died:
            return Failed(Reason.PARSE_CRASH, f"the parser died ({died})")

    def _usable_pool(self) -> ProcessPool:
        """Return the pool, a new one where all its processes died at once (out of memory, say)."""
        with self._lock:
            if not self._pool.active:
                self._pool = self._open_pool()
            return self._pool

    def close(self) -> None:
        """End the children; documents under way are dropped."""
        self._pool.stop()  # type: ignore[no-untyped-call] # pebble gives no types here
        self._pool.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _confine(memory_bytes: int) -> None:
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)  # feedparser makes many objects and few cycles
    # Ctrl-C goes to the whole process group; the parent decides when the children end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(ValueError, OSError):  # macOS knows RLIMIT_AS but refuses to set it
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
