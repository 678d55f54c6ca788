"""Subscriptions: which hub is to tell us of which source, how far that has come, and being told."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from functools import cache
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import (
    Connection,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    literal_column,
    or_,
    select,
    update,
)

from aggregator.model import Standing, Subscription
from aggregator.store import hubs, readiness
from aggregator.store.database import Database
from aggregator.store.dialect import AnyRow, Moment, among, storable
from aggregator.store.tables import hubs as hubs_
from aggregator.store.tables import sources, subscriptions

APART = timedelta(minutes=1)
"""Between two polls of a source that its hub asks for; what it tells meanwhile waits for one."""
_WRITTEN = timedelta(seconds=1)

_MOST_NEW = 500
"""Subscriptions that are begun in one transaction."""

Due = Callable[[str, bytes, datetime, datetime], datetime]
"""When a source would be due: by its key, its pace, its last poll, and until when it is told of."""

_FIELDS = [subscriptions.c[name] for name in Subscription.__dataclass_fields__]
_same = and_(
    sources.c.key == subscriptions.c.source,
    sources.c.active,
    sources.c.hub == subscriptions.c.hub,
    sources.c.topic == subscriptions.c.topic,
)
_NAMED = sources.c.hub != literal_column("''")  # as the index has it
_leaves = subscriptions.c.standing == Standing.LEAVING

# --- which there are to be --------------------------------------------------------------------


def unsettled(db: Database, base: str, reachable: Callable[[str], bool]) -> bool:
    """Return whether ``settle`` has something to do."""
    with db.read() as connection:
        if connection.scalar(select(exists().where(_stale(base)))):
            return True
        hubs_named = _unanswered(base).with_only_columns(sources.c.hub).distinct()
        return any(map(reachable, connection.scalars(hubs_named)))


def settle(
    db: Database,
    now: datetime,
    base: str,
    reachable: Callable[[str], bool],
    fresh: Callable[[], str],
    due: Due,
) -> None:
    """Begin what sources offer now, and leave what they offer no more.

    base: the address before a subscription's id.  reachable: whether a hub can call us there.
    fresh: makes an id or a secret.
    """
    calls = cache(reachable)  # thousands of sources may name one hub
    with db.write() as connection:
        offered = (row for row in connection.execute(_unanswered(base)) if calls(row.hub))
        rows = [_row(row, base, now, fresh) for row in islice(offered, _MOST_NEW)]
        # What the hub has not been asked for yet needs no leaving.
        unasked = subscriptions.c.standing.in_((Standing.WANTED, Standing.DENIED))
        connection.execute(delete(subscriptions).where(_stale(base), unasked))
        leaving = update(subscriptions).where(_stale(base))
        values = {"standing": Standing.LEAVING, "next_try": now, "failures": 0}
        left = connection.scalars(leaving.values(values).returning(subscriptions.c.source)).all()
        silent = update(sources).where(among(connection, sources.c.key, left))
        connection.execute(silent.values(told_until=None))
        _bring_forward(connection, left, now, due)
        if rows:
            connection.execute(insert(subscriptions), rows)


def _unanswered(base: str) -> Any:
    """Select the sources whose hub we don't know yet; those with a secret are not told of."""
    there = exists().where(_same, ~_leaves, subscriptions.c.base == base)
    named = and_(_NAMED, sources.c.topic != "", sources.c.public_url.is_not(None))
    return select(sources.c.key, sources.c.hub, sources.c.topic).where(
        sources.c.active, named, ~there
    )


def _stale(base: str) -> Any:
    public = sources.c.public_url.is_not(None)
    return and_(~_leaves, or_(subscriptions.c.base != base, ~exists().where(_same, public)))


def _row(row: AnyRow, base: str, now: datetime, fresh: Callable[[], str]) -> dict[str, Any]:
    return {
        "id": fresh(),
        "source": row.key,
        "hub": row.hub,
        "host": hubs.host(row.hub),
        "topic": row.topic,
        "base": base,
        "secret": fresh(),
        "standing": Standing.WANTED,
        "next_try": now,
        "failures": 0,
        "detail": "",
    }


# --- asking a hub -----------------------------------------------------------------------------


def due(db: Database, now: datetime) -> Subscription | None:
    """Return the subscription for which its hub is to be asked first; None: nothing to ask.

    Those that failed come last, so that no hub that hangs delays another.
    """
    rests = exists().where(hubs_.c.host == subscriptions.c.host, hubs_.c.free_at > now)
    statement = (
        select(*_FIELDS)
        .where(subscriptions.c.next_try <= now, ~rests)
        .order_by(subscriptions.c.failures, subscriptions.c.next_try, subscriptions.c.id)
        .limit(1)
    )
    with db.read() as connection:
        row = connection.execute(statement).one_or_none()
    return None if row is None else _subscription(row)


def ask(db: Database, id_: str, again: datetime) -> None:
    """Note that a hub is asked now; counts as a failure until it calls back.

    again: when to ask again if it doesn't.
    """
    standing = subscriptions.c.standing
    with db.write() as connection:
        mine = update(subscriptions).where(subscriptions.c.id == id_)
        connection.execute(
            mine.values(failures=subscriptions.c.failures + 1, next_try=again, detail="")
        )
        connection.execute(mine.where(standing != Standing.LEAVING).values(standing=Standing.ASKED))


def refuse(db: Database, id_: str, detail: str, again: datetime) -> None:
    """Note what came instead of a yes, unless the hub has called back meanwhile."""
    asked = and_(subscriptions.c.id == id_, subscriptions.c.standing == Standing.ASKED)
    with db.write() as connection:
        said = {"standing": Standing.WANTED, "detail": detail, "next_try": again}
        connection.execute(update(subscriptions).where(asked).values(said))
        leaving = and_(subscriptions.c.id == id_, _leaves)
        connection.execute(update(subscriptions).where(leaving).values(next_try=again))


def end(db: Database, id_: str) -> None:
    """Forget a subscription that was left."""
    with db.write() as connection:
        connection.execute(delete(subscriptions).where(subscriptions.c.id == id_))


# --- being called by one ----------------------------------------------------------------------


def get(db: Database, id_: str) -> Subscription | None:
    """Return the subscription whose address a hub calls."""
    if not storable(id_):
        return None
    with db.read() as connection:
        row = connection.execute(select(*_FIELDS).where(subscriptions.c.id == id_)).one_or_none()
    return None if row is None else _subscription(row)


def confirm(db: Database, told: Subscription, until: datetime, renew: datetime, due: Due) -> None:
    """The hub will tell of changes until then; it is asked again at ``renew``."""
    values = {"standing": Standing.ACTIVE, "until": until, "next_try": renew}
    with db.write() as connection:
        if _settle(connection, told, {**values, "failures": 0, "detail": ""}):
            _bring_forward(connection, [told.source], until, due)


def deny(
    db: Database, told: Subscription, detail: str, now: datetime, again: datetime, due: Due
) -> None:
    """The hub will not tell, or no more; it is asked again at ``again``."""
    values = {"standing": Standing.DENIED, "until": None, "next_try": again, "detail": detail}
    with db.write() as connection:
        if _settle(connection, told, values):
            _bring_forward(connection, [told.source], now, due)


def _settle(connection: Connection, told: Subscription, values: Mapping[str, Any]) -> bool:
    stays = and_(subscriptions.c.id == told.id, ~_leaves)
    done = update(subscriptions).where(stays).values(values).returning(subscriptions.c.id)
    if connection.scalars(done).one_or_none() is None:
        return False
    of = update(sources).where(sources.c.key == told.source)
    connection.execute(of.values(told_until=values["until"]))
    return True


def _bring_forward(
    connection: Connection, keys: Collection[str], until: datetime, due: Due
) -> None:
    """Let sources of which nobody tells after ``until`` wait no longer than they would have then.

    Those that fail are not told of either: they wait as long as they have to.
    """
    late = and_(sources.c.failures == 0, sources.c.next_due > until)
    columns = [sources.c[name] for name in ("key", "pace", "last_polled", "host")]
    wanted = and_(among(connection, sources.c.key, keys), late, sources.c.last_polled.is_not(None))
    found = connection.execute(select(*columns).where(wanted)).all()
    if found:
        own = sources.c.key == bindparam("of")
        moved = update(sources).where(own, sources.c.next_due > _sooner)
        said = [
            {"of": row.key, "sooner": due(row.key, row.pace or b"", row.last_polled, until)}
            for row in found
        ]
        connection.execute(moved.values(next_due=_sooner), said)
        readiness.refresh(connection, {row.host for row in found})


_sooner = bindparam("sooner", type_=Moment)


def wake(db: Database, source: str, now: datetime) -> None:
    """Make a source due, for it has changed: now, or a minute after it was told of last.

    Where that is known already, nothing is written; else once a second at most.
    """
    own = sources.c.key == source
    with db.read() as connection:
        row = connection.execute(select(sources.c.next_due, sources.c.told_at).where(own)).one()
    due_at = now if row.told_at is None else max(now, row.told_at + APART)
    written = row.told_at is not None and now - row.told_at < _WRITTEN
    if now < row.next_due <= due_at or (row.next_due <= now and written):
        return
    with db.write() as connection:
        # Where it is due already it may be asked at this moment, and too early: see store.polls.
        sooner = literal(due_at, Moment())
        next_due = case((sources.c.next_due > sooner, sooner), else_=sources.c.next_due)
        values = {"told_at": now, "next_due": next_due}
        moved = update(sources).where(own).values(values)
        readiness.refresh(connection, set(connection.scalars(moved.returning(sources.c.host))))


# --- how they are -----------------------------------------------------------------------------


class Told(NamedTuple):
    """What a source's page says of its hub."""

    hub: str
    topic: str
    last: datetime | None
    subscription: Subscription | None


def of(db: Database, source: str) -> Told | None:
    """Return what a source offers and what came of it; None: its feed names no hub."""
    with db.read() as connection:
        offered = select(sources.c.hub, sources.c.topic, sources.c.told_at)
        row = connection.execute(offered.where(sources.c.key == source)).one_or_none()
        if row is None or not row.hub:
            return None
        mine = select(*_FIELDS).where(subscriptions.c.source == source, ~_leaves)
        found = connection.execute(mine).first()
    return Told(*row, None if found is None else _subscription(found))


def counts(db: Database) -> dict[str, int]:
    """Return how many subscriptions there are of each standing."""
    standing = subscriptions.c.standing
    with db.read() as connection:
        return dict(connection.execute(select(standing, func.count()).group_by(standing)).all())


def _subscription(row: AnyRow) -> Subscription:
    told = dict(row._mapping)  # noqa: SLF001 - a public name
    return Subscription(**told | {"standing": Standing(row.standing)})
