"""Two articles → how likely they tell one story; it knows no third article.

The weights are those of a logistic regression over pairs of the labelled sets, all sets alike and
in each as many that tell the same as not, rounded. By hand: the bars (bias, brief); that words
weigh with vectors what they weigh without, since like events mean the same; and all across
languages with vectors: meaning counts most in short texts, so that translations find each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp
from typing import NamedTuple

import numpy as np

from aggregator.dedupe.feature import KIND, Kind
from aggregator.dedupe.window import Item, Weighed, Window

_MARK = (1 << 13) - 1
"""Bits of a feature by which it is marked that an item has it, or another one with these bits."""
_WORD, _PLACE = Kind.WORD.value, Kind.PLACE.value
_SAYS_WHERE = 5.5
"""Length of the countries of an article from which on it says something that none is shared."""
_BRIEF, _LONG = 15.0, 45.0
"""Length of the words of a headline, and of a long text."""
_DAY = 86_400.0


class Model(NamedTuple):
    """What each sign counts. The first five are of cosines."""

    words: float
    names: float
    numbers: float
    places: float
    subjects: float
    elsewhere: float
    """Both speak of countries, but of none in common."""
    days: float
    same_source: float
    """An outlet seldom tells one thing twice."""
    bias: float
    brief: float
    """One of them is no more than a headline: the two can't have much in common."""
    brief_words: float
    meaning: float = 0.0
    brief_meaning: float = 0.0
    most_brief: float = 1.0
    """From there on a shorter text counts as no shorter: two headlines in two languages have too
    little in common to be trusted more."""


_WITHIN = Model(10.6, 0.9, 3.2, 0.3, 1.1, -2.4, -0.9, -2.5, -3.6, 2.7, 3.3)
_WITHIN_MEANING = Model(10.5, 1.1, 2.2, 0.1, 0.5, -2.2, -1.0, -2.5, -4.2, 1.7, -2.8, 2.6, 2.6)
_ACROSS = Model(17.7, 5.5, 10.0, 1.5, 2.9, -1.8, -1.7, -3.0, -9.3, 10.2, 0.0, most_brief=0.6)
_ACROSS_MEANING = Model(18.0, 4.0, 11.0, 2.8, 1.8, -1.7, -2.8, -3.0, -9.0, 1.6, 0.0, 1.5, 23.0, 0.6)


class Likeness:
    """How likely one article tells the same story as others."""

    def __init__(self, window: Window, item: Item, weighed: Weighed) -> None:
        self.item = item
        self._window = window
        self._weighed = weighed
        self._lengths = window.lengths(item)
        self._marks = np.zeros(_MARK + 1, np.bool_)
        self._marks[np.frombuffer(item.ids, np.uint32) & _MARK] = True

    def to(self, others: Sequence[Item], meanings: Sequence[float | None]) -> list[float]:
        """Return how likely each of others tells the same story, 0 to 1.

        meanings: cosines of both vectors; None where one has none.
        """
        each = zip(others, self._dots(others), meanings, strict=True)
        return [self._to(other, dots, meaning) for other, dots, meaning in each]

    def _to(self, other: Item, dots: Sequence[float], meaning: float | None) -> float:
        mine, theirs = self._lengths, self._window.lengths(other)
        words, names, numbers, places, subjects = [
            dot and dot / (x * y) for dot, x, y in zip(dots, mine, theirs, strict=True)
        ]
        model = self._model(other, meaning)
        elsewhere = not places and min(mine[_PLACE], theirs[_PLACE]) > _SAYS_WHERE
        length = min(mine[_WORD], theirs[_WORD])
        brief = max(0.0, min(model.most_brief, (_LONG - length) / (_LONG - _BRIEF)))
        z = (
            model.words * words
            + model.names * names
            + model.numbers * numbers
            + model.places * places
            + model.subjects * subjects
            + model.elsewhere * elsewhere
            + model.days * abs(self.item.at - other.at) / _DAY
            + model.same_source * (self.item.source != "" and self.item.source == other.source)
            + model.bias
            + brief * (model.brief + model.brief_words * words)
            + (meaning or 0.0) * (model.meaning + brief * model.brief_meaning)
        )
        return 1.0 / (1.0 + exp(-max(-30.0, min(30.0, z))))

    def _model(self, other: Item, meaning: float | None) -> Model:
        if self.item.language == other.language:
            return _WITHIN if meaning is None else _WITHIN_MEANING
        return _ACROSS if meaning is None else _ACROSS_MEANING

    def _dots(self, others: Sequence[Item]) -> list[list[float]]:
        """Return what each of others shares with the item, by ``Kind``.

        Of their features, some thousand, few are shared: most of the others are left out at once.
        """
        dots = [[0.0] * len(Kind) for _ in others]
        ids = np.frombuffer(b"".join([other.ids for other in others]), np.uint32)
        near = np.flatnonzero(self._marks[ids & _MARK])
        weights = np.frombuffer(b"".join([other.weights for other in others]), np.float32)
        ends = np.cumsum([len(other.ids) for other in others])
        of = np.searchsorted(ends, near, side="right")
        shared = zip(of.tolist(), ids[near].tolist(), weights[near].tolist(), strict=True)
        for n, feature, weight in shared:
            if feature in self._weighed:
                dots[n][feature & KIND] += self._weighed[feature] * weight
        return dots
