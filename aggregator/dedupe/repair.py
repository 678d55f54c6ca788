"""Stories that turn out to be one, or two: asked of their articles; it changes none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from aggregator.dedupe.look import Look
from aggregator.dedupe.story import Story
from aggregator.dedupe.window import Item, Window

_COMPARED = 5
"""Articles of each story that are compared."""
_FIRST_ASKED, _LAST_ASKED = 4, 64
"""Articles of a story that is asked whether it is two, each time it has doubled."""
_TWO = 0.1
"""How likely two halves tell the same on average if they are two stories."""
_LEAST = 2
"""Articles of a half: one alone may be told strangely."""

Table = Sequence[Sequence[float]]


def oneness(window: Window, one: Story, other: Story) -> float:
    """Return how likely the articles of two stories tell the same on average."""
    table = _table(window, other.some()[:_COMPARED], one.some()[:_COMPARED])
    return _mean(table, range(len(table)), range(len(table[0])))


def leaving(window: Window, story: Story) -> list[Item]:
    """Return the articles that are another story, if one has just doubled and falls into halves."""
    size = len(story.articles)
    if not _FIRST_ASKED <= size <= _LAST_ASKED or size & (size - 1):
        return []
    some = story.some()
    parts = halves(_table(window, some, some))
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

    Parts grow by their average likeness until two are left; that with the first place is the first.

    >>> halves([[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 1], [0, 0, 1, 1]])
    ([0, 1], [2, 3])
    """
    parts = [[n] for n in range(len(table))]
    while len(parts) > 2:
        pairs = [(a, b) for b in range(len(parts)) for a in range(b)]
        a, b = max(pairs, key=lambda pair: _mean(table, parts[pair[0]], parts[pair[1]]))
        parts[a] += parts.pop(b)
    one, other = map(sorted, parts)
    if min(len(one), len(other)) < _LEAST or _mean(table, one, other) >= _TWO:
        return None
    return one, other


def _mean(table: Table, rows: Sequence[int], columns: Sequence[int]) -> float:
    return sum(table[row][n] for row in rows for n in columns) / (len(rows) * len(columns))


def _table(window: Window, ones: Iterable[Item], others: Sequence[Item]) -> Table:
    """Return how likely each of the ones tells the same as each of the others."""
    return [Look(window, one, window.weighed(one)).to(others) for one in ones]
