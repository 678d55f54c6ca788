"""Who may poll into a database."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from databases import Postgres

from aggregator.errors import StoreError
from aggregator.store.database import Database
from aggregator.store.poller import admitted

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)

ANOTHER = """
import sys
from datetime import UTC, datetime
from aggregator.store.database import Database
from aggregator.store.poller import admitted
with Database.open(sys.argv[1], now=datetime.now(UTC)) as db, admitted(db):
    print("in", flush=True)
    sys.stdin.read()
"""


def another(url: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", ANOTHER, url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "in\n"
    return process


def test_sqlite_has_one_poller_and_says_who_it_is(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    with Database.open(url, now=NOW) as db, another(url) as process:
        with pytest.raises(StoreError, match=rf"process {process.pid} polls into it already"):
            admitted(db).__enter__()
        process.kill()
        process.wait()
        with admitted(db) as alone:
            assert alone
        with admitted(db) as alone:
            assert alone


def test_another_name_of_the_database_lets_no_second_poller_in(tmp_path: Path) -> None:
    (tmp_path / "link.db").symlink_to(tmp_path / "a.db")
    with (
        Database.open(f"sqlite:///{tmp_path / 'a.db'}", now=NOW) as db,
        Database.open(f"sqlite:///{tmp_path / 'link.db'}", now=NOW) as same,
        another(str(db.url)) as process,
    ):
        with pytest.raises(StoreError, match=rf"process {process.pid} polls into it already"):
            admitted(same).__enter__()
        process.communicate()


def test_a_disk_without_locks_is_not_told_as_another_poller(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr("fcntl.lockf", refuse)
    with (
        Database.open(f"sqlite:///{tmp_path / 'a.db'}", now=NOW) as db,
        pytest.raises(StoreError, match=r"can't be locked \(No locks available\)"),
    ):
        admitted(db).__enter__()


def test_postgresql_has_any_number_of_pollers(postgres: Postgres) -> None:
    url = postgres.fresh()
    with Database.open(url, now=NOW) as db, another(url) as process, admitted(db) as alone:
        assert not alone
        process.communicate()
    postgres.drop(url)
