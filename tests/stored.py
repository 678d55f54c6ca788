"""Values for tests that store: small arrivals and commits, every part of which can be set."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from articles import article_id
from sqlalchemy import delete

from aggregator.model import (
    Appearance,
    Arrival,
    Article,
    Commit,
    Outlet,
    PollState,
    Source,
    TopicHit,
    Validators,
    Verdict,
)
from aggregator.store import fts5, gin, polls, sources
from aggregator.store.database import Database
from aggregator.store.tables import meta, metadata

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def source(key: str, **said: Any) -> Source:
    return Source(**{"key": key, "url": f"https://{key}.example/feed", **said})


def arrival(number: int, carrier: str = "one", **said: Any) -> Arrival:
    """Article ``number`` as a source brings it; ``said`` are fields of Arrival or of Article."""
    link = said.get("link", f"https://news.example/{number}")
    seen = said.pop("seen", NOW)
    title = said.pop("title", f"Headline {number}")
    listed = said.pop("listed", NOW - number * HOUR)
    outlet = Outlet(carrier, carrier, f"https://{carrier}.example/feed")
    appearance = Appearance(outlet, f"guid-{number}", link, title, seen)
    parts: dict[str, Any] = {
        "verdict": Verdict.NEW,
        "why": "not seen before",
        "identities": (f"g:{carrier}:guid-{number}", f"l:news.example/{number}"),
        "published": listed,
        "fingerprint": f"print of {title}",
        "appearance": appearance,
    }
    parts |= {name: said.pop(name) for name in list(said) if name in parts}
    article = Article(
        **{
            "id": article_id(number),
            "title": title,
            "link": link,
            "first_seen": seen,
            "published": listed,
            "updated": listed,
            "listed": listed,
            "summary": f"Summary {number}",
            "text": f"Text {number}",
            "content": f"<p>Text {number}</p>",
            "language": "en",
            "appearances": (parts["appearance"],),
            **said,
        }
    )
    return Arrival(article=article, link=f"news.example/{number}", **parts)


def changed(before: Arrival, **said: Any) -> Arrival:
    """The same article, edited by the source that speaks for it."""
    article = replace(before.article, **said)
    return replace(
        before,
        verdict=Verdict.CHANGED,
        why="its title was edited",
        article=article,
        appearance=replace(before.appearance, title=article.title),
        fingerprint=f"print of {article.title}",
    )


def also(before: Arrival, carrier: str, **said: Any) -> Arrival:
    """The same article, through a further source."""
    outlet = Outlet(carrier, carrier, f"https://{carrier}.example/feed")
    appearance = replace(before.appearance, outlet=outlet, guid=None, **said)
    return replace(
        before,
        verdict=Verdict.ALSO,
        why="the same link",
        appearance=appearance,
        identities=(before.identities[-1],),
    )


def commit(key: str, arrivals: Iterable[Arrival] = (), at: datetime = NOW, **said: Any) -> Commit:
    """A poll that went well, unless ``said`` says otherwise."""
    brought = tuple(arrivals)
    parts: dict[str, Any] = {
        "source": key,
        "at": at,
        "result": "ok",
        "detail": "",
        "next_due": at + HOUR,
        "state": PollState(key, Validators('"e"', "Sun, 22 Nov 2026"), "b" * 64, None, 0, NOW, at),
        "entries": len(brought),
        "arrivals": brought,
        "bytes": 1234,
        "milliseconds": 56,
        "worker": "w",
        **said,
    }
    return Commit(**parts)


def save(db: Database, *arrivals: Arrival, at: datetime = NOW) -> None:
    """Store arrivals, each by a poll of its own source, making the sources that aren't there."""
    carriers = sorted({one.appearance.outlet.key for one in arrivals})
    there = {status.key for status in sources.statuses(db)}
    sources.sync(db, [source(key) for key in sorted(there | set(carriers))], NOW)
    for key in carriers:
        brought = [one for one in arrivals if one.appearance.outlet.key == key]
        polls.commit(db, commit(key, brought, at))


def wipe(db: Database) -> None:
    """Delete all but what the database knows of itself."""
    with db.write() as connection:
        for table in (
            fts5.search if db.url.drivername.startswith("sqlite") else gin.search,
            *(table for table in reversed(metadata.sorted_tables) if table is not meta),
        ):
            connection.execute(delete(table))


def hit(slug: str, *why: Any) -> TopicHit:
    return TopicHit(slug, tuple(why))
