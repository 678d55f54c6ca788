"""The vectors of the latest articles → those that mean nearly the same; it knows no words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from aggregator.dedupe.window import Item

MOST = 8_192
"""Articles whose vectors are remembered, the latest: a search among them takes a millisecond."""
_NEAREST = 20
"""Articles that are looked at: more than are found of one story (``stories``), so that a long one
leaves room for others."""
Floats = NDArray[np.float32]


def unit(vector: bytes) -> Floats:
    """Return a vector, stored as signed bytes, with the length one."""
    found = np.frombuffer(vector, np.int8).astype(np.float32)
    return np.asarray(found / max(float(np.linalg.norm(found)), 1e-9), np.float32)


class Meanings:
    """A ring of vectors. All are of one encoder, hence of one size."""

    def __init__(self) -> None:
        self._ring: Floats | None = None
        self._items: list[Item] = []
        self._turn = 0

    def add(self, item: Item) -> None:
        """Remember an article; without a vector it is left out."""
        if item.vector is None:
            return
        vector = unit(item.vector)
        if self._ring is None:
            self._ring = np.zeros((MOST, vector.size), np.float32)
        if vector.size != self._ring.shape[1]:
            return
        if len(self._items) < MOST:
            self._items.append(item)
        else:
            self._items[self._turn] = item
        self._ring[self._turn] = vector
        self._turn = (self._turn + 1) % MOST

    def nearest(self, item: Item) -> list[Item]:
        """Return the articles that mean most nearly the same, in the order in which they came."""
        if self._ring is None or item.vector is None:
            return []
        if len(item.vector) != self._ring.shape[1]:
            return []
        near = -(self._ring[: len(self._items)] @ unit(item.vector))
        many = len(self._items) > _NEAREST
        best = np.argpartition(near, _NEAREST)[:_NEAREST] if many else range(len(self._items))
        return [self._items[int(at)] for at in sorted(best)]


def cosines(item: Item, others: Sequence[Item]) -> list[float | None]:
    """Return how near the meanings of others are to that of an item; None without a vector."""
    if item.vector is None:
        return [None] * len(others)
    size = len(item.vector)
    told = [one.vector if one.vector and len(one.vector) == size else None for one in others]
    vectors = [vector for vector in told if vector is not None]
    if not vectors:
        return [None] * len(others)
    matrix = (
        np.frombuffer(b"".join(vectors), np.int8).reshape(len(vectors), size).astype(np.float32)
    )
    lengths = np.maximum(np.sqrt(np.einsum("ij,ij->i", matrix, matrix)), 1e-9)
    found = iter(((matrix @ unit(item.vector)) / lengths).tolist())
    return [None if vector is None else next(found) for vector in told]
