"""What people decide about stories: these two are of one, these two are not."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, case, delete, func, not_, or_, select

from aggregator.errors import UsageError
from aggregator.model import Article, Ruling
from aggregator.store import rows
from aggregator.store.database import Database, bump
from aggregator.store.dialect import among, insert
from aggregator.store.gathering import hold, move_on, stories_of, wait
from aggregator.store.leading import refresh
from aggregator.store.tables import articles, members, rulings, stories


def ruled(db: Database) -> tuple[Ruling, ...]:
    """Return all that people have decided, oldest first."""
    order = select(rulings).order_by(rulings.c.at, rulings.c.article, rulings.c.other)
    with db.read() as connection:
        found = connection.execute(order).all()
    return tuple(Ruling(row.article, row.other, row.together) for row in found)


def kept_out(db: Database, ids: Collection[str], limit: int) -> tuple[Article, ...]:
    """Return articles that people decided are of no story with any of these, the latest first."""
    with db.read() as connection:
        one, other = (among(connection, side, ids) for side in (rulings.c.article, rulings.c.other))
        decided = select(rulings).where(not_(rulings.c.together), one != other)
        latest = decided.order_by(rulings.c.at.desc(), rulings.c.article, rulings.c.other)
        known = set(ids)
        outside = (
            row.other if row.article in known else row.article for row in connection.execute(latest)
        )
        return rows.load(connection, list(dict.fromkeys(outside))[:limit])


class Parted(NamedTuple):
    """A story that people keep an article apart from, since when. title: of what leads it."""

    story: str
    title: str
    at: datetime


def parted(db: Database, article: str, limit: int) -> tuple[Parted, ...]:
    """Return the stories from which people keep an article apart, the latest decision first."""
    mine = (rulings.c.article == article, rulings.c.other)
    other = case(mine, else_=rulings.c.article)
    own = select(members.c.story).where(members.c.article == article).scalar_subquery()
    at = func.max(rulings.c.at)
    with db.read() as connection:
        found = connection.execute(
            select(stories.c.id, articles.c.title, at.label("at"))
            .select_from(rulings)
            .join(members, members.c.article == other)
            .join(stories, stories.c.id == members.c.story)
            .join(articles, articles.c.id == stories.c.leading)
            .where(not_(rulings.c.together), or_(mine[0], rulings.c.other == article))
            .where(stories.c.id != func.coalesce(own, ""))
            .group_by(stories.c.id, articles.c.title)
            .order_by(at.desc(), stories.c.id)
            .limit(limit)
        ).all()
    return tuple(Parted(row.id, row.title, row.at) for row in found)


def pull_out(db: Database, article: str, at: datetime) -> bool:
    """Decide that an article is of no story with those it is with now; False if it is with none.

    It waits to be gathered anew.
    """
    with db.write() as connection:
        hold(connection)  # who is beside it stays so
        story = select(members.c.story).where(members.c.article == article).scalar_subquery()
        beside = select(members.c.article).where(
            members.c.story == story, members.c.article != article
        )
        others = connection.scalars(beside).all()
        if others:
            _rule(connection, article, others, at, together=False)
        return bool(others)


def put_together(db: Database, article: str, other: str, at: datetime) -> None:
    """Decide that two articles are of one story; the first waits to be gathered anew.

    What kept it apart from others that are in the second one's story is undone by it.
    Raises UsageError for one that isn't there, or where both are the same.
    """
    if article == other:
        raise UsageError("both names mean the same article; name two")
    with db.write() as connection:
        known = among(connection, articles.c.id, [article, other])
        found = connection.scalars(select(articles.c.id).where(known)).all()
        for missing in {article, other}.difference(found):
            message = f"there is no article {missing}"
            raise UsageError(message)
        hold(connection)  # who is beside the other one stays so
        story = select(members.c.story).where(members.c.article == other).scalar_subquery()
        beside = connection.scalars(select(members.c.article).where(members.c.story == story))
        _undo(connection, article, beside.all())
        _rule(connection, article, [other], at, together=True)


def _undo(connection: Connection, article: str, others: Collection[str]) -> None:
    """Forget that an article is kept apart from others."""
    for one, other in (
        (rulings.c.article, rulings.c.other),
        (rulings.c.other, rulings.c.article),
    ):
        apart = one == article, among(connection, other, others), not_(rulings.c.together)
        connection.execute(delete(rulings).where(*apart))


def _rule(
    connection: Connection, article: str, others: Sequence[str], at: datetime, *, together: bool
) -> None:
    move_on(connection, hold(connection))
    pairs = (sorted((article, other)) for other in others)
    decided = [{"article": a, "other": b, "together": together, "at": at} for a, b in pairs]
    statement = insert(connection, rulings)
    fresh = {"together": statement.excluded.together, "at": statement.excluded.at}
    keys = ["article", "other"]
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=fresh), decided)
    left = stories_of(connection, [article])
    connection.execute(delete(members).where(members.c.article == article))
    refresh(connection, left, at)
    wait(connection, articles.c.id == article)
    bump(connection)
