"""Stores the arrivals of polls inside their transaction, once, whatever others store meanwhile.

Identities are claimed first. Of two processes that bring one new article at the same moment, the
second waits for the first at this point (on SQLite: before it begins), then finds the article.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, update

from aggregator.model import Commit, Rule, TopicHit, Verdict
from aggregator.store import gathering, rows
from aggregator.store.dialect import AnyRow, add, among, one_of
from aggregator.store.settling import Settled, settle, wanted_by
from aggregator.store.tables import appearances, articles, hits, identities, revisions

# Built once: that costs more than asking.
_OWNERS = select(identities.c.key, identities.c.article).where(one_of(identities.c.key, "keys"))
_HELD = (
    select(
        articles.c.id,
        articles.c.speaker,
        articles.c.fingerprint,
        articles.c.given,
        articles.c.title,
        articles.c.summary,
        articles.c.content,
        articles.c.first_seen,
        articles.c.published,
        articles.c.updated,
        articles.c.listed,
    )
    .where(one_of(articles.c.id, "ids"))
    .order_by(articles.c.id)
    .with_for_update(of=articles)
)
_CARRIED = select(appearances.c.article, appearances.c.source).where(
    one_of(appearances.c.article, "articles"), one_of(appearances.c.source, "sources")
)

_FURTHER = 1000
"""Topics that a further source brings stand behind those of the speaker."""


@dataclass(frozen=True, slots=True)
class Stored:
    """How many articles came in and were edited; whether readers would see anything of it.

    as_decided: nobody else was there first, so that all is what the poll took it for.
    """

    new: int = 0
    changed: int = 0
    visible: bool = False
    as_decided: bool = True


def store(connection: Connection, commits: Sequence[Commit]) -> list[Stored]:
    """Store all arrivals of a batch (``apart``); those that are stored already change nothing."""
    wanted = {key: article for one in commits for key, article in wanted_by(one).items()}
    owners = _claim(connection, wanted)
    arriving = [(commit, arrival) for commit in commits for arrival in commit.arrivals]
    held = _held(connection, {one.article.id for _, one in arriving} | set(owners.values()))
    new = {one.article.id for _, one in arriving if one.verdict is Verdict.NEW}
    if not new.union(held).issuperset(owners.values()):
        owners = _claim(connection, wanted)  # retention dropped an owner, and that it was known
    carried = _carried(connection, held, commits)
    settled = [settle(commit, one, owners, held, carried) for commit, one in arriving]
    of: dict[Verdict, list[Settled]] = {verdict: [] for verdict in Verdict}
    for one in settled:
        of[one.verdict].append(one)
    _point(connection, settled, owners)
    _add(connection, of[Verdict.NEW])
    _edit(connection, of[Verdict.CHANGED])
    added = add(connection, appearances, [_appearance_row(one) for one in settled])
    added += add(connection, hits, _further_hits(of[Verdict.ALSO]))
    visible = bool(of[Verdict.NEW] or of[Verdict.CHANGED] or added)
    return [_stored(connection, one, settled, owners, visible=visible) for one in commits]


def _stored(
    connection: Connection,
    commit: Commit,
    settled: Iterable[Settled],
    owners: Mapping[str, str],
    *,
    visible: bool,
) -> Stored:
    """Return what came of one commit; count the outlets of the stories that it tells further."""
    mine = [one for one in settled if one.commit is commit] if commit.arrivals else []
    further = [one.article for one in mine if one.verdict is not Verdict.NEW]
    if further:
        gathering.told_further(connection, further, commit.at)
    return Stored(
        new=len(mine) - len(further),
        changed=sum(one.verdict is Verdict.CHANGED for one in mine),
        visible=visible,
        as_decided=all(owners[key] == article for key, article in wanted_by(commit).items()),
    )


def _claim(connection: Connection, wanted: Mapping[str, str]) -> dict[str, str]:
    """Claim identities for arrivals, and further ones of known articles; return whose each is.

    Sorted, so that two transactions that want the same ones don't wait in a circle.
    """
    if not wanted:
        return {}
    add(connection, identities, [{"key": key, "article": wanted[key]} for key in sorted(wanted)])
    found = connection.execute(_OWNERS, {"keys": wanted})
    return {row.key: row.article for row in found}


def _held(connection: Connection, ids: set[str]) -> dict[str, AnyRow]:
    if not ids:
        return {}
    return {row.id: row for row in connection.execute(_HELD, {"ids": ids})}


def _carried(
    connection: Connection, held: Mapping[str, AnyRow], commits: Iterable[Commit]
) -> set[tuple[str, str]]:
    """Return which of these articles which of the sources have brought before."""
    if not held:
        return set()
    by = {commit.source for commit in commits}
    found = connection.execute(_CARRIED, {"articles": held, "sources": by})
    return {(row.article, row.source) for row in found}


def _point(connection: Connection, settled: Sequence[Settled], owners: Mapping[str, str]) -> None:
    """Point identities at the articles they turned out to belong to."""
    moved = [
        {"of": key, "article": one.article}
        for one in settled
        for key in one.arrival.identities
        if owners[key] != one.article
        and (one.verdict is Verdict.NEW or owners[key] == one.arrival.article.id)
    ]
    if moved:
        connection.execute(update(identities).where(identities.c.key == bindparam("of")), moved)


def _add(connection: Connection, new: Sequence[Settled]) -> None:
    add(connection, articles, [rows.article_row(one.arrival) for one in new])
    stored = [one.arrival.article for one in new]
    add(
        connection,
        hits,
        [row for each in stored for row in rows.hit_rows(each.id, each.listed, each.topics)],
    )
    rows.index(connection, stored)
    gathering.add_waiting(connection, [(each.id, each.listed) for each in stored])


def _edit(connection: Connection, changed: Sequence[Settled]) -> None:
    """Keep the old text as a revision, then put the new one in its place."""
    if not changed:
        return
    add(connection, revisions, [_revision_row(one) for one in changed])
    connection.execute(
        update(articles).where(articles.c.id == bindparam("of")),
        [_edited_row(one) | {"of": one.article} for one in changed],
    )
    connection.execute(
        update(appearances).where(
            appearances.c.article == bindparam("of"), appearances.c.source == bindparam("by")
        ),
        [_reseen_row(one) for one in changed],
    )
    ids = [one.article for one in changed]
    old = rows.topics_of(connection, ids)
    connection.execute(delete(hits).where(among(connection, hits.c.article, ids)))
    topics = [
        row
        for one in changed
        for row in rows.hit_rows(one.article, one.listed, _topics(one, old.get(one.article, ())))
    ]
    add(connection, hits, topics)
    rows.unindex(connection, ids)
    edited = [replace(one.arrival.article, id=one.article, listed=one.listed) for one in changed]
    rows.index(connection, edited)


def _revision_row(one: Settled) -> dict[str, Any]:
    held = one.held
    assert held is not None  # noqa: S101 - what is not held is not edited
    return {
        "article": one.article,
        "until": one.commit.at,
        "source": one.commit.source,
        "why": one.why,
        "title": held.title,
        "summary": held.summary,
        "content": held.content,
    }


def _reseen_row(one: Settled) -> dict[str, Any]:
    seen = one.arrival.appearance
    row = {"guid": seen.guid, "link": seen.link, "title": seen.title}
    return row | {"of": one.article, "by": one.commit.source}


def _edited_row(one: Settled) -> dict[str, Any]:
    """Return the new text; where the article stands and when it was first seen don't move.

    Without a date of the publisher's the article keeps the one it got when it came in. An edit
    moves ``updated``, to the time of the poll if the publisher doesn't: readers go by it.
    """
    held = one.held
    assert held is not None  # noqa: S101 - what is not held is not edited
    row = rows.text_row(one.arrival)
    given = one.arrival.published
    row["published"] = held.published if given is None else min(given, held.first_seen)
    said = one.arrival.article.updated
    row["updated"] = max(said if said > held.updated else one.commit.at, row["published"])
    return row


def _topics(one: Settled, old: Sequence[TopicHit]) -> tuple[TopicHit, ...]:
    """Return the new topics, and of the old ones what other sources give to all they carry."""
    new = one.arrival.article.topics
    named = {hit.topic for hit in new}
    kept = []
    for hit in old:
        why = tuple(e for e in hit.why if e.rule is Rule.SOURCE and e.words != one.commit.source)
        if why and hit.topic not in named:
            kept.append(TopicHit(hit.topic, why))
    return (*new, *kept)


def _appearance_row(one: Settled) -> dict[str, Any]:
    seen = one.arrival.appearance
    return {
        "article": one.article,
        "source": seen.outlet.key,
        "listed": one.listed,
        "seen": seen.seen,
        "told": seen.told,
        "guid": seen.guid,
        "link": seen.link,
        "title": seen.title,
        "verdict": one.verdict,
        "why": one.why,
    }


def _further_hits(also: Sequence[Settled]) -> list[dict[str, Any]]:
    return [
        row
        for one in also
        for row in rows.hit_rows(one.article, one.listed, one.arrival.article.topics, _FURTHER)
    ]
