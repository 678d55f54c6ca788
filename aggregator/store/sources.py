"""Sources: what the configuration says of them, when they are due, who polls them, how they are."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, and_, case, func, or_, select, tuple_, update

from aggregator.model import PollState, Source, SourceStatus, Validators
from aggregator.store.database import Database, bump
from aggregator.store.dialect import AnyRow, AnySelect, add, among, insert, storable
from aggregator.store.rows import outlet_name
from aggregator.store.tables import appearances, hosts, sources

_NO_LEASE = {"source": None, "worker": None, "lease_until": None}
_SECRET = re.compile(
    r"(?:^|[&;_-])(?:auth|token|key|apikey|secret|sig|signature|pass|password|pwd|hash)=", re.I
)
_NONE = timedelta(0)
_LONGEST_WAIT = timedelta(days=2)
_UNPOLLED: dict[str, Any] = {
    "etag": None,
    "last_modified": None,
    "body_hash": None,
    "failures": 0,
}

# --- what there is ----------------------------------------------------------------------------


def sync(db: Database, configured: Sequence[Source], now: datetime) -> None:
    """Make the sources of the configuration the active ones.

    A new one is due now. One whose address, credentials or the like changed is polled anew, with
    no validators. One that left the configuration rests, and keeps its state if it comes back.
    """
    with db.write() as connection:
        old = {row.key: row for row in connection.execute(select(sources))}
        rows = [_row(source, old.get(source.key), now) for source in configured]
        rows = [row for row in rows if row != _as_dict(old.get(row["key"]))]
        gone = {key for key, row in old.items() if row.active} - {s.key for s in configured}
        if rows:
            add(connection, hosts, [{"host": host} for host in sorted({r["host"] for r in rows})])
            statement = insert(connection, sources)
            fresh = {name: statement.excluded[name] for name in rows[0] if name != "key"}
            statement = statement.on_conflict_do_update(index_elements=["key"], set_=fresh)
            connection.execute(statement, sorted(rows, key=lambda row: str(row["key"])))
        if gone:
            resting = update(sources).where(among(connection, sources.c.key, gone))
            connection.execute(resting.values(active=False))
        if any(_shows(row, old.get(row["key"])) for row in rows):
            bump(connection)


def _row(source: Source, old: AnyRow | None, now: datetime) -> dict[str, Any]:
    says = {
        "key": source.key,
        "host": _host(source),
        "url": source.url,
        "public_url": public_url(source),
        "name": source.name,
        "active": True,
        "config_hash": config_hash(source),
    }
    kept = _as_dict(old) or dict.fromkeys(sources.c.keys())
    if old is None or old.config_hash != says["config_hash"]:
        kept |= _UNPOLLED | {"next_due": now}
    elif source.every and not old.failures:
        kept["next_due"] = min(old.next_due, now + source.every)
    # No wait is longer: what lies further off was written under a clock that ran ahead.
    longest = now + max(_LONGEST_WAIT, 2 * (source.every or _NONE))
    kept["next_due"] = min(kept["next_due"] or now, longest)
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

    What needs a password or a header of the operator's is taken for secret, and an address with
    something like ``?auth=…``, as paid subscriptions have it.
    """
    parts = urlsplit(source.url)
    secret = source.auth or source.headers or "@" in parts.netloc or _SECRET.search(parts.query)
    return None if secret or parts.scheme not in ("http", "https") else source.url


# --- when, and who ----------------------------------------------------------------------------


def claim(
    db: Database,
    now: datetime,
    *,
    limit: int,
    lease: timedelta,
    worker: str,
    only: Collection[str] | None = None,
) -> tuple[PollState, ...]:
    """Take a lease on due sources, oldest due first, one per host and none where another is.

    The lease ends at the commit of the poll, by ``release``, or at ``now + lease``.
    """
    with db.write() as connection:
        free = connection.execute(_claimable(connection, now, limit, only)).all()
        # Read again: while the hosts were being locked, another worker may have been there.
        due = connection.execute(
            select(sources)
            .where(
                among(connection, sources.c.key, [row.key for row in free]),
                sources.c.active,
                sources.c.next_due <= now,
            )
            .order_by(sources.c.next_due, sources.c.key)
        ).all()
        if due:
            taken = case({row.host: row.key for row in due}, value=hosts.c.host)
            statement = update(hosts).where(among(connection, hosts.c.host, [r.host for r in due]))
            connection.execute(
                statement.values(source=taken, worker=worker, lease_until=now + lease)
            )
    return tuple(map(_state, due))


def _claimable(
    connection: Connection, now: datetime, limit: int, only: Collection[str] | None
) -> AnySelect:
    """Select the first due source of each free host; PostgreSQL locks the hosts on the way."""
    other = sources.alias()
    earlier = and_(
        other.c.host == sources.c.host,
        other.c.active,
        tuple_(other.c.next_due, other.c.key) < tuple_(sources.c.next_due, sources.c.key),
    )
    wanted = and_(sources.c.active, sources.c.next_due <= now)
    if only is not None:
        earlier &= among(connection, other.c.key, only)
        wanted &= among(connection, sources.c.key, only)
    return (
        select(sources.c.key)
        .join(hosts, hosts.c.host == sources.c.host)
        .where(
            wanted,
            or_(hosts.c.lease_until.is_(None), hosts.c.lease_until <= now),
            ~select(other.c.key).where(earlier).exists(),
        )
        # Those that fail may hold a worker for all the time a fetch may take: they come last.
        .order_by(sources.c.failures > 0, sources.c.next_due, sources.c.key)
        .limit(limit)
        .with_for_update(of=hosts, skip_locked=True)
    )


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
        return connection.execute(update(sources).where(wanted).values(next_due=now)).rowcount


def release(db: Database, worker: str) -> None:
    """Give back all leases of a worker; what it had under way is due as before."""
    with db.write() as connection:
        connection.execute(update(hosts).where(hosts.c.worker == worker).values(_NO_LEASE))


def lease_holders(db: Database) -> frozenset[str]:
    """Return the workers that hold leases, run out or not."""
    statement = select(hosts.c.worker).where(hosts.c.worker.is_not(None)).distinct()
    with db.read() as connection:
        return frozenset(connection.scalars(statement))


# --- how they are -----------------------------------------------------------------------------


def statuses(db: Database) -> tuple[SourceStatus, ...]:
    """Return how every active source is doing, by key.

    ``newest`` is when the newest of its articles is listed.
    """
    with db.read() as connection:
        found = connection.execute(_status().where(sources.c.active).order_by(sources.c.key))
        return tuple(SourceStatus(*row) for row in found)


def status(db: Database, key: str) -> SourceStatus | None:
    """Return how one source is doing, also one that rests; None if it was never there."""
    if not storable(key):
        return None
    with db.read() as connection:
        row = connection.execute(_status().where(sources.c.key == key)).one_or_none()
    return None if row is None else SourceStatus(*row)


def _status() -> AnySelect:
    """Select the fields of ``SourceStatus`` in their order."""
    carried = appearances.c.source == sources.c.key
    count = select(func.count()).where(carried).scalar_subquery()
    newest = select(func.max(appearances.c.listed)).where(carried).scalar_subquery()
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
    )
