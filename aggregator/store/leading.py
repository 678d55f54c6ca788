"""Which article leads each story, since when, and how many outlets tell it; who is in it is given.

The leading article is that of the source which the operator prefers most; among those of one
source, and where none is preferred, it is the earliest that brings a full text, else the earliest.
Earliest is what was told first as far as that can be believed (``arrival.told``), whatever date it
claims; so a late copy under an old date takes no story over.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, select, update

from aggregator.store.database import Database, bump
from aggregator.store.dialect import AnyRow, among, insert
from aggregator.store.rows import reversed_host
from aggregator.store.tables import appearances, articles, members, meta, stories
from aggregator.tag.query import link_host

FULL_TEXT = 600
"""Characters from which on an article is taken to bring its whole text."""

_PREFERRED = "preferred"
_CHUNK = 1000
"""Stories that are told anew in one go."""


def refresh(connection: Connection, touched: Collection[str], at: datetime) -> None:
    """Tell anew what leads each story, how many outlets tell it and when it was last told.

    at: now; kept as ``led`` where another article leads than before, and as ``told`` where more
    outlets tell it. A story that all articles have left keeps what it had: it leads to where
    they went.
    """
    ids, rank = sorted(touched), _rank(connection)
    for start in range(0, len(ids), _CHUNK):
        rows = list(_rows(connection, ids[start : start + _CHUNK], rank, at))
        if rows:
            anew = update(stories).where(stories.c.id == bindparam("story"))
            connection.execute(anew, rows)


def prefer(db: Database, sources: Sequence[str], at: datetime) -> None:
    """Let the articles of these sources lead, the first source before all others."""
    said = " ".join(sources)
    with db.write() as connection:
        before = _preferred(connection)
        if before == list(sources):
            return
        statement = insert(connection, meta).values(key=_PREFERRED, value=said)
        fresh = {"value": statement.excluded.value}
        connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_=fresh))
        told = select(members.c.story).join(articles, articles.c.id == members.c.article)
        concerned = told.where(among(connection, articles.c.speaker, {*before, *sources}))
        refresh(connection, connection.scalars(concerned.distinct()).all(), at)
        bump(connection)


def _preferred(connection: Connection) -> list[str]:
    told = connection.scalar(select(meta.c.value).where(meta.c.key == _PREFERRED))
    return (told or "").split()


def _rank(connection: Connection) -> dict[str, int]:
    """Return the place of each source that is preferred."""
    return {key: place for place, key in enumerate(_preferred(connection))}


def _rows(
    connection: Connection, ids: Sequence[str], rank: Mapping[str, int], at: datetime
) -> Iterator[dict[str, Any]]:
    # Locked, so that of two who count at the same moment the second sees what the first added.
    wanted = select(stories).where(among(connection, stories.c.id, ids)).order_by(stories.c.id)
    before = connection.execute(wanted.with_for_update(key_share=True)).all()
    inside = _inside(connection, ids)
    outlets = _outlets(connection, ids)
    for old in before:
        found = inside.get(old.id)
        if found:
            yield _row(old, found, outlets.get(old.id, 0), rank, at)


def _row(
    old: AnyRow, found: Sequence[AnyRow], outlets: int, rank: Mapping[str, int], at: datetime
) -> dict[str, Any]:
    leading = min(found, key=lambda row: (rank.get(row.speaker, len(rank)), not row.full)).id
    is_new = old.published is None
    return {
        "story": old.id,
        "listed": max(row.listed for row in found),
        "published": old.published or min(row.told for row in found),
        "leading": leading,
        "outlets": outlets,
        "led": old.led if is_new or leading == old.leading else max(at, old.led or at),
        "told": old.told if is_new or outlets <= old.outlets else max(at, old.told or at),
    }


def _inside(connection: Connection, ids: Sequence[str]) -> dict[str, list[AnyRow]]:
    """Return the articles of each story in the order in which they were told."""
    full = func.length(articles.c.text) >= FULL_TEXT
    told = func.coalesce(appearances.c.told, articles.c.published)
    columns = (members.c.story, articles.c.id, articles.c.listed, articles.c.speaker)
    spoken = and_(
        appearances.c.article == articles.c.id, appearances.c.source == articles.c.speaker
    )
    found: dict[str, list[AnyRow]] = {}
    for row in connection.execute(
        select(*columns, full.label("full"), told.label("told"))
        .join(members, members.c.article == articles.c.id)
        .outerjoin(appearances, spoken)
        .where(among(connection, members.c.story, ids))
        .order_by(told, articles.c.id)
    ):
        found.setdefault(row.story, []).append(row)
    return found


def _outlets(connection: Connection, ids: Sequence[str]) -> dict[str, int]:
    """Return how many sources tell each story: a link to another's article tells nothing."""
    found: dict[str, set[str]] = {}
    spoken = articles.c.speaker == appearances.c.source
    for row in connection.execute(
        select(members.c.story, appearances.c.source, appearances.c.link, articles.c.domain)
        .add_columns(spoken.label("speaks"))
        .join(appearances, appearances.c.article == members.c.article)
        .join(articles, articles.c.id == members.c.article)
        .where(among(connection, members.c.story, ids))
    ):
        if row.speaks or (row.link and reversed_host(link_host(row.link)) != row.domain):
            found.setdefault(row.story, set()).add(row.source)
    return {story: len(sources) for story, sources in found.items()}
