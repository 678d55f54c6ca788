"""What whoever gathers remembers of the articles that were placed, read again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, exists, func, not_, or_, select

from aggregator.model import Article
from aggregator.store import rows
from aggregator.store.database import Database
from aggregator.store.dialect import among
from aggregator.store.gathering import state_of
from aggregator.store.tables import articles, members, rulings


@dataclass(frozen=True, slots=True)
class Kept:
    """An article that is in a story already, with what the sentence encoder made of it."""

    article: Article
    story: str
    vector: bytes | None


class Head(NamedTuple):
    """What a story knows of each of its articles, however long ago it was."""

    story: str
    article: str
    source: str
    published: datetime


def gathered(db: Database, since: datetime, until: datetime | None, batch: int) -> Iterator[Kept]:
    """Yield the articles of this generation with since <= listed < until, oldest first."""
    wanted = articles.c.listed >= since
    return _kept(db, wanted if until is None else wanted & (articles.c.listed < until), batch)


def put_together(db: Database, batch: int) -> Iterator[Kept]:
    """Yield the articles of this generation that somebody put beside others, oldest first."""
    sides = (
        articles.c.id.in_(select(side).where(rulings.c.together))
        for side in (rulings.c.article, rulings.c.other)
    )
    return _kept(db, or_(*sides), batch)


def _kept(db: Database, wanted: ColumnElement[bool], batch: int) -> Iterator[Kept]:
    with db.read() as connection:
        known = connection.execute(
            select(members.c.article, members.c.story, members.c.vector)
            .join(articles, articles.c.id == members.c.article)
            .where(members.c.generation == state_of(connection).generation, wanted)
            .order_by(articles.c.listed, articles.c.id)
        ).all()
    for start in range(0, len(known), batch):
        some = known[start : start + batch]
        with db.read() as connection:
            loaded = {one.id: one for one in rows.load(connection, [row.article for row in some])}
        for row in some:
            yield Kept(loaded[row.article], row.story, row.vector)


def still_of(db: Database, waiting: Sequence[str]) -> dict[str, str]:
    """Return of which story each article that is gathered again still is.

    Without those stories that others, which had their turn, have taken along.
    """
    with db.read() as connection:
        again = state_of(connection).generation
        other = members.alias()
        taken = exists().where(
            other.c.story == members.c.story,
            other.c.article != members.c.article,
            other.c.generation == again,
        )
        found = connection.execute(
            select(members.c.article, members.c.story).where(
                among(connection, members.c.article, waiting), not_(taken)
            )
        )
        return {row.article: row.story for row in found}


def held(db: Database, stories: Mapping[str, str]) -> set[str]:
    """Return which stories have other articles than the one that is given with each."""
    least, last = func.min(members.c.article), func.max(members.c.article)
    with db.read() as connection:
        wanted = among(connection, members.c.story, stories)
        found = select(members.c.story, least, last).where(wanted).group_by(members.c.story)
        return {story for story, *ends in connection.execute(found) if {*ends} != {stories[story]}}


def heads(db: Database, stories: Sequence[str], batch: int) -> Iterator[Head]:
    """Yield all articles of this generation that stories have."""
    for start in range(0, len(stories), batch):
        with db.read() as connection:
            yield from _heads(connection, stories[start : start + batch])


def _heads(connection: Connection, stories: Sequence[str]) -> list[Head]:
    told = (
        select(members.c.story, articles.c.id, articles.c.speaker, articles.c.published)
        .join(articles, articles.c.id == members.c.article)
        .where(
            members.c.generation == state_of(connection).generation,
            among(connection, members.c.story, stories),
        )
    )
    return [Head(*row) for row in connection.execute(told)]
