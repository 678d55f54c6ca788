"""Every store test runs on SQLite and on PostgreSQL: fixtures that give it a database on each."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from stored import NOW

from aggregator.store.database import Database

ENGINES = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite database at the newest schema, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "migrated.db"
    Database.open(f"sqlite:///{path}", now=NOW).close()
    return path


@pytest.fixture(scope="session")
def migrated_postgres(request: pytest.FixtureRequest) -> str:
    """The name of an empty PostgreSQL database at the newest schema, to be used as a template."""
    postgres = request.getfixturevalue("postgres")
    url = postgres.fresh()
    Database.open(url, now=NOW).close()
    return str(postgres.name(url))


@pytest.fixture
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., str]]:
    """A function that makes a database on an engine and returns its URL; migrated if asked."""
    made: list[str] = []
    made_here: list[Path] = []

    def make(engine: str, *, migrated: bool = False) -> str:
        if engine == "sqlite":
            made_here.append(tmp_path / f"{len(made_here)}.db")
            path = made_here[-1]
            if migrated:
                shutil.copyfile(request.getfixturevalue("migrated_sqlite"), path)
            return f"sqlite:///{path}"
        template = request.getfixturevalue("migrated_postgres") if migrated else "template1"
        made.append(request.getfixturevalue("postgres").fresh(template))
        return made[-1]

    yield make
    for url in made:
        request.getfixturevalue("postgres").drop(url)


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def empty_url(engine: str, new_url: Callable[..., str]) -> str:
    """A database without tables, on each engine."""
    return new_url(engine)


@pytest.fixture
def url(engine: str, new_url: Callable[..., str]) -> str:
    """A database at the newest schema with nothing in it, on each engine."""
    return new_url(engine, migrated=True)


@pytest.fixture
def db(url: str) -> Iterator[Database]:
    with Database.open(url, now=NOW) as opened:
        yield opened
