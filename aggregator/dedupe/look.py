"""An article beside those of the window: the likely ones, and how likely each tells the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from math import ceil

from aggregator.dedupe.headline import Headlines
from aggregator.dedupe.likeness import Likeness
from aggregator.dedupe.meaning import Meanings, cosines
from aggregator.dedupe.window import Item, Weighed, Window

WINDOW = timedelta(days=3)
"""Articles further apart in time tell two stories."""
_COHERENT = 0.7
_ASKED = 0.4
"""How likely it must be by all else that headlines are asked."""
_MOST = 20
"""Articles that are looked at closely because they share rare features."""


class Look:
    """How likely other articles tell the same story as one; each is looked at once."""

    def __init__(self, window: Window, item: Item, weighed: Weighed) -> None:
        self.item = item
        self._window = window
        self._weighed = weighed
        self._likeness = Likeness(window, item, weighed)
        self._known: dict[int, float] = {}
        self._headlines = Headlines(item, weighed, window.rarity(item.language))

    def around(self, meanings: Meanings) -> list[Item]:
        """Return the articles that may tell the same, the likeliest first."""
        found = self._window.alike(self.item, self._weighed, _MOST)
        known = {item.number for item in found}
        found += [item for item in meanings.nearest(self.item) if item.number not in known]
        span = WINDOW.total_seconds()
        items = self._window.items
        found = [i for i in found if i.number in items and abs(self.item.at - i.at) <= span]
        likely = self.to(found)
        order = sorted(
            range(len(found)), key=lambda n: (-likely[n], -found[n].at, found[n].article)
        )
        return [found[n] for n in order]

    def to(self, others: Sequence[Item]) -> list[float]:
        """Return how likely each of others tells the same."""
        new = [other for other in others if other.number not in self._known]
        likelihoods = self._likeness.to(new, cosines(self.item, new))
        for other, likely in zip(new, likelihoods, strict=True):
            is_out = likely > _ASKED and self.is_stranger(other)
            self._known[other.number] = 0.0 if is_out else likely
        return [self._known[other.number] for other in others]

    def is_stranger(self, other: Item, *, is_part: bool = False) -> bool:
        """Return whether headlines say that another one tells something else.

        is_part: one of the two is known to contain the other.
        """
        return self.item.language == other.language and self._headlines.part(other, is_part=is_part)

    def by_words(self, other: Item) -> float:
        """Return how likely another one tells the same if no encoder is asked."""
        return self._likeness.to([other], [None])[0]

    def shared(self, other: Item) -> list[int]:
        """Return the features of both, the most telling first."""
        both = [feature for feature in other.ids if feature in self._weighed]
        return sorted(both, key=lambda feature: -self._weighed[feature])

    def cohesion(self, others: Sequence[Item]) -> float:
        """Return how likely others tell the same on average, without the least likely third.

        Articles of a long story tell different parts of it.
        """
        likely = sorted(self.to(others), reverse=True)
        some = likely[: ceil(_COHERENT * len(likely))]
        return sum(some) / len(some)
