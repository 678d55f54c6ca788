"""Finding articles by a query, newest first, a page or a window or a number of them.

What a query means is ``conditions``; here it is decided from which index it is read.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    FromClause,
    func,
    literal,
    not_,
    select,
    true,
    tuple_,
    type_coerce,
)

from aggregator.model import Page
from aggregator.store import fts5, gin, rows
from aggregator.store.conditions import asks_words, bears, carries, condition, in_time, words_of
from aggregator.store.database import Database
from aggregator.store.dialect import (
    AnySelect,
    Key,
    Moment,
    among,
    is_postgres,
    microseconds,
    moment,
)
from aggregator.store.spot import Spot
from aggregator.store.tables import appearances, articles, hits
from aggregator.tag.query import (
    After,
    And,
    Before,
    Phrase,
    Query,
    Source,
    Topic,
    Within,
    leaves,
)

_QUARTER = 15 * 60 * 1_000_000
"""Microseconds; in every time zone of today, days begin at a whole quarter of an hour UTC."""

_FEW = 2_000
"""A source or a topic with no more articles is read through, whatever else is asked."""


def find(
    db: Database, query: Query, *, now: datetime, limit: int, before: str | None = None
) -> Page:
    """Return the newest articles that match, or those older than a cursor (``Page.next``).

    Raises UsageError for a cursor that is none.
    """
    start = None if before is None else Spot.of(before)
    with db.read() as connection:
        return _page(connection, newest(connection, query, now, limit + 1, start), limit)


def window(
    db: Database,
    query: Query,
    *,
    now: datetime,
    days: int = 7,
    least: int = 100,
    most: int = 1000,
) -> Page:
    """Return the newest ``least`` that match, and all within ``days`` before the newest one.

    Never more than ``most``. Counted from the newest article and not from now, so that the answer
    moves only when articles do.
    """
    span, least = timedelta(days=days), min(least, most)
    with db.read() as connection:
        spots = newest(connection, query, now, least + 1, None)
        if len(spots) <= least or spots[0].listed - spots[-1].listed > span:
            return _page(connection, spots, least)
        # Only now, for where there are many, they needn't be looked for in all that is older.
        recent = And((*_parts(query), After(spots[0].listed - span)))
        spots = newest(connection, recent, now, most + 1, None)
        older = newest(connection, query, now, 1, spots[-1]) if len(spots) <= most else []
        return _page(connection, [*spots, *older], min(most, len(spots)))


def count(db: Database, query: Query, now: datetime) -> int:
    """Return how many articles match."""
    with db.read() as connection:
        alone = _words_alone(connection, query, now)
        start = select(func.count())
        statement = _reading(query).matching(connection, start, now) if alone is None else alone
        many: int = connection.execute(statement).scalar_one()
    return many


def _words_alone(connection: Connection, query: Query, now: datetime) -> AnySelect | None:
    """Return a SELECT of how many match, if the search index can say it by itself."""
    start = select(func.count())
    if is_postgres(connection):
        if not all(isinstance(leaf, Phrase) for leaf in leaves(query)):
            return None
        return start.select_from(gin.search).where(condition(query, now, postgres=True))
    expression = fts5.expression(query)
    if expression is None:
        return None
    return start.select_from(fts5.index).where(fts5.matching(expression))


def days(
    db: Database,
    query: Query,
    *,
    now: datetime,
    since: datetime,
    until: datetime,
    zone: tzinfo = UTC,
) -> dict[date, int]:
    """Return how many matching articles each day of a time zone has, newest day first.

    Counts since <= listed < until. Days without any are left out.
    """
    # Per quarter of an hour, for the engines don't agree on time zones.
    start = microseconds(since) // _QUARTER * _QUARTER
    wanted = And((*_parts(query), After(since), Before(until)))
    reading = _reading(wanted)
    quarter = (type_coerce(reading.listed, BigInteger) - start) // _QUARTER
    with db.read() as connection:
        statement = reading.matching(connection, select(quarter, func.count()), now)
        counted = connection.execute(statement.group_by(quarter)).all()
    found: dict[date, int] = {}
    for number, many in sorted(map(tuple, counted), reverse=True):
        day = moment(start + number * _QUARTER).astimezone(zone).date()
        found[day] = found.get(day, 0) + many
    return found


# --- pages ------------------------------------------------------------------------------------


def _page(connection: Connection, spots: Sequence[Spot], limit: int) -> Page:
    shown = spots[:limit]
    more = len(spots) > len(shown) > 0
    found = rows.load(connection, [one.id for one in shown])
    return Page(found, shown[-1].cursor if more else None)


# --- where to read ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Reading:
    """An index from which spots can be read in order, and the parts it leaves to look at."""

    table: FromClause
    id: ColumnElement[str]
    wanted: ColumnElement[bool]
    left: tuple[Query, ...]

    @property
    def listed(self) -> ColumnElement[datetime]:
        return self.table.c.listed

    def matching(self, connection: Connection, start: AnySelect, now: datetime) -> AnySelect:
        """Return the SELECT with this index as its FROM and the whole query as its WHERE."""
        postgres, rest = is_postgres(connection), And(self.left)
        table = self.table
        if self.left and table is not articles:
            table = table.join(articles, articles.c.id == self.id)
        if postgres and asks_words(rest):
            table = table.join(gin.search, gin.search.c.article == self.id)
        where = condition(rest, now, postgres=postgres)
        return start.select_from(table).where(self.wanted, where)


def _reading(query: Query) -> _Reading:
    """Return the index of a source or a topic that must be there, else that of all articles."""
    parts = _parts(query)
    # A source mostly has fewer articles than a topic.
    for part in sorted(parts, key=lambda part: not isinstance(part, Source)):
        left = tuple(one for one in parts if one is not part)
        if isinstance(part, Source):
            wanted = carries(appearances, part)
            return _Reading(appearances, appearances.c.article, wanted, left)
        if isinstance(part, Topic):
            return _Reading(hits, hits.c.article, bears(hits, part), left)
    return _Reading(articles, articles.c.id, true(), parts)


def _parts(query: Query) -> tuple[Query, ...]:
    return query.parts if isinstance(query, And) else (query,)


def _is_short(connection: Connection, reading: _Reading) -> bool:
    """Return whether it is a source's or a topic's, and has few articles."""
    if reading.table is articles:
        return False
    beyond = select(reading.id).where(reading.wanted).offset(_FEW).limit(1)
    return connection.execute(beyond).first() is None


# --- newest first -----------------------------------------------------------------------------


def newest(
    connection: Connection, query: Query, now: datetime, many: int, before: Spot | None
) -> list[Spot]:
    """Return the first ``many`` that match and stand after ``before``.

    Reads them in order and stops when there are enough, so that the cost is that of what is read.
    """
    reading = _reading(query)
    if not is_postgres(connection):
        expression, left = fts5.conjunction(_parts(query))
        if expression is not None and not _is_short(connection, reading):
            rest = condition(And(left), now, postgres=False)
            rest &= _stands_after(articles.c.listed, articles.c.id, before)
            places = _places(left, now, before)
            return [Spot(*row) for row in fts5.newest(connection, expression, rest, places, many)]
    listed, id_, parts = reading.listed, reading.id, _parts(query)
    statement = reading.matching(connection, select(listed, id_), now)
    statement = statement.where(_stands_after(listed, id_, before), in_time(parts, listed, now))
    words = words_of(parts)
    if words and is_postgres(connection):
        few = gin.few(connection, condition(And(words), now, postgres=True))
        statement = statement if few is None else statement.where(among(connection, id_, few))
    statement = statement.order_by(listed.desc(), id_.desc()).limit(many)
    return [Spot(*row) for row in connection.execute(statement)]


def those_that_match(
    connection: Connection, query: Query, now: datetime, ids: Collection[str]
) -> set[str]:
    """Return which of these articles match."""
    reading = _reading(query)
    statement = reading.matching(connection, select(reading.id), now)
    return set(connection.scalars(statement.where(among(connection, reading.id, ids))))


def matching(connection: Connection, query: Query, now: datetime) -> AnySelect:
    """Return the SELECT of the ids of all articles that match."""
    reading = _reading(query)
    return reading.matching(connection, select(reading.id.label("id")), now)


def stands_before(spot: Spot) -> ColumnElement[bool]:
    """Return the condition that an article stands at a spot or before it."""
    return not_(_stands_after(articles.c.listed, articles.c.id, spot))


def _stands_after(
    listed: ColumnElement[datetime], id_: ColumnElement[str], spot: Spot | None
) -> ColumnElement[bool]:
    if spot is None:
        return true()
    return tuple_(listed, id_) < tuple_(literal(spot.listed, Moment), literal(spot.id, Key))


def _places(left: Sequence[Query], now: datetime, before: Spot | None) -> tuple[int, int]:
    """Return the first and the last place at which FTS5 has to look."""
    first = [fts5.FIRST]
    last = [fts5.LAST] if before is None else [fts5.span(before.listed)[1]]
    for part in left:
        match part:
            case After(at):
                first.append(fts5.span(at)[0])
            case Within(span):
                first.append(fts5.span(now - span)[0])
            case Before(at):
                last.append(fts5.span(at)[1])
    return max(first), min(last)
