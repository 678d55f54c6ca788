"""Bytes that were made once and are kept until what they show has changed. Not an HTTP cache."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from threading import Lock


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


@dataclass(slots=True, eq=False)
class _Slot:
    """One key's place: whoever holds the lock renders, the others wait for it and share."""

    lock: Lock = field(default_factory=Lock)
    stamp: Hashable = None
    value: Rendered | None = None
    size: int = 0


class Kept:
    """The most recently used bodies, at most ``most`` of them and ``max_bytes`` in all."""

    def __init__(self, most: int, max_bytes: int) -> None:
        self._most = most
        self._max_bytes = max_bytes
        self._bytes = 0
        self._slots: OrderedDict[Hashable, _Slot] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, stamp: Hashable, render: Callable[[], Rendered]) -> Rendered:
        """What is kept under ``key``, rendered anew if it wasn't made at this ``stamp``.

        The caller takes the stamp before it renders: a change in between then costs one more
        render, and never serves something old. What ``render`` raises goes to its caller alone.
        """
        with self._lock:
            slot = self._slots.setdefault(key, _Slot())
            self._slots.move_to_end(key)
            while len(self._slots) > self._most:
                self._drop_oldest()
        with slot.lock:
            if slot.value is not None and slot.stamp == stamp:
                return slot.value
            value = render() if slot.value is None else render().after(slot.value)
            self._keep(key, slot, value)
            slot.stamp, slot.value = stamp, value
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
