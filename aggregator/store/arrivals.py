"""Stores the arrivals of one poll inside its transaction, once, whatever others store meanwhile.

Identities are claimed first. Of two polls that bring one new article at the same moment, the
second waits for the first at this point (on SQLite: before it begins), then finds the article.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, exists, select, update

from aggregator.model import Arrival, Commit, Rule, TopicHit, Verdict
from aggregator.store import gathering, rows
from aggregator.store.dialect import AnyRow, add, among
from aggregator.store.tables import appearances, articles, hits, identities, revisions

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


@dataclass(frozen=True, slots=True)
class _Settled:
    """What an arrival turned out to be, and the row of the article it meets (None: it is new)."""

    arrival: Arrival
    article: str
    verdict: Verdict
    why: str
    held: AnyRow | None

    @property
    def listed(self) -> datetime:
        listed: datetime = self.arrival.article.listed if self.held is None else self.held.listed
        return listed


def store(connection: Connection, commit: Commit) -> Stored:
    """Store all arrivals of a commit; those that are stored already change nothing."""
    wanted = dict(commit.identities)
    wanted |= {key: one.article.id for one in reversed(commit.arrivals) for key in one.identities}
    owners = _claim(connection, wanted)
    if not commit.arrivals:
        return Stored(as_decided=owners == wanted)
    ids = {arrival.article.id for arrival in commit.arrivals} | set(owners.values())
    held = _held(connection, ids, commit.source)
    settled = [_settle(arrival, owners, held) for arrival in commit.arrivals]
    of: dict[Verdict, list[_Settled]] = {verdict: [] for verdict in Verdict}
    for one in settled:
        of[one.verdict].append(one)
    _point(connection, settled, owners)
    new = _add(connection, of[Verdict.NEW])
    _edit(connection, of[Verdict.CHANGED], commit)
    added = add(connection, appearances, [_appearance_row(one) for one in settled])
    added += add(connection, hits, _further_hits(of[Verdict.ALSO]))
    known = [one.article for one in (*of[Verdict.ALSO], *of[Verdict.CHANGED])]
    gathering.told_further(connection, known, commit.at)
    changed = len(of[Verdict.CHANGED])
    visible = bool(new or changed or added)
    return Stored(new, changed, visible=visible, as_decided=owners == wanted)


def _claim(connection: Connection, wanted: Mapping[str, str]) -> dict[str, str]:
    """Claim identities for arrivals, and further ones of known articles; return whose each is.

    Sorted, so that two transactions that want the same ones don't wait in a circle.
    """
    if not wanted:
        return {}
    add(connection, identities, [{"key": key, "article": wanted[key]} for key in sorted(wanted)])
    found = connection.execute(
        select(identities.c.key, identities.c.article).where(
            among(connection, identities.c.key, wanted)
        )
    )
    return {row.key: row.article for row in found}


def _held(connection: Connection, ids: set[str], source: str) -> dict[str, AnyRow]:
    mine = exists().where(appearances.c.article == articles.c.id, appearances.c.source == source)
    found = connection.execute(
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
            mine.label("mine"),
        )
        .where(among(connection, articles.c.id, ids))
        .order_by(articles.c.id)
        .with_for_update(of=articles)
    )
    return {row.id: row for row in found}


def _settle(arrival: Arrival, owners: Mapping[str, str], held: Mapping[str, AnyRow]) -> _Settled:
    """Decide once more, in case the article came in or went since it was decided on."""
    row = held.get(arrival.article.id)
    verdict, why = arrival.verdict, arrival.why
    if row is None and verdict is Verdict.NEW:
        rivals = (held[owners[key]] for key in arrival.identities if owners[key] in held)
        row = next((rival for rival in rivals if _same(rival, arrival)), None)
        if row is not None:
            why = f"came in through {row.speaker} at the same moment"
    if row is None:
        return _Settled(arrival, arrival.article.id, Verdict.NEW, why, None)
    if verdict is Verdict.CHANGED and row.fingerprint != arrival.fingerprint:
        return _Settled(arrival, row.id, Verdict.CHANGED, why, row)
    return _Settled(arrival, row.id, Verdict.ALSO, why, row)


def _same(rival: AnyRow, arrival: Arrival) -> bool:
    """Whether a new article is the one that holds its identity.

    Not so if the source itself carries the other one under another title and another date: then
    the identity was known when this was found to be new (a guid or a link that is used again).
    """
    same_date = arrival.published is not None and rival.given == arrival.published
    return not rival.mine or rival.title == arrival.article.title or same_date


def _point(connection: Connection, settled: Sequence[_Settled], owners: Mapping[str, str]) -> None:
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


def _add(connection: Connection, new: Sequence[_Settled]) -> int:
    added = add(connection, articles, [rows.article_row(one.arrival) for one in new])
    stored = [one.arrival.article for one in new]
    add(
        connection,
        hits,
        [row for each in stored for row in rows.hit_rows(each.id, each.listed, each.topics)],
    )
    rows.index(connection, stored)
    gathering.add_waiting(connection, [(each.id, each.listed) for each in stored])
    return added


def _edit(connection: Connection, changed: Sequence[_Settled], commit: Commit) -> None:
    """Keep the old text as a revision, then put the new one in its place."""
    if not changed:
        return
    add(connection, revisions, [_revision_row(one, commit) for one in changed])
    connection.execute(
        update(articles).where(articles.c.id == bindparam("of")),
        [_edited_row(one, commit.at) | {"of": one.article} for one in changed],
    )
    connection.execute(
        update(appearances).where(
            appearances.c.article == bindparam("of"), appearances.c.source == commit.source
        ),
        [
            {"of": one.article, "guid": seen.guid, "link": seen.link, "title": seen.title}
            for one in changed
            for seen in (one.arrival.appearance,)
        ],
    )
    ids = [one.article for one in changed]
    old = rows.topics_of(connection, ids)
    connection.execute(delete(hits).where(among(connection, hits.c.article, ids)))
    topics = [
        row
        for one in changed
        for row in rows.hit_rows(
            one.article, one.listed, _topics(one, old.get(one.article, ()), commit.source)
        )
    ]
    add(connection, hits, topics)
    rows.unindex(connection, ids)
    edited = [replace(one.arrival.article, id=one.article, listed=one.listed) for one in changed]
    rows.index(connection, edited)


def _revision_row(one: _Settled, commit: Commit) -> dict[str, Any]:
    held = one.held
    assert held is not None  # noqa: S101 - what is not held is not edited
    return {
        "article": one.article,
        "until": commit.at,
        "source": commit.source,
        "why": one.why,
        "title": held.title,
        "summary": held.summary,
        "content": held.content,
    }


def _edited_row(one: _Settled, at: datetime) -> dict[str, Any]:
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
    row["updated"] = max(said if said > held.updated else at, row["published"])
    return row


def _topics(one: _Settled, old: Sequence[TopicHit], source: str) -> tuple[TopicHit, ...]:
    """Return the new topics, and of the old ones what other sources give to all they carry."""
    new = one.arrival.article.topics
    named = {hit.topic for hit in new}
    kept = []
    for hit in old:
        why = tuple(e for e in hit.why if e.rule is Rule.SOURCE and e.words != source)
        if why and hit.topic not in named:
            kept.append(TopicHit(hit.topic, why))
    return (*new, *kept)


def _appearance_row(one: _Settled) -> dict[str, Any]:
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


def _further_hits(also: Sequence[_Settled]) -> list[dict[str, Any]]:
    return [
        row
        for one in also
        for row in rows.hit_rows(one.article, one.listed, one.arrival.article.topics, _FURTHER)
    ]
