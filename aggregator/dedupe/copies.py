"""Texts → near copies of one another, by the shingles that one contains of another; no stories.

A wire text comes back with its first paragraph only, with a line added, with a sixth of its words
changed. So it is asked how much of the shorter text the longer one contains. Measured on edits of
real texts: `make bench-stories`.
"""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from aggregator.tag.words import tokens

LENGTH = 3
"""Words of a shingle; characters where a script has no spaces, since each is a token."""
LEAST = 6
"""Shingles of a text that can be told to be a copy."""
ENOUGH = 0.5
"""Share of shingles that an edited copy has kept."""
ENOUGH_OF_PART = 0.7
"""The same of a much shorter text, which was cut, and not also written anew."""
_PART = 0.7
_MOST_READ = 6_000
_ALL = 1 << 32
_KEPT = 96
"""Shingles that are kept of a text; of a longer text a sample, the same one of what it shares."""


@dataclass(frozen=True, slots=True)
class Sketch:
    """The shingles of a text whose hashes are below ``limit``, sorted; a long text's is lower."""

    hashes: array[int]
    limit: int


def sketch(text: str) -> Sketch:
    """Return the sketch of a text; it is as long as ``_KEPT`` at most."""
    words = [word.encode("utf-8", "surrogatepass") for word in tokens(text[:_MOST_READ])]
    found = set(map(crc32, map(b" ".join, zip(words, words[1:], words[2:], strict=False))))
    limit = _ALL
    while len(found) > _KEPT:
        limit >>= 1
        found = {shingle for shingle in found if shingle < limit}
    return Sketch(array("I", sorted(found)), limit)


def sameness(one: Sketch, other: Sketch) -> float:
    """Return how much of the shorter text the longer one contains, 0 to 1; 0 if it is no copy."""
    limit = min(one.limit, other.limit)
    mine = {shingle for shingle in one.hashes if shingle < limit}
    theirs = {shingle for shingle in other.hashes if shingle < limit}
    shorter, longer = sorted((len(mine), len(theirs)))
    if shorter < LEAST:
        return 0.0
    share = len(mine & theirs) / shorter
    return share if share >= (ENOUGH if shorter >= _PART * longer else ENOUGH_OF_PART) else 0.0


_BUCKETS = 1 << 20
_WAYS = 8
_INDEXED = 20
_COMPARED = 6


class Copies:
    """The texts that were added, under numbers; a table of fixed size forgets the oldest first."""

    def __init__(self) -> None:
        self._sketches: dict[int, Sketch] = {}
        # Of a shingle the latest texts that hold it. A wrong one does no harm: texts are compared.
        self._holders: NDArray[np.uint32] = np.zeros((_BUCKETS, _WAYS), np.uint32)

    def nearest(self, one: Sketch) -> tuple[int, float] | None:
        """Return the text that is likest to be a copy of this one, and how much they share."""
        if len(one.hashes) < LEAST:
            return None
        held: Any = self._holders[_buckets(one.hashes)]
        votes = Counter(held[held > 0].tolist())
        best: tuple[int, float] | None = None
        for number, _ in votes.most_common(_COMPARED):
            known = self._sketches.get(number - 1)
            share = sameness(one, known) if known else 0.0
            if share and (best is None or share > best[1]):
                best = (number - 1, share)
        return best

    def add(self, number: int, one: Sketch) -> None:
        """Remember a text. number: 0 or more, and higher than that of any text before."""
        if len(one.hashes) >= LEAST:
            self._sketches[number] = one
            self._holders[_buckets(one.hashes[:_INDEXED]), number % _WAYS] = number + 1

    def remove(self, number: int) -> None:
        """Forget a text, if it is known."""
        self._sketches.pop(number, None)


def _buckets(hashes: array[int]) -> NDArray[np.uint32]:
    """Return where the holders of shingles stand: by their lowest bits, the upper ones are few."""
    return np.frombuffer(hashes, np.uint32) % _BUCKETS
