"""Stored articles one by one: reading, what was decided about them, tagging them again."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, select, update

from aggregator.errors import UsageError
from aggregator.model import Article, Revision, Verdict
from aggregator.store import rows, tables
from aggregator.store.database import Database, bump
from aggregator.store.dialect import add, among, insert, storable
from aggregator.store.tables import appearances, hits, identities, meta

_ID_LENGTH = 26


_TAGGED = "tagged_with"


@dataclass(frozen=True, slots=True)
class Decided:
    """What was once decided about an article, through which source, and why."""

    at: datetime
    verdict: Verdict
    source: str
    why: str


def get(db: Database, id_: str) -> Article | None:
    """Return the article of this id."""
    with db.read() as connection:
        return _one(connection, [id_]) if storable(id_) else None


def find(db: Database, text: str) -> Article | None:
    """Return the article that is meant: by its id, the first 6 or more of it, or its address.

    An identity key ("l:…", as ``dedupe.identity`` makes them) will do as well. Raises UsageError
    where several begin like this.
    """
    text = text.strip()
    if not storable(text):
        return None
    with db.read() as connection:
        if re.fullmatch(rf"[a-z2-7]{{6,{_ID_LENGTH}}}", text):
            column = tables.articles.c.id
            last = text.ljust(_ID_LENGTH, "z")  # the digits sort before the letters
            ids = _ids(connection, column, (column >= text) & (column <= last))
            if len(ids) > 1:
                message = f"several articles begin with {text}: {', '.join(ids)}; give more of it"
                raise UsageError(message)
            return _one(connection, ids)
        by_key = _ids(connection, identities.c.article, identities.c.key == text)
        return _one(connection, by_key) or _one(connection, _by_link(connection, text))


def _ids(
    connection: Connection, column: ColumnElement[str], wanted: ColumnElement[bool]
) -> Sequence[str]:
    statement = select(column).where(wanted).order_by(column).limit(5)
    return connection.scalars(statement).all()


def _by_link(connection: Connection, link: str) -> Sequence[str]:
    statement = (
        select(appearances.c.article)
        .where(appearances.c.link == link)
        .order_by(appearances.c.listed.desc(), appearances.c.article.desc())
        .limit(1)
    )
    return connection.scalars(statement).all()


def _one(connection: Connection, ids: Sequence[str]) -> Article | None:
    return next(iter(rows.load(connection, ids[:1])), None)


def iterate(db: Database, batch: int) -> Iterator[Article]:
    """Yield every article by id, reading ``batch`` at a time; writers may come in between."""
    for found in batches(db, batch):
        yield from found


def batches(db: Database, size: int, after: str = "") -> Iterator[tuple[Article, ...]]:
    """Yield every article by id, ``size`` at a time; writers may come in between.

    after: an id; only what comes after it.
    """
    while True:
        with db.read() as connection:
            column = tables.articles.c.id
            statement = select(column).where(column > after).order_by(column).limit(size)
            ids = connection.scalars(statement).all()
            found = rows.load(connection, ids)
        if found:
            yield found
        if len(ids) < size:
            return
        after = ids[-1]


# --- what was decided -------------------------------------------------------------------------


def revisions(db: Database, id_: str) -> tuple[Revision, ...]:
    """Return what an article said before each edit, oldest first."""
    table = tables.revisions
    statement = (
        select(table.c.until, table.c.title, table.c.summary, table.c.content)
        .where(table.c.article == id_)
        .order_by(table.c.until)
    )
    with db.read() as connection:
        return tuple(Revision(*row) for row in connection.execute(statement))


def decisions(db: Database, id_: str) -> tuple[Decided, ...]:
    """Return every decision about an article, oldest first."""
    seen, edits = appearances.c, tables.revisions.c
    arrived = select(seen.seen, seen.verdict, seen.source, seen.why).where(seen.article == id_)
    edited = select(edits.until, edits.source, edits.why).where(edits.article == id_)
    with db.read() as connection:
        found = [
            Decided(at, Verdict(verdict), source, why)
            for at, verdict, source, why in connection.execute(arrived)
        ]
        found += [
            Decided(at, Verdict.CHANGED, source, why)
            for at, source, why in connection.execute(edited)
        ]
    found.sort(key=lambda one: (one.at, one.verdict is not Verdict.NEW, one.source))
    return tuple(found)


# --- tagging again ----------------------------------------------------------------------------


def retag(db: Database, retagged: Sequence[Article]) -> frozenset[str]:
    """Write the topics and the language of articles; return the ids of those written.

    retagged: stored articles with new topics. One that was edited, or brought by a further source,
    since it was read is passed over: it has to be read again.
    """
    if not retagged:
        return frozenset()
    by_id = {article.id: article for article in retagged}
    with db.write() as connection:
        article = tables.articles.c
        found = connection.execute(
            select(article.id, article.listed, article.updated)
            .where(among(connection, article.id, by_id))
            .order_by(article.id)
            .with_for_update()
        ).all()
        carriers = _carriers(connection, by_id)
        same = {
            row.id: row.listed
            for row in found
            if row.updated == by_id[row.id].updated
            and carriers[row.id] == {seen.outlet.key for seen in by_id[row.id].appearances}
        }
        connection.execute(delete(hits).where(among(connection, hits.c.article, same)))
        add(
            connection,
            hits,
            [row for id_, at in same.items() for row in rows.hit_rows(id_, at, by_id[id_].topics)],
        )
        for id_ in same:
            told = rows.language_row(by_id[id_])
            connection.execute(update(tables.articles).where(article.id == id_).values(told))
        if same:
            bump(connection)
    return frozenset(same)


def _carriers(connection: Connection, ids: Collection[str]) -> defaultdict[str, set[str]]:
    wanted = among(connection, appearances.c.article, ids)
    of: defaultdict[str, set[str]] = defaultdict(set)
    for row in connection.execute(
        select(appearances.c.article, appearances.c.source).where(wanted)
    ):
        of[row.article].add(row.source)
    return of


def tagged_with(db: Database) -> tuple[str | None, str]:
    """Return the version of the rules by which articles are tagged, and up to which id.

    The id is "" where all of them are.
    """
    with db.read() as connection:
        told = connection.scalar(select(meta.c.value).where(meta.c.key == _TAGGED))
    version, _, reached = (told or "").partition(" ")
    return version or None, reached


def set_tagged_with(db: Database, version: str, reached: str = "") -> None:
    """Remember that articles up to this id, or all, are tagged with this version of the rules."""
    with db.write() as connection:
        value = f"{version} {reached}".strip()
        statement = insert(connection, meta).values(key=_TAGGED, value=value)
        fresh = {"value": statement.excluded.value}
        connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_=fresh))
