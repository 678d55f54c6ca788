"""Polls: what is known of what a feed brought, what a poll changes, and the history of both."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update

from aggregator.model import MARK_BYTES, Commit, Known, PollRecord, Skipped, SkipReason
from aggregator.store import arrivals
from aggregator.store.arrivals import Stored
from aggregator.store.database import Database, bump
from aggregator.store.dialect import AnyRow, add, among, insert
from aggregator.store.tables import appearances, articles, hosts, identities, polls, sources
from aggregator.store.tables import seen as seen_

_SEEN_BYTES = MARK_BYTES + 26  # characters of an article's id

_SKIPS = 20
"""Of one poll's skipped entries, so many are kept with their reasons; all are counted."""


def known(db: Database, identities_: Collection[str]) -> dict[str, Known]:
    """Return the stored article behind each identity key that has one, by one SELECT at most."""
    if not identities_:
        return {}
    statement = (
        select(
            identities.c.key,
            articles.c.id,
            articles.c.speaker,
            articles.c.link_key,
            articles.c.title,
            articles.c.given,
            articles.c.fingerprint,
            appearances.c.source,
        )
        .join(articles, articles.c.id == identities.c.article)
        .join(appearances, appearances.c.article == articles.c.id)
    )
    with db.read() as connection:
        wanted = among(connection, identities.c.key, identities_)
        found = connection.execute(statement.where(wanted)).all()
    rows = {row.key: row for row in found}
    carriers: dict[str, set[str]] = {row.id: set() for row in found}
    for row in found:
        carriers[row.id].add(row.source)
    return {key: _known(row, carriers[row.id]) for key, row in rows.items()}


def _known(row: AnyRow, carriers: set[str]) -> Known:
    return Known(
        article=row.id,
        speaker=row.speaker,
        sources=frozenset(carriers),
        link=row.link_key,
        title=row.title,
        published=row.given,
        fingerprint=row.fingerprint,
    )


def seen(db: Database, source: str) -> dict[bytes, str]:
    """Return the marks of a source's entries that needn't be read again, with their articles."""
    with db.read() as connection:
        packed = connection.scalar(select(seen_.c.entries).where(seen_.c.source == source)) or b""
    return {
        packed[at : at + MARK_BYTES]: packed[at + MARK_BYTES : at + _SEEN_BYTES].decode("ascii")
        for at in range(0, len(packed), _SEEN_BYTES)
    }


def _keep_seen(connection: Connection, source: str, entries: Mapping[bytes, str]) -> None:
    packed = b"".join(mark + article.encode("ascii") for mark, article in entries.items())
    statement = insert(connection, seen_).values(source=source, entries=packed)
    connection.execute(
        statement.on_conflict_do_update(index_elements=["source"], set_={"entries": packed})
    )


def commit(db: Database, commit: Commit) -> None:
    """Store all that a poll changes, in one transaction; the same commit again changes nothing.

    What the store says of an article goes before what the poll guessed: ``first_seen`` and
    ``listed`` of an article that is CHANGED stay as they are.
    """
    with db.write() as connection:
        stored = arrivals.store(connection, commit)
        renamed = _update_source(connection, commit)
        if commit.seen is not None:
            _keep_seen(connection, commit.source, commit.seen if stored.as_decided else {})
        add(connection, polls, [_record_row(commit, stored)])
        connection.execute(
            update(hosts)
            .where(hosts.c.source == commit.source)
            .values(source=None, worker=None, lease_until=None)
        )
        if stored.visible or renamed:
            bump(connection)


def _update_source(connection: Connection, commit: Commit) -> bool:
    """Keep what the next poll needs; return whether the source is now called otherwise."""
    old = connection.execute(
        select(sources.c.name, sources.c.title, sources.c.site_url, sources.c.config_hash).where(
            sources.c.key == commit.source
        )
    ).one()
    state = commit.state
    values: dict[str, Any] = {
        "last_polled": commit.at,
        "result": commit.result,
        "detail": commit.detail,
        "title": commit.title or old.title,
        "site_url": commit.site_url or old.site_url,
    }
    # A poll that began before the operator changed the source can't vouch for what it is now.
    if state.config_hash in (None, old.config_hash):
        values |= {
            "etag": state.validators.etag,
            "last_modified": state.validators.last_modified,
            "body_hash": state.body_hash,
            "failures": state.failures,
            "first_success": state.first_success,
            "last_success": state.last_success,
            "next_due": commit.next_due,
            "pace": state.pace,
        }
    connection.execute(update(sources).where(sources.c.key == commit.source).values(values))
    retitled = old.name is None and values["title"] != old.title
    return bool(retitled or values["site_url"] != old.site_url)


def _record_row(commit: Commit, stored: Stored) -> dict[str, Any]:
    return {
        "source": commit.source,
        "at": commit.at,
        "result": commit.result,
        "detail": commit.detail,
        "entries": commit.entries,
        "new": stored.new,
        "changed": stored.changed,
        "skipped": len(commit.skipped),
        "skips": [asdict(skipped) for skipped in commit.skipped[:_SKIPS]],
        "bytes": commit.bytes,
        "milliseconds": commit.milliseconds,
    }


# --- history ----------------------------------------------------------------------------------

_RECORD = [polls.c[name] for name in PollRecord.__dataclass_fields__]


def history(db: Database, source: str, limit: int) -> tuple[PollRecord, ...]:
    """Return the last polls of a source, newest first."""
    statement = (
        select(*_RECORD).where(polls.c.source == source).order_by(polls.c.at.desc()).limit(limit)
    )
    with db.read() as connection:
        return tuple(PollRecord(*row) for row in connection.execute(statement))


def skipped(db: Database, source: str, at: datetime) -> tuple[Skipped, ...]:
    """Return the first entries (20 at most) that the poll of this moment left out, with reasons."""
    statement = select(polls.c.skips).where(polls.c.source == source, polls.c.at == at)
    with db.read() as connection:
        skips = connection.scalar(statement) or ()
    return tuple(
        Skipped(each["position"], SkipReason(each["reason"]), each["detail"]) for each in skips
    )


def prune(db: Database, before: datetime) -> int:
    """Forget the records of polls before a moment; return how many those were."""
    with db.write() as connection:
        return connection.execute(delete(polls).where(polls.c.at < before)).rowcount
