"""Copies of the whole database in one SQLite file, and back into either engine, while it is in use.

A backup is an ordinary database of this program: ``sqlite:///backup.db`` opens it.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Table, delete, insert, select, true, update

from aggregator.errors import StoreError, UsageError
from aggregator.store import fts5, gin, hosts
from aggregator.store.database import Database, bump
from aggregator.store.dialect import is_postgres
from aggregator.store.tables import articles, meta, metadata, sources
from aggregator.tag.query import SearchColumns

_BATCH: Final = 500
_TABLES: Final = tuple(metadata.sorted_tables)  # what is referred to comes first


def backup(db: Database, path: Path, *, force: bool = False) -> None:
    """Write all that is stored at this moment to ``path``; polls go on meanwhile.

    The file is there whole or not at all. Raises UsageError if it is there already (unless
    ``force``), StoreError if it can't be written.
    """
    if path.exists() and not force:
        message = f"{path} is there already; choose another name, or say --force"
        raise UsageError(message)
    try:
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=path.parent) as directory:
            part = Path(directory) / "part.db"
            _write(db, part)
            with part.open("rb+") as file:
                os.fsync(file.fileno())
            part.replace(path)
            _sync_directory(path.parent)
    except (OSError, sqlite3.Error) as error:
        message = f"can't write {path} ({error}); choose a directory that has space and is yours"
        raise StoreError(message) from error


def restore(path: Path, url: str | URL, *, now: datetime, force: bool = False) -> None:
    """Put what a backup holds into the database at ``url``, all of it or nothing.

    A backup by an older version is migrated. Raises UsageError if there is no such file, or if the
    database is in use (unless ``force``, which replaces all that it holds), StoreError if the file
    is no backup, NewerSchema if a newer version wrote it.
    """
    if not path.is_file():
        message = f"there is no file {path}"
        raise UsageError(message)
    with (
        tempfile.TemporaryDirectory(prefix="restore-") as directory,
        _opened_copy(path, Path(directory) / "copy.db", now) as source,
        Database.open(url, now=now) as target,
        source.read() as old,
        target.write() as new,
    ):
        if not force and any(_holds(new, table) for table in (articles, sources)):
            message = (
                f"{target.address} holds articles or sources "
                "already; restore into an empty database, or say --force to replace them"
            )
            raise UsageError(message)
        revision = max(_revision(old), _revision(new))
        _clear(new)
        _copy(old, new)
        # What readers keep of either past must not pass for the present; leases are void.
        moved = update(meta).where(meta.c.key == "revision").values(value=str(revision))
        new.execute(moved)
        bump(new)
        hosts.release(new, true(), now)


# --- copying ----------------------------------------------------------------------------------


def _write(db: Database, part: Path) -> None:
    with db.read() as connection:
        if is_postgres(connection):
            created = connection.execute(select(meta.c.value).where(meta.c.key == "created"))
            now = datetime.fromisoformat(created.scalar_one())
            with Database.open(_url(part), now=now) as copy, copy.write() as new:
                _clear(new)
                _copy(connection, new)
        else:
            _copy_file(connection.connection.driver_connection, part)
    with closing(sqlite3.connect(part)) as file:
        file.execute("PRAGMA journal_mode=DELETE")  # all in one file


def _copy_file(source: Any, part: Path) -> None:
    with closing(sqlite3.connect(part)) as file:
        source.backup(file)


def _clear(connection: Connection) -> None:
    connection.execute(delete((gin if is_postgres(connection) else fts5).search))
    for table in reversed(_TABLES):
        connection.execute(delete(table))


def _copy(old: Connection, new: Connection) -> None:
    for table in _TABLES:
        for rows in _batches(old, table):
            new.execute(insert(table), rows)
    here, there = (gin if is_postgres(each) else fts5 for each in (old, new))
    columns = [here.search.c[name] for name in ("title", "body", "authors", "categories")]
    statement = select(articles.c.id, articles.c.listed, *columns).join(
        here.search, here.search.c.article == articles.c.id
    )
    found = old.execution_options(yield_per=_BATCH).execute(statement)
    for partition in found.partitions():
        there.put(new, [(id_, at, SearchColumns(*text)) for id_, at, *text in partition])


def _batches(connection: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    found = connection.execution_options(yield_per=_BATCH).execute(select(table))
    for partition in found.partitions():
        yield [dict(row._mapping) for row in partition]  # noqa: SLF001 - a public name


# --- what is there ----------------------------------------------------------------------------


@contextmanager
def _opened_copy(path: Path, copy: Path, now: datetime) -> Iterator[Database]:
    """Open a copy of a backup, migrated where it is older; the backup stays as it is."""
    try:
        with closing(sqlite3.connect(path)) as file, closing(sqlite3.connect(copy)) as to:
            names = file.execute("SELECT name FROM sqlite_master WHERE name = 'alembic_version'")
            ours = names.fetchone() is not None
            file.backup(to)
    except sqlite3.Error as error:
        message = f"{path} is no backup, or it is damaged ({error})"
        raise StoreError(message) from error
    if not ours:
        message = f"{path} is no backup made by this program"
        raise StoreError(message)
    with Database.open(_url(copy), now=now) as db:
        yield db


def _url(path: Path) -> URL:
    return URL.create("sqlite", database=str(path))


def _holds(connection: Connection, table: Table) -> bool:
    return connection.execute(select(table).limit(1)).first() is not None


def _revision(connection: Connection) -> int:
    found = connection.execute(select(meta.c.value).where(meta.c.key == "revision"))
    return int(found.scalar_one())


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
