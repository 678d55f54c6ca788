"""Two articles of one language that are worded alike → what their headlines say against it.

Strangers share words, too: small print below both, a digest that quotes one whole, the formula of a
series. What they share then says nothing of what a headline says of its own article.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from itertools import islice
from operator import attrgetter

from aggregator.dedupe.feature import KIND, Kind
from aggregator.dedupe.window import Item, Weighed

_WORD, _PLACE = Kind.WORD.value, Kind.PLACE.value
_LEAST = 4
"""Words below a headline; with fewer there is no text that could say anything of it."""
_NOTHING, _MANY = 0.08, 4
"""Share of a headline that small print tells by chance; hardly ever one word of so many."""
_OF_ALL = 0.3
"""Share of a headline that a part must tell to be what all is about."""
_LONGER = 1.5
"""How many times the words of its part a text has at least."""
_RAREST, _CONTAINED = 16, 0.75
"""Words of a text, its rarest, and the share of them that is found where all of it is quoted; two
reports of one event share up to two thirds."""
_FRAME = 2
"""Words of a formula for each that is put into it."""

Rarity = Callable[[int], float]


class Headlines:
    """What the headlines of an article and of others say against one story."""

    def __init__(self, item: Item, weighed: Weighed, rarity: Rarity) -> None:
        self.item = item
        self._told = weighed.keys()
        self._rarity = rarity
        self._words = set(item.headline)

    def part(self, other: Item, *, is_part: bool = False) -> bool:
        """Return whether another article tells something else.

        is_part: one of the two is known to contain the other.
        """
        mine, theirs = self.item.headline, other.headline
        both = self._words.intersection(theirs)
        own = len(mine) - len(both), len(theirs) - len(both)
        if min(own) and len(both) >= _FRAME * max(own) and self._differ_in_names(other, both):
            return True
        if self.item.words < len(mine) + _LEAST or other.words < len(theirs) + _LEAST:
            return False
        if self._is_nothing(self._words.intersection(other.ids), mine) and self._is_nothing(
            [word for word in theirs if word in self._told], theirs
        ):
            return True
        shorter, longer = sorted((self.item, other), key=attrgetter("words"))
        return (
            longer.words >= _LONGER * shorter.words
            and (is_part or _quotes(longer, shorter))
            and self._share(set(longer.headline).intersection(shorter.ids), longer.headline)
            < _OF_ALL
        )

    def _is_nothing(self, told: Collection[int], headline: Sequence[int]) -> bool:
        """Return whether a text may tell so much of another's headline by chance."""
        return _MANY * len(told) < len(headline) and self._share(told, headline) < _NOTHING

    def _share(self, told: Collection[int], headline: Sequence[int]) -> float:
        """Return how much of a headline is told, by the rarity of its words; 1 of none."""
        some, all_ = (sum([self._rarity(word) ** 2 for word in of]) for of in (told, headline))
        return some / all_ if all_ else 1.0

    def _differ_in_names(self, other: Item, both: set[int]) -> bool:
        """Return whether two headlines differ only in what was put into the same place.

        And that is what tells: it is rarer than the formula, or they speak of other countries;
        and the other's text doesn't tell it either.
        """
        if _frame(self.item.headline, both) != _frame(other.headline, both):
            return False
        common = 0.0 if self._are_elsewhere(other) else max(map(self._rarity, both))
        mine, theirs = (
            max((word for word in item.headline if word not in both), key=self._rarity)
            for item in (self.item, other)
        )
        return (
            min(self._rarity(mine), self._rarity(theirs)) > common
            and mine not in other.ids
            and theirs not in self._told
        )

    def _are_elsewhere(self, other: Item) -> bool:
        """Return whether both articles speak of countries, but of none in common."""
        mine, yours = ({n for n in i.ids if n & KIND == _PLACE} for i in (self.item, other))
        return bool(mine and yours) and mine.isdisjoint(yours)


def _quotes(longer: Item, shorter: Item) -> bool:
    """Return whether a text has most of what is rare in another one."""
    own = (word for word in shorter.ids if word & KIND == _WORD and word not in shorter.headline)
    rarest = set(islice(own, _RAREST))
    return len(rarest.intersection(longer.ids)) >= _CONTAINED * len(rarest)


def _frame(words: Sequence[int], both: Collection[int]) -> list[int | None]:
    """Return a headline with one gap for words in a row that the other one hasn't."""
    frame: list[int | None] = []
    for word in words:
        if word in both:
            frame.append(word)
        elif frame[-1:] != [None]:
            frame.append(None)
    return frame
