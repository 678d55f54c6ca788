"""A story while it is in the window, as a cluster of articles; what people decided about it."""

from __future__ import annotations

from base64 import b32encode
from collections.abc import Callable, Iterable, Iterator
from hashlib import blake2b
from itertools import count, islice

from aggregator.dedupe.window import Item
from aggregator.model import Ruling

_FIRST, _LAST = 4, 8
"""Articles of a long story that stand for all: those that began it, and the latest."""


class Cluster:
    """Articles that tell one thing. born: time and number of the earliest it ever had."""

    __slots__ = ("articles", "born", "had", "id", "known_as")

    def __init__(self, id_: str, first: Item) -> None:
        self.id = id_
        self.born = first.at, first.number
        self.articles: dict[int, Item] = {}
        self.had: set[str] = set()
        """What decisions name of its articles that have left the window."""
        self.known_as = {id_}
        """Its id, and those of the stories that became part of it."""
        self.add(first)

    def add(self, item: Item) -> None:
        """Take an article in."""
        self.articles[item.number] = item
        self.began(item.at)
        item.story = self.id

    def began(self, at: float) -> None:
        """Know of an article of it, which may have left the window."""
        self.born = min(self.born, (at, self.born[1]))

    def some(self) -> list[Item]:
        """Return the articles that stand for all."""
        if len(self.articles) <= _FIRST + _LAST:
            return list(self.articles.values())
        first = islice(self.articles.values(), _FIRST)
        last = islice(reversed(self.articles.values()), _LAST)
        return [*first, *reversed(list(last))]

    def keys(self) -> Iterator[str]:
        """Yield what a decision may name: the story, its articles and their sources."""
        yield from self.known_as
        yield from self.had
        for item in self.articles.values():
            yield item.article
            yield item.source


def mint(article: str, is_taken: Callable[[str], bool] = lambda _: False) -> str:
    """Return the id of the story that begins with an article: a function of the article's id."""

    def salted(salt: int) -> str:
        told = f"story\0{article}\0{salt}".encode("utf-8", "surrogatepass")
        return b32encode(blake2b(told, digest_size=16).digest()).decode("ascii").rstrip("=").lower()

    return next(one for one in map(salted, count()) if not is_taken(one))


class Decided:
    """What people decided. apart: pairs of keys, of articles, stories or sources."""

    def __init__(self, rulings: Iterable[Ruling], apart: Iterable[tuple[str, str]]) -> None:
        self._apart: dict[str, set[str]] = {}
        self._together: dict[str, list[str]] = {}
        for ruling in rulings:
            if ruling.together:
                self._together.setdefault(ruling.article, []).append(ruling.other)
                self._together.setdefault(ruling.other, []).append(ruling.article)
            else:
                self._keep_apart(ruling.article, ruling.other)
        self._configured: set[tuple[str, str]] = set()
        for one, other in apart:
            self._keep_apart(one, other)
            self._configured |= {(one, other), (other, one)}

    def _keep_apart(self, one: str, other: str) -> None:
        self._apart.setdefault(one, set()).add(other)
        self._apart.setdefault(other, set()).add(one)

    def named(self, *keys: str) -> Iterator[str]:
        """Yield those keys that are to be apart from others."""
        return (key for key in keys if key in self._apart)

    def beside(self, article: str) -> list[str]:
        """Return the articles with which one is to be, the latest decision first."""
        return self._together.get(article, [])[::-1]

    def forbids(self, item: Item, story: Cluster) -> bool:
        """Return whether an article may not be in a story."""
        return self._meet((item.article, item.source), story)

    def configured(self, item: Item, story: Cluster) -> bool:
        """Return whether it is the configuration that keeps an article out of a story."""
        keys = set(story.keys())
        own = (item.article, item.source)
        return any(one in own and other in keys for one, other in self._configured)

    def forbids_merging(self, one: Cluster, other: Cluster) -> bool:
        """Return whether two stories may not become one."""
        return bool(self._apart) and self._meet(one.keys(), other)

    def forbids_splitting(self, one: Iterable[Item], other: Iterable[Item]) -> bool:
        """Return whether articles that are to be together would be in two stories."""
        others = {item.article for item in other}
        return any(not others.isdisjoint(self.beside(item.article)) for item in one)

    def _meet(self, keys: Iterable[str], story: Cluster) -> bool:
        forbidden = [self._apart[key] for key in keys if key in self._apart]
        return bool(forbidden) and not set().union(*forbidden).isdisjoint(story.keys())
