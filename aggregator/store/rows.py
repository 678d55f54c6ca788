"""Articles as rows and rows as articles; decides nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, func, select

from aggregator.model import (
    Appearance,
    Arrival,
    Article,
    Enclosure,
    Evidence,
    Image,
    Kind,
    Outlet,
    Rule,
    TopicHit,
)
from aggregator.store import fts5, gin
from aggregator.store.dialect import AnyRow, among, is_postgres
from aggregator.store.tables import appearances, articles, hits, sources
from aggregator.tag.query import link_host, search_columns

outlet_name = func.coalesce(sources.c.name, sources.c.title, sources.c.key)
"""What people call a source: the operator's name, else the feed's own title, else its key."""


def text_row(arrival: Arrival) -> dict[str, Any]:
    """Return the columns of ``articles`` that its publisher may edit."""
    article = arrival.article
    return {
        "domain": reversed_host(link_host(article.link)),
        "fingerprint": arrival.fingerprint,
        "link_key": arrival.link,
        "given": arrival.published,
        "title": article.title,
        "link": article.link,
        "published": article.published,
        "updated": article.updated,
        "authors": article.authors,
        "image": None if article.image is None else _told(article.image),
        "enclosures": [_told(enclosure) for enclosure in article.enclosures],
        "categories": article.categories,
        "summary": article.summary,
        "content": article.content,
        "text": article.text,
        "declared": article.declared,
        **language_row(article),
    }


def language_row(article: Article) -> dict[str, Any]:
    """Return the columns that tell the language that an article was found to be in."""
    return {
        "lang": f"{article.language or ''}-".lower(),
        "language": article.language,
        "certainty": article.certainty,
    }


def article_row(arrival: Arrival) -> dict[str, Any]:
    """Return a new article as a row of ``articles``."""
    article = arrival.article
    fixed = {
        "id": article.id,
        "listed": article.listed,
        "first_seen": article.first_seen,
        "speaker": arrival.appearance.outlet.key,
    }
    return text_row(arrival) | fixed


def hit_rows(
    article: str, listed: datetime, topics: Iterable[TopicHit], first: int = 0
) -> list[dict[str, Any]]:
    """Return topics as rows of ``hits``; ``first`` is the position of the first one."""
    return [
        {
            "article": article,
            "topic": hit.topic,
            "listed": listed,
            "position": position,
            "why": [_told(evidence) for evidence in hit.why],
        }
        for position, hit in enumerate(topics, first)
    ]


def _told(one: Evidence | Image | Enclosure) -> dict[str, Any]:
    # ``asdict`` copies all that is inside, which costs ten times as much.
    return {name: getattr(one, name) for name in one.__dataclass_fields__}


def reversed_host(host: str) -> str:
    """Return a host so that it begins with its parent domains.

    >>> reversed_host("news.example.org")
    'org.example.news.'
    """
    return "".join(f"{label}." for label in reversed(host.split(".")))


def index(connection: Connection, stored: Sequence[Article]) -> None:
    """Put articles into the search index."""
    if not stored:
        return
    engine = gin if is_postgres(connection) else fts5
    engine.put(connection, [(each.id, each.listed, search_columns(each)) for each in stored])


def unindex(connection: Connection, ids: Collection[str]) -> None:
    """Take articles out of the search index."""
    (gin if is_postgres(connection) else fts5).drop(connection, ids)


# --- reading ----------------------------------------------------------------------------------


_HEAD = [
    articles.c[name]
    for name in (
        *("id", "speaker", "title", "link", "language", "categories"),
        *("first_seen", "published", "updated", "listed"),
    )
]


def load(
    connection: Connection, ids: Sequence[str], whole: Collection[str] | None = None
) -> tuple[Article, ...]:
    """Return articles in the order of ``ids``, by three or four SELECTs however many they are.

    whole: those of which all is read, None for each. Of the others the head is: title, link,
    language, dates, categories, topics and appearances, none of what may be long.
    """
    if not ids:
        return ()
    full = ids if whole is None else whole
    rows = connection.execute(select(articles).where(among(connection, articles.c.id, full)))
    by_id = {row.id: row for row in rows}
    if whole is not None:
        heads = select(*_HEAD).where(among(connection, articles.c.id, set(ids).difference(whole)))
        by_id |= {row.id: row for row in connection.execute(heads)}
    seen = _appearances(connection, by_id)
    topics = topics_of(connection, ids)
    return tuple(
        _article(by_id[id_], seen[id_], topics.get(id_, ())) for id_ in ids if id_ in by_id
    )


def topics_of(connection: Connection, ids: Collection[str]) -> dict[str, tuple[TopicHit, ...]]:
    """Return the topics of each article that has any."""
    rows = connection.execute(
        select(hits)
        .where(among(connection, hits.c.article, ids))
        .order_by(hits.c.position, hits.c.topic)
    )
    found: defaultdict[str, list[TopicHit]] = defaultdict(list)
    for row in rows:
        found[row.article].append(TopicHit(row.topic, tuple(map(_evidence, row.why))))
    return {article: tuple(topics) for article, topics in found.items()}


def _evidence(stored: dict[str, Any]) -> Evidence:
    """Return a stored reason; those of earlier versions lack some of the keys."""
    kind = stored.get("kind")
    told = {"rule": Rule(stored["rule"]), "kind": Kind(kind) if kind else None}
    return Evidence(**stored | told)


def _appearances(
    connection: Connection, by_id: dict[str, AnyRow]
) -> dict[str, tuple[Appearance, ...]]:
    rows = connection.execute(
        select(
            appearances,
            outlet_name.label("name"),
            sources.c.public_url,
            sources.c.site_url,
        )
        .join(sources, sources.c.key == appearances.c.source)
        .where(among(connection, appearances.c.article, by_id))
    )
    found: dict[str, list[AnyRow]] = {id_: [] for id_ in by_id}
    for row in rows:
        found[row.article].append(row)
    # The speaker comes first even where another source was seen at the same moment.
    return {
        id_: tuple(_appearance(row) for row in sorted(many, key=partial(_rank, by_id[id_].speaker)))
        for id_, many in found.items()
    }


def _rank(speaker: str, row: AnyRow) -> tuple[bool, datetime, str]:
    return row.source != speaker, row.seen, row.source


def _appearance(row: AnyRow) -> Appearance:
    outlet = Outlet(row.source, row.name, row.public_url, row.site_url)
    return Appearance(outlet, row.guid, row.link, row.title, row.seen, row.told)


def _article(row: AnyRow, seen: tuple[Appearance, ...], topics: tuple[TopicHit, ...]) -> Article:
    head = Article(
        id=row.id,
        title=row.title,
        link=row.link,
        first_seen=row.first_seen,
        published=row.published,
        updated=row.updated,
        listed=row.listed,
        categories=tuple(row.categories),
        language=row.language,
        appearances=seen,
        topics=topics,
    )
    return _whole(head, row) if "text" in row._fields else head


def _whole(head: Article, row: AnyRow) -> Article:
    return replace(
        head,
        summary=row.summary,
        content=row.content,
        text=row.text,
        authors=tuple(row.authors),
        image=None if row.image is None else Image(**row.image),
        enclosures=tuple(Enclosure(**each) for each in row.enclosures),
        certainty=row.certainty,
        declared=row.declared,
    )
