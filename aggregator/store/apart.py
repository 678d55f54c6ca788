"""What the operator keeps apart (``never_with``), where it stands in one story already."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, delete, exists, or_, select

from aggregator.store.database import Database, bump
from aggregator.store.dialect import among, insert
from aggregator.store.gathering import followed, hold, move_on, stories_of, wait
from aggregator.store.leading import refresh
from aggregator.store.tables import articles, members, meta, rulings

_APART = "kept_apart"
Pair = tuple[str, str]


def keep_apart(db: Database, pairs: Collection[Pair], since: datetime, at: datetime) -> int:
    """Let articles leave the stories of what they are kept apart from; return how many leave.

    They wait to be gathered anew. pairs: keys of a source and of what its articles are never with;
    of those that were kept apart before nothing leaves any more.  since: articles that are listed
    before it stay where they are. What people put together stays so, too.
    """
    told = sorted(":".join(pair) for pair in pairs)
    now = followed(db, pairs)
    with db.write() as connection:
        known = connection.scalar(select(meta.c.value).where(meta.c.key == _APART)) or ""
        if known.split() == told:
            return 0
        held = hold(connection)
        _remember(connection, " ".join(told))
        new = sorted(pair for pair in now if ":".join(pair) not in known.split())
        leaving = {one for pair in new for one in _beside(connection, *pair, since)}
        if leaving:
            move_on(connection, held)
            left = stories_of(connection, leaving)
            connection.execute(delete(members).where(among(connection, members.c.article, leaving)))
            refresh(connection, left, at)
            wait(connection, among(connection, articles.c.id, leaving))
            bump(connection)
    return len(leaving)


def _remember(connection: Connection, told: str) -> None:
    statement = insert(connection, meta).values(key=_APART, value=told)
    fresh = {"value": statement.excluded.value}
    connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_=fresh))


def _beside(connection: Connection, source: str, other: str, since: datetime) -> Collection[str]:
    """Return the articles of a source in stories of another source, article or story."""
    beside, told = members.alias(), articles.alias()
    there = exists().where(
        beside.c.story == members.c.story,
        told.c.id == beside.c.article,
        or_(told.c.speaker == other, told.c.id == other),
    )
    sides = (rulings.c.article, rulings.c.other)
    together = (articles.c.id.not_in(select(side).where(rulings.c.together)) for side in sides)
    found = connection.scalars(
        select(members.c.article)
        .join(articles, articles.c.id == members.c.article)
        .where(articles.c.speaker == source, articles.c.listed >= since, *together)
        .where(or_(members.c.story == other, there))
    )
    return found.all()
