"""A newsroom in a real database, and browsers of it without a browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import newsroom
import pytest
from flask.testing import FlaskClient
from web_client import Visit, client

from aggregator.store.database import Database


@pytest.fixture(scope="session")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with the whole newsroom; closed, to be copied."""
    path = tmp_path_factory.mktemp("newsroom") / "news.db"
    with Database.open(f"sqlite:///{path}", now=newsroom.NOW) as db:
        newsroom.fill(db)
    return path


@pytest.fixture
def db(stocked: Path, tmp_path: Path) -> Iterator[Database]:
    """The newsroom, this test's own."""
    shutil.copy(stocked, tmp_path / "news.db")
    with Database.open(f"sqlite:///{tmp_path / 'news.db'}", now=newsroom.NOW) as opened:
        yield opened


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Database]:
    """A database in which nothing has happened yet."""
    with Database.open(f"sqlite:///{tmp_path / 'empty.db'}", now=newsroom.NOW) as opened:
        yield opened


@pytest.fixture
def visit(db: Database) -> Visit:
    """A caller of the newsroom's site, with these fields of ``Site`` changed."""

    def visit(**changes: object) -> FlaskClient:
        return client(newsroom.site(db, **changes))

    return visit
