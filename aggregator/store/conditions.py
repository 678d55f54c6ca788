"""The query language as conditions in SQL on ``articles``; who reads them in order is ``search``.

A query means here exactly what ``tag.query.matches`` says of an article in hand; a property test
holds the two together.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, FromClause, and_, exists, false, not_, or_, true

from aggregator.store import fts5, gin
from aggregator.store.dialect import storable
from aggregator.store.rows import reversed_host
from aggregator.store.tables import appearances, articles, hits
from aggregator.tag.query import (
    After,
    And,
    Before,
    Domain,
    Lang,
    Leaf,
    Not,
    Or,
    Phrase,
    Query,
    Source,
    Topic,
    Within,
    leaves,
)


def condition(query: Query, now: datetime, *, postgres: bool) -> ColumnElement[bool]:
    """Return the condition that a row of ``articles`` matches.

    On PostgreSQL, where ``asks_words``, ``gin.search`` has to be joined.
    """
    if not postgres:
        expression = fts5.expression(query)  # as much as possible in one look at the index
        if expression is not None:
            return fts5.condition(articles.c.id, expression)
    match query:
        case And(parts):
            return and_(true(), *(condition(part, now, postgres=postgres) for part in parts))
        case Or(parts):
            return or_(false(), *(condition(part, now, postgres=postgres) for part in parts))
        case Not(part):
            return not_(condition(part, now, postgres=postgres))
        case Phrase():
            return gin.condition(query) if query.tokens else false()
        case _:
            return _leaf(query, now)


def asks_words(query: Query) -> bool:
    """Return whether a query looks for words, so that the search index is needed."""
    return any(isinstance(leaf, Phrase) for leaf in leaves(query))


def words_of(parts: Sequence[Query]) -> tuple[Query, ...]:
    """Return the parts that ask for words and for nothing else."""
    wanted = (part for part in parts if not isinstance(part, Not))
    return tuple(p for p in wanted if all(isinstance(leaf, Phrase) for leaf in leaves(p)))


def in_time(
    parts: Sequence[Query], listed: ColumnElement[datetime], now: datetime
) -> ColumnElement[bool]:
    """Return what the parts say of time, as a condition on any column that has it.

    On that of the index which is read, so that reading ends where the time does.
    """
    found: list[ColumnElement[bool]] = []
    for part in parts:
        match part:
            case After(at):
                found.append(listed >= at)
            case Before(at):
                found.append(listed < at)
            case Within(span):
                found.append(listed >= now - span)
    return and_(true(), *found)


def _leaf(leaf: Leaf, now: datetime) -> ColumnElement[bool]:  # noqa: PLR0911 - a line for each
    match leaf:
        case Topic():
            bearing = hits.alias()
            return exists().where(bearing.c.article == articles.c.id, bears(bearing, leaf))
        case Source():
            carrying = appearances.alias()
            return exists().where(carrying.c.article == articles.c.id, carries(carrying, leaf))
        case Lang(code):
            return _begins(articles.c.lang, f"{code}-")
        case Domain(host):
            return _begins(articles.c.domain, reversed_host(host))
        case After(at):
            return articles.c.listed >= at
        case Before(at):
            return articles.c.listed < at
        case Within(span):
            return articles.c.listed >= now - span
        case _:
            return true()


def bears(table: FromClause, topic: Topic) -> ColumnElement[bool]:
    """Return the condition that a row of ``hits`` is of the topic."""
    return table.c.topic == topic.slug if storable(topic.slug) else false()


def carries(table: FromClause, source: Source) -> ColumnElement[bool]:
    """Return the condition that a row of ``appearances`` is of the source."""
    return table.c.source == source.key if storable(source.key) else false()


def _begins(column: ColumnElement[str], prefix: str) -> ColumnElement[bool]:
    """Return ``column LIKE 'prefix%'`` as a range, which needs no escapes and can use an index."""
    if not storable(prefix):
        return false()
    return and_(column >= prefix, column < prefix[:-1] + chr(ord(prefix[-1]) + 1))
