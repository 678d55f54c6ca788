"""Finding articles by a query, newest first, a page or a window or a number of them.

What a query means is ``conditions``; here it is decided from which index it is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    func,
    literal,
    select,
    tuple_,
    type_coerce,
)

from aggregator.errors import UsageError
from aggregator.model import Page
from aggregator.store import fts5, gin, rows
from aggregator.store.conditions import asks_words, bears, carries, condition
from aggregator.store.database import Database
from aggregator.store.dialect import AnySelect, Key, Moment, is_postgres, microseconds, moment
from aggregator.store.tables import appearances, articles, hits
from aggregator.tag.query import After, And, Before, Query, Source, Topic

_QUARTER = 15 * 60 * 1_000_000
"""Microseconds; in every time zone of today, days begin at a whole quarter of an hour UTC."""


class Spot(NamedTuple):
    """Where an article stands; newest first is their falling order."""

    listed: datetime
    id: str


def find(
    db: Database, query: Query, *, now: datetime, limit: int, before: str | None = None
) -> Page:
    """Return the newest articles that match, or those older than a cursor (``Page.next``).

    Raises UsageError for a cursor that is none.
    """
    newer = None if before is None else _spot(before)
    with db.read() as connection:
        return _page(connection, _newest(connection, query, now, limit + 1, newer), limit)


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
    with db.read() as connection:
        spots = _newest(connection, query, now, most + 1, None)
        recent = [spot for spot in spots if spots[0].listed - spot.listed <= timedelta(days=days)]
        return _page(connection, spots, min(most, max(least, len(recent))))


def count(db: Database, query: Query, now: datetime) -> int:
    """Return how many articles match."""
    with db.read() as connection:
        statement = _matching(connection, select(func.count(articles.c.id)), query, now)
        many: int = connection.execute(statement).scalar_one()
    return many


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
    quarter = (type_coerce(articles.c.listed, BigInteger) - start) // _QUARTER
    wanted = And((query, After(since), Before(until)))
    with db.read() as connection:
        statement = _matching(connection, select(quarter, func.count()), wanted, now)
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
    cursor = f"{microseconds(shown[-1].listed)}.{shown[-1].id}" if more else None
    return Page(rows.load(connection, [spot.id for spot in shown]), cursor)


def _spot(cursor: str) -> Spot:
    number, _, id_ = cursor.partition(".")
    try:
        if id_.isascii() and id_.isalnum():
            return Spot(moment(int(number)), id_)
    except (ValueError, OverflowError):
        pass  # not a number, or not one of a year that there is
    raise UsageError("this is no address of older articles; begin again at the first page")


# --- newest first -----------------------------------------------------------------------------


def _newest(
    connection: Connection, query: Query, now: datetime, many: int, before: Spot | None
) -> list[Spot]:
    """Return the first ``many`` that match and stand after ``before``.

    Read in order from one index, so that the cost is that of what is read, not of all that match:
    the one of words (SQLite), else of a source or a topic that must be there, else of all.
    """
    parts = query.parts if isinstance(query, And) else (query,)
    postgres = is_postgres(connection)
    if not postgres:
        expression, left = fts5.conjunction(parts)
        if expression is not None:
            rest = condition(And(left), now, postgres=False)
            return _newest_by_words(connection, expression, rest, many, before)
    start, left = _in_order(parts)
    listed, id_ = start.selected_columns
    statement = _matching(connection, start, And(left), now)
    if before is not None:
        statement = statement.where(_stands_after(listed, id_, before))
    statement = statement.order_by(listed.desc(), id_.desc()).limit(many)
    return [Spot(*row) for row in connection.execute(statement)]


def _in_order(parts: Sequence[Query]) -> tuple[AnySelect, tuple[Query, ...]]:
    """Return a SELECT of spots from the index that is read, and the parts left to look at."""
    # A source mostly has fewer articles than a topic.
    for part in sorted(parts, key=lambda part: not isinstance(part, Source)):
        if isinstance(part, Source):
            table, wanted = appearances, carries(appearances, part)
        elif isinstance(part, Topic):
            table, wanted = hits, bears(hits, part)
        else:
            continue
        joined = table.join(articles, articles.c.id == table.c.article)
        start = select(table.c.listed, table.c.article).select_from(joined).where(wanted)
        return start, tuple(one for one in parts if one is not part)
    return select(articles.c.listed, articles.c.id), tuple(parts)


def _matching(connection: Connection, start: AnySelect, query: Query, now: datetime) -> AnySelect:
    """Return a SELECT on ``articles`` with the query as its condition."""
    postgres = is_postgres(connection)
    if postgres and asks_words(query):
        start = start.join_from(articles, gin.search, gin.search.c.article == articles.c.id)
    return start.where(condition(query, now, postgres=postgres))


def _stands_after(
    listed: ColumnElement[datetime], id_: ColumnElement[str], spot: Spot
) -> ColumnElement[bool]:
    return tuple_(listed, id_) < tuple_(literal(spot.listed, Moment), literal(spot.id, Key))


def _newest_by_words(
    connection: Connection,
    expression: str,
    rest: ColumnElement[bool],
    many: int,
    before: Spot | None,
) -> list[Spot]:
    """Read matches from FTS5, second by second, until there are enough; then put them in order."""
    statement = (
        select(fts5.index.c.rowid, articles.c.listed, articles.c.id)
        .select_from(fts5.index)
        .join(fts5.search, fts5.search.c.place == fts5.index.c.rowid)
        .join(articles, articles.c.id == fts5.search.c.article)
        .where(fts5.matching(expression), rest)
        .order_by(fts5.index.c.rowid.desc())
    )
    if before is not None:
        _, last = fts5.span(before.listed)
        statement = statement.where(
            fts5.index.c.rowid <= last, _stands_after(articles.c.listed, articles.c.id, before)
        )
    spots: list[Spot] = []
    end = None
    with connection.execute(statement) as matches:
        for place, listed, id_ in matches:
            if end is not None and place < end:
                break
            spots.append(Spot(listed, id_))
            if len(spots) == many:
                end, _ = fts5.span(listed)  # the rest of this second may stand before
    return sorted(spots, reverse=True)[:many]
