"""Texts → near copies of one another, by the shingles that one contains of another; no stories.

A wire text comes back with its first paragraph only, with a line added, with a sixth of its words
changed. So it is asked how much of the shorter text the longer one contains, and whether what
differs looks like edits: these fall anywhere. Two texts around the same quotes or the same small
print differ in whole passages; two bulletins of a series differ in their numbers. Neither are
copies. Measured on edits of real texts: `make bench-stories`.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from math import sqrt
from operator import itemgetter
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

LENGTH = 3
"""Words of a shingle; characters where a script has no spaces, since each is a token."""
LEAST = 6
"""Shingles of a text that can be told to be a copy."""
MOST = 192
"""Shingles that are kept of a text, its first: a lede comes alone, the end is cut."""
ENOUGH = 0.5
"""Share of shingles that an edited copy has kept."""
_ENOUGH_OF_PART = 0.6
"""The same of a much shorter text, which was cut, and not also written anew."""
_PART = 0.7
_SHORT = 32
"""A line or two of fewer shingles are contained whole: any word may be the one that matters."""
_NUMBERED = 1
"""The bit of a shingle that says whether it ends with a number."""
_NUMBERS, _PASSAGES = 1.5, 0.8
"""How far from what edits would bring differences are none, in standard deviations."""
_HEAD = 32
_KEYS = 24
"""Hashes by which a text is found; half of them of its first shingles, which come alone."""


@dataclass(frozen=True, slots=True)
class Sketch:
    """The shingles of a text, in its order and each once, and the keys by which it is found."""

    shingles: array[int]
    keys: array[int]


def sketch(tokens: Iterable[str]) -> Sketch:
    """Return the sketch of a text of which these are the words (``tag.words``)."""
    first = " ".join(islice(tokens, MOST + LENGTH - 1))
    words = first.encode("utf-8", "surrogatepass").split(b" ")
    hashes = list(map(crc32, map(b" ".join, zip(words, words[1:], words[2:], strict=False))))
    ends = zip(hashes, words[2:], strict=True)
    shingles = dict.fromkeys([hash_ >> 16 & ~_NUMBERED | (last < b":") for hash_, last in ends])
    late = sorted(hashes[_HEAD:])[: _KEYS // 2]
    early = sorted(hashes[:_HEAD])[: _KEYS - len(late)]
    return Sketch(array("H", shingles), array("I", early + late))


def sameness(one: array[int], other: array[int]) -> float:
    """Return how much of the shorter text the longer one contains, 0 to 1; 0 if it is no copy.

    one, other: their shingles.
    """
    shorter, longer = sorted((len(one), len(other)))
    if shorter < LEAST:
        return 0.0
    both = set(one).intersection(other)
    share = len(both) / shorter
    enough = ENOUGH if shorter >= _PART * longer else _ENOUGH_OF_PART
    if share < (1 if shorter < _SHORT else enough):
        return 0.0
    if share < 1 and (
        _differ_in_numbers(one, other, both) or _differ_in_passages(one, other, both)
    ):
        return 0.0
    return share


def _differ_in_numbers(one: array[int], other: array[int], both: set[int]) -> bool:
    """Return whether two texts share far fewer shingles with numbers than others."""
    share = len(both) / min(len(one), len(other))
    kept, *all_ = map(_numbered, (both, one, other))
    expected = share * min(all_)
    return expected - kept > _NUMBERS * sqrt(expected * (1 - share) + 1)


def _numbered(shingles: Iterable[int]) -> int:
    return sum(shingle & _NUMBERED for shingle in shingles)


def _differ_in_passages(one: array[int], other: array[int], both: set[int]) -> bool:
    """Return whether the differences of two texts are fewer and longer than edits would be.

    What stands before and after all that they share may be a headline, a line of small print or
    what was cut: it is not looked at.
    """
    found = []
    for shingles in (one, other):
        is_shared = bytes(map(both.__contains__, shingles)).strip(b"\0")
        found.append((is_shared.count(1) / len(is_shared), is_shared))
    share, is_shared = max(found)  # the one that has less of its own
    expected: float = len(is_shared) * share * (1 - share ** (1 / LENGTH))
    passages = sum(map(bool, is_shared.split(b"\1")))
    return expected - passages > _PASSAGES * sqrt(expected + 1)


_FEWEST, _MOST_BUCKETS = 1 << 14, 1 << 20
_WAYS = 8
_ROOM = 64
"""Buckets for each text that is known, as long as there may be more: of its keys one in twenty is
lost then."""
_COMPARED = 6
_LEAST_KEYS = 2


class Copies:
    """The texts that were added, under numbers; a table that is full forgets the oldest first."""

    def __init__(self) -> None:
        self._known: dict[int, array[int]] = {}
        # Of a key the latest texts that hold it. A wrong one does no harm: texts are compared.
        self._holders: NDArray[np.uint32] = np.zeros((_FEWEST, _WAYS), np.uint32)

    def nearest(self, one: Sketch) -> list[tuple[int, float]]:
        """Return the copies of this text and how much they share, the likest first."""
        if len(one.shingles) < LEAST:
            return []
        held: Any = self._holders[self._buckets(one.keys)]
        votes = Counter(held[held > 0].tolist())
        found: list[tuple[int, float]] = []
        for number, keys in votes.most_common(_COMPARED):
            known = self._known.get(number - 1) if keys >= _LEAST_KEYS else None
            share = sameness(one.shingles, known) if known else 0.0
            if share:
                found.append((number - 1, share))
        return sorted(found, key=itemgetter(1), reverse=True)

    def add(self, number: int, one: Sketch) -> None:
        """Remember a text. number: 0 or more, and higher than that of any text before."""
        if len(one.shingles) >= LEAST:
            self._known[number] = one.shingles
            if len(self._known) * _ROOM > len(self._holders) < _MOST_BUCKETS:
                # A key is in the first half now or in the second: its holders stand in both.
                self._holders = np.tile(self._holders, (2, 1))
            self._holders[self._buckets(one.keys), number % _WAYS] = number + 1

    def remove(self, number: int) -> None:
        """Forget a text, if it is known."""
        self._known.pop(number, None)

    def _buckets(self, keys: array[int]) -> NDArray[np.uint32]:
        """Return where the holders of keys stand: by their lowest bits, the upper ones are few."""
        return np.frombuffer(keys, np.uint32) % len(self._holders)
