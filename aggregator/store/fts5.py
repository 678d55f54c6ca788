"""The search index on SQLite: FTS5 over token columns, in the order in which articles are listed.

``search`` holds the columns of ``tag.query.search_columns``; triggers keep ``search_fts`` in step.
FTS5 gives its matches by row number quickly and in any other order slowly, so the row number
(``place``) carries the second at which the article is listed, and below it a counter.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from operator import attrgetter

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Integer,
    MetaData,
    Table,
    Text,
    delete,
    exists,
    literal_column,
    select,
    text,
)

from aggregator.store.dialect import among, microseconds
from aggregator.store.tables import articles
from aggregator.tag.query import And, Field, Not, Or, Phrase, Query, SearchColumns

_metadata = MetaData()
search = Table(
    "search",
    _metadata,
    Column("place", Integer, primary_key=True),
    Column("article", Text, unique=True),
    Column("title", Text),
    Column("body", Text),
    Column("authors", Text),
    Column("categories", Text),
)
index = Table("search_fts", _metadata, Column("rowid", Integer, primary_key=True))

_SLOT_BITS = 30
_LAST_SECOND = 2**33 - 1  # from 1697 to 2242; what lies outside shares the outermost second
FIRST = -_LAST_SECOND << _SLOT_BITS
LAST = -FIRST + (1 << _SLOT_BITS) - 1

# One statement for all rows: FTS5 writes out what it has gathered before each one.
_PUT = text(
    "INSERT INTO search (place, article, title, body, authors, categories)"
    " SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'),"
    " json_extract(value, '$[3]'), json_extract(value, '$[4]'), json_extract(value, '$[5]')"
    " FROM json_each(:rows) WHERE true ON CONFLICT (article) DO NOTHING"
)
_TAKEN = text(
    "SELECT value, (SELECT max(place) FROM search WHERE place BETWEEN value AND value + :slots)"
    " FROM json_each(:firsts)"
)
_texts = attrgetter("title", "body", "authors", "categories")
_COLUMNS: dict[Field, str] = {
    "any": "{title body}",
    "title": "title",
    "author": "authors",
    "category": "categories",
}


def put(connection: Connection, rows: Iterable[tuple[str, datetime, SearchColumns]]) -> None:
    """Add (article id, listed, columns) to the index; leave alone what is there."""
    # By place: FTS5 also writes out what it has gathered when a row number is lower than the last.
    ordered = sorted(rows, key=lambda row: row[1])
    firsts = json.dumps(sorted({span(listed)[0] for _, listed, _ in ordered}))
    taken = connection.execute(_TAKEN, {"firsts": firsts, "slots": (1 << _SLOT_BITS) - 1})
    free = {first: first if last is None else last + 1 for first, last in taken}
    values = []
    for article, listed, columns in ordered:
        first, _ = span(listed)
        values.append((free[first], article, *_texts(columns)))
        free[first] += 1
    connection.execute(_PUT, {"rows": json.dumps(values, ensure_ascii=False)})


def drop(connection: Connection, articles: Collection[str]) -> None:
    """Take articles out of the index."""
    connection.execute(delete(search).where(among(connection, search.c.article, articles)))


def span(listed: datetime) -> tuple[int, int]:
    """Return the first and the last place of articles listed in the same second."""
    second = microseconds(listed) // 1_000_000
    first = max(-_LAST_SECOND, min(_LAST_SECOND, second)) << _SLOT_BITS
    return first, first + (1 << _SLOT_BITS) - 1


def matching(expression: str) -> ColumnElement[bool]:
    """Return the condition that a row of ``index`` matches."""
    return literal_column("search_fts").op("MATCH", is_comparison=True)(expression)


def newest(
    connection: Connection,
    expression: str,
    rest: ColumnElement[bool],
    places: tuple[int, int],
    many: int,
) -> list[tuple[datetime, str]]:
    """Return the newest ``many`` (listed, article id) that match, in falling order.

    rest: a further condition on ``articles``.  places: the first and the last one to look at.
    """
    statement = (
        select(index.c.rowid, articles.c.listed, articles.c.id)
        .select_from(index)
        .join(search, search.c.place == index.c.rowid)
        .join(articles, articles.c.id == search.c.article)
        .where(matching(expression), index.c.rowid.between(*places), rest)
        .order_by(index.c.rowid.desc())
    )
    found: list[tuple[datetime, str]] = []
    end = FIRST
    with connection.execute(statement) as matches:
        for place, listed, id_ in matches:  # read one by one, no further than is needed
            if place < end:
                break
            found.append((listed, id_))
            if len(found) == many:
                end, _ = span(listed)  # the rest of this second may stand before some of it
    return sorted(found, reverse=True)[:many]


def condition(article: ColumnElement[str], expression: str) -> ColumnElement[bool]:
    """Return the condition that the article of this id matches."""
    there = search.alias()  # around this there may be another look at the index
    places = select(index.c.rowid).where(matching(expression))
    return exists().where(there.c.article == article, there.c.place.in_(places))


def expression(query: Query) -> str | None:
    """Return a query as one FTS5 expression, or None where FTS5 can't say it.

    FTS5 knows phrases, AND, OR and "a NOT b", but no NOT alone. Every token stands in quotes:
    tokens hold no quotes, and nothing in quotes is an operator.

    >>> expression(And((Phrase("any", ("a", "b")), Not(Phrase("title", ("c",))))))
    '(({title body} : "a b") NOT (title : "c"))'
    """
    match query:
        case Phrase(field, tokens) if tokens:
            return f'({_COLUMNS[field]} : "{" ".join(tokens)}")'
        case Or(parts):
            said = [expression(part) for part in parts]
            known = [one for one in said if one]
            return f"({' OR '.join(known)})" if known and len(known) == len(said) else None
        case And(parts):
            found, left = conjunction(parts)
            return None if left else found
        case _:
            return None


def conjunction(parts: Sequence[Query]) -> tuple[str | None, tuple[Query, ...]]:
    """Return one expression for as many of the parts as FTS5 can say, and the parts left over."""
    wanted: list[str] = []
    unwanted: list[str] = []
    left: list[Query] = []
    for part in parts:
        said = expression(part.part if isinstance(part, Not) else part)
        if said is None:
            left.append(part)
        else:
            (unwanted if isinstance(part, Not) else wanted).append(said)
    if not wanted:
        return None, tuple(parts)
    both = " AND ".join(wanted)
    both = f"({both})" if len(wanted) > 1 and unwanted else both
    return f"({' NOT '.join([both, *unwanted])})", tuple(left)
