from __future__ import annotations

from collections.abc import Callable, Iterator
from ipaddress import ip_network

import pytest
from origin import Origin

from aggregator.fetch.session import Fetcher, Limits
from aggregator.model import Outcome, Source, Validators

LOOPBACK = (ip_network("127.0.0.0/8"),)


@pytest.fixture
def origin() -> Iterator[Origin]:
    with Origin() as origin:
        yield origin


@pytest.fixture
def other() -> Iterator[Origin]:
    """A second host."""
    with Origin(host="127.0.0.2") as origin:
        yield origin


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    with Fetcher(
        Limits(seconds=10, max_bytes=1_000_000), "test/1 (+https://a.example)", LOOPBACK
    ) as f:
        yield f


@pytest.fixture
def get(fetcher: Fetcher) -> Callable[..., Outcome]:
    """Fetch a URL; what a source has besides its URL is given by name."""

    def get(url: str, validators: Validators = Validators(), **source: object) -> Outcome:
        return fetcher.fetch(Source("key", url, **source), validators)

    return get
