"""Sources: what the configuration says of them, when they are due, who polls them, how they are."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import and_, case, func, select, update

from aggregator.model import MOVED, PollState, Rest, Source, SourceStatus, Validators, has_secret
from aggregator.store import hosts, readiness, tables
from aggregator.store.database import Database, bump
from aggregator.store.dialect import AnyRow, AnySelect, add, among, insert, storable
from aggregator.store.rows import outlet_name
from aggregator.store.tables import appearances, sources

_NONE = timedelta(0)
_LONGEST_WAIT = timedelta(days=2)
_LONGEST_WAIT_GONE = timedelta(days=60)
_UNPOLLED: dict[str, Any] = {
    "etag": None,
    "last_modified": None,
    "body_hash": None,
    "failures": 0,
    "full_at": None,
    "gone_at": None,
    "moved_to": None,
    "moves": 0,
    "moved_at": None,
    "hub": None,
    "topic": None,
    "told_until": None,
}

# --- what there is ----------------------------------------------------------------------------


def sync(db: Database, configured: Sequence[Source], now: datetime) -> None:
    """Make the sources of the configuration the active ones.

    A new one is due now. One whose address, credentials or the like changed is polled anew, with
    no validators. One that left the configuration rests, and keeps its state if it comes back.
    """
    with db.write() as connection:
        # Locked: what a poll stores between this and the writing would be undone.
        old = {row.key: row for row in connection.execute(_LOCKED)}
        rows = [_row(source, old.get(source.key), now) for source in configured]
        rows = [row for row in rows if row != _as_dict(old.get(row["key"]))]
        gone = {key for key, row in old.items() if row.active} - {s.key for s in configured}
        named = {row["host"] for row in rows}
        if rows:
            add(connection, tables.hosts, [{"host": host} for host in sorted(named)])
            statement = insert(connection, sources)
            fresh = {name: statement.excluded[name] for name in rows[0] if name != "key"}
            statement = statement.on_conflict_do_update(index_elements=["key"], set_=fresh)
            connection.execute(statement, sorted(rows, key=lambda row: str(row["key"])))
        if gone:
            resting = update(sources).where(among(connection, sources.c.key, gone))
            connection.execute(resting.values(active=False))
        touched = gone | {row["key"] for row in rows}
        stale = {row.host for key, row in old.items() if key in touched}
        readiness.refresh(connection, named | stale | readiness.astray(connection, now))
        if any(_shows(row, old.get(row["key"])) for row in rows):
            bump(connection)


# In one order, so that no two lock crosswise.
_LOCKED = select(sources).order_by(sources.c.key).with_for_update(key_share=True)


def _row(source: Source, old: AnyRow | None, now: datetime) -> dict[str, Any]:
    says: dict[str, Any] = {
        "key": source.key,
        "url": source.url,
        "public_url": public_url(source),
        "name": source.name,
        "active": True,
        "config_hash": config_hash(source),
    }
    kept = _as_dict(old) or dict.fromkeys(sources.c.keys())
    if old is None or old.config_hash != says["config_hash"]:
        kept |= _UNPOLLED | {"next_due": now, "host": _host(source)}
    elif source.every and not old.failures:
        kept["next_due"] = min(old.next_due, now + source.every)
    # No wait is longer: what lies further off was written under a clock that ran ahead.
    longest = _LONGEST_WAIT_GONE if kept["gone_at"] else _LONGEST_WAIT
    kept["next_due"] = min(kept["next_due"] or now, now + max(longest, 2 * (source.every or _NONE)))
    return kept | says


def _as_dict(row: AnyRow | None) -> dict[str, Any] | None:
    return None if row is None else dict(row._mapping)  # noqa: SLF001 - a public name


def _shows(row: Mapping[str, Any], old: AnyRow | None) -> bool:
    """Whether readers would see the change: new sources have no articles yet."""
    return old is not None and (old.name, old.public_url) != (row["name"], row["public_url"])


def config_hash(source: Source) -> str:
    """Return a hash of what the operator says about how a source is fetched and read."""
    said = asdict(source)
    # What changes nothing about the bytes that the validators vouch for.
    del said["name"], said["topics"], said["language"], said["every"], said["never_with"]
    return hashlib.sha256(repr(sorted(said.items())).encode()).hexdigest()


def _host(source: Source) -> str:
    # Files need no politeness: each is a place of its own.
    return urlsplit(source.url).hostname or f"file:{source.key}"


def public_url(source: Source) -> str | None:
    """Return a source's address as far as it may be told: none of a file's, of a secret one's.

    What needs a password or a header of the operator's is taken for secret, too.
    """
    parts = urlsplit(source.url)
    secret = source.auth or source.headers or "@" in parts.netloc or has_secret(source.url)
    return None if secret or parts.scheme not in ("http", "https") else source.url


# --- when, and who ----------------------------------------------------------------------------


def claim(  # noqa: PLR0913 - all but two have names, and most callers give four
    db: Database,
    now: datetime,
    *,
    limit: int,
    lease: timedelta,
    worker: str,
    only: Collection[str] | None = None,
    due: datetime | None = None,
) -> tuple[PollState, ...]:
    """Take a lease on due sources, longest ready first, one per host and none where another is.

    due: take what was due then; None: what is due now.
    The lease ends at the commit of the poll, by ``release``, or at ``now + lease``.
    """
    with db.write() as connection:
        wanted = None if only is None else among(connection, sources.c.key, only)
        free = hosts.due(connection, now, due or now, limit, wanted)
        if not free:
            return ()
        # Read after the hosts were locked: before, another worker may have been there.
        first = _FIRST if wanted is None else _FIRST.where(wanted)
        chosen = select(first.scalar_subquery()).where(among(connection, tables.hosts.c.host, free))
        found = connection.execute(
            _ROWS.where(sources.c.key.in_(chosen)), {"due": due or now}
        ).all()
        if found:
            hosts.take(connection, found, worker, now + lease)
    return tuple(map(_state, found))


_ROWS = select(sources).order_by(sources.c.next_due, sources.c.key)
_FIRST = (
    select(sources.c.key)
    .where(sources.c.host == tables.hosts.c.host, hosts.WANTED)
    .order_by(sources.c.next_due, sources.c.key)
    .limit(1)
)


def ready(
    db: Database, due: datetime, until: datetime, only: Collection[str] | None
) -> datetime | None:
    """Return when the next source that was due at ``due`` can be claimed, if before ``until``."""
    with db.read() as connection:
        wanted = None if only is None else among(connection, sources.c.key, only)
        return hosts.ready(connection, until, due, wanted)


def _state(row: AnyRow) -> PollState:
    return PollState(
        source=row.key,
        validators=Validators(row.etag, row.last_modified),
        body_hash=row.body_hash,
        config_hash=row.config_hash,
        failures=row.failures,
        first_success=row.first_success,
        last_success=row.last_success,
        pace=row.pace or b"",
        host=row.host,
        full_at=row.full_at,
        gone_at=row.gone_at,
        moved_to=row.moved_to,
        moves=row.moves,
        moved_at=row.moved_at,
        told_until=row.told_until,
        told_at=row.told_at,
    )


def make_due(db: Database, now: datetime, keys: Collection[str] | None, *, waiting: bool) -> int:
    """Make sources due now (None: all); return how many were not.

    waiting: also those that wait after a failure.
    """
    with db.write() as connection:
        wanted = and_(sources.c.active, sources.c.next_due > now)
        if keys is not None:
            wanted &= among(connection, sources.c.key, keys)
        if not waiting:
            wanted &= sources.c.failures == 0
        connection.execute(_LOCKED.with_only_columns(sources.c.key).where(wanted))
        moved = update(sources).where(wanted).values(next_due=now).returning(sources.c.host)
        found = connection.scalars(moved).all()
        readiness.refresh(connection, set(found))
        return len(found)


def release(db: Database, worker: str, free_at: datetime) -> None:
    """Give back all leases of a worker; what it had under way is due as before.

    free_at: nobody asks there before that; it may have been asking at this very moment.
    """
    with db.write() as connection:
        hosts.release(connection, tables.hosts.c.worker == worker, free_at)


def put_off(db: Database, worker: str, keys: Collection[str], free_at: datetime) -> None:
    """Give back a worker's leases for some sources, which are not to be polled before then."""
    with db.write() as connection:
        hosts.release(connection, hosts.held(connection, worker, keys), free_at)


def lease_holders(db: Database) -> frozenset[str]:
    """Return the workers that hold leases, run out or not."""
    worker = tables.hosts.c.worker
    statement = select(worker).where(worker.is_not(None)).distinct()
    with db.read() as connection:
        return frozenset(connection.scalars(statement))


# --- how they are -----------------------------------------------------------------------------


def statuses(db: Database) -> tuple[SourceStatus, ...]:
    """Return how every active source is doing, by key.

    ``newest`` is when the newest of its articles is listed.
    """
    with db.read() as connection:
        found = connection.execute(_status().where(sources.c.active).order_by(sources.c.key))
        return tuple(map(_status_of, found))


def status(db: Database, key: str) -> SourceStatus | None:
    """Return how one source is doing, also one that rests; None if it was never there."""
    if not storable(key):
        return None
    with db.read() as connection:
        row = connection.execute(_status().where(sources.c.key == key)).one_or_none()
    return None if row is None else _status_of(row)


def _status_of(row: AnyRow) -> SourceStatus:
    status = SourceStatus(*row)
    return replace(status, why=Rest(status.why)) if status.why else status


def _status() -> AnySelect:
    """Select the fields of ``SourceStatus`` in their order."""
    carried = appearances.c.source == sources.c.key
    count = select(func.count()).where(carried).scalar_subquery()
    newest = select(func.max(appearances.c.listed)).where(carried).scalar_subquery()
    moved_to = case((sources.c.moves >= MOVED, sources.c.moved_to))
    rests = tables.hosts.c.why != Rest.GAP
    return select(
        sources.c.key,
        sources.c.url,
        outlet_name,
        sources.c.site_url,
        sources.c.last_polled,
        sources.c.last_success,
        sources.c.next_due,
        sources.c.failures,
        sources.c.result,
        sources.c.detail,
        count,
        newest,
        func.coalesce(sources.c.pace, b""),
        sources.c.gone_at,
        moved_to,
        sources.c.host,
        case((rests, tables.hosts.c.free_at)),
        case((rests, tables.hosts.c.why)),
    ).join_from(sources, tables.hosts)
