"""Opening a database: made, migrated, refused; each refusal says what to do."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from articles import article_id
from databases import Postgres
from sqlalchemy import Connection, create_engine, event, inspect, text
from stored import HOUR, NOW, arrival, save

from aggregator.errors import NewerSchema, StoreError
from aggregator.model import Placed, Story
from aggregator.store import articles, feeds, gathering, leases, schema, stories
from aggregator.store.database import Database, bump
from aggregator.store.tables import metadata

ROOT = Path(__file__).resolve().parents[2]


# What 0011 changed, as it was before.
UNTOLD = (
    "DROP TABLE dropped",
    "DROP INDEX sources_hub",
    *(f"DROP TABLE {name}" for name in ("subscriptions", "hubs", "pings")),
    *(
        f"ALTER TABLE sources DROP COLUMN {name}"
        for name in ("hub", "topic", "told_until", "told_at")
    ),
)
# What 0008 changed, as it was before.
UNPOLITE = (
    *UNTOLD,
    *(f"DROP INDEX {name}" for name in ("sources_of_host", "hosts_ready")),
    *(
        f"ALTER TABLE hosts DROP COLUMN {column.name}"
        for column in metadata.tables["hosts"].columns
        if column.name not in ("host", "source", "worker", "lease_until")
    ),
    *(
        f"ALTER TABLE sources DROP COLUMN {name}"
        for name in ("full_at", "gone_at", "moved_to", "moves", "moved_at")
    ),
    "CREATE INDEX sources_due ON sources (next_due, key)",
    "CREATE INDEX sources_host ON sources (host, next_due, key)",
)


def driver(url: str) -> str:
    return url.replace("postgresql:", "postgresql+psycopg:")


def run_sql(url: str, *statements: str) -> None:
    engine = create_engine(driver(url))
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def table_names(url: str) -> list[str]:
    engine = create_engine(driver(url))
    names = inspect(engine).get_table_names()
    engine.dispose()
    return names


def test_an_empty_database_gets_the_newest_schema(empty_url: str) -> None:
    with Database.open(empty_url, now=NOW) as db, db.read() as connection:
        assert schema.revision(connection) == schema.REVISIONS[-1]
        assert db.revision() == 1
        assert len(db.installation) == 8
        assert int(db.installation, 16) >= 0


def test_opening_again_changes_nothing(empty_url: str) -> None:
    with Database.open(empty_url, now=NOW) as db:
        first = db.installation
        save(db, arrival(1))
    with Database.open(empty_url, now=NOW) as db:
        assert db.installation == first
        assert articles.get(db, arrival(1).article.id) is not None


@pytest.mark.parametrize("start", schema.REVISIONS)
def test_every_earlier_schema_is_migrated(empty_url: str, start: str) -> None:
    engine = create_engine(driver(empty_url))
    with engine.begin() as connection:
        schema.upgrade(connection, NOW, to=start)
    engine.dispose()
    with Database.open(empty_url, now=NOW) as db:
        save(db, arrival(1))


def test_a_language_that_was_taken_as_given_becomes_the_publishers_word(empty_url: str) -> None:
    decided = [("az-Cyrl", 1.0), ("ru", None), ("ru", 0.97), (None, None)]
    with Database.open(empty_url, now=NOW) as db:
        save(db, *(
            arrival(number, language=language, certainty=certainty)
            for number, (language, certainty) in enumerate(decided)
        ))  # fmt: skip
    run_sql(
        empty_url,
        *UNPOLITE,
        *(f"DROP TABLE {name}" for name in ("seen", "ungathered", "rulings", "members", "stories")),
        "ALTER TABLE articles DROP COLUMN declared",
        "ALTER TABLE sources DROP COLUMN pace",
        "ALTER TABLE appearances DROP COLUMN told",
        "UPDATE alembic_version SET version_num = '0002'",
    )
    with Database.open(empty_url, now=NOW) as db:
        found = {one.id: one.declared for one in articles.iterate(db, 9)}
        assert {one.id for one in gathering.waiting(db, 9, NOW - 9 * HOUR)} == found.keys()
    assert [found[article_id(n)] for n in range(4)] == ["az-Cyrl", "ru", None, None]


def test_stories_of_before_are_taken_to_be_led_since_their_article_came_in(empty_url: str) -> None:
    with Database.open(empty_url, now=NOW) as db:
        save(db, *(arrival(number) for number in (1, 2, 3)))
        for number, name, at in ((1, "a", NOW), (2, "a", NOW + HOUR), (3, "b", NOW)):
            placed = [Placed(article_id(number), name)]
            assert gathering.place(db, placed, at, gathering.state(db))
    columns = (f"ALTER TABLE stories DROP COLUMN {name}" for name in ("led", "told", "published"))
    run_sql(
        empty_url,
        *UNPOLITE,
        *columns,
        "ALTER TABLE appearances DROP COLUMN told",
        "DROP TABLE seen",
        "ALTER TABLE sources DROP COLUMN pace",
        "UPDATE alembic_version SET version_num = '0004'",
    )
    with Database.open(empty_url, now=NOW) as db:
        for id_, led, first in (("a", NOW + HOUR, 2), ("b", None, 3)):
            found = stories.get(db, id_)
            assert isinstance(found, Story)
            assert (found.led, found.told) == (led, led)
            assert found.published == arrival(first).article.published


def test_the_tables_are_what_the_migrations_make(db: Database) -> None:
    def known(_object: object, name: str | None, kind: str, *_: object) -> bool:
        return not (kind == "table" and str(name).startswith("search"))

    with db.read() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_object": known, "compare_type": True}
        )
        assert compare_metadata(context, metadata) == []


def test_a_newer_schema_is_refused_in_a_clear_sentence(url: str) -> None:
    run_sql(url, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(NewerSchema, match=r"schema 9999, written by a newer version.*install"):
        Database.open(url, now=NOW)


def test_another_programs_database_is_left_alone(empty_url: str) -> None:
    run_sql(empty_url, "CREATE TABLE recipes (name TEXT)")
    with pytest.raises(StoreError, match="tables of another program"):
        Database.open(empty_url, now=NOW)
    assert table_names(empty_url) == ["recipes"]


def test_another_programs_migrations_are_not_taken_for_ours(empty_url: str) -> None:
    run_sql(
        empty_url,
        "CREATE TABLE alembic_version (version_num TEXT)",
        "INSERT INTO alembic_version VALUES ('0001')",
    )
    with pytest.raises(StoreError, match="tables of another program"):
        Database.open(empty_url, now=NOW)


def test_a_migration_that_dies_half_way_leaves_nothing(empty_url: str) -> None:
    """Whatever the statement it dies at, the next start makes the whole schema."""
    for die_at in (1, 8, 20):
        script = (
            "import os, sys; from datetime import datetime, UTC\n"
            "from sqlalchemy import event; from sqlalchemy.engine import Engine\n"
            "from aggregator.store.database import Database\n"
            "left = [int(sys.argv[2])]\n"
            "def count(conn, cursor, statement, *_):\n"
            "    left[0] -= statement.lstrip().upper().startswith(('CREATE', 'INSERT', 'UPDATE'))\n"
            "    if left[0] < 0: os._exit(9)\n"
            "event.listen(Engine, 'after_cursor_execute', count)\n"
            "Database.open(sys.argv[1], now=datetime.now(UTC))\n"
        )
        command = [sys.executable, "-c", script, empty_url, str(die_at)]
        assert subprocess.run(command, cwd=ROOT, check=False).returncode == 9
        assert table_names(empty_url) == []
    Database.open(empty_url, now=NOW).close()


def test_several_processes_may_open_an_empty_database_at_once(
    engine: str, new_url: Callable[..., str]
) -> None:
    for _ in range(6 if engine == "sqlite" else 1):
        url = new_url(engine)
        start = threading.Barrier(4)

        def installation(url: str = url, start: threading.Barrier = start) -> str:
            start.wait()
            with Database.open(url, now=NOW) as db:
                return db.installation

        with ThreadPoolExecutor(4) as pool:
            assert len({job.result() for job in [pool.submit(installation) for _ in "1234"]}) == 1


# --- what can be wrong with a file ------------------------------------------------------------


def test_the_directory_is_made(tmp_path: Path) -> None:
    Database.open(f"sqlite:///{tmp_path}/a/b/c.db", now=NOW).close()
    assert (tmp_path / "a/b/c.db").is_file()


def test_a_directory_with_odd_characters_will_do(tmp_path: Path) -> None:
    Database.open(f"sqlite:///{tmp_path}/100 % ürün/c.db", now=NOW).close()


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.db"
    path.write_text("these are my notes\n" * 500)
    with pytest.raises(StoreError, match=r"notes\.db: this file is not a database; move it away"):
        Database.open(f"sqlite:///{path}", now=NOW)
    assert path.read_text().startswith("these are my notes")


def test_a_damaged_file_is_refused(tmp_path: Path, migrated_sqlite: Path) -> None:
    data = bytearray(migrated_sqlite.read_bytes())
    data[100:] = b"\xff" * (len(data) - 100)
    (tmp_path / "a.db").write_bytes(data)
    with pytest.raises(StoreError, match=r"damaged; restore a backup"):
        Database.open(f"sqlite:///{tmp_path}/a.db", now=NOW)


def test_a_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"can't make the directory .*file/sub.*make it yourself"):
        Database.open(f"sqlite:///{tmp_path}/file/sub/a.db", now=NOW)


def test_a_path_that_is_a_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="can't open or make the file"):
        Database.open(f"sqlite:///{tmp_path}", now=NOW)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_directory_without_the_right_to_write_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(StoreError, match="may write"):
        Database.open(f"sqlite:///{tmp_path}/a.db", now=NOW)
    tmp_path.chmod(0o700)


def test_a_full_disk_says_so_and_loses_nothing(tmp_path: Path) -> None:
    with Database.open(f"sqlite:///{tmp_path}/a.db", now=NOW) as db:
        save(db, arrival(1))
        with db.read() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        limit = [pages + 2]

        def keep_small(connection: sqlite3.Connection, *_: object) -> None:
            connection.execute(f"PRAGMA max_page_count = {limit[0]}")

        event.listen(db._engine, "checkout", keep_small)
        with pytest.raises(StoreError, match=r"the disk is full; make room, nothing .* is lost"):
            save(db, *(arrival(number, text="long " * 1000) for number in range(2, 20)))
        assert [article.id for article in articles.iterate(db, 9)] == [arrival(1).article.id]
        limit[0] = 100_000
        save(db, *(arrival(number, text="long " * 1000) for number in range(2, 20)))
        assert len(list(articles.iterate(db, 9))) == 19


def test_a_database_that_takes_nothing_is_told_until_it_takes_something_again(
    db: Database, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What writes nothing that readers see proves nothing soon: on a full disk it may succeed."""
    protected = []

    def protect_file(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute(f"PRAGMA query_only = {bool(protected)}")

    def protect_server(connection: Connection) -> None:
        if protected:
            connection.exec_driver_sql("SET TRANSACTION READ ONLY")

    def take_lease() -> None:
        leases.take(db, "prune", "me", NOW, NOW + HOUR)

    if engine == "sqlite":
        event.listen(db._engine, "checkout", protect_file)
    else:
        event.listen(db._engine, "begin", protect_server)
    assert not db.refuses
    protected.append(True)
    with pytest.raises(StoreError):
        save(db, arrival(1))
    assert db.refuses
    protected.clear()
    take_lease()
    assert db.refuses
    save(db, arrival(1))
    assert not db.refuses
    protected.append(True)
    with pytest.raises(StoreError):
        take_lease()
    protected.clear()
    take_lease()
    assert db.refuses
    monkeypatch.setattr("aggregator.store.database._DOUBT_SECONDS", -1)
    assert not db.refuses


def test_a_lock_that_another_process_keeps_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aggregator.store.database._BUSY_SECONDS", 0.1)
    with Database.open(f"sqlite:///{tmp_path}/a.db", now=NOW) as db:
        other = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="another process has kept the database locked"):
            feeds.publish(db, ["war"], NOW)
        other.execute("ROLLBACK")
        other.close()
        feeds.publish(db, ["war"], NOW)


# --- what can be wrong with a server, or an address -------------------------------------------


def test_a_server_that_is_not_there_is_reported_without_the_password() -> None:
    with pytest.raises(StoreError, match="check that PostgreSQL runs") as caught:
        Database.open("postgresql://me:s3cret@127.0.0.1:1/news", now=NOW)
    assert "s3cret" not in str(caught.value)


def test_a_database_that_is_not_utf8_is_refused(postgres: Postgres) -> None:
    url = postgres.fresh("template0", encoding="SQL_ASCII")
    with pytest.raises(StoreError, match=r"encoding is SQL_ASCII.*ENCODING 'UTF8'"):
        Database.open(url, now=NOW)
    postgres.drop(url)


@pytest.mark.parametrize(
    "address", ["", "news.db", "mysql://me@host/news", "sqlite://", "sqlite:///:memory:"]
)
def test_an_address_of_no_use_is_refused_with_an_example(address: str) -> None:
    with pytest.raises(StoreError, match="sqlite:///path"):
        Database.open(address, now=NOW)


# --- transactions -----------------------------------------------------------------------------


def test_a_write_that_raises_leaves_nothing(db: Database) -> None:
    def fail() -> None:
        with db.write() as connection:
            connection.execute(text("INSERT INTO outputs (slug) VALUES ('war')"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with db.read() as connection:
        assert connection.execute(text("SELECT * FROM outputs")).all() == []


def test_bugs_are_not_dressed_up_as_troubles_of_the_database(db: Database) -> None:
    def fail() -> None:
        with db.read() as connection:
            connection.execute(text("SELECT nonsense"))

    with pytest.raises(Exception, match="nonsense") as caught:
        fail()
    assert not isinstance(caught.value, StoreError)


def test_readers_see_one_moment_while_others_write(db: Database) -> None:
    with db.read() as connection:
        count = text("SELECT count(*) FROM outputs")
        assert connection.scalar(count) == 0
        feeds.publish(db, ["war"], NOW)
        assert connection.scalar(count) == 0
    assert not feeds.gone(db, "war")


def test_writers_wait_for_each_other(db: Database) -> None:
    def write(number: int) -> None:
        for step in range(5):
            save_one(number * 10 + step)

    def save_one(number: int) -> None:
        with db.write() as connection:
            connection.execute(text(f"INSERT INTO outputs (slug) VALUES ('{number}')"))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with db.read() as connection:
        assert connection.scalar(text("SELECT count(*) FROM outputs")) == 30


def test_sqlite_keeps_what_it_acknowledged_when_the_power_fails(tmp_path: Path) -> None:
    with Database.open(f"sqlite:///{tmp_path}/a.db", now=NOW) as db, db.read() as connection:

        def pragma(name: str) -> object:
            return connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()

        assert (pragma("journal_mode"), pragma("synchronous")) == ("wal", 2)
        assert pragma("foreign_keys") == 1


def test_the_switch_to_wal_waits_for_others(tmp_path: Path, migrated_sqlite: Path) -> None:
    path = tmp_path / "a.db"
    shutil.copyfile(migrated_sqlite, path)
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("PRAGMA journal_mode=DELETE")
    other.execute("BEGIN")
    other.execute("SELECT * FROM meta").fetchall()
    release = threading.Timer(0.2, other.execute, ["ROLLBACK"])
    release.start()
    with Database.open(f"sqlite:///{path}", now=NOW) as db:
        feeds.publish(db, ["war"], NOW)
    release.join()
    other.close()


# --- the revision -------------------------------------------------------------------------------


def test_what_another_process_wrote_is_seen_when_somebody_looks(url: str) -> None:
    with Database.open(url, now=NOW) as db:
        before = db.revision()
        another_process = Database.open(url, now=NOW)
        another_process._seen = type(db._seen)()
        with another_process.write() as connection:
            bump(connection)
        another_process.close()
        db._seen.look_again = 0
        assert db.revision() == before + 1


def test_what_is_written_through_another_opening_is_seen_at_once(url: str) -> None:
    with Database.open(url, now=NOW) as db, Database.open(url, now=NOW) as other:
        before = db.revision()
        with other.write() as connection:
            bump(connection)
        assert db.revision() == before + 1


def test_a_commit_that_fails_moves_nothing(url: str) -> None:
    with Database.open(url, now=NOW) as db:
        before = db.revision()
        with pytest.raises(ZeroDivisionError), db.write() as connection:
            assert bump(connection) == 1 / 0
        assert db.revision() == before
        with db.write() as connection:
            bump(connection)
        assert db.revision() == before + 1


def test_the_revision_stands_while_the_database_does_not_answer(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise StoreError("no answer")

    with Database.open(url, now=NOW) as db:
        before = db.revision()
        monkeypatch.setattr(db, "read", broken)
        db._seen.look_again = 0
        assert db.revision() == before
        with pytest.raises(StoreError):
            db.look()
