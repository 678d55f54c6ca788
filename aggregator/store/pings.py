"""What a hub was told of our own feeds; not which feeds there are."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from sqlalchemy import select

from aggregator.store import search
from aggregator.store.database import Database
from aggregator.store.dialect import among, insert
from aggregator.store.tables import articles, members, pings
from aggregator.tag.query import Query

NEWEST = 100
"""Articles of a feed that are looked at: those of its first page at least."""


def mark(db: Database, query: Query, now: datetime, *, stories: bool) -> str | None:
    """Return what tells a feed's newest articles from those of another moment; None: it has none.

    Not when the last one came: a slow poll brings what was seen before that.
    stories: also in which story each is.
    """
    with db.read() as connection:
        newest = [spot.id for spot in search.newest(connection, query, now, NEWEST, None)]
        if not newest:
            return None
        shown = select(articles.c.id, articles.c.updated)
        if stories:
            shown = shown.add_columns(members.c.story)
            shown = shown.outerjoin(members, members.c.article == articles.c.id)
        rows = connection.execute(shown.where(among(connection, articles.c.id, newest)))
        return sha256(repr(sorted(map(tuple, rows))).encode()).hexdigest()


def told(db: Database, hub: str) -> dict[str, tuple[str, datetime]]:
    """Return at which mark a hub was told of each feed, and when."""
    statement = select(pings.c.slug, pings.c.mark, pings.c.at).where(pings.c.hub == hub)
    with db.read() as connection:
        return {row.slug: (row.mark, row.at) for row in connection.execute(statement)}


def tell(db: Database, hub: str, slug: str, mark: str, now: datetime) -> None:
    """Remember that a hub was told."""
    with db.write() as connection:
        statement = insert(connection, pings).values(slug=slug, hub=hub, mark=mark, at=now)
        fresh = {name: statement.excluded[name] for name in ("hub", "mark", "at")}
        connection.execute(statement.on_conflict_do_update(index_elements=["slug"], set_=fresh))
