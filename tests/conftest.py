"""What several tests share: the data beside the repository, a PostgreSQL without set-up."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from databases import Postgres, running

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The directory of real and hostile data beside the repository; skips where it is absent."""
    path = ROOT.parent / "shared"
    if not (path / "data").is_dir():
        pytest.skip("needs the data in ../shared, which is not beside this repository")
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A server that all workers share; ``postgres.fresh()`` is an empty database's URL."""
    # Not below pytest's own directory: it closes that to other users at the start of every run,
    # and a server that root starts runs as another user.
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    with running(Path(tempfile.gettempdir()) / f"aggregator-postgres-{run}") as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database on each engine."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/a.db"
        return
    postgres = request.getfixturevalue("postgres")
    fresh = postgres.fresh()
    yield fresh
    postgres.drop(fresh)
