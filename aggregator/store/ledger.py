"""The ledger of hosts and what else is counted, for the status page and for machines; only read."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select

from aggregator.model import HostStatus, Rest
from aggregator.store.database import Database
from aggregator.store.dialect import AnyRow
from aggregator.store.tables import hosts, sources


def ledger(db: Database, now: datetime, limit: int) -> tuple[HostStatus, ...]:
    """Return how hosts were treated: those that rest, then those that were asked most."""
    many = (
        select(func.count())
        .where(sources.c.host == hosts.c.host, sources.c.active)
        .scalar_subquery()
    )
    names = ("requests", "today", "bytes", "unmodified", "waits", "waited", "free_at", "why")
    rests = and_(hosts.c.free_at > now, hosts.c.why != Rest.GAP)
    statement = (
        select(hosts.c.host, many, *(hosts.c[name] for name in names), hosts.c.day)
        .where(or_(hosts.c.requests > 0, rests))
        .order_by(~rests, hosts.c.requests.desc(), hosts.c.host)
        .limit(limit)
    )
    with db.read() as connection:
        return tuple(_status(row, now) for row in connection.execute(statement))


def _status(row: AnyRow, now: datetime) -> HostStatus:
    return HostStatus(
        host=row.host,
        sources=row[1],
        requests=row.requests,
        today=row.today if row.day.date() == now.date() else 0,
        bytes=row.bytes,
        unmodified=row.unmodified,
        waits=row.waits,
        waited=timedelta(microseconds=row.waited),
        free_at=row.free_at,
        why=Rest(row.why),
    )
