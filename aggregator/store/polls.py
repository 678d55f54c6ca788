"""Polls: what is known of what a feed brought, what a poll changes, and the history of both."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, case, delete, select, update

from aggregator.model import MARK_BYTES, Commit, Known, PollRecord, Reason, Skipped, SkipReason
from aggregator.store import arrivals, hosts, settling
from aggregator.store.arrivals import Stored
from aggregator.store.database import Database, bump
from aggregator.store.dialect import AnyRow, Moment, add, insert, one_of
from aggregator.store.subscriptions import APART
from aggregator.store.tables import appearances, articles, identities, polls, sources
from aggregator.store.tables import hosts as hosts_
from aggregator.store.tables import seen as seen_

_SEEN_BYTES = MARK_BYTES + 26  # characters of an article's id

_SKIPS = 20
"""Of one poll's skipped entries, so many are kept with their reasons; all are counted."""


# Built once: that costs more than asking.
_KNOWN = (
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
    .where(one_of(identities.c.key, "keys"))
)


def known(db: Database, identities_: Collection[str]) -> dict[str, Known]:
    """Return the stored article behind each identity key that has one, by one SELECT at most."""
    if not identities_:
        return {}
    with db.read() as connection:
        found = connection.execute(_KNOWN, {"keys": identities_}).all()
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


_SEEN = select(seen_.c.entries).where(seen_.c.source == bindparam("of"))


def seen(db: Database, source: str) -> dict[bytes, str]:
    """Return the marks of a source's entries that needn't be read again, with their articles."""
    with db.read() as connection:
        packed = connection.scalar(_SEEN, {"of": source}) or b""
    return {
        packed[at : at + MARK_BYTES]: packed[at + MARK_BYTES : at + _SEEN_BYTES].decode("ascii")
        for at in range(0, len(packed), _SEEN_BYTES)
    }


def commit(db: Database, *commits: Commit) -> None:
    """Store all that polls change, in one transaction.

    The same commit again changes nothing but the ledger of its hosts, which counts it twice.
    What the store says of an article goes before what the poll guessed: ``first_seen`` and
    ``listed`` of an article that is CHANGED stay as they are.
    """
    with db.write() as connection:
        stored = [
            done
            for batch in settling.apart(commits)
            for done in zip(batch, arrivals.store(connection, batch), strict=True)
        ]
        renamed, left = _update_sources(connection, commits)
        _keep_seen(
            connection,
            {
                commit.source: commit.seen if done.as_decided else {}
                for commit, done in stored
                if commit.seen is not None
            },
        )
        add(connection, polls, [_record_row(commit, done) for commit, done in stored])
        hosts.leave(connection, left)
        if renamed or any(done.visible for _, done in stored):
            bump(connection)


def _keep_seen(connection: Connection, seen: Mapping[str, Mapping[bytes, str]]) -> None:
    if not seen:
        return
    statement = insert(connection, seen_)
    statement = statement.on_conflict_do_update(
        index_elements=["source"], set_={"entries": statement.excluded.entries}
    )
    rows = [{"source": source, "entries": _packed(entries)} for source, entries in seen.items()]
    connection.execute(statement, rows)


def _packed(entries: Mapping[bytes, str]) -> bytes:
    return b"".join(mark + article.encode("ascii") for mark, article in entries.items())


_COUNTS = {"ok": "ok", "unchanged": "unchanged", Reason.RESTING: ""}
"""As what a poll counts in the ledger, unless as failed; one that has to come again is none yet."""

_KEPT = ("key", "name", "title", "site_url", "config_hash", "host", "hub", "topic")
_OLD = [sources.c[name] for name in _KEPT]
_leased = select(hosts_.c.host).where(hosts_.c.source == sources.c.key).scalar_subquery()
_BEFORE = (
    select(*_OLD, _leased.label("leased"))
    .where(one_of(sources.c.key, "keys"))
    .order_by(sources.c.key)  # no two lock crosswise
    .with_for_update(of=sources, key_share=True)
)
_TELL = update(sources).where(sources.c.key == bindparam("of"))
_began = bindparam("began", type_=Moment)
_UPDATE = _TELL.values(
    # What a hub told of since the poll began, it may have missed.
    next_due=case(
        (sources.c.told_at > _began, bindparam("soon", type_=Moment)),
        else_=bindparam("due", type_=Moment),
    )
)


def _update_sources(
    connection: Connection, commits: Collection[Commit]
) -> tuple[bool, list[hosts.Left]]:
    """Keep what the next polls need.

    Return whether a source is now called otherwise, and which hosts the polls leave.
    """
    # Locked: what a new configuration resets between this and the writing would be undone.
    found = connection.execute(_BEFORE, {"keys": {commit.source for commit in commits}})
    old = {row.key: row for row in found}
    told: dict[bool, list[dict[str, Any]]] = {True: [], False: []}
    left = []
    for commit in commits:
        was = old[commit.source]
        # A poll that began before the operator changed the source can't vouch for what it is now.
        vouches = commit.state.config_hash in (None, was.config_hash)
        row = _told_row(commit, was) | (_state_row(commit, was) if vouches else {})
        told[vouches].append(row)
        counts = _COUNTS.get(commit.result, "failed")
        involved = {was.host: "", row.get("host", was.host): "", was.leased or was.host: counts}
        left.append(hosts.Left(commit.source, commit.worker, involved, commit.stays, commit.at))
    for vouches, rows in told.items():
        if rows:
            connection.execute(_UPDATE if vouches else _TELL, rows)
    shows = any(_shows(row, old[row["of"]]) for rows in told.values() for row in rows)
    return shows, left


def _shows(row: Mapping[str, Any], old: AnyRow) -> bool:
    retitled = old.name is None and row["title"] != old.title
    return bool(retitled or row["site_url"] != old.site_url)


def _told_row(commit: Commit, old: AnyRow) -> dict[str, Any]:
    return {
        "of": commit.source,
        "last_polled": commit.at,
        "result": commit.result,
        "detail": commit.detail,
        "title": commit.title or old.title,
        "site_url": commit.site_url or old.site_url,
    }


def _state_row(commit: Commit, old: AnyRow) -> dict[str, Any]:
    state = commit.state
    return {
        "etag": state.validators.etag,
        "last_modified": state.validators.last_modified,
        "due": commit.next_due,
        "began": commit.at,
        "soon": commit.at + APART,
        "host": state.host or old.host,
        "hub": old.hub if commit.offer is None else commit.offer.hub,
        "topic": old.topic if commit.offer is None else commit.offer.topic,
        **{name: getattr(state, name) for name in _STATE},
    }


_STATE = (
    *("body_hash", "failures", "first_success", "last_success", "pace"),
    *("full_at", "gone_at", "moved_to", "moves", "moved_at"),
)


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
