"""The ledger of hosts and what else is counted, for the status page and for machines; only read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, func, or_, select

from aggregator.model import HostStatus, Rest
from aggregator.store.database import Database
from aggregator.store.dialect import AnyRow, Moment
from aggregator.store.tables import articles, hosts, sources, stories, ungathered


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


@dataclass(frozen=True, slots=True)
class Figures:
    """What is counted over everything.

    polls: by "ok", "unchanged", "failed".  requests, unmodified, bytes, waits, waited: of all
    hosts together, as in ``HostStatus``.  sources: by the result of their last poll, "none" before
    the first.  resting: hosts that are left alone for longer than a gap.  lag: for how long the
    source that has waited longest could have been polled and wasn't.
    """

    polls: Mapping[str, int]
    requests: int
    unmodified: int
    bytes: int
    waits: int
    waited: timedelta
    resting: int
    lag: timedelta
    sources: Mapping[str, int]
    articles: int
    stories: int
    ungathered: int


_SUMS = (
    *("polls_ok", "polls_unchanged", "polls_failed"),
    *("requests", "unmodified", "bytes", "waits", "waited"),
)


def figures(db: Database, now: datetime) -> Figures:
    """Count. Reads all hosts and sources, so a few times a minute is enough."""
    rests = and_(hosts.c.free_at > now, hosts.c.why != Rest.GAP)
    result = func.coalesce(sources.c.result, "none")
    by_result = select(result, func.count()).where(sources.c.active).group_by(result)
    with db.read() as connection:
        # PostgreSQL adds big integers up to a decimal.
        sums = [
            int(one or 0)
            for one in connection.execute(
                select(*(func.sum(hosts.c[name]) for name in _SUMS))
            ).one()
        ]
        return Figures(
            polls=dict(zip(("ok", "unchanged", "failed"), sums, strict=False)),
            requests=sums[3],
            unmodified=sums[4],
            bytes=sums[5],
            waits=sums[6],
            waited=timedelta(microseconds=sums[7]),
            resting=connection.scalar(select(func.count()).where(rests)) or 0,
            lag=_lag(connection, now),
            sources={row[0]: row[1] for row in connection.execute(by_result)},
            articles=connection.scalar(select(func.count()).select_from(articles)) or 0,
            stories=connection.scalar(select(func.count()).select_from(stories)) or 0,
            ungathered=connection.scalar(select(func.count()).select_from(ungathered)) or 0,
        )


_UNPOLLED = timedelta(minutes=10)
"""For how long a source may be due before it is told; a worker that is only slow takes less."""


def nobody_polls(db: Database, now: datetime) -> bool:
    """Whether a source has been due for so long that no worker seems to run."""
    with db.read() as connection:
        return _lag(connection, now) > _UNPOLLED


def _lag(connection: Connection, now: datetime) -> timedelta:
    ready = select(func.min(hosts.c.ready_at, type_=Moment())).where(hosts.c.lease_until.is_(None))
    oldest = connection.scalar(ready)
    return max(timedelta(0), now - oldest) if oldest else timedelta(0)
