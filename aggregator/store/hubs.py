"""Hubs that did not answer, and until when they are left alone; whether they are ours or not."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import delete, select

from aggregator.store.database import Database
from aggregator.store.dialect import insert
from aggregator.store.tables import hubs


def host(hub: str) -> str:
    """Return what of a hub's address is one hub: its host with its port."""
    return urlsplit(hub).netloc.lower()


def failures(db: Database, hub: str) -> int:
    """Return how many requests in a row it has not answered."""
    with db.read() as connection:
        return connection.scalar(select(hubs.c.failures).where(hubs.c.host == host(hub))) or 0


def rests(db: Database, hub: str, now: datetime) -> bool:
    """Return whether a hub has to be left alone."""
    wanted = select(hubs.c.free_at).where(hubs.c.host == host(hub), hubs.c.free_at > now)
    with db.read() as connection:
        return connection.scalar(wanted) is not None


def rest(db: Database, hub: str, failures: int, free_at: datetime) -> None:
    """Leave a hub alone that has not answered."""
    with db.write() as connection:
        statement = insert(connection, hubs).values(
            host=host(hub), failures=failures, free_at=free_at
        )
        fresh = {name: statement.excluded[name] for name in ("failures", "free_at")}
        connection.execute(statement.on_conflict_do_update(index_elements=["host"], set_=fresh))


def answered(db: Database, hub: str) -> None:
    """Forget that it didn't."""
    with db.write() as connection:
        connection.execute(delete(hubs).where(hubs.c.host == host(hub)))


def forget(db: Database, before: datetime) -> int:
    """Forget hubs that nobody has asked since; return how many."""
    with db.write() as connection:
        return connection.execute(delete(hubs).where(hubs.c.free_at < before)).rowcount
