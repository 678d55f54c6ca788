"""Stories as they are read: one by one, or those of which an article matches a query."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from aggregator.model import Article, Member, Story, StoryPage
from aggregator.store import rows, search
from aggregator.store.database import Database
from aggregator.store.dialect import AnyRow, among, storable
from aggregator.store.gathering import join_of
from aggregator.store.spot import Spot
from aggregator.store.tables import articles, members, stories
from aggregator.tag.query import Query

_WEEK = timedelta(days=7)
_CHUNK = 500
"""Articles that are looked at in one go."""
_MOST_READ = 20_000
"""Articles that are looked at for one page of stories: few may be told by enough outlets."""


def get(db: Database, id_: str) -> Story | str | None:
    """Return a story; the id of the one to which its articles went; None if there never was one."""
    if not storable(id_):
        return None
    with db.read() as connection:
        found = _load(connection, [id_])
        if found:
            return found[0]
        leading = connection.scalar(select(stories.c.leading).where(stories.c.id == id_))
        return of_articles(connection, [leading]).get(leading) if leading else None


def led(db: Database, id_: str) -> str | None:
    """Return the article that leads a story, or led it when all went; None if it never was."""
    if not storable(id_):
        return None
    with db.read() as connection:
        return connection.scalar(select(stories.c.leading).where(stories.c.id == id_))


def of(db: Database, ids: Collection[str]) -> dict[str, str]:
    """Return the story of each article that has one."""
    with db.read() as connection:
        return of_articles(connection, ids)


def of_articles(connection: Connection, ids: Collection[str]) -> dict[str, str]:
    wanted = among(connection, members.c.article, ids)
    found = connection.execute(select(members.c.article, members.c.story).where(wanted))
    return {row.article: row.story for row in found}


class Summary(NamedTuple):
    """A story in a list: its leading article whole, and how many outlets and articles it has."""

    id: str
    leading: Article
    outlets: int
    articles: int


def summaries(db: Database, ids: Collection[str]) -> dict[str, Summary]:
    """Return those of these stories that have articles."""
    columns = (stories.c.id, stories.c.leading, stories.c.outlets)
    with db.read() as connection:
        found = connection.execute(
            select(*columns, func.count().label("articles"))
            .join(members, members.c.story == stories.c.id)
            .where(among(connection, stories.c.id, ids))
            .group_by(*columns)
        ).all()
        loaded = {one.id: one for one in rows.load(connection, [row.leading for row in found])}
    return {
        row.id: Summary(row.id, loaded[row.leading], row.outlets, row.articles) for row in found
    }


def told_before(
    db: Database, query: Query, now: datetime, cursor: str, ids: Collection[str]
) -> set[str]:
    """Return those of these stories of which an article matches and stands before a cursor."""
    with db.read() as connection:
        return _told_before(connection, query, now, Spot.of(cursor), ids)


def count(db: Database, query: Query, now: datetime) -> int:
    """Return how many stories the articles tell that match; one that has none yet is its own."""
    with db.read() as connection:
        found = search.matching(connection, query, now).subquery()
        own = func.coalesce(members.c.story, found.c.id)
        inside = found.outerjoin(members, members.c.article == found.c.id)
        many: int = connection.execute(
            select(func.count(own.distinct())).select_from(inside)
        ).scalar_one()
    return many


def find(
    db: Database,
    query: Query,
    *,
    now: datetime,
    limit: int,
    before: str | None = None,
    min_sources: int = 1,
) -> StoryPage:
    """Return stories of which an article matches, by the newest that does, newest first.

    before: a cursor (``StoryPage.next``).  min_sources: outlets that must tell a story. Raises
    UsageError for a cursor that is none.
    """
    start = None if before is None else Spot.of(before)
    with db.read() as connection:
        told = _told(connection, query, now, start, min_sources)
        return _page(connection, list(islice(told, limit + 1)), limit)


def window(
    db: Database,
    query: Query,
    *,
    now: datetime,
    least: int = 100,
    most: int = 1000,
    min_sources: int = 1,
) -> StoryPage:
    """Return the newest ``least`` stories, and all within a week before the newest one.

    Never more than ``most``; counted as in ``search.window``.
    """
    with db.read() as connection:
        found: list[_Told] = []
        for one in islice(_told(connection, query, now, None, min_sources), most + 1):
            found.append(one)
            old = found[0].spot.listed - one.spot.listed > _WEEK
            if old and len(found) > least:
                break
        more = len(found) > most or (len(found) > least and old)
        return _page(connection, found, len(found) - more)


class _Told(NamedTuple):
    """A story and the newest of its articles that matches; None: up to there was read."""

    spot: Spot
    story: str | None


def _page(connection: Connection, told: Sequence[_Told], limit: int) -> StoryPage:
    shown = told[:limit]
    more = len(told) > len(shown) or (bool(told) and told[-1].story is None)
    found = _load(connection, [one.story for one in shown if one.story])
    return StoryPage(found, shown[-1].spot.cursor if more else None)


def _told(
    connection: Connection, query: Query, now: datetime, before: Spot | None, min_sources: int
) -> Iterator[_Told]:
    """Yield the stories whose newest match stands after a spot, newest first."""
    seen: set[str] = set()
    at, read = before, 0
    while read < _MOST_READ:
        spots = search.newest(connection, query, now, _CHUNK, at)
        of = _by_article(connection, [spot.id for spot in spots], min_sources)
        if before is not None:
            seen |= _told_before(connection, query, now, before, set(of.values()) - seen)
        for spot in spots:
            story = of.get(spot.id)
            if story is not None and story not in seen:
                seen.add(story)
                yield _Told(spot, story)
        if len(spots) < _CHUNK:
            return
        at, read = spots[-1], read + len(spots)
    assert at is not None  # noqa: S101 - something was read
    yield _Told(at, None)


def _by_article(connection: Connection, ids: Collection[str], min_sources: int) -> dict[str, str]:
    found = connection.execute(
        select(members.c.article, members.c.story)
        .join(stories, stories.c.id == members.c.story)
        .where(among(connection, members.c.article, ids), stories.c.outlets >= min_sources)
    )
    return {row.article: row.story for row in found}


def _told_before(
    connection: Connection, query: Query, now: datetime, spot: Spot, among_these: Collection[str]
) -> set[str]:
    """Return the stories of which a match stands on an earlier page."""
    newer = connection.execute(
        select(members.c.article, members.c.story)
        .join(articles, articles.c.id == members.c.article)
        .where(among(connection, members.c.story, among_these), search.stands_before(spot))
    ).all()
    matching = search.those_that_match(connection, query, now, [row.article for row in newer])
    return {row.story for row in newer if row.article in matching}


def _load(connection: Connection, ids: Sequence[str]) -> tuple[Story, ...]:
    """Return stories that have articles, in the order of ``ids``: the leading articles whole."""
    wanted = among(connection, stories.c.id, ids)
    heads = {row.id: row for row in connection.execute(select(stories).where(wanted))}
    inside = connection.execute(
        select(members.c.article, members.c.story, members.c.joined, members.c.why)
        .join(articles, articles.c.id == members.c.article)
        .where(among(connection, members.c.story, ids))
        .order_by(articles.c.published, articles.c.id)
    ).all()
    leading = {head.leading for head in heads.values()}
    found = rows.load(connection, [row.article for row in inside], leading)
    loaded = {one.id: one for one in found}
    of: dict[str, list[Member]] = {id_: [] for id_ in ids}
    for row in inside:
        of[row.story].append(Member(loaded[row.article], row.joined, join_of(row.why)))
    return tuple(Story(members=tuple(of[id_]), **_head(heads[id_])) for id_ in ids if of[id_])


def _head(row: AnyRow) -> dict[str, Any]:
    return {
        name: getattr(row, name)
        for name in ("id", "leading", "listed", "published", "outlets", "led", "told")
    }
