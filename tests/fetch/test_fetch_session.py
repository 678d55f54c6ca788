from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from origin import Origin
from outcomes import fetched

from aggregator.model import Failed, NotModified, Outcome

Get = Callable[..., Outcome]


def test_a_feed_comes_with_its_type_and_validators(origin: Origin, get: Get) -> None:
    url = origin.serve("/feed", b"<rss/>", "text/xml; charset=koi8-r")
    outcome = fetched(get(url))
    assert (outcome.url, outcome.body, outcome.moved_to) == (url, b"<rss/>", None)
    assert outcome.content_type == "text/xml; charset=koi8-r"
    assert outcome.validators.etag
    assert outcome.validators.last_modified


def test_a_feed_that_did_not_change_is_not_sent_again(origin: Origin, get: Get) -> None:
    url = origin.serve("/feed", b"<rss/>")
    first = fetched(get(url))
    assert get(url, first.validators) == NotModified(first.validators)
    origin.serve("/feed", b"<rss>new</rss>")
    assert fetched(get(url, first.validators)).body == b"<rss>new</rss>"
    assert [seen.status for seen in origin.requests] == [200, 304, 200]


def test_we_say_who_asks_and_what_for(origin: Origin, get: Get) -> None:
    get(origin.serve("/feed", b"<rss/>"))
    [seen] = origin.requests
    assert seen.method == "GET"
    assert seen.headers["user-agent"] == "test/1 (+https://a.example)"
    assert "application/atom+xml" in seen.headers["accept"]
    assert seen.headers["host"] == f"127.0.0.1:{origin.port}"
    assert not {"cookie", "referer", "authorization", "if-none-match"} & seen.headers.keys()


def test_a_source_brings_its_own_headers_and_auth(origin: Origin, get: Get) -> None:
    headers = (("user-agent", "mine"), ("X-Key", "ключ"), ("ACCEPT", "*/*"))
    get(origin.serve("/feed", b"<rss/>"), headers=headers, auth=("jürgen", "пароль"))
    [seen] = origin.requests
    assert seen.headers["user-agent"] == "mine"
    assert seen.headers["accept"] == "*/*"
    assert seen.headers["x-key"].encode("latin-1").decode() == "ключ"
    assert seen.headers["authorization"] == "Basic asO8cmdlbjrQv9Cw0YDQvtC70Yw="


def test_cookies_are_neither_kept_nor_sent(origin: Origin, get: Get) -> None:
    url = origin.serve("/feed", b"<rss/>", headers={"Set-Cookie": "a=b; Path=/"})
    get(url)
    get(url)
    assert "cookie" not in origin.requests[1].headers


def test_a_url_goes_out_as_it_was_checked(origin: Origin, get: Get) -> None:
    origin.serve("/%7Efeed/a%2Fb", b"<rss/>")
    get(origin.url("/%7Efeed/a%2Fb?x=%41#fragment"))
    assert origin.requests[0].path == "/%7Efeed/a%2Fb?x=%41"


def test_polls_of_a_host_share_a_connection(origin: Origin, get: Get) -> None:
    url = origin.serve("/feed", b"<rss/>")
    validators = fetched(get(url)).validators
    assert isinstance(get(url, validators), NotModified)
    fetched(get(url))
    assert origin.connections == 1


def test_a_kept_connection_that_the_server_has_closed_is_replaced(get: Get) -> None:
    """Closed just when the next request is on its way, which a look at the socket can't foresee."""
    ok = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<rss/>"
    connections = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def run() -> None:
            for _ in range(2):
                connection, _ = server.accept()
                connections.append(connection)
                with connection:
                    connection.recv(65_536)
                    connection.sendall(ok)
                    connection.recv(65_536)  # the second request: hang up on it

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/feed"
        assert fetched(get(url)).body == b"<rss/>"
        assert fetched(get(url)).body == b"<rss/>"
        assert len(connections) == 2
        # Once is chance; a fresh connection that is closed as well is the server's doing.
        server.close()
        assert isinstance(get(url), Failed)
        thread.join(5)


def test_many_threads_share_a_fetcher(origin: Origin, get: Get) -> None:
    urls = [origin.serve(f"/{n}", f"<rss>{n}</rss>".encode(), gzip=True) for n in range(50)]
    with ThreadPoolExecutor(16) as pool:
        bodies = [fetched(outcome).body for outcome in pool.map(get, urls * 4)]
    assert bodies == [f"<rss>{n}</rss>".encode() for n in range(50)] * 4


def test_netrc_and_proxies_of_the_environment_are_ignored(
    origin: Origin, get: Get, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    fetched(get(origin.serve("/feed", b"<rss/>")))
    assert "authorization" not in origin.requests[0].headers
