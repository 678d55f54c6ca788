"""The wiring: what a reload takes up and when, leases of the dead, documents for commands."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest
import stored
from articles import article_id
from sqlalchemy import select

from aggregator import app as wiring
from aggregator import jobs
from aggregator.app import App
from aggregator.config import Config
from aggregator.errors import StoreError
from aggregator.fetch.session import Fetcher
from aggregator.model import Entry, Placed, Topic
from aggregator.retag import version
from aggregator.sandbox import Sandbox
from aggregator.store import articles, feeds, gathering, sources
from aggregator.store.sources import statuses
from aggregator.store.tables import meta
from aggregator.tag.rules import Tagger

RAIN = Entry(guid=None, title="Rain", link=None)
CONFIG = "sources: ['https://one.example/rss']\nservice: {{fetch: {{seconds: {seconds}}}}}\n"


def configure(app: App, text: str) -> None:
    """Change the file; its time moves even where two changes fall into one tick of the clock."""
    path = app.directory / "a.yaml"
    before = path.stat().st_mtime_ns
    path.write_text(text, encoding="utf-8")
    os.utime(path, ns=(before + 10**9, before + 10**9))


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "a.yaml").write_text(CONFIG.format(seconds=5), encoding="utf-8")
    with wiring.opened(tmp_path / "config", tmp_path / "data", {}) as opened:
        yield opened


def test_limits_that_change_hold_from_the_next_round_on(app: App) -> None:
    with wiring.polling(app) as parts:
        first = parts()
        assert parts().fetcher is first.fetcher
        configure(app, CONFIG.format(seconds=7))
        assert app.reload()
        second = parts()
        assert second.fetcher is not first.fetcher
        assert second.lease - first.lease == timedelta(seconds=2)


def test_looking_at_articles_tells_the_store_nothing_of_sources(app: App) -> None:
    assert statuses(app.db) == ()
    with wiring.polling(app):
        assert [status.key for status in statuses(app.db)] == ["one-example"]


def test_a_reload_that_meets_a_busy_database_is_tried_again(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> None:
        message = "the database is locked"
        raise StoreError(message)

    configure(app, "sources: ['https://two.example/rss']")
    with monkeypatch.context() as patched:
        patched.setattr(sources, "sync", busy)
        with pytest.raises(StoreError):
            app.reload()
    assert [source.key for source in app.config.sources] == ["one-example"]
    assert app.reload()
    assert [status.key for status in statuses(app.db)] == ["two-example"]


def test_configuration_and_tagger_change_at_once(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever looks while the new tagger is made, which takes a while, sees the old of both."""
    seen: list[tuple[str, ...]] = []

    class Slow(Tagger):
        def __init__(self, topics: Sequence[Topic]) -> None:
            seen.append(tuple(topic.slug for topic in app.config.topics))
            super().__init__(topics)

    monkeypatch.setattr(wiring, "Tagger", Slow)
    before = app.in_force
    configure(app, "topics: {rain: {any: [rain]}}")
    assert app.reload()
    assert seen == [()]
    assert app.in_force is not before
    assert [topic.slug for topic in app.config.topics] == ["rain"]
    assert [hit.topic for hit in app.in_force.tagger.hits(RAIN, "one")] == ["rain"]


def test_articles_are_not_tagged_again_beside_polls_by_older_rules(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    with wiring.polling(app) as parts:
        named = {job.name: job.run for job in jobs.of_worker(app, parts, Event())}

        def round_in_which_rules_change(*_: object, **__: object) -> None:
            configure(app, "topics: {rain: {any: [rain]}}")
            named["reload"]()
            named["retag"]()
            assert articles.tagged_with(app.db) == (None, "")

        monkeypatch.setattr(jobs, "run_round", round_in_which_rules_change)
        named["poll"]()
        named["retag"]()
    config = app.config
    assert articles.tagged_with(app.db) == (version(config.topics, config.sources), "")


def test_a_setting_that_needs_a_restart_says_so(app: App, caplog: pytest.LogCaptureFixture) -> None:
    configure(app, "service: {port: 8123}")
    assert app.reload()
    assert "service.port changed; it takes effect after a restart" in caplog.text


def test_leases_of_processes_that_are_gone_are_freed_at_once(app: App) -> None:
    configure(app, "\n  - ".join(["sources:", *(f"https://{n}.example/rss" for n in "ab")]))
    app.reload()
    for worker in ("this/1", "other/999999999"):
        claimed = sources.claim(
            app.db, app.clock(), limit=1, lease=timedelta(hours=1), worker=worker
        )
        assert len(claimed) == 1
    with wiring.polling(app):
        assert sources.lease_holders(app.db) == set()


def test_leases_are_given_back_last(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is still being asked when the service stops may be so until its tools are closed."""
    configure(app, "sources: ['https://a.example/rss']")
    app.reload()
    reading, held = wiring.reading, list[frozenset[str]]()

    @contextmanager
    def noting(config: Config) -> Iterator[tuple[Fetcher, Sandbox]]:
        with reading(config) as tools:
            yield tools
        held.append(sources.lease_holders(app.db))

    monkeypatch.setattr(wiring, "reading", noting)
    with wiring.polling(app) as parts:
        lease, worker = timedelta(hours=1), parts().worker
        assert sources.claim(app.db, app.clock(), limit=1, lease=lease, worker=worker)
    assert held == [{worker}]
    assert sources.lease_holders(app.db) == set()


def test_of_a_private_feed_not_even_its_end_is_told(app: App) -> None:
    secret = "feeds: {mine: {title: Mine, where: a, token_file: token}, open: {title: O, where: a}}"
    (app.directory / "token").write_text("0123456789abcdef0123")
    configure(app, secret.replace("token_file: token", f"token_file: {app.directory / 'token'}"))
    assert app.reload()
    configure(app, "sources: []")
    assert app.reload()
    assert feeds.gone(app.db, "open")
    assert not feeds.gone(app.db, "mine")


def test_a_document_that_can_not_be_made_is_an_error_and_no_file(app: App) -> None:
    with closing(sqlite3.connect(app.data / "aggregator.db")) as db, db:
        db.execute("DROP TABLE appearances")
    with pytest.raises(StoreError):
        wiring.document(app, "/sources.opml")


def test_the_sources_that_lead_stories_are_told_to_the_store(app: App) -> None:
    configure(app, "sources: [{url: https://one.example/, key: one}]\nservice: {prefer: one}")
    assert app.reload()
    with app.db.read() as connection:
        told = connection.scalar(select(meta.c.value).where(meta.c.key == "preferred"))
    assert told == "one"


def test_what_is_done_every_few_hours_is_done_at_the_start_too(app: App) -> None:
    with wiring.polling(app) as parts:
        rare = [
            job for job in jobs.of_worker(app, parts, Event()) if job.every > timedelta(hours=1)
        ]
    assert {job.name for job in rare if job.at_once} == {job.name for job in rare} != set()


def test_old_articles_are_dropped_where_the_operator_says_so(
    app: App, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    now = app.clock()
    stored.save(app.db, *(stored.arrival(n, listed=now - timedelta(days=40 + n)) for n in (1, 2)))
    told = [Placed(article_id(number), f"s{number}") for number in (1, 2)]
    assert gathering.place(app.db, told, now, gathering.state(app.db))
    with wiring.polling(app) as parts:
        [retain] = [job for job in jobs.of_worker(app, parts, Event()) if job.name == "retain"]
        retain.run()
        assert (parts().kept, len(list(articles.iterate(app.db, 9)))) == (None, 2)
        kept = "{retention: {articles: 30d}, fetch"
        configure(app, CONFIG.format(seconds=5).replace("{fetch", kept))
        assert app.reload()
        assert parts().kept == timedelta(days=30)
        retain.run()
        assert list(articles.iterate(app.db, 9)) == []
    assert "2 articles dropped that are older than 30 days" in caplog.text
