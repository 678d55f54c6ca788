"""Trying a changed configuration on stored articles before it acts. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Self

from aggregator.model import Article, Feed, Source, Topic
from aggregator.retag import retagged
from aggregator.tag.query import Asked, Query, parse_query
from aggregator.tag.rules import Tagger


@dataclass(frozen=True, slots=True)
class Rules:
    """What decides the topics and feeds of an article."""

    tagger: Tagger
    sources: Mapping[str, Source]
    feeds: Mapping[str, Query]

    @classmethod
    def of(cls, topics: Sequence[Topic], sources: Iterable[Source], feeds: Iterable[Feed]) -> Self:
        by_key = {source.key: source for source in sources}
        return cls(Tagger(topics), by_key, _queries(feeds))


@dataclass(frozen=True, slots=True)
class Example:
    """An article that a topic or feed would gain or lose."""

    id: str
    title: str


@dataclass(slots=True)
class Change:
    """What one topic or feed would gain and lose: counts, and some of the articles."""

    kind: str
    slug: str
    gained: int = 0
    lost: int = 0
    gains: list[Example] = field(default_factory=list)
    losses: list[Example] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def count(self, article: Article, *, gain: bool, most: int) -> None:
        examples = self.gains if gain else self.losses
        if gain:
            self.gained += 1
        else:
            self.lost += 1
        if len(examples) < most:
            examples.append(Example(article.id, article.title))


def compare(
    articles: Iterable[Article],
    new: Rules,
    old_feeds: Iterable[Feed],
    now: datetime,
    *,
    most: int,
) -> list[Change]:
    """Return what would change, by kind and slug.

    articles: as stored, with the topics of today.  most: how many articles to keep of each.
    """
    old_queries = _queries(old_feeds)
    changes: dict[tuple[str, str], Change] = {}
    for article in articles:
        tagged = retagged(new.tagger, new.sources, article)
        pairs = {
            "topic": (_topics(article), _topics(tagged)),
            "feed": (_feeds(old_queries, article, now), _feeds(new.feeds, tagged, now)),
        }
        for kind, slug, gain in _moves(pairs):
            change = changes.setdefault((kind, slug), Change(kind, slug))
            change.count(article, gain=gain, most=most)
    return [changes[key] for key in sorted(changes)]


def _moves(pairs: Mapping[str, tuple[set[str], set[str]]]) -> Iterator[tuple[str, str, bool]]:
    for kind, (before, after) in pairs.items():
        for slug in before ^ after:
            yield kind, slug, slug in after


def _queries(feeds: Iterable[Feed]) -> dict[str, Query]:
    return {feed.slug: parse_query(feed.where) for feed in feeds}


def _topics(article: Article) -> set[str]:
    return {hit.topic for hit in article.topics}


def _feeds(queries: Mapping[str, Query], article: Article, now: datetime) -> set[str]:
    asked = Asked(article)
    return {slug for slug, query in queries.items() if asked.matches(query, now)}
