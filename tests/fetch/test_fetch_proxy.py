from __future__ import annotations

import contextlib
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator

import pytest
from origin import Origin
from outcomes import failed, fetched

from aggregator.app import utc_now
from aggregator.fetch.session import Fetcher, Limits
from aggregator.model import Outcome, Reason, Source, Validators

Get = Callable[..., Outcome]


@contextlib.contextmanager
def tunnelling(tls: ssl.SSLContext | None) -> Iterator[tuple[str, list[str]]]:
    """A proxy for one tunnel, over TLS itself or not. → its URL, and the request lines it got."""
    asked: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def pump(source: socket.socket, sink: socket.socket) -> None:
            with contextlib.suppress(OSError):
                while data := source.recv(65_536):
                    sink.sendall(data)
                sink.shutdown(socket.SHUT_WR)

        def run() -> None:
            plain, _ = server.accept()
            with tls.wrap_socket(plain, server_side=True) if tls else plain as client:
                asked.append(client.recv(65_536).decode().splitlines()[0])
                host, _, port = asked[0].split()[1].partition(":")
                with socket.create_connection((host, int(port))) as target:
                    client.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
                    back = threading.Thread(target=pump, args=(target, client), daemon=True)
                    back.start()
                    pump(client, target)
                    back.join(5)

        # Ends when the fetcher closes its connection, which may be after this.
        threading.Thread(target=run, daemon=True).start()
        yield f"{'https' if tls else 'http'}://127.0.0.1:{server.getsockname()[1]}", asked


def test_a_sources_proxy_is_asked_instead(other: Origin) -> None:
    other.serve("http://feed.example/x", b"<rss/>")
    proxy = f"http://me:secret@127.0.0.2:{other.port}"
    with Fetcher(
        Limits(), "test/1", utc_now
    ) as fetcher:  # the proxy needs no permission: it was named
        source = Source("key", "http://feed.example/x", proxy=proxy)
        assert fetched(fetcher.fetch(source, Validators())).body == b"<rss/>"
    assert other.requests[0].path == "http://feed.example/x"
    assert other.requests[0].headers["proxy-authorization"] == "Basic bWU6c2VjcmV0"


@pytest.mark.parametrize("secure_proxy", [False, True])
def test_a_secure_feed_comes_through_a_tunnel(
    secure: Origin,
    server_tls: ssl.SSLContext,
    trusting: Get,
    secure_proxy: bool,
) -> None:
    with tunnelling(server_tls if secure_proxy else None) as (proxy, asked):
        outcome = trusting(secure.url("/feed"), proxy=proxy)
    assert fetched(outcome).body == b"<rss/>"
    assert asked[0].startswith(f"CONNECT 127.0.0.1:{secure.port} ")


def test_a_tunnel_vouches_for_nobodys_certificate(secure: Origin, get: Get) -> None:
    with tunnelling(None) as (proxy, _):
        failed(get(secure.url("/feed"), proxy=proxy), Reason.TLS)


@pytest.mark.parametrize("url", ["http://10.0.0.1/", "http://localhost/", "http://[::1]/"])
def test_a_proxy_is_not_asked_for_private_addresses(other: Origin, url: str) -> None:
    with Fetcher(Limits(), "test/1", utc_now) as fetcher:
        source = Source("key", url, proxy=f"http://127.0.0.2:{other.port}")
        failed(fetcher.fetch(source, Validators()), Reason.PRIVATE)
    assert other.connections == 0


def test_a_proxy_that_refuses_a_tunnel_is_a_connect_failure(other: Origin, get: Get) -> None:
    url = "https://feed.example/x"
    detail = failed(get(url, proxy=f"http://127.0.0.2:{other.port}"), Reason.CONNECT)
    assert detail == "the proxy does not reach feed.example"


def test_a_proxy_that_is_not_there_is_a_connect_failure(get: Get) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    for url in ("http://feed.example/x", "https://feed.example/x"):
        detail = failed(get(url, proxy=f"http://127.0.0.1:{port}"), Reason.CONNECT)
        assert "proxy 127.0.0.1" in detail


@pytest.mark.parametrize(
    "proxy", ["socks5://127.0.0.1:1080", "127.0.0.1:3128", "http://", "http://[", "http://:80"]
)
def test_a_proxy_that_is_no_http_address_is_an_address_failure(get: Get, proxy: str) -> None:
    assert "proxy" in failed(get("http://feed.example/x", proxy=proxy), Reason.ADDRESS)


def test_details_are_one_line_without_secrets(origin: Origin, get: Get) -> None:
    url = origin.behave("/feed", "status", code=403) + "?token=s3cret"
    detail = failed(get(url, auth=("user", "s3cret")), Reason.CLIENT_ERROR)
    assert not re.search(r"s3cret|\n", detail)
