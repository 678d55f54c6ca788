"""Bytes that were made once and are kept until what they show has changed. Not an HTTP cache."""

from __future__ import annotations

import gzip
import sys
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from threading import Lock
from time import monotonic

import brotli

if sys.version_info >= (3, 14):  # pragma: no cover
    from compression import zstd
else:
    from backports import zstd

CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda body: brotli.compress(body, quality=5),
    "zstd": lambda body: zstd.compress(body, 9),
    "gzip": lambda body: gzip.compress(body, 6, mtime=0),
}
"""The smallest first. Past these levels a feed gets hardly smaller for many times the work."""

_LATE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Rendered:
    """A finished body. ``modified``: when its newest part appeared or changed, None if empty."""

    body: bytes = field(repr=False)
    etag: str
    modified: datetime | None

    def after(self, old: Rendered) -> Rendered:
        """The body as it follows an older one: if it is another one, with a later date.

        What reads by curl (newsboat) throws away a body whose Last-Modified is not later than
        that of the one it has, and HTTP counts whole seconds.
        """
        if self.etag == old.etag:
            return old
        if self.modified is None or old.modified is None:
            return self
        later = old.modified.replace(microsecond=0) + timedelta(seconds=1)
        return replace(self, modified=max(self.modified, later))


def rendered(body: bytes, modified: datetime | None) -> Rendered:
    """The body with a strong validator that depends on nothing but its bytes."""
    return Rendered(body, sha256(body).hexdigest()[:32], modified)


def packed(plain: Rendered, coding: str) -> Rendered:
    """The body in a content coding, under a validator of its own."""
    body = CODINGS[coding](plain.body)
    return replace(plain, body=body, etag=f"{plain.etag}:{coding}")


@dataclass(slots=True, eq=False)
class _Slot:
    """One key's place: whoever holds the lock renders, the others wait for it and share.

    made: the value and its stamp, put here as one so that nobody sees parts of two.
    good: the latest moment at which the value was asked for and found to be what is.
    begun: when the render under way began.
    """

    lock: Lock = field(default_factory=Lock)
    made: tuple[Hashable, Rendered] | None = None
    good: float = 0.0
    begun: float = 0.0
    size: int = 0

    def at(self, stamp: Hashable) -> Rendered | None:
        """The value, if it was made at this stamp."""
        made = self.made
        if made is None or made[0] != stamp:
            return None
        self.good = monotonic()
        return made[1]

    def late(self) -> Rendered | None:
        """The value, if it was right a moment ago, for who can't wait for the one that is made."""
        fresh = monotonic() < self.good + _LATE_SECONDS
        return self.made[1] if fresh and self.made is not None else None


class Kept:
    """The most recently used bodies, at most ``most`` of them and ``max_bytes`` in all."""

    def __init__(self, most: int, max_bytes: int, patience: float = 0.02) -> None:
        """patience: seconds from a render's beginning in which others wait for it (``get``)."""
        self._most = most
        self._max_bytes = max_bytes
        self._patience = patience
        self._bytes = 0
        self._slots: OrderedDict[Hashable, _Slot] = OrderedDict()
        self._lock = Lock()

    def at(self, key: Hashable, stamp: Hashable) -> Rendered | None:
        """What is kept under ``key``, if it was made at this ``stamp``."""
        with self._lock:
            slot = self._slots.get(key)
            if slot is None:
                return None
            self._slots.move_to_end(key)
        return slot.at(stamp)

    def get(self, key: Hashable, stamp: Hashable, render: Callable[[], Rendered]) -> Rendered:
        """What is kept under ``key``, rendered anew if it wasn't made at this ``stamp``.

        One caller renders, the others wait. Where it takes long, they get what was there a moment
        ago, if something was: a change of a feed that many read must not stop the whole site.

        The caller takes the stamp before it renders: a change in between then costs one more
        render, and never serves something old. What ``render`` raises goes to its caller alone.
        """
        with self._lock:
            slot = self._slots.setdefault(key, _Slot())
            self._slots.move_to_end(key)
            while len(self._slots) > self._most:
                self._drop_oldest()
        if (there := slot.at(stamp)) is not None:
            return there  # without the lock, for which threads would queue
        if not slot.lock.acquire(blocking=False):
            late = slot.late()
            patience = -1 if late is None else max(0, slot.begun + self._patience - monotonic())
            if not slot.lock.acquire(timeout=patience):
                assert late is not None  # noqa: S101 - else it waited until it had the lock
                return late
        try:
            return slot.at(stamp) or self._make(key, slot, stamp, render)
        finally:
            slot.lock.release()

    def _make(
        self, key: Hashable, slot: _Slot, stamp: Hashable, render: Callable[[], Rendered]
    ) -> Rendered:
        slot.begun = monotonic()
        value = render() if slot.made is None else render().after(slot.made[1])
        self._keep(key, slot, value)
        slot.made, slot.good = (stamp, value), monotonic()
        return value

    def _keep(self, key: Hashable, slot: _Slot, value: Rendered) -> None:
        """Count the bytes that will stand in the slot, and make room for them."""
        with self._lock:
            if self._slots.get(key) is slot:  # else it was dropped meanwhile and counts no more
                self._bytes += len(value.body) - slot.size
                slot.size = len(value.body)
            while self._bytes > self._max_bytes and len(self._slots) > 1:
                self._drop_oldest()

    def _drop_oldest(self) -> None:
        _, slot = self._slots.popitem(last=False)
        self._bytes -= slot.size
