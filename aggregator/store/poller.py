"""Who may poll into a database: on SQLite one process, on PostgreSQL any number."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aggregator.errors import StoreError
from aggregator.store.database import Database


@contextmanager
def admitted(db: Database) -> Iterator[bool]:
    """Hold the right to poll into this database while the context is open.

    SQLite has one writer, and what one process knows of its commits another would have to ask
    for. The lock is the operating system's, so it ends with its process, however that ends.
    Yields whether nobody else can have it. Raises StoreError while another process has it.
    """
    path = db.url.database
    if db.url.get_backend_name() != "sqlite" or path is None:
        yield False
        return
    # One file for all names of a database, those by links too. It is never deleted: who waits for
    # a deleted file and who makes it anew would both be let in.
    with Path(f"{Path(path).resolve()}-poller").open("a+", encoding="ascii") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError) as error:  # POSIX allows either
            file.seek(0)
            message = (
                f"{db.address}: process {file.read().strip() or '?'} polls into it already, and "
                "SQLite is for one at a time; stop that one (a running service polls by itself), "
                "or set service.database to a PostgreSQL"
            )
            raise StoreError(message) from error
        except OSError as error:
            message = (
                f"{db.address}: {file.name} can't be locked ({error.strerror}), but SQLite is for "
                "one poller at a time; put the database onto a local disk, or set service.database "
                "to a PostgreSQL"
            )
            raise StoreError(message) from error
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield True
