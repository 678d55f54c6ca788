"""Whatever a feed does from poll to poll: all is stored as if every body were parsed anew."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from feeds import item as counted_item
from feeds import rss
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select
from stored import wipe

from aggregator.fetch.session import Fetcher
from aggregator.model import Commit, Document, Failed, Fetched, Pacing, Source, Validators
from aggregator.parse import nothing_new, opened, parse
from aggregator.poll import Parts, poll
from aggregator.sandbox import Sandbox
from aggregator.store import polls, sources
from aggregator.store.database import Database
from aggregator.store.tables import metadata
from aggregator.tag.rules import Tagger

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Reader:
    """Parses in this process, and remembers how many entries it read of each body."""

    def __init__(self, *, anew: bool = False) -> None:
        self.anew, self.read = anew, list[int]()

    def parse(self, body: bytes, *, seen: Set[bytes], **about: Any) -> Document | Failed:
        if self.anew:
            seen = frozenset()
        told = {name: about[name] for name in ("content_type", "url")}
        feed = opened(body, **told) if seen else None
        document = (feed and nothing_new(feed, seen)) or parse(feed or body, seen=seen, **about)
        self.read.append(len(document.entries) if isinstance(document, Document) else -1)
        return document


class World:
    """A program whose network and clock are under control."""

    def __init__(self, db: Database, *, anew: bool = False) -> None:
        self.db, self.reader, self.now, self.body = db, Reader(anew=anew), NOW, b""
        tagger = Tagger(())
        self.parts = Parts(
            db=db,
            fetcher=cast(Fetcher, self),
            sandbox=cast(Sandbox, self.reader),
            tagger=lambda: tagger,
            sources={},
            pacing=Pacing(every=timedelta(minutes=30)),
            worker="test/1",
            lease=timedelta(minutes=2),
            workers=1,
            clock=lambda: self.now,
            dice=lambda: 0.0,
        )

    def fetch(self, source: Source, _validators: Validators, **_how: object) -> Fetched:
        return Fetched(f"https://{source.key}.example/feed", self.body)

    def poll(self, key: str, body: bytes) -> Commit:
        self.body = body
        self.now += timedelta(hours=1)
        sources.make_due(self.db, self.now, None, waiting=True)
        lease = timedelta(minutes=1)
        found = sources.claim(self.db, self.now, limit=9, lease=lease, worker="test/1")
        [state] = [one for one in found if one.source == key]
        commit = poll(self.parts, Source(key, f"https://{key}.example/feed"), state)
        polls.commit(self.db, commit)
        return commit

    def start(self) -> None:
        wipe(self.db)
        self.now = NOW
        configured = [Source(key, f"https://{key}.example/feed") for key in ("one", "two")]
        sources.sync(self.db, configured, NOW)

    def stored(self) -> dict[str, list[tuple[object, ...]]]:
        """All rows of all tables, but for the marks themselves and what is by chance."""
        with self.db.read() as connection:
            return {
                table.name: sorted(
                    (
                        tuple(row)
                        for row in connection.execute(
                            select(*(c for c in table.c if c.name != "milliseconds"))
                        )
                    ),
                    key=repr,
                )
                for table in metadata.sorted_tables
                if table.name not in ("meta", "seen")
            }


@pytest.fixture(params=["sqlite", "postgresql"])
def worlds(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[World, World]]:
    """One program as it is, and one that parses everything anew."""
    if request.param == "sqlite":
        urls = [f"sqlite:///{tmp_path}/{name}.db" for name in "ab"]
    else:
        postgres = request.getfixturevalue("postgres")
        urls = [postgres.fresh(), postgres.fresh()]
    with Database.open(urls[0], now=NOW) as one, Database.open(urls[1], now=NOW) as two:
        yield World(one), World(two, anew=True)
    if request.param == "postgresql":
        for url in urls:
            postgres.drop(url)


def _entry(parts: tuple[str, str, str, str, str]) -> str:
    return f"<item>{''.join(parts)}</item>"


# Few of each, so that guids and links are used again, shared, lost and found.
ENTRIES = st.tuples(
    st.sampled_from(["", *(f"<guid isPermaLink='false'>{name}</guid>" for name in "pqr")]),
    st.sampled_from(["", *(f"<link>https://one.example/{name}</link>" for name in ("", "1", "2"))]),
    st.sampled_from(["<title>Peace</title>", "<title>War</title>"]),
    st.sampled_from(["", "<pubDate>Sat, 21 Nov 2026 10:00:00 GMT</pubDate>"]),
    st.sampled_from(["", "<description>Short</description>", "<source>x</source>"]),
).map(_entry)
HUB = '<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="{}" href="https://one.example/{}"/>'
HUBS = st.sampled_from(["", "", HUB.format("hub", "hub") + HUB.format("self", "feed")])
HOMES = st.sampled_from(["https://one.example/", "https://one.example/", "https://one.example/1"])


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_all_is_stored_as_if_every_body_were_parsed_anew(
    worlds: tuple[World, World], data: st.DataObject
) -> None:
    ours, anew = worlds
    for world in worlds:
        world.start()
    entries = data.draw(st.lists(ENTRIES, min_size=2, max_size=5, unique=True))
    some = st.lists(st.sampled_from(entries), min_size=1, max_size=4)
    for _ in range(data.draw(st.integers(2, 7))):
        key = data.draw(st.sampled_from(["one", "one", "one", "two"]))
        body = rss(data.draw(some), link=data.draw(HOMES))
        body = body.replace(b"<channel>", f"<channel>{data.draw(HUBS)}".encode())
        told = [world.poll(key, body) for world in (ours, anew)]
        # A poll that reads nothing around the entries says nothing of it; what is stored tells.
        as_before = {"title": None, "site_url": None, "offer": None, "seen": None}
        one, other = (replace(commit, milliseconds=0, **as_before) for commit in told)
        assert one == other
        assert ours.stored() == anew.stored()


def item(number: int | str, title: str | None = None, **said: str) -> str:
    """An item whose guid is no count of republications."""
    return counted_item(number, title, **said).replace("#", "/?p=")  # type: ignore[arg-type]


def stamped(stamp: str, *items: str) -> bytes:
    built = f"<channel><lastBuildDate>{stamp}</lastBuildDate>".encode()
    return rss(items).replace(b"<channel>", built)


def test_only_what_is_new_is_parsed(worlds: tuple[World, World]) -> None:
    for world in worlds:
        world.start()
    three = [item(n) for n in range(3)]
    bodies = [
        stamped("1", *three),
        stamped("2", *three),  # only a date
        stamped("3", item(7), item(8), *three),
        stamped("4", item(7), item(8, "Edited"), *three[:2]),
        stamped("5", item(9), "<item></item>", item(7)),
        stamped("6", item(9), item(7))[:-20],  # broken: all are read
        stamped("7", item(9), item(7)),  # and once more, as that was read otherwise
        stamped("8", item(9), item(7)),
    ]
    for body in bodies:
        commits = [world.poll("one", body) for world in worlds]
        assert [(len(one.arrivals), one.entries) for one in commits[:1]] == [
            (len(one.arrivals), one.entries) for one in commits[1:]
        ]
        assert worlds[0].stored() == worlds[1].stored()
    assert worlds[0].reader.read == [3, 0, 2, 1, 1, 2, 2, 0]
    assert worlds[1].reader.read == [3, 3, 5, 4, 2, 2, 2, 2]


def test_what_leads_to_a_known_article_has_all_parsed(worlds: tuple[World, World]) -> None:
    ours, anew = worlds
    for world in worlds:
        world.start()
        world.poll("one", rss([item(1), item(2)]))
        same_link = item(2, "In other words").replace("?p=2<", "?p=3<")
        world.poll("one", rss([same_link, item(1), item(2)]))
    assert ours.reader.read == [2, 1, 3]
    assert ours.stored() == anew.stored()


def test_what_another_source_speaks_for_is_looked_at_again(worlds: tuple[World, World]) -> None:
    ours, anew = worlds
    shared = item(1)
    for world in worlds:
        world.start()
        world.poll("one", rss([shared]))
        for stamp in "123":
            world.poll("two", stamped(stamp, shared, item(2, site="https://two.example")))
    assert ours.reader.read == [1, 2, 1, 1]
    assert ours.stored() == anew.stored()


def test_an_article_that_another_poll_stored_first_is_not_taken_as_seen(
    worlds: tuple[World, World],
) -> None:
    ours, _ = worlds
    ours.start()
    commit = ours.poll("one", rss([item(1)]))
    assert commit.seen
    assert commit.arrivals
    rival = replace(commit.arrivals[0].article, id="b" * 26)
    late = replace(commit.arrivals[0], article=rival)
    polls.commit(ours.db, replace(commit, arrivals=(late,), at=NOW + timedelta(hours=9)))
    assert polls.seen(ours.db, "one") == {}


def test_a_poll_that_finds_only_a_date_moved_asks_for_no_entry(
    worlds: tuple[World, World],
) -> None:
    ours, _ = worlds
    ours.start()
    asked: list[int] = []
    for count in (3, 30):
        items = [item(f"{count}-{n}") for n in range(count)]
        ours.poll("one", stamped("1", *items))
        statements: list[str] = []
        engine = ours.db._engine

        def note(_c: Any, _k: Any, text: str, *_: Any, kept: list[str] = statements) -> None:
            kept.append(text)

        event.listen(engine, "before_cursor_execute", note)
        commit = ours.poll("one", stamped("2", *items))
        event.remove(engine, "before_cursor_execute", note)
        assert (commit.result, commit.entries) == ("ok", count)
        assert not [text for text in statements if "identities" in text or "articles" in text]
        asked.append(len(statements))
    assert asked[0] == asked[1]


def test_a_hub_stays_known_where_nothing_is_new(worlds: tuple[World, World]) -> None:
    ours, anew = worlds
    head = f"<channel>{HUB.format('hub', 'hub')}{HUB.format('self', 'feed')}".encode()
    for world in worlds:
        world.start()
        for stamp in "12":
            world.poll("one", stamped(stamp, item(1)).replace(b"<channel>", head))
    assert ours.reader.read == [1, 0]
    assert ours.stored() == anew.stored()
