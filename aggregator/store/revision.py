"""What this process knows of a database's revision, without asking it; not what moves it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from weakref import WeakValueDictionary

from sqlalchemy import URL

from aggregator.errors import StoreError

LOOK_SECONDS = 1
"""How long what another process wrote may go unseen."""


class Seen:
    """The newest revision that was seen. Safe to share between threads."""

    def __init__(self) -> None:
        self.revision = 0
        self.look_again = 0.0
        self._learning, self._looking = threading.Lock(), threading.Lock()

    def learn(self, *revisions: int) -> None:
        with self._learning:  # it only grows: who looked before a commit may tell of it after it
            self.revision = max((self.revision, *revisions))

    def refresh(self, look: Callable[[], None]) -> int:
        """Have one caller of all look when it is time to; the others don't wait for it.

        While the database doesn't answer, nothing moves: what was made of it is still good.
        """
        if time.monotonic() >= self.look_again and self._looking.acquire(blocking=False):
            try:
                with suppress(StoreError):
                    look()
                self.look_again = time.monotonic() + LOOK_SECONDS
            finally:
                self._looking.release()
        return self.revision


_OPEN: WeakValueDictionary[URL, Seen] = WeakValueDictionary()


def of(url: URL) -> Seen:
    """Return what is known of the database there, however often this process has it open."""
    return _OPEN.setdefault(url, Seen())
