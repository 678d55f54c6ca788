"""What a hub was told of our own feeds; not which feeds there are."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from aggregator.store import search
from aggregator.store.database import Database
from aggregator.store.dialect import Moment, among, insert
from aggregator.store.tables import articles, members, pings
from aggregator.tag.query import Query

NEWEST = 100
"""Articles of a feed that are looked at: those of its first page at least."""


def moved(db: Database, query: Query, now: datetime, *, stories: bool) -> datetime | None:
    """Return when the newest articles of a feed last appeared or changed; None: it has none.

    stories: also when they last joined a story.
    """
    with db.read() as connection:
        newest = [spot.id for spot in search.newest(connection, query, now, NEWEST, None)]
        if not newest:
            return None
        seen = [func.max(articles.c[name], type_=Moment()) for name in ("updated", "first_seen")]
        within = select(*seen).where(among(connection, articles.c.id, newest))
        moments = list(connection.execute(within).one())
        if stories:
            joined = select(func.max(members.c.joined, type_=Moment()))
            inside = among(connection, members.c.article, newest)
            moments.append(connection.scalar(joined.where(inside)))
        return max(filter(None, moments), default=None)


def told(db: Database, hub: str) -> dict[str, tuple[datetime, datetime]]:
    """Return up to which move a hub was told of each feed, and when."""
    statement = select(pings.c.slug, pings.c.mark, pings.c.at).where(pings.c.hub == hub)
    with db.read() as connection:
        return {row.slug: (row.mark, row.at) for row in connection.execute(statement)}


def tell(db: Database, hub: str, slug: str, mark: datetime, now: datetime) -> None:
    """Remember that a hub was told."""
    with db.write() as connection:
        statement = insert(connection, pings).values(slug=slug, hub=hub, mark=mark, at=now)
        fresh = {name: statement.excluded[name] for name in ("hub", "mark", "at")}
        connection.execute(statement.on_conflict_do_update(index_elements=["slug"], set_=fresh))
