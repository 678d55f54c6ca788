"""When a host can be asked: ``ready_at``, kept up to date as its sources, rests and leases change.

It is what makes claims cheap: no due source has to be looked at whose host isn't free.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, func, literal, or_, select, update

from aggregator.store.dialect import Latest, Moment, among, moment
from aggregator.store.tables import NEVER, hosts, sources

LONGEST_REST = timedelta(days=1)
"""No host is left alone for longer: what says so was written under a clock that ran ahead."""

LONG_AGO = moment(0)


def at(value: datetime) -> ColumnElement[datetime]:
    return literal(value, Moment())


_first = (
    select(sources.c.next_due)
    .where(sources.c.host == hosts.c.host, sources.c.active)
    .order_by(sources.c.next_due, sources.c.key)
    .limit(1)
)
first_due = func.coalesce(_first.scalar_subquery(), at(NEVER))
first_fails = func.coalesce(
    _first.with_only_columns(sources.c.failures > 0).scalar_subquery(), False
)
_ready_at = Latest(hosts.c.free_at, first_due, func.coalesce(hosts.c.lease_until, at(LONG_AGO)))
_REFRESH = update(hosts).values(ready_at=_ready_at, failing=first_fails)
_ASTRAY = select(hosts.c.host).where(
    or_(hosts.c.ready_at != _ready_at, hosts.c.failing != first_fails)
)


def lock(connection: Connection, which: ColumnElement[bool]) -> list[str]:
    """Wait for all who write these hosts, and keep others from it; return which they are.

    Comes before each UPDATE that reads their sources: one that itself has to wait for a row takes
    the row as it is then, and the sources as they were before it waited (PostgreSQL).
    """
    statement = select(hosts.c.host).where(which).order_by(hosts.c.host)  # no two lock crosswise
    return list(connection.scalars(statement.with_for_update(key_share=True)))


def refresh(connection: Connection, which: Collection[str]) -> None:
    """Note when hosts are ready, after their sources or the times of those have changed."""
    if which:
        those = among(connection, hosts.c.host, which)
        lock(connection, those)
        connection.execute(_REFRESH.where(those))


def astray(connection: Connection, now: datetime) -> set[str]:
    """Return the hosts that have to be refreshed, whatever the cause; end rests that are too long.

    None is longer than a day: what says so was written under a clock that ran ahead.
    """
    longest = now + LONGEST_REST
    connection.execute(update(hosts).where(hosts.c.free_at > longest).values(free_at=longest))
    return set(connection.scalars(_ASTRAY))
