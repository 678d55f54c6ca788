"""Backups: whole, consistent while polls go on, and good on either engine."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from stored import HOUR, NOW, also, arrival, changed, commit, hit, save, source

from aggregator.errors import NewerSchema, StoreError, UsageError
from aggregator.model import Evidence, Rule
from aggregator.store import articles, feeds, polls, search, sources
from aggregator.store.backup import backup, restore
from aggregator.store.database import Database
from aggregator.store.tables import hosts, meta, metadata
from aggregator.tag.query import parse_query


def content(db: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that is stored, but for leases and the revision."""
    with db.read() as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(select(table))), key=repr)
            for table in metadata.sorted_tables
            if table not in (hosts, meta)
        }


def fill(db: Database) -> None:
    first = arrival(
        1, title="Բաքու 停火 Bakı", topics=(hit("war", Evidence(Rule.ANY, "t", "w", "w")),)
    )
    save(db, first, *(arrival(number) for number in range(2, 30)))
    save(db, changed(first, title="Edited Bakı"), at=NOW + HOUR)
    save(db, also(first, "two"), at=NOW + HOUR)
    feeds.publish(db, ["war", "all"], NOW)
    feeds.publish(db, ["all"], NOW)
    articles.set_tagged_with(db, "rules")


@pytest.mark.parametrize("target", ["sqlite", "postgresql"])
def test_a_backup_restores_everything_into_either_engine(
    db: Database, target: str, new_url: Callable[..., str], tmp_path: Path
) -> None:
    fill(db)
    path = tmp_path / "backup.db"
    backup(db, path)
    url = new_url(target)
    restore(path, url, now=NOW)
    with Database.open(url, now=NOW) as copy:
        assert content(copy) == content(db)
        assert copy.installation == db.installation
        assert articles.tagged_with(copy) == ("rules", "")
        for query in ("baki", "edited", "headline", "停火", "topic:war", "-headline"):
            both = [search.find(each, parse_query(query), now=NOW, limit=99) for each in (db, copy)]
            assert both[0] == both[1]
        save(copy, arrival(99))


def test_a_backup_is_one_file_that_opens_as_a_database(db: Database, tmp_path: Path) -> None:
    fill(db)
    directory = tmp_path / "backups"
    directory.mkdir()
    backup(db, directory / "backup.db")
    assert [path.name for path in directory.iterdir()] == ["backup.db"]
    with Database.open(f"sqlite:///{directory}/backup.db", now=NOW) as copy:
        assert content(copy) == content(db)


def test_a_backup_sees_one_moment_while_polls_go_on(db: Database, tmp_path: Path) -> None:
    sources.sync(db, [source("one")], NOW)
    stop = threading.Event()

    def poll() -> None:
        number = 0
        while not stop.is_set():
            many = [arrival(number * 5 + n) for n in range(5)]
            polls.commit(db, commit("one", many, NOW + number * HOUR))
            number += 1

    thread = threading.Thread(target=poll)
    thread.start()
    try:
        for round_ in range(4):
            backup(db, tmp_path / f"backup-{round_}.db")
    finally:
        stop.set()
        thread.join()
    for round_ in range(4):
        with Database.open(f"sqlite:///{tmp_path}/backup-{round_}.db", now=NOW) as copy:
            stored = content(copy)
            assert len(stored["articles"]) == 5 * len(stored["polls"]) == len(stored["appearances"])
            assert len(stored["identities"]) == 2 * len(stored["articles"])
            assert search.count(copy, parse_query("headline"), NOW) == len(stored["articles"])


def test_a_backup_does_not_replace_a_file_unless_told(db: Database, tmp_path: Path) -> None:
    path = tmp_path / "backup.db"
    path.write_text("precious")
    with pytest.raises(UsageError, match="is there already"):
        backup(db, path)
    assert path.read_text() == "precious"
    backup(db, path, force=True)
    Database.open(f"sqlite:///{path}", now=NOW).close()


def test_a_backup_that_cannot_be_written_says_so_and_leaves_nothing(
    db: Database, tmp_path: Path
) -> None:
    with pytest.raises(StoreError, match="choose a directory that has space and is yours"):
        backup(db, tmp_path / "nowhere" / "backup.db")
    (tmp_path / "directory").mkdir()
    with pytest.raises(StoreError, match="can't write"):
        backup(db, tmp_path / "directory", force=True)
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".backup-")]


# --- restoring --------------------------------------------------------------------------------


@pytest.fixture
def saved(migrated_sqlite: Path, tmp_path: Path) -> Path:
    """A backup that holds one article and a lease."""
    original = tmp_path / "original.db"
    shutil.copyfile(migrated_sqlite, original)
    with Database.open(f"sqlite:///{original}", now=NOW) as db:
        save(db, arrival(1))
        sources.claim(db, NOW + 9 * HOUR, limit=1, lease=9 * HOUR, worker="w")
        backup(db, tmp_path / "saved.db")
    return tmp_path / "saved.db"


def test_a_database_in_use_is_replaced_only_by_force(saved: Path, db: Database, url: str) -> None:
    save(db, arrival(2), arrival(3, "two"))
    with pytest.raises(UsageError, match=r"holds articles or sources already.*--force"):
        restore(saved, url, now=NOW)
    assert len(list(articles.iterate(db, 9))) == 2
    revision = db.revision()
    restore(saved, url, now=NOW, force=True)
    assert [article.title for article in articles.iterate(db, 9)] == ["Headline 1"]
    assert search.count(db, parse_query("headline"), NOW) == 1
    assert db.revision() > revision


def test_leases_of_the_past_do_not_hold_in_the_present(saved: Path, empty_url: str) -> None:
    restore(saved, empty_url, now=NOW)
    with Database.open(empty_url, now=NOW) as db:
        assert sources.claim(db, NOW + 9 * HOUR, limit=1, lease=HOUR, worker="w")


def test_a_restore_that_fails_leaves_the_database_as_it_was(
    saved: Path, db: Database, url: str
) -> None:
    save(db, arrival(2))
    before = content(db)
    with sqlite3.connect(saved) as file:
        file.execute("DROP TABLE search_fts")
        file.execute("DROP TABLE search")
    file.close()
    with pytest.raises(Exception, match="search"):
        restore(saved, url, now=NOW, force=True)
    assert content(db) == before


def test_a_file_that_is_no_backup_is_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no file"):
        restore(tmp_path / "nowhere.db", url, now=NOW)
    text = tmp_path / "text.db"
    text.write_text("no database at all\n" * 99)
    with pytest.raises(StoreError, match="is no backup, or it is damaged"):
        restore(text, url, now=NOW)
    (tmp_path / "empty.db").touch()
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as file:
        file.execute("CREATE TABLE recipes (name)")
    file.close()
    for path in (tmp_path / "empty.db", other):
        with pytest.raises(StoreError, match="is no backup made by this program"):
            restore(path, url, now=NOW)


def test_a_backup_by_a_newer_version_is_refused(saved: Path, url: str) -> None:
    with sqlite3.connect(saved) as file:
        file.execute("UPDATE alembic_version SET version_num = '9999'")
    file.close()
    with pytest.raises(NewerSchema, match="newer version"):
        restore(saved, url, now=NOW)
