"""Stories that turn out to be one, or two: asked of their articles; it changes none.

Two like events of one topic (two quakes, two verdicts) are told in much the same words, so no
single article tells them apart; several of each do. Within a half its articles are far more alike
than across, on the scale on which signs add up (``_sure``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import log

from aggregator.dedupe.look import Look
from aggregator.dedupe.story import Cluster
from aggregator.dedupe.window import Item, Window

_COMPARED = 6
"""Articles of each story that are compared."""
_ASKED = frozenset((4, 8, 12, 16, 24, 32, 48))
"""Articles of a story that is asked whether it is two, each time it has grown so much ..."""
_EVERY = 64
"""... and each time it has grown by so many."""
_LEAST = 2
"""Articles of a half: one alone may be told strangely."""
_ACROSS, _A_MORE, _NONE = 1.0, 1.6, -5.4
"""How sure two halves may be on average to tell the same, and be two yet: at most, for each
article of the smaller half, and without any. The more say so, the less unlike they need to be."""
_GAP = 1.5
"""How much surer articles must be of their own half than of the other. On the scale of
``likeness``: where its weights grow or shrink, so does this."""
_SUREST = 6.0

Table = Sequence[Sequence[float]]


class Pair:
    """Two stories that may be one, by some articles of each."""

    def __init__(self, window: Window, one: Cluster, other: Cluster) -> None:
        self._window = window
        self._ones, others = (story.some()[:_COMPARED] for story in (one, other))
        self._others = _looks(window, others)

    def oneness(self) -> float:
        """Return how likely the articles of both tell the same on average."""
        table = [look.to(self._ones) for look in self._others]
        return _mean(table, range(len(self._others)), range(len(self._ones)))

    def would_part(self) -> bool:
        """Return whether both, made one, would fall into halves again."""
        both = _sure([*self._others, *_looks(self._window, self._ones)])
        return _are_two(both, range(len(self._others)), range(len(self._others), len(both)))


def leaving(window: Window, story: Cluster) -> list[Item]:
    """Return the articles that are another story, if one has grown and falls into halves."""
    many = len(story.articles)
    if many not in _ASKED and many % _EVERY:
        return []
    some = story.some()
    parts = halves(_sure(_looks(window, some)))
    if parts is None:
        return []
    stay, go = ([some[n] for n in part] for part in parts)
    gone = list(go)
    for item in story.articles.values():
        if item not in some:
            look = Look(window, item, window.weighed(item))
            if look.cohesion(go) > look.cohesion(stay):
                gone.append(item)
    return sorted(gone, key=lambda item: item.number)


def halves(table: Table) -> tuple[list[int], list[int]] | None:
    """Return which places of a square table belong together, if that makes two stories.

    Parts grow by their average until two are left; that with the first place is the first.

    >>> halves([[6, 6, -6, -6], [6, 6, -6, -6], [-6, -6, 6, 6], [-6, -6, 6, 6]])
    ([0, 1], [2, 3])
    """
    parts = [[n] for n in range(len(table))]
    while len(parts) > 2:
        pairs = [(a, b) for b in range(len(parts)) for a in range(b)]
        a, b = max(pairs, key=lambda pair: _mean(table, parts[pair[0]], parts[pair[1]]))
        parts[a] += parts.pop(b)
    one, other = map(sorted, parts)
    return (one, other) if _are_two(table, one, other) else None


def _are_two(table: Table, one: Sequence[int], other: Sequence[int]) -> bool:
    """Return whether articles are surer of their own part than of the other by far."""
    small = min(len(one), len(other))
    across = _mean(table, one, other)
    if small < _LEAST or across >= min(_ACROSS, _A_MORE * small + _NONE):
        return False
    within = [table[a][b] for part in (one, other) for a in part for b in part if a != b]
    return sum(within) / len(within) - across > _GAP


def _mean(table: Table, rows: Sequence[int], columns: Sequence[int]) -> float:
    return sum(table[row][n] for row in rows for n in columns) / (len(rows) * len(columns))


def _looks(window: Window, items: Iterable[Item]) -> list[Look]:
    return [Look(window, item, window.weighed(item)) for item in items]


def _sure(looks: Sequence[Look]) -> Table:
    """Return how likely articles tell the same as each other, from unsure, 0, to sure: log odds.

    Each two are compared once; an article with itself, never.
    """
    items = [look.item for look in looks]
    table = [[0.0] * len(items) for _ in items]
    for row, look in enumerate(looks):
        for n, p in enumerate(look.to(items[row + 1 :]), row + 1):
            sure = log((p + 1e-9) / (1.0 + 1e-9 - p))
            table[row][n] = table[n][row] = max(-_SUREST, min(_SUREST, sure))
    return table
