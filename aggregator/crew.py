"""Threads that work on what is put before them, and what came of it. Not what the work is.

So many work at a time; who only waits for a stranger doesn't count, so that a few hosts that hang
keep nothing else from being done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from math import inf
from queue import Empty, SimpleQueue
from threading import Lock, Thread, current_thread
from time import monotonic
from typing import Generic, TypeVar

_LONG_SECONDS = 1.0
_MOST = 500
"""Threads there ever are, whatever waits."""

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

    One thread hands out and collects.
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
