"""Hosts: who is at one, from when on it may be asked again, and how politely it was treated.

Most of it is done by the two statements that take a lease and give it back, once a poll each.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Connection,
    Integer,
    Text,
    and_,
    bindparam,
    case,
    delete,
    func,
    or_,
    select,
    type_coerce,
    update,
)

from aggregator.model import Rest, Stay
from aggregator.store.database import Database
from aggregator.store.dialect import AnyRow, Latest, Moment, add, among, microseconds
from aggregator.store.readiness import LONG_AGO, at, first_due, first_fails, lock
from aggregator.store.tables import hosts, sources

_UNLIMITED = 2**62

Only = ColumnElement[bool] | None
"""A condition on sources, or none."""

# --- which can be asked ------------------------------------------------------------------------

WANTED = and_(sources.c.active, sources.c.next_due <= bindparam("due", type_=Moment))
"""A source that was due at ``due``."""

_there = select(sources.c.key).where(sources.c.host == hosts.c.host, WANTED)
_READY = (
    select(hosts.c.host)
    .where(
        hosts.c.ready_at <= bindparam("now", type_=Moment),
        hosts.c.failing == bindparam("failing", type_=Boolean),
    )
    .order_by(hosts.c.ready_at, hosts.c.host)
    .limit(bindparam("limit", type_=Integer))
    .with_for_update(skip_locked=True)
)
_READY_FOR_ANY = _READY.where(_there.exists())


def due(
    connection: Connection, now: datetime, due_at: datetime, limit: int, only: Only = None
) -> list[str]:
    """Lock hosts that are ready, those first whose first source is well; return their names.

    only: a condition on the sources, of which one at least has to meet it and be ``WANTED``.
    """
    statement = _READY_FOR_ANY if only is None else _READY.where(_there.where(only).exists())
    found: list[str] = []
    # Those that fail may hold a worker for all the time a fetch may take: they come last.
    for failing in (False, True):
        if len(found) < limit:
            said = {"now": now, "due": due_at, "failing": failing, "limit": limit - len(found)}
            found += connection.scalars(statement, said)
    return found


def ready(
    connection: Connection, until: datetime, due_at: datetime, only: Only = None
) -> datetime | None:
    """Return when the first host with such a source is ready, if that is before ``until``."""
    there = (_there if only is None else _there.where(only)).exists()
    statement = select(func.min(hosts.c.ready_at, type_=Moment()))
    wanted = statement.where(hosts.c.ready_at <= until, there)
    found: datetime | None = connection.scalar(wanted, {"due": due_at})
    return found


# --- leases -----------------------------------------------------------------------------------

_waiting = hosts.c.free_at > bindparam("due", type_=Moment)
_TAKE = (
    update(hosts)
    .where(hosts.c.host == bindparam("of", type_=Text))
    .values(
        source=bindparam("by", type_=Text),
        worker=bindparam("who", type_=Text),
        lease_until=bindparam("until", type_=Moment),
        ready_at=bindparam("until", type_=Moment),
        waits=hosts.c.waits + case((_waiting, 1), else_=0),
        waited=hosts.c.waited
        + case(
            (
                _waiting,
                type_coerce(hosts.c.free_at, BigInteger) - bindparam("since", type_=BigInteger),
            ),
            else_=0,
        ),
    )
)


def take(connection: Connection, rows: Iterable[AnyRow], worker: str, until: datetime) -> None:
    """Take the lease of each source's host."""
    said = [
        {
            "of": row.host,
            "by": row.key,
            "who": worker,
            "until": until,
            "due": row.next_due,
            "since": microseconds(row.next_due),
        }
        for row in rows
    ]
    connection.execute(_TAKE, said)


def enter(
    db: Database, host: str, now: datetime, *, lease: timedelta, worker: str
) -> datetime | None:
    """Take a lease on a host that a source leads to; return None, or when to try again.

    It ends with the poll's commit, as that on the source's own host does.
    """
    with db.write() as connection:
        add(connection, hosts, [{"host": host}])
        nobody = or_(hosts.c.lease_until.is_(None), hosts.c.lease_until <= now)
        taken = connection.execute(
            update(hosts)
            .where(hosts.c.host == host, nobody, hosts.c.free_at <= now)
            .values(
                source=None,
                worker=worker,
                lease_until=now + lease,
                ready_at=Latest(hosts.c.ready_at, at(now + lease)),
            )
        )
        if taken.rowcount:
            return None
        free_at = connection.scalar(select(hosts.c.free_at).where(hosts.c.host == host))
    return max(free_at or now, now)


def held(connection: Connection, worker: str, keys: Collection[str]) -> ColumnElement[bool]:
    """Return what is true of the hosts on which a worker has the leases of these sources."""
    return and_(hosts.c.worker == worker, among(connection, hosts.c.source, keys))


def renew(db: Database, worker: str, keys: Collection[str], until: datetime) -> None:
    """Let a worker's leases for these sources hold until then; those that it lost stay lost."""
    with db.write() as connection:
        found = among(connection, hosts.c.host, lock(connection, held(connection, worker, keys)))
        connection.execute(update(hosts).where(found).values(lease_until=until, ready_at=until))


def release(connection: Connection, which: ColumnElement[bool], free_at: datetime) -> None:
    """End leases whose polls brought nothing; before ``free_at`` nobody asks there again."""
    found = lock(connection, which)
    connection.execute(
        update(hosts)
        .where(among(connection, hosts.c.host, found))
        .values(
            source=None,
            worker=None,
            lease_until=None,
            free_at=Latest(hosts.c.free_at, at(free_at)),
            ready_at=Latest(hosts.c.free_at, at(free_at), first_due),
            failing=first_fails,
        )
    )


# A lease that a source has taken is its own; one without a source is that of a poll that came by.
# It may have run out, and be another worker's now.
_ours = or_(
    hosts.c.worker.is_(None),
    and_(
        hosts.c.worker == bindparam("who", type_=Text),
        or_(hosts.c.source.is_(None), hosts.c.source == bindparam("by", type_=Text)),
    ),
)
_asked = bindparam("asked", type_=Integer)
_rest = Latest(hosts.c.free_at, bindparam("rest", type_=Moment))
_spent = case((hosts.c.day == bindparam("midnight", type_=Moment), hosts.c.today), else_=0) + _asked
_over = and_(_asked > 0, _spent >= bindparam("budget", type_=BigInteger))
_free_at = case((_over, Latest(_rest, bindparam("tomorrow", type_=Moment))), else_=_rest)
_LEAVE = (
    update(hosts)
    .where(hosts.c.host == bindparam("of", type_=Text))
    .values(
        **{
            name: case((_ours, None), else_=hosts.c[name])
            for name in ("source", "worker", "lease_until")
        },
        free_at=_free_at,
        why=case(
            (and_(_over, bindparam("tomorrow", type_=Moment) >= _rest), Rest.BUDGET.value),
            (hosts.c.free_at <= bindparam("rest", type_=Moment), bindparam("because", type_=Text)),
            else_=hosts.c.why,
        ),
        ready_at=case((_ours, Latest(_free_at, first_due)), else_=hosts.c.ready_at),
        failing=first_fails,
        day=case((_asked > 0, bindparam("midnight", type_=Moment)), else_=hosts.c.day),
        today=case((_asked > 0, _spent), else_=hosts.c.today),
        requests=hosts.c.requests + _asked,
        unmodified=hosts.c.unmodified + bindparam("same", type_=Integer),
        bytes=hosts.c.bytes + bindparam("size", type_=BigInteger),
        polls_ok=hosts.c.polls_ok + bindparam("ok", type_=Integer),
        polls_unchanged=hosts.c.polls_unchanged + bindparam("unchanged", type_=Integer),
        polls_failed=hosts.c.polls_failed + bindparam("failed", type_=Integer),
    )
)


class Left(NamedTuple):
    """A poll that is over. worker: whose leases end with it.

    involved: hosts to bring up to date, visited or not, each with the result to count there ("ok",
    "unchanged", "failed"), or "".  at: when it was, whose day's budget it is.
    """

    source: str
    worker: str
    involved: Mapping[str, str]
    stays: Collection[Stay]
    at: datetime


def leave(connection: Connection, polls: Iterable[Left]) -> None:
    """End polls' leases, keep their hosts' rests and add to their ledger."""
    rows = [row for one in polls for row in _leaving(one)]
    lock(connection, among(connection, hosts.c.host, {row["of"] for row in rows}))
    connection.execute(_LEAVE, rows)


def visited(db: Database, worker: str, stays: Collection[Stay], at: datetime) -> None:
    """End leases of ``enter`` that no poll's commit will end; ``at`` it was over."""
    with db.write() as connection:
        leave(connection, [Left("", worker, {}, stays, at)])


def _leaving(poll: Left) -> Iterator[dict[str, Any]]:
    midnight = poll.at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    told = {stay.host: stay for stay in poll.stays}
    for host in {*poll.involved, *told}:
        stay, result = told.get(host, Stay(host)), poll.involved.get(host)
        yield {
            "of": host,
            "by": poll.source,
            "who": poll.worker,
            "asked": stay.requests,
            "same": stay.unmodified,
            "size": stay.bytes,
            "rest": stay.free_at or LONG_AGO,
            "because": stay.why.value,
            "budget": _UNLIMITED if stay.budget is None else stay.budget,
            "midnight": midnight,
            "tomorrow": midnight + timedelta(days=1),
            **{name: int(result == name) for name in ("ok", "unchanged", "failed")},
        }


def forget(db: Database, before: datetime) -> int:
    """Delete hosts that no source has and that were last asked before; return how many."""
    used = select(sources.c.key).where(sources.c.host == hosts.c.host).exists()
    idle = and_(hosts.c.free_at < before, hosts.c.lease_until.is_(None), ~used)
    with db.write() as connection:
        return connection.execute(delete(hosts).where(idle)).rowcount
