"""Dropping stored articles that are older than the operator keeps; what was dropped stays known.

Of each, marks of its identities are kept: by these a poll refuses to take it in again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from hashlib import blake2b

from sqlalchemy import Connection, and_, delete, exists, select

from aggregator.store import fts5, gin
from aggregator.store.database import Database, bump
from aggregator.store.dialect import AnySelect, add, among, is_postgres
from aggregator.store.gathering import hold, move_on
from aggregator.store.leading import refresh
from aggregator.store.tables import (
    appearances,
    articles,
    dropped,
    hits,
    identities,
    members,
    revisions,
    rulings,
    stories,
    ungathered,
)

_BATCH = 500
_SWEPT = 5_000
"""Stories that are looked through in one go."""


def drop(
    db: Database, before: datetime, now: datetime, stop: Callable[[], bool] = lambda: False
) -> int:
    """Drop articles that were listed before, with all that hangs on them; return how many.

    A story goes as a whole, when its newest article is as old. What waits for its story stays.
    A batch is a transaction: being stopped and started again is harmless.
    """
    gone, reached = 0, None
    while not stop():
        with db.write() as connection:
            held = hold(connection)
            old = connection.execute(_old(before, reached)).all()
            if not old:
                break
            move_on(connection, held)  # nobody puts an article beside one that is gone
            _drop(connection, [row.id for row in old], now)
            bump(connection)
        gone, reached = gone + len(old), old[-1].listed
    if gone:
        _sweep(db, before, stop)
    return gone


def refused(db: Database, keys: Collection[str]) -> set[str]:
    """Return which identity keys are those of articles that were dropped."""
    of = {_mark(key): key for key in keys}
    with db.read() as connection:
        found = connection.scalars(
            select(dropped.c.mark).where(among(connection, dropped.c.mark, list(of)))
        )
        return {of[mark] for mark in found}


def _mark(key: str) -> str:
    return blake2b(key.encode(), digest_size=8).hexdigest()


def _old(before: datetime, reached: datetime | None) -> AnySelect:
    young = exists().where(
        members.c.article == articles.c.id,
        stories.c.id == members.c.story,
        stories.c.listed >= before,
    )
    waits = exists().where(ungathered.c.article == articles.c.id)
    found = select(articles.c.id, articles.c.listed).where(
        articles.c.listed < before, ~young, ~waits
    )
    if reached is not None:
        found = found.where(articles.c.listed >= reached)
    return found.order_by(articles.c.listed, articles.c.id).limit(_BATCH)


def _drop(connection: Connection, ids: Collection[str], now: datetime) -> None:
    # In the order in which polls lock them. What one adds meanwhile is there before it is deleted.
    locked = select(articles.c.id).where(among(connection, articles.c.id, ids))
    connection.execute(locked.order_by(articles.c.id).with_for_update()).all()
    (gin if is_postgres(connection) else fts5).drop(connection, ids)
    keys = select(identities.c.key).where(among(connection, identities.c.article, ids))
    add(connection, dropped, [{"mark": _mark(key)} for key in connection.scalars(keys)])
    of = among(connection, members.c.article, ids)
    touched = set(connection.scalars(delete(members).where(of).returning(members.c.story)))
    for table in (hits, appearances, revisions, identities, ungathered):
        connection.execute(delete(table).where(among(connection, table.c.article, ids)))
    for side in (rulings.c.article, rulings.c.other):
        connection.execute(delete(rulings).where(among(connection, side, ids)))
    connection.execute(delete(articles).where(among(connection, articles.c.id, ids)))
    inside = exists().where(members.c.story == stories.c.id)
    connection.execute(delete(stories).where(among(connection, stories.c.id, touched), ~inside))
    refresh(connection, touched, now)


def _sweep(db: Database, before: datetime, stop: Callable[[], bool]) -> None:
    """Delete stories that were merged and lead to an article that is gone."""
    inside = exists().where(members.c.story == stories.c.id)
    leads = exists().where(articles.c.id == stories.c.leading)
    reached = ""
    while not stop():
        with db.write() as connection:
            some = select(stories.c.id).where(stories.c.id > reached).order_by(stories.c.id)
            ids = connection.scalars(some.limit(_SWEPT)).all()
            if not ids:
                return
            here = and_(stories.c.id > reached, stories.c.id <= ids[-1])
            gone = and_(stories.c.listed < before, ~inside, ~leads)
            connection.execute(delete(stories).where(here, gone))
        reached = ids[-1]
