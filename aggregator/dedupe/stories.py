"""Tellings in the order in which they come in → the stories that they tell; pure, in memory.

An article joins a story where one of its articles is likely to tell the same (``LINK``) and all
those that stand for the story are likely enough on average (``COHESION``): a chain of articles of
which each is like the next is no story. A near copy joins whatever it copies. Where an article is
that near to several stories, these are one if they are near each other. A story that has grown
is asked whether it is two. What an operator decided holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from heapq import heappop, heappush
from operator import itemgetter
from typing import NamedTuple

from aggregator.dedupe.copies import Copies, Sketch
from aggregator.dedupe.look import WINDOW, Look
from aggregator.dedupe.meaning import Meanings
from aggregator.dedupe.repair import Pair, leaving
from aggregator.dedupe.story import Cluster, Decided, mint
from aggregator.dedupe.telling import Telling
from aggregator.dedupe.window import Item, Window
from aggregator.model import By, Join, Move, Placed, Ruling

__all__ = ["WINDOW", "Stories"]

LINK = 0.5
"""How likely the nearest article of a story must tell the same."""
COHESION = 0.4
"""How likely the articles of a story must tell the same on average."""
_ONE = 0.45
"""How likely the articles of two stories must tell the same on average to make one."""
_SHOWN = 8
_FOR_MEANING = 16
"""Articles of a story that are found by meaning: the first ones, so that others find room."""


class _Fit(NamedTuple):
    """The article of a story that another one is nearest to; likeness: 0 to 1."""

    to: Item
    by: By
    likeness: float


class Stories:
    """The stories of a sliding window. The same tellings in the same order make the same stories.

    rulings: what people decided about two articles, oldest first.  apart: pairs of keys, of
    sources, articles or stories, that are never together; a ruling outweighs them.  is_held: says
    of an id and an article whether others are in that story, if they have left the window, too.
    """

    def __init__(
        self,
        rulings: Iterable[Ruling] = (),
        apart: Iterable[tuple[str, str]] = (),
        is_held: Callable[[str, str], bool] = lambda _, __: False,
    ) -> None:
        self._decided = Decided(rulings, apart)
        self._is_held = is_held
        self._window = Window()
        self._copies = Copies()
        self._meanings = Meanings()
        self._stories: dict[str, Cluster] = {}
        self._items: dict[str, Item] = {}
        self._by_time: list[tuple[float, int, str]] = []

    def __len__(self) -> int:
        """Return how many articles are in the window."""
        return len(self._items)

    def place(self, telling: Telling, was: str | None = None) -> Placed:
        """Return the story of an article; one that is in the window already stays where it is.

        was: its story so far, if all are gathered again. A story that begins with it keeps that id.
        """
        known = self._items.get(telling.article)
        if known is not None:
            return Placed(known.article, known.story, vector=known.vector)
        item, weighed = self._window.item(telling)
        item.was = was
        look = Look(self._window, item, weighed)
        fits: list[Item] = []
        given = self._ruled(item) or self._copied(look, telling.sketch)
        if given is None:
            fits = self._fitting(look)
            given = _fit(look, fits[0]) if fits else None
        if given is None:
            barred = self._barred(look, telling.sketch)
            self._add(item, self._id([item]), telling.sketch)
            return Placed(item.article, item.story, barred, vector=item.vector)
        why = _join(telling, look, given)
        self._add(item, given.to.story, telling.sketch)
        moves = [*self._merged(look, fits), *self._split(self._stories[given.to.story])]
        others = tuple(move for move in moves if move.article != item.article)
        return Placed(item.article, item.story, why, others, item.vector)

    def aside(self, article: str) -> Placed:
        """Return a story of its own for an article that can't be compared; it isn't remembered."""
        return Placed(article, self._new_id(article), Join(article, By.BROKEN, 0.0))

    def restore(self, telling: Telling, story: str) -> None:
        """Put back an article that was placed before; in the order in which they were."""
        if telling.article not in self._items:
            item, _ = self._window.item(telling)
            self._add(item, story, telling.sketch)

    def recall(self, story: str, article: str, source: str, published: datetime) -> None:
        """Let a story that was put back know of an article of it that may have left the window."""
        self._stories[story].began(published.timestamp())
        self._stories[story].had.update(self._decided.named(article, source))

    def forget(self, before: datetime) -> None:
        """Leave out the articles listed before a time, and stories of which none is left.

        What somebody put beside another article stays: that one may come at any time.
        """
        while self._by_time and self._by_time[0][0] < before.timestamp():
            _, _, article = heappop(self._by_time)
            if self._decided.beside(article):
                continue
            item = self._items.pop(article)
            self._window.remove(item)
            self._copies.remove(item.number)
            story = self._stories[item.story]
            del story.articles[item.number]
            story.had.update(self._decided.named(item.article, item.source))
            if not story.articles:
                del self._stories[story.id]

    def nearest(self, telling: Telling) -> tuple[str, float] | None:
        """Return the likeliest article to tell the same, and how likely; places nothing."""
        item, weighed = self._window.item(telling)
        look = Look(self._window, item, weighed)
        found = look.around(self._meanings)
        return (found[0].article, look.to(found[:1])[0]) if found else None

    def likeness(self, one: Telling, other: Telling) -> float:
        """Return how likely two articles tell the same, by what the window knows of words."""
        item, weighed = self._window.item(one)
        return Look(self._window, item, weighed).to([self._window.item(other)[0]])[0]

    def _id(self, items: Sequence[Item]) -> str:
        """Return the id of a story of articles: the one that they have been known under, or new."""
        known = (item.was for item in items if item.was and item.was not in self._stories)
        return next(known, None) or self._new_id(items[0].article)

    def _barred(self, look: Look, sketch: Sketch) -> Join | None:
        """Return what an article is like that joins nothing, if ``never_with`` keeps it out."""
        item = look.item
        if not any(self._decided.named(item.article, item.source)):
            return None
        around = look.around(self._meanings)
        likely = zip(look.to(around), around, strict=True)
        found = [
            (likeness, -other.number, other)
            for likeness, other in (*self._copies_of(look, sketch), *likely)
            if likeness >= LINK and self._decided.configured(item, self._stories[other.story])
        ]
        if not found:
            return None
        likeness, _, to = max(found)
        apart = timedelta(seconds=abs(item.at - to.at))
        return Join(to.article, By.APART, round(likeness, 3), apart=apart)

    def _new_id(self, article: str) -> str:
        return mint(article, lambda id_: id_ in self._stories or self._is_held(id_, article))

    # --- joining ---

    def _add(self, item: Item, story_id: str, sketch: Sketch) -> None:
        story = self._stories.get(story_id)
        if story is None:
            story = self._stories[story_id] = Cluster(story_id, item)
        else:
            story.add(item)
        self._items[item.article] = item
        self._window.add(item)
        self._copies.add(item.number, sketch)
        if len(story.articles) <= _FOR_MEANING:
            self._meanings.add(item)
        heappush(self._by_time, (item.listed, item.number, item.article))

    def _ruled(self, item: Item) -> _Fit | None:
        """Return an article beside which somebody put this one."""
        beside = (self._items.get(other) for other in self._decided.beside(item.article))
        return next((_Fit(other, By.PERSON, 1.0) for other in beside if other), None)

    def _copied(self, look: Look, sketch: Sketch) -> _Fit | None:
        """Return what this one is a near copy of: the likest that it may be with."""
        for share, copied in self._copies_of(look, sketch):
            if not self._decided.forbids(look.item, self._stories[copied.story]):
                return _Fit(copied, By.COPY, share)
        return None

    def _copies_of(self, look: Look, sketch: Sketch) -> Iterator[tuple[float, Item]]:
        """Yield what an article is a near copy of, by what it shares, the likest first."""
        for found, share in self._copies.nearest(sketch):
            copied = self._window.items[found]
            is_near = abs(copied.at - look.item.at) <= WINDOW.total_seconds()
            if is_near and not look.is_stranger(copied, is_part=True):
                yield share, copied

    def _fitting(self, look: Look) -> list[Item]:
        """Return the nearest article of each of the two stories that an article fits best."""
        nearest: dict[str, Item] = {}
        around = look.around(self._meanings)
        for other, likely in zip(around, look.to(around), strict=True):
            if likely >= LINK:
                nearest.setdefault(other.story, other)
        fits: list[tuple[float, tuple[float, int], Item]] = []
        for id_, other in nearest.items():
            story = self._stories[id_]
            mean = look.cohesion(story.some())
            if mean >= COHESION and not self._decided.forbids(look.item, story):
                fits.append((-mean - look.to([other])[0], story.born, other))
        fits.sort(key=itemgetter(0, 1))
        return [other for _, _, other in fits[:2]]

    # --- repairing ---

    def _merged(self, look: Look, fits: Sequence[Item]) -> list[Move]:
        """Make one of the two stories that an article fits best, if they fit each other."""
        if len(fits) < 2:
            return []
        both = (self._stories[fit.story] for fit in fits)
        older, younger = sorted(both, key=lambda story: story.born)
        pair = Pair(self._window, older, younger)
        likely = pair.oneness()
        if likely < _ONE or self._decided.forbids_merging(older, younger) or pair.would_part():
            return []
        near = _fit(look, next(fit for fit in fits if fit.story == older.id))
        moved = list(younger.articles.values())
        for item in moved:
            older.add(item)
        older.known_as |= younger.known_as
        older.had |= younger.had
        del self._stories[younger.id]
        return [_moved(item, near.to, near.by, likely) for item in moved]

    def _split(self, story: Cluster) -> list[Move]:
        """Make two of a story that has grown, if its articles fall into halves."""
        gone = leaving(self._window, story)
        if not gone:
            return []
        stay = [item for item in story.articles.values() if item not in gone]
        if self._decided.forbids_splitting(stay, gone):
            return []
        new = Cluster(self._id(gone), gone[0])
        self._stories[new.id] = new
        for item in gone:
            del story.articles[item.number]
            new.add(item)
        likely = Pair(self._window, story, new).oneness()
        return [_moved(item, stay[0], By.SPLIT, likely) for item in gone]


def _fit(look: Look, to: Item) -> _Fit:
    """Return how an article fits, and whether words alone would do or meaning was needed."""
    by = By.WORDS if look.by_words(to) >= LINK else By.MEANING
    return _Fit(to, by, look.to([to])[0])


def _moved(item: Item, to: Item, by: By, likely: float) -> Move:
    """Return the move of an article to the story in which it now is. likely: of both stories."""
    apart = timedelta(seconds=abs(item.at - to.at))
    return Move(item.article, item.story, Join(to.article, by, round(likely, 3), apart=apart))


def _join(telling: Telling, look: Look, fit: _Fit) -> Join:
    shared = dict.fromkeys(telling.features[each].shown for each in look.shared(fit.to))
    return Join(
        to=fit.to.article,
        by=fit.by,
        likeness=round(fit.likeness, 3),
        shared=tuple(shared)[:_SHOWN],
        apart=timedelta(seconds=abs(look.item.at - fit.to.at)),
    )
