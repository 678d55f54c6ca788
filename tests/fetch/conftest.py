from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from ipaddress import ip_network
from pathlib import Path

import pytest
from origin import Origin

from aggregator.app import utc_now
from aggregator.fetch.session import Fetcher, Limits
from aggregator.model import Outcome, Source, Validators

NONE = Validators()
# Self-signed for localhost and 127.0.0.1, until 2126; made by openssl req -x509, trusted by nobody.
UNTRUSTED = Path(__file__).with_name("untrusted.pem")
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


@pytest.fixture(scope="session")
def fetcher() -> Iterator[Fetcher]:
    with Fetcher(
        Limits(seconds=10, max_bytes=1_000_000), "test/1 (+https://a.example)", utc_now, LOOPBACK
    ) as f:
        yield f


@pytest.fixture
def get(fetcher: Fetcher) -> Callable[..., Outcome]:
    """Fetch a URL; what a source has besides its URL is given by name."""

    def get(url: str, validators: Validators = NONE, **source: object) -> Outcome:
        return fetcher.fetch(Source("key", url, **source), validators)

    return get


@pytest.fixture
def server_tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(UNTRUSTED)
    return context


@pytest.fixture
def secure(server_tls: ssl.SSLContext) -> Iterator[Origin]:
    with Origin(tls=server_tls) as origin:
        origin.serve("/feed", b"<rss/>")
        yield origin


@pytest.fixture
def trusting(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Outcome]]:
    """Fetch on a machine whose operator trusts the certificate."""
    monkeypatch.setenv("SSL_CERT_FILE", str(UNTRUSTED))
    with Fetcher(Limits(seconds=1), "test/1", utc_now, LOOPBACK) as fetcher:
        yield lambda url, **source: fetcher.fetch(Source("key", url, **source), Validators())
