"""The open database: connections, transactions and what is wrong with them; no table's content."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from sqlalchemy import (
    URL,
    BigInteger,
    Connection,
    Engine,
    Text,
    cast,
    create_engine,
    event,
    make_url,
    select,
    update,
)
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    IntegrityError,
    NotSupportedError,
    ProgrammingError,
)
from sqlalchemy.pool import ConnectionPoolEntry

from aggregator.errors import StoreError
from aggregator.store import revision, schema
from aggregator.store.tables import meta

_BUSY_SECONDS = 30
_BUSY_PAUSE = 0.02
_WRITES = "aggregator_writes"
"""The option of a writing connection: a list, into which ``bump`` puts the revision it made."""
_DOUBT_SECONDS = 600
"""On a disk that is nearly full small writes still go well: for so long they are no proof. After
that nobody may have tried again."""
_BUGS = (IntegrityError, ProgrammingError, DataError, NotSupportedError)


class Database:
    """A database at the newest schema. Safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        # SQLite has one writer: waiting here is fair, its own waiting is polling.
        self._writing = threading.Lock() if engine.dialect.name == "sqlite" else None
        self.installation = ""
        """8 hexadecimal digits that name this collection of articles for ever."""
        self._seen = revision.of(engine.url)
        self._refused_at: float | None = None

    @classmethod
    def open(cls, url: str | URL, *, now: datetime) -> Self:
        """Open ``sqlite:///path`` or ``postgresql://…``; make or migrate it where needed.

        Raises StoreError with what to do; NewerSchema where a newer version wrote it.
        """
        db = cls(_engine(url))
        try:
            with db.read() as connection:
                present = schema.revision(connection)
            if present != schema.REVISIONS[-1]:
                with db.write() as connection:
                    schema.upgrade(connection, now)
            with db.read() as connection:
                db.installation = _fact(connection, "installation")
            db.look()
        except BaseException:
            db.close()
            raise
        return db

    def close(self) -> None:
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def address(self) -> str:
        """The address for people: as it stands in the configuration, without a password."""
        plain = self.url.set(drivername=self.url.get_backend_name())
        return plain.render_as_string(hide_password=True)

    @property
    def url(self) -> URL:
        return self._engine.url

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one moment of the database and may not write."""
        options: dict[str, Any] = {}
        if self._writing is None:
            options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with self._transaction(options) as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that is kept if the block ends well, and leaves nothing if it doesn't."""
        moved: list[int] = []
        if self._writing is None:
            # A second writer has to see what the first one wrote while it waited for it.
            options = {"isolation_level": "READ COMMITTED", _WRITES: moved}
            with self._transaction(options) as connection:
                yield connection
        else:
            with self._writing, self._transaction({_WRITES: moved}) as connection:
                yield connection
        self._seen.learn(*moved)
        if moved:
            self._refused_at = None

    @property
    def refuses(self) -> bool:
        """Whether this process could not store something, and nothing that readers see since."""
        at = self._refused_at
        return at is not None and time.monotonic() - at <= _DOUBT_SECONDS

    def revision(self) -> int:
        """Return a number that has moved if what readers would see has changed.

        Costs no query: what this process wrote is known at once, and what others wrote within a
        second, for which one caller of all asks the database.
        """
        return self._seen.refresh(self.look)

    def look(self) -> None:
        """Ask the database itself for the revision; raises StoreError if it doesn't answer."""
        with self.read() as connection:
            self._seen.learn(int(_fact(connection, "revision")))

    @contextmanager
    def _transaction(self, options: dict[str, Any]) -> Iterator[Connection]:
        try:
            with (
                self._engine.connect().execution_options(**options) as connection,
                connection.begin(),
            ):
                yield connection
        except (DBAPIError, sqlite3.Error) as error:
            message = _explain(error)
            if message is None:
                raise
            if _WRITES in options:
                self._refused_at = time.monotonic()
            message = f"{self.address}: {message}"
            raise StoreError(message) from error


def bump(connection: Connection) -> None:
    """Move the revision. Last in a transaction: on PostgreSQL, others wait from here on."""
    more = cast(cast(meta.c.value, BigInteger) + 1, Text)
    moved = update(meta).where(meta.c.key == "revision").values(value=more)
    found = connection.scalar(moved.returning(meta.c.value))
    connection.get_execution_options()[_WRITES].append(int(found))


def _fact(connection: Connection, key: str) -> str:
    value: str = connection.execute(select(meta.c.value).where(meta.c.key == key)).scalar_one()
    return value


# --- engines ----------------------------------------------------------------------------------


def _engine(url: str | URL) -> Engine:
    try:
        parsed = make_url(url)
    except ArgumentError:
        parsed = URL.create("")
    match parsed.drivername.partition("+")[0]:
        case "sqlite":
            return _sqlite(parsed)
        case "postgresql" | "postgres":
            return _postgresql(parsed.set(drivername="postgresql+psycopg"))
        case _:
            message = (
                "service.database must be sqlite:///path/to/file.db or postgresql://user@host/name"
            )
            raise StoreError(message)


def _postgresql(url: URL) -> Engine:
    return create_engine(
        url,
        pool_pre_ping=True,
        pool_size=10,
        max_overflow=20,
        # Prepared statements would get generic plans, which know nothing of a word's frequency.
        connect_args={"prepare_threshold": None, "connect_timeout": 10, "client_encoding": "utf8"},
    )


def _sqlite(url: URL) -> Engine:
    if not url.database or url.database == ":memory:":
        raise StoreError("service.database needs a file: sqlite:///path/to/file.db")
    path = Path(url.database)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = (
            f"can't make the directory {path.parent} for the database ({error.strerror}); "
            "make it yourself and let this user write there, or change service.database"
        )
        raise StoreError(message) from error
    engine = create_engine(
        url.set(drivername="sqlite+pysqlite"),
        pool_size=10,
        max_overflow=-1,
        connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False},
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, also before DDL
    _use_wal(connection)
    for pragma in (
        "synchronous=FULL",  # NORMAL loses acknowledged commits when the power fails
        "foreign_keys=ON",
        "cache_size=-8000",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _use_wal(connection: sqlite3.Connection) -> None:
    """Switch to WAL; while another connection does so, SQLite fails at once instead of waiting."""
    left = round(_BUSY_SECONDS / _BUSY_PAUSE)
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            left -= 1
            if left < 0 or not error.sqlite_errorname.startswith("SQLITE_BUSY"):
                raise
            time.sleep(_BUSY_PAUSE)
        else:
            return


def _begin(connection: Connection) -> None:
    # A transaction that starts reading and then writes fails at once where another wrote meanwhile.
    writes = _WRITES in connection.get_execution_options()
    # To the driver: through SQLAlchemy it takes as long as a SELECT.
    connection.connection.cursor().execute("BEGIN IMMEDIATE" if writes else "BEGIN")


# --- what went wrong --------------------------------------------------------------------------

_SQLITE = {
    "SQLITE_NOTADB": "this file is not a database; move it away, or change service.database",
    "SQLITE_CORRUPT": "the database file is damaged; restore a backup (`restore PATH`)",
    "SQLITE_FULL": "the disk is full; make room, nothing that was stored is lost",
    "SQLITE_IOERR": "reading or writing the file failed; check the disk and its free space",
    "SQLITE_CANTOPEN": "can't open or make the file; check that it is a file and that this user "
    "may write to it and to its directory",
    "SQLITE_READONLY": "may not write; let this user write to the file and to its directory",
    "SQLITE_PERM": "may not write; let this user write to the file and to its directory",
    "SQLITE_BUSY": f"another process has kept the database locked for {_BUSY_SECONDS} s; end it",
}


def _explain(error: DBAPIError | sqlite3.Error) -> str | None:
    """Return what is wrong and what to do; None for what only a bug of ours can cause."""
    if isinstance(error, _BUGS):
        return None
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        name = getattr(cause, "sqlite_errorname", "")
        known = (advice for code, advice in _SQLITE.items() if name.startswith(code))
        return next(known, None)
    first_line = str(cause).strip().partition("\n")[0]
    return f"{first_line}; check that PostgreSQL runs, that it has space, and service.database"
