"""The search index on PostgreSQL: a GIN index over the words of each token column.

The words are an array and no ``tsvector``, for that may hold one megabyte in all: one hostile
article past it would fail the commit of its whole poll.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    MetaData,
    Table,
    Text,
    bindparam,
    delete,
    func,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY

from aggregator.store.dialect import Key, add, among
from aggregator.tag.query import Field, Phrase, SearchColumns

search = Table(
    "search",
    MetaData(),
    Column("article", Key, primary_key=True),
    Column("title", Text),
    Column("body", Text),
    Column("authors", Text),
    Column("categories", Text),
    Column("words", ARRAY(Text)),
)

_FEW = 2_000

_COLUMNS: dict[Field, tuple[Column[str], ...]] = {
    "any": (search.c.title, search.c.body),
    "title": (search.c.title,),
    "author": (search.c.authors,),
    "category": (search.c.categories,),
}
# One letter before each word says where it stands, so that one index answers for every field.
_MARKS: dict[Field, str] = {"any": "w", "title": "t", "author": "a", "category": "c"}


def put(connection: Connection, rows: Iterable[tuple[str, datetime, SearchColumns]]) -> None:
    """Add (article id, listed, columns) to the index; leave alone what is there."""
    values = [
        {
            "article": article,
            "title": columns.title,
            "body": columns.body,
            "authors": columns.authors,
            "categories": columns.categories,
            "words": _words(columns),
        }
        for article, _listed, columns in rows
    ]
    add(connection, search, values)


def drop(connection: Connection, articles: Collection[str]) -> None:
    """Take articles out of the index."""
    connection.execute(delete(search).where(among(connection, search.c.article, articles)))


def _words(columns: SearchColumns) -> list[str]:
    texts: dict[Field, str] = {
        "any": f"{columns.title} {columns.body}",
        "title": columns.title,
        "author": columns.authors,
        "category": columns.categories,
    }
    return sorted({_MARKS[field] + word for field, text in texts.items() for word in text.split()})


def few(connection: Connection, wanted: ColumnElement[bool]) -> Sequence[str] | None:
    """Return the articles of the rows of ``search`` that match, or None if they are many.

    PostgreSQL takes rare words to be more common than they are: asked for the newest articles with
    them, it would look through all articles in their order.
    """
    found = connection.scalars(select(search.c.article).where(wanted).limit(_FEW + 1)).all()
    return found if len(found) <= _FEW else None


def condition(phrase: Phrase) -> ColumnElement[bool]:
    """Return the condition that a row of ``search`` holds the phrase.

    The index finds the rows that have all its words; for more than one, the text itself says
    whether they stand next to each other.
    """
    words = [_MARKS[phrase.field] + token for token in phrase.tokens]
    has_words: ColumnElement[bool] = search.c.words.contains(bindparam(None, words, ARRAY(Text)))
    if len(words) == 1:
        return has_words
    needle = f" {' '.join(phrase.tokens)} "
    stands = [func.strpos(" " + column + " ", needle) > 0 for column in _COLUMNS[phrase.field]]
    return has_words & or_(*stands)
