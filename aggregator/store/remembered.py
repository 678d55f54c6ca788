"""What whoever gathers remembers of the articles that were placed, read again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, select

from aggregator.model import Article
from aggregator.store import rows
from aggregator.store.database import Database
from aggregator.store.dialect import among
from aggregator.store.gathering import state_of
from aggregator.store.tables import articles, members


@dataclass(frozen=True, slots=True)
class Kept:
    """An article that is in a story already, with what the sentence encoder made of it."""

    article: Article
    story: str
    vector: bytes | None


class Head(NamedTuple):
    """What a story knows of each of its articles, however long ago it was."""

    story: str
    published: datetime


def gathered(db: Database, since: datetime, until: datetime | None, batch: int) -> Iterator[Kept]:
    """Yield the articles of this generation with since <= listed < until, oldest first."""
    with db.read() as connection:
        generation = state_of(connection).generation
        statement = (
            select(members.c.article, members.c.story, members.c.vector)
            .join(articles, articles.c.id == members.c.article)
            .where(members.c.generation == generation, articles.c.listed >= since)
            .order_by(articles.c.listed, articles.c.id)
        )
        if until is not None:
            statement = statement.where(articles.c.listed < until)
        known = connection.execute(statement).all()
    for start in range(0, len(known), batch):
        some = known[start : start + batch]
        with db.read() as connection:
            loaded = {one.id: one for one in rows.load(connection, [row.article for row in some])}
        for row in some:
            yield Kept(loaded[row.article], row.story, row.vector)


def heads(db: Database, stories: Sequence[str], batch: int) -> Iterator[Head]:
    """Yield all articles of this generation that stories have."""
    for start in range(0, len(stories), batch):
        with db.read() as connection:
            yield from _heads(connection, stories[start : start + batch])


def _heads(connection: Connection, stories: Sequence[str]) -> list[Head]:
    told = (
        select(members.c.story, articles.c.published)
        .join(articles, articles.c.id == members.c.article)
        .where(
            members.c.generation == state_of(connection).generation,
            among(connection, members.c.story, stories),
        )
    )
    return [Head(*row) for row in connection.execute(told)]
