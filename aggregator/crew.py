"""Threads that work on what is put before them, and what came of it. Not what the work is.

So many work at a time; who only waits for a stranger doesn't count, so that a few hosts that hang
keep nothing else from being done.

One thread at a time runs Python. That all do so on one core costs a fifth to a third less than
where each takes what the one before had in its caches to another core
(docs/decisions/012-cost-of-a-poll.md).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from math import inf
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock, Thread, current_thread
from time import monotonic
from typing import Generic, TypeVar

_LONG_SECONDS = 1.0
_MOST = 500
"""Threads there ever are, whatever waits."""
_FOLLOW_SECONDS = 1.0
"""How often is looked on which core the others are wanted."""

Task = TypeVar("Task")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Done(Generic[Task, Result]):
    """A task and what came of it: a result, or what its work raised."""

    task: Task
    result: Result | None = None
    error: BaseException | None = None


class Crew(Generic[Task, Result]):
    """``size`` threads at most that work, and others that have waited for more than a second.

    One thread hands out and collects. The others keep to the core that the system gives it.
    """

    def __init__(self, work: Callable[[Task], Result], size: int) -> None:
        self._work = work
        self._size = size
        self._tasks: SimpleQueue[Task | None] = SimpleQueue()
        self._done: SimpleQueue[Done[Task, Result]] = SimpleQueue()
        self._lock = Lock()
        self._threads: set[Thread] = set()
        # Since when each thread that is at work waits; never, once it has heard.
        self._begun: dict[Thread, float] = {}
        self._core: int | None = None
        self._follow_at = 0.0

    @property
    def untouched(self) -> int:
        """How many tasks nobody has begun."""
        return self._tasks.qsize()

    def hand_out(self, tasks: Iterable[Task]) -> None:
        for task in tasks:
            self._tasks.put(task)

    def recall(self) -> list[Task]:
        """Take back what nobody has begun."""
        tasks: list[Task] = []
        with suppress(Empty):
            while True:
                task = self._tasks.get_nowait()
                if task is not None:
                    tasks.append(task)
        return tasks

    def heard(self) -> None:
        """Called by work that has what it waited for: from now on it counts, however long."""
        self._begun[current_thread()] = inf

    def collect(self, most: int, seconds: float) -> list[Done[Task, Result]]:
        """Return what is done as soon as it is ``most``, or what there is after ``seconds``."""
        until = monotonic() + seconds
        done: list[Done[Task, Result]] = []
        self._follow()
        self._staff()
        with suppress(Empty):
            while len(done) < most:
                done.append(self._done.get(timeout=max(until - monotonic(), 0)))
        return done

    def close(self) -> None:
        """Drop what nobody has begun and wait for the rest."""
        self.recall()
        with self._lock:
            threads = list(self._threads)
        for _ in threads:
            self._tasks.put(None)
        for thread in threads:
            thread.join()

    def _follow(self) -> None:
        """Have all threads keep to the core of this one, which the system may move."""
        if monotonic() < self._follow_at:
            return
        self._follow_at = monotonic() + _FOLLOW_SECONDS
        core = _core()
        if core == self._core:
            return
        with self._lock:
            self._core = core
            for thread in self._threads:
                _keep_to(core, thread)

    def _staff(self) -> None:
        """Start as many threads as there is work for."""
        with self._lock:
            missing = self._tasks.qsize() - (len(self._threads) - len(self._begun))
            if missing <= 0:
                return
            long_ago = monotonic() - _LONG_SECONDS
            waiting = sum(begun < long_ago for begun in list(self._begun.values()))
            room = min(self._size + waiting, _MOST) - len(self._threads)
            for _ in range(min(missing, room)):
                thread = Thread(target=self._run, name="poll", daemon=True)
                self._threads.add(thread)
                thread.start()

    def _run(self) -> None:
        me = current_thread()
        with self._lock:
            _keep_to(self._core, me)
        while (task := self._tasks.get()) is not None:
            begun = self._begun[me] = monotonic()
            try:
                done = Done(task, self._work(task))
            except BaseException as error:  # noqa: BLE001 - whoever collects it, tells
                done = Done(task, error=error)
            del self._begun[me]
            self._done.put(done)
            if monotonic() - begun > _LONG_SECONDS and self._is_surplus(me):
                return

    def _is_surplus(self, me: Thread) -> bool:
        """Tell whether another was started in the place of a thread, which then has to end."""
        with self._lock:
            surplus = len(self._threads) > self._size
            if surplus:
                self._threads.remove(me)
            return surplus


def _core() -> int | None:
    """Return on which core this thread runs; None where the system doesn't tell."""
    with suppress(OSError):
        told = Path("/proc/thread-self/stat").read_text(encoding="utf-8")
        return int(told.rpartition(")")[2].split()[36])  # proc(5): the 39th; the 2nd ends with ")"
    return None


def _keep_to(core: int | None, thread: Thread) -> None:
    """Have a thread run nowhere else, where that can be had."""
    if sys.platform == "linux" and core is not None and thread.native_id is not None:
        with suppress(OSError):  # the core was just taken from us; the next look finds another
            os.sched_setaffinity(thread.native_id, {core})
