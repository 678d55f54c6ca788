"""Output feeds by slug: which were ever served and which are gone; not what stands in them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, update

from aggregator.store.database import Database
from aggregator.store.dialect import add, among, storable
from aggregator.store.tables import outputs


def publish(db: Database, slugs: Collection[str], now: datetime) -> None:
    """Remember that exactly these feeds are served from now on; the others are gone."""
    with db.write() as connection:
        served = among(connection, outputs.c.slug, slugs)
        connection.execute(update(outputs).where(served).values(gone_at=None))
        gone = update(outputs).where(~served, outputs.c.gone_at.is_(None))
        connection.execute(gone.values(gone_at=now))
        add(connection, outputs, [{"slug": slug, "gone_at": None} for slug in sorted(slugs)])


def gone(db: Database, slug: str) -> bool:
    """Return whether a feed was served once and is no more."""
    if not storable(slug):
        return False
    with db.read() as connection:
        at = connection.scalar(select(outputs.c.gone_at).where(outputs.c.slug == slug))
    return at is not None
