"""The articles of a sliding window by what they tell: how rare it is, who else told it.

It decides nothing. What is looked at of an article, and remembered of a feature, is bounded, so an
article costs the same whatever the window holds.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from math import log, sqrt

from aggregator.dedupe import everyday
from aggregator.dedupe.feature import KIND, Kind, number
from aggregator.dedupe.telling import Telling

_WORD, _PLACE = Kind.WORD.value, Kind.PLACE.value
_BITS = 22
_MASK = (1 << _BITS) - 1
_PRIOR = 10_000
"""Ordinary articles that are imagined before the first, so that its words are not equally rare."""
_RAREST = 6.0
"""Rarity of what nobody has told."""
_MOST_FEATURES = 100
_MOST_RARE, _MOST_BROAD = 16, 8
"""Words, names and numbers by which an article is found; countries and subjects likewise."""
_LATEST = 24
"""Articles that are remembered of a feature."""
_LEAST = (150.0, 60.0, 60.0, 20.0, 5.0)
"""Added to the square of a length, by kind: one word in common with a headline is no likeness."""
_DRIFT = 2.0
"""Lengths are measured anew when the window has grown or shrunk so much."""


@lru_cache(128)  # feeds may invent codes
def _imagined(language: str) -> Mapping[int, int]:
    """Return how many of the imagined articles hold a word, if they are in this language."""
    shares = everyday.shares(language)
    return {number(Kind.WORD, key): round(_PRIOR * share) for key, share in shares}


class Item:
    """An article in the window. ``ids`` and ``weights``: its features, the rarest first.

    ``words``: how many it has, kept or not.  ``headline``: those of its title, in their order.
    ``was``: its story before all were gathered again, if it still may have that id.
    """

    __slots__ = (
        "article", "at", "found_by", "headline", "ids", "language", "lengths", "listed", "measured",
        "number", "source", "story", "vector", "was", "weights", "words",
    )  # fmt: skip

    def __init__(
        self, telling: Telling, number_: int, ids: array[int], weights: array[float], found_by: int
    ) -> None:
        self.article = telling.article
        self.source = telling.source
        self.language = telling.language or ""
        self.at = telling.at.timestamp()
        self.listed = telling.listed.timestamp()
        self.vector = telling.vector
        self.number = number_
        self.story = ""
        self.was: str | None = None
        self.ids = ids
        self.weights = weights
        self.headline = array("I", telling.headline)
        self.words = sum([feature & KIND == _WORD for feature in telling.features])
        self.found_by = found_by
        self.lengths: tuple[float, ...] = ()
        self.measured = 0.0


Weighed = Mapping[int, float]
"""Features of an article: weight times rarity squared, what a shared one counts."""


class Window:
    """Rarity of features, and the latest articles that hold a rare one."""

    def __init__(self) -> None:
        self.items: dict[int, Item] = {}
        self._next = 0
        self._held = array("I", bytes(4 << _BITS))
        self._latest: dict[int, int | array[int]] = {}
        self._logs = [log(1.0 + held) for held in range(1 << 14)]

    def rarity(self, language: str) -> Callable[[int], float]:
        """Return what tells how rare a feature is for a language; 0 if all articles hold it."""
        held, logs, imagined = self._held, self._logs, _imagined(language).get
        scale = _RAREST / log(len(self.items) + _PRIOR)

        def rarity(feature: int) -> float:
            many = held[(feature >> 3) & _MASK] + imagined(feature, 0)
            return _RAREST - scale * (logs[many] if many < len(logs) else log(1.0 + many))

        return rarity

    def item(self, telling: Telling) -> tuple[Item, Weighed]:
        """Return an article as it would stand in the window, and what its features count now."""
        rarity = self.rarity(telling.language or "")
        rare: list[tuple[float, int, float]] = []
        broad: list[tuple[float, int, float]] = []
        for feature, (_, weight) in telling.features.items():
            force = weight * rarity(feature) ** 2
            (broad if feature & KIND >= _PLACE else rare).append((force, feature, weight))
        rare.sort(reverse=True)
        broad.sort(reverse=True)
        first = rare[:_MOST_RARE] + broad[:_MOST_BROAD]
        told = first + rare[_MOST_RARE:_MOST_FEATURES] + broad[_MOST_BROAD:]
        weighed = {feature: force for force, feature, _ in told}
        weights = [weight for _, _, weight in told]
        self._next += 1
        item = Item(telling, self._next, array("I", weighed), array("f", weights), len(first))
        self._measure(item, weighed, weights)
        return item, weighed

    def weighed(self, item: Item) -> Weighed:
        """Return what the features of an item count now."""
        rarity = self.rarity(item.language)
        return {
            feature: weight * rarity(feature) ** 2
            for feature, weight in zip(item.ids, item.weights, strict=True)
        }

    def lengths(self, item: Item) -> tuple[float, ...]:
        """Return the length of an item's features, by kind; measured anew now and then."""
        size = len(self.items) + _PRIOR
        if not size / _DRIFT <= item.measured <= size * _DRIFT:
            self._measure(item, self.weighed(item), item.weights)
        return item.lengths

    def _measure(self, item: Item, weighed: Weighed, weights: Iterable[float]) -> None:
        squares = list(_LEAST)
        for (feature, force), weight in zip(weighed.items(), weights, strict=True):
            squares[feature & KIND] += weight * force
        item.lengths, item.measured = tuple(map(sqrt, squares)), len(self.items) + _PRIOR

    def alike(self, item: Item, weighed: Weighed, most: int) -> list[Item]:
        """Return the items that share most of the rare features of this one."""
        scores: dict[int, float] = {}
        for feature in item.ids[: item.found_by]:
            force = weighed[feature]
            held = self._latest.get(feature)
            if held is not None:
                for other in (held,) if isinstance(held, int) else held:
                    scores[other] = scores.get(other, 0.0) + force
        best = sorted(scores, key=scores.__getitem__, reverse=True)[:most]
        return [self.items[other] for other in best]

    def add(self, item: Item) -> None:
        """Take an item in."""
        for feature in item.ids:
            self._held[(feature >> 3) & _MASK] += 1
        self.items[item.number] = item
        for feature in item.ids[: item.found_by]:
            held = self._latest.get(feature)
            if held is None:
                self._latest[feature] = item.number
            elif isinstance(held, int):
                self._latest[feature] = array("I", (held, item.number))
            else:
                if len(held) == _LATEST:
                    del held[0]
                held.append(item.number)

    def remove(self, item: Item) -> None:
        """Leave an item out, as if it had never come."""
        for feature in item.ids:
            self._held[(feature >> 3) & _MASK] -= 1
        del self.items[item.number]
        for feature in item.ids[: item.found_by]:
            held = self._latest.get(feature)
            if held == item.number:
                del self._latest[feature]
            elif isinstance(held, array) and item.number in held:
                held.remove(item.number)
                if not held:
                    del self._latest[feature]
