"""What the tests of reader apps share: each app that is installed, and a publisher's server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from origin import Origin
from readers.apps import APPS, App


@pytest.fixture(params=APPS)
def app(request: pytest.FixtureRequest) -> App:
    chosen = APPS[request.param]
    if not chosen.available():
        pytest.skip(f"{request.param} is not installed")
    return chosen


@pytest.fixture
def origin() -> Iterator[Origin]:
    with Origin() as opened:
        yield opened
