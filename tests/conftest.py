"""What several tests share: the data beside the repository, and a PostgreSQL that needs no set-up."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The directory of real and hostile data beside the repository; skips where it is absent."""
    path = ROOT.parent / "shared"
    if not (path / "data").is_dir():
        pytest.skip("needs the data in ../shared, which is not beside this repository")
    return path
