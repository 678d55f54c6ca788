"""A round stores in groups: what is wrong with one poll, or with the store, costs no other."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from feeds import item, rss
from sqlalchemy import event, select
from stored import HOUR

from aggregator import rounds
from aggregator.errors import StoreError
from aggregator.model import Commit, Failed, Fetched, Outcome, Pacing, Reason, Source, Validators
from aggregator.parse import parse
from aggregator.poll import Parts
from aggregator.rounds import run_round
from aggregator.store import arrivals, articles, hosts, polls, sources, tables
from aggregator.store.database import Database
from aggregator.tag.rules import Tagger

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Publishers:
    """A fetcher without a network: what each source brings."""

    def __init__(self) -> None:
        self.bring: Callable[[Source], Outcome] = self.one_item
        self.asked: list[str] = []

    def one_item(self, source: Source) -> Outcome:
        site = f"https://{source.key}.example"
        return Fetched(f"{site}/feed", rss([item(1, f"News of {source.key}", site=site)]))

    def fetch(self, source: Source, _validators: Validators, **_: Any) -> Outcome:
        self.asked.append(source.key)
        return self.bring(source)


class Reader:
    """A sandbox without child processes."""

    def parse(self, body: bytes, **about: Any) -> Any:
        return parse(body, **about)


@pytest.fixture
def db(url: str) -> Iterator[Database]:
    with Database.open(url, now=NOW) as opened:
        yield opened


@pytest.fixture
def publishers() -> Publishers:
    return Publishers()


def parts_of(db: Database, publishers: Publishers, *keys: str, workers: int = 8) -> Parts:
    tagger = Tagger(())
    found = [Source(key, f"https://{key}.example/feed") for key in keys]
    sources.sync(db, found, NOW)
    fetcher: Any = publishers
    reader: Any = Reader()
    return Parts(
        db=db,
        fetcher=fetcher,
        sandbox=reader,
        tagger=lambda: tagger,
        sources={source.key: source for source in found},
        pacing=Pacing(every=timedelta(minutes=30)),
        worker="test/1",
        lease=timedelta(minutes=2),
        workers=workers,
        clock=lambda: NOW,
        dice=lambda: 0.0,
    )


KEYS = [f"s{number}" for number in range(10)]


def done(parts: Parts) -> dict[str, Commit | None]:
    reported: dict[str, Commit | None] = {}
    run_round(parts, until=NOW, report=reported.__setitem__)
    return reported


def titles(db: Database) -> set[str]:
    return {article.title for article in articles.iterate(db, 99)}


def leased(db: Database) -> list[str]:
    statement = select(tables.hosts.c.source).where(tables.hosts.c.source.is_not(None))
    with db.read() as connection:
        return sorted(connection.scalars(statement))


@pytest.fixture
def one_group(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is done waits for all others."""
    monkeypatch.setattr(rounds, "_LINGER_SECONDS", 60)


@pytest.mark.usefixtures("one_group")
def test_many_polls_share_a_transaction(db: Database, publishers: Publishers) -> None:
    parts = parts_of(db, publishers, *KEYS)
    statements: list[str] = []

    def note(_c: Any, _k: Any, text: str, *_: Any) -> None:
        statements.append(text.partition(" (")[0])

    event.listen(db._engine, "before_cursor_execute", note)
    reported = done(parts)
    event.remove(db._engine, "before_cursor_execute", note)
    assert reported.keys() == set(KEYS)
    assert all(reported.values())
    assert titles(db) == {f"News of {key}" for key in KEYS}
    stored = [text for text in statements if text.startswith("INSERT INTO")]
    assert {text: stored.count(text) for text in stored if stored.count(text) > 1} == {}
    assert leased(db) == []


@pytest.mark.usefixtures("one_group")
def test_one_article_through_several_sources_of_a_group_is_one(
    db: Database, publishers: Publishers
) -> None:
    parts = parts_of(db, publishers, *KEYS)
    shared = rss([item(1, "The same", site="https://wire.example")])
    publishers.bring = lambda source: Fetched(f"https://{source.key}.example/feed", shared)
    done(parts)
    [article] = articles.iterate(db, 9)
    assert {seen.outlet.key for seen in article.appearances} == set(KEYS)
    assert sum(polls.history(db, key, 1)[0].new for key in KEYS) == 1


@pytest.mark.usefixtures("one_group")
@pytest.mark.parametrize("bad", [StoreError("the disk is full"), ZeroDivisionError("a bug")])
def test_a_poll_that_can_not_be_stored_keeps_no_other_of_its_group_out(
    db: Database,
    publishers: Publishers,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    bad: Exception,
) -> None:
    parts = parts_of(db, publishers, *KEYS)
    store = arrivals.store

    def storing(connection: Any, commits: Any) -> Any:
        if any(one.source == "s3" and one.arrivals for one in commits):
            raise bad
        return store(connection, commits)

    monkeypatch.setattr(arrivals, "store", storing)
    reported = done(parts)
    assert [key for key, commit in reported.items() if commit is None] == ["s3"]
    assert titles(db) == {f"News of {key}" for key in KEYS if key != "s3"}
    assert (
        f"s3: the poll {'could not be stored' if isinstance(bad, StoreError) else 'crashed'}"
        in (caplog.text)
    )
    told = [record.result for record in polls.history(db, "s3", 9)]
    assert told == ([] if isinstance(bad, StoreError) else [Reason.BUG])
    assert leased(db) == (["s3"] if isinstance(bad, StoreError) else [])


def test_where_nothing_can_be_stored_everything_is_due_as_before(
    db: Database,
    publishers: Publishers,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    parts = parts_of(db, publishers, *KEYS)

    def full(*_: object) -> None:
        message = "the disk is full"
        raise StoreError(message)

    with monkeypatch.context() as patched:
        patched.setattr(arrivals, "store", full)
        assert set(done(parts).values()) == {None}
    assert caplog.text.count("could not be stored: the disk is full") == len(KEYS)
    assert titles(db) == set()
    sources.release(db, parts.worker, NOW)
    assert all(done(parts).values())
    assert titles(db) == {f"News of {key}" for key in KEYS}


@pytest.mark.parametrize("gone", [["claim"], ["claim", "put_off"]])
def test_a_store_that_fails_for_a_moment_costs_nothing_that_is_under_way(
    db: Database, publishers: Publishers, monkeypatch: pytest.MonkeyPatch, gone: list[str]
) -> None:
    """What was begun is stored, all else given back if that can be; the caller is told."""
    parts = parts_of(db, publishers, *KEYS, workers=2)

    def fail(*_: object, **__: object) -> None:
        message = "the server closed the connection"
        raise StoreError(message)

    def bring(source: Source) -> Outcome:
        for name in gone:
            monkeypatch.setattr(sources, name, fail)
        time.sleep(0.3)
        return publishers.one_item(source)

    publishers.bring = bring
    with pytest.raises(StoreError, match="closed the connection"):
        run_round(parts, until=NOW)
    assert 0 < len(publishers.asked) < 4
    assert titles(db) == {f"News of {key}" for key in publishers.asked}
    assert bool(leased(db)) == ("put_off" in gone)


def test_leases_that_can_not_be_renewed_for_a_moment_end_no_round(
    db: Database, publishers: Publishers, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = parts_of(db, publishers, *KEYS)
    failed: list[object] = []

    def fail(*said: object) -> None:
        failed.append(said)
        message = "the server closed the connection"
        raise StoreError(message)

    monkeypatch.setattr(hosts, "renew", fail)
    monkeypatch.setattr(rounds._Claims, "_after", lambda _: 0.0)  # now and always
    assert all(done(parts).values())
    assert failed
    assert titles(db) == {f"News of {key}" for key in KEYS}


@pytest.mark.usefixtures("one_group")
def test_a_store_that_keeps_failing_is_not_asked_once_for_each_poll(
    db: Database, publishers: Publishers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each try may take half a minute, and meanwhile leases run out."""
    parts = parts_of(db, publishers, *KEYS, workers=len(KEYS))
    tried: list[int] = []

    def busy(_db: Database, *commits: Commit) -> None:
        tried.append(len(commits))
        message = "another process has kept the database locked"
        raise StoreError(message)

    monkeypatch.setattr(polls, "commit", busy)
    assert set(done(parts).values()) == {None}
    assert tried == [len(KEYS), 1, 1]
    assert leased(db) == KEYS


def test_sources_that_hang_keep_no_other_waiting(db: Database, publishers: Publishers) -> None:
    """Twice as many as there are workers, and before the others in the queue."""
    keys = [f"a{n}" for n in range(8)] + [f"b{n}" for n in range(8)]
    parts = parts_of(db, publishers, *keys, workers=4)
    healthy, order = threading.Event(), []

    def bring(source: Source) -> Outcome:
        if source.key.startswith("a"):
            healthy.wait(20)
            return Failed(Reason.TIMEOUT, "it hangs")
        return publishers.one_item(source)

    def report(key: str, _commit: Commit | None) -> None:
        order.append(key)
        if sum(key.startswith("b") for key in order) == 8:
            healthy.set()

    publishers.bring = bring
    run_round(parts, until=NOW, report=report)
    assert {key[0] for key in order[:8]} == {"b"}
    assert sorted(order) == sorted(keys)


def test_who_is_told_to_stop_gives_back_what_it_has_not_begun(
    db: Database, publishers: Publishers
) -> None:
    parts = parts_of(db, publishers, *KEYS, workers=4)
    stop = threading.Event()

    def bring(source: Source) -> Outcome:
        stop.set()
        time.sleep(0.3)
        return publishers.one_item(source)

    publishers.bring = bring
    reported: dict[str, Commit | None] = {}
    run_round(parts, until=NOW, stop=stop.is_set, report=reported.__setitem__)
    assert set(reported) == set(publishers.asked)
    assert len(reported) < len(KEYS)
    assert leased(db) == []
    publishers.bring = publishers.one_item
    assert set(done(parts)) == set(KEYS) - set(reported)


def test_a_lease_holds_as_long_as_its_poll_is_under_way(
    db: Database, publishers: Publishers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rival with the same clock finds nothing, long after the first lease would have ended."""
    parts = parts_of(db, publishers, "slow")
    lease = timedelta(seconds=2)
    parts = replace(parts, lease=lease, clock=lambda: datetime.now(UTC))
    begun = threading.Event()

    def bring(source: Source) -> Outcome:
        begun.set()
        time.sleep(4)
        return publishers.one_item(source)

    publishers.bring = bring
    rivals: list[str] = []

    def rival() -> None:
        begun.wait(60)
        while "slow" not in reported:
            now = datetime.now(UTC)
            found = sources.claim(db, now, limit=9, lease=HOUR, worker="rival")
            rivals.extend(one.source for one in found)
            time.sleep(0.05)

    reported: dict[str, Commit | None] = {}
    thread = threading.Thread(target=rival)
    thread.start()
    run_round(parts, until=datetime.now(UTC), report=reported.__setitem__)
    thread.join()
    assert (rivals, publishers.asked) == ([], ["slow"])
    assert reported["slow"] is not None
