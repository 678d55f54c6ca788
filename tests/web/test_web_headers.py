"""What holds for every answer of the site, pages, feeds and errors alike."""

from __future__ import annotations

import newsroom
import pytest
from web_client import Visit, client, routes
from werkzeug.test import TestResponse

from aggregator.store.database import Database
from aggregator.web import create_app

ERRORS = {
    "/nothing": 404,
    "/articles/nope": 404,
    "/topics/nope": 404,
    "/sources/nope": 404,
    "/day/2026-13-99": 404,
    "/feeds/nope.atom": 404,
    "/feeds/war.xml": 404,
    "/static/nope.css": 404,
    "/search?q=(": 400,
    "/feeds/search.atom?q=(": 400,
}
SECURE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def assert_secure(response: TestResponse) -> None:
    headers = response.headers
    policy = dict(
        part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert "script-src" not in policy
    assert "unsafe" not in headers["Content-Security-Policy"]
    for name, value in SECURE.items():
        assert headers[name] == value
    assert headers["Cross-Origin-Resource-Policy"] in ("same-origin", "cross-origin")
    assert "Permissions-Policy" in headers
    assert "Set-Cookie" not in headers


def test_every_route_there_is_answers_with_all_security_headers(visit: Visit) -> None:
    caller = visit()
    for address in routes(caller.application):
        response = caller.get(address)
        assert response.status_code == 200, address
        assert_secure(response)


@pytest.mark.parametrize(("address", "status"), ERRORS.items())
def test_errors_carry_the_security_headers_too(visit: Visit, address: str, status: int) -> None:
    response = visit().get(address)
    assert response.status_code == status
    assert_secure(response)


def test_a_crash_is_a_500_with_headers_and_tells_nothing_of_itself(
    db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(lambda: newsroom.site(db, clock=lambda: 1 / 0))
    response = app.test_client().get("/")
    assert response.status_code == 500
    assert_secure(response)
    assert "ZeroDivisionError" not in response.text
    assert "broke" in response.text
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_nothing_can_be_written(visit: Visit, method: str) -> None:
    caller = visit()
    for address in routes(caller.application):
        response = caller.open(address, method=method)
        assert response.status_code == 405
        assert {"GET", "HEAD"} <= set(response.headers["Allow"].split(", "))
        assert_secure(response)


def test_a_large_body_is_refused_unread(visit: Visit) -> None:
    response = visit().get("/", data=b"x" * 100_000)
    assert response.status_code == 413
    assert_secure(response)


def test_head_says_what_get_says_without_a_body(visit: Visit) -> None:
    caller = visit()
    for address in routes(caller.application):
        got, asked = caller.get(address), caller.head(address)
        assert asked.status_code == got.status_code
        assert asked.data == b""
        same = ("Content-Type", "ETag", "Content-Length", "Cache-Control", "Last-Modified")
        assert [asked.headers.get(n) for n in same] == [got.headers.get(n) for n in same]


HOSTILE_HOSTS = ("evil.example", "evil.example:99", 'a"><script>', "[::1", "", "a b", "х.example")


@pytest.mark.parametrize("host", HOSTILE_HOSTS)
def test_no_address_comes_from_the_host_header(visit: Visit, host: str) -> None:
    caller = visit()
    plain = {address: caller.get(address) for address in routes(caller.application)}
    forged = {
        "HTTP_HOST": host.encode().decode("latin-1"),
        "HTTP_X_FORWARDED_HOST": "evil.example",
        "HTTP_X_FORWARDED_PROTO": "gopher",
        "HTTP_FORWARDED": "host=evil.example",
    }
    for address, before in plain.items():
        response = caller.get(address, environ_overrides=forged)
        assert response.data == before.data, address
        assert response.headers.get("Link") == before.headers.get("Link")


@pytest.mark.parametrize(("address", "status"), [("/topics/azer", 301), ("/feeds/azer.atom", 301)])
def test_redirects_stay_at_home(visit: Visit, address: str, status: int) -> None:
    response = visit().get(address, headers={"Host": "evil.example"})
    assert response.status_code == status
    assert "evil" not in response.headers["Location"]
    assert_secure(response)


@pytest.mark.parametrize(
    ("path", "status"), [("//evil.example", 404), ("//evil.example/topics/war", 404), ("", 200)]
)
def test_odd_paths_redirect_nowhere(visit: Visit, path: str, status: int) -> None:
    response = visit().get("/", environ_overrides={"PATH_INFO": path})
    assert response.status_code == status
    assert "Location" not in response.headers


@pytest.mark.parametrize("path", ["/news/topics/war", "/topics/war"])
def test_a_path_in_base_url_stands_in_every_address(visit: Visit, path: str) -> None:
    """Whether the proxy in front takes the path off or not."""
    caller = visit(base_url="https://example.org/news/")
    text = caller.get(path).text
    assert 'href="/news/topics/climate"' in text
    assert 'href="https://example.org/news/feeds/war.atom"' in text
    assert 'href="/topics' not in text
    assert 'href="/news/static/style.css?' in text


def test_the_prefix_alone_is_the_digest(visit: Visit) -> None:
    caller = visit(base_url="https://example.org/news")
    assert caller.get("/news").status_code == caller.get("/news/").status_code == 200
    assert caller.get("/newspaper").status_code == 404


def test_pages_are_asked_for_again_but_not_sent_again(visit: Visit) -> None:
    caller = visit()
    first = caller.get("/")
    assert first.headers["Cache-Control"] == "no-cache"
    again = caller.get("/", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("address", ["/day/2026-11-20", "/search?q=(", "/nothing"])
def test_what_is_wrong_is_kept_by_nobody(visit: Visit, address: str) -> None:
    response = visit().get(address, headers={"If-None-Match": "*"})
    assert response.status_code in (400, 404)
    assert response.headers["Cache-Control"] == "no-store"
    assert "ETag" not in response.headers


def test_a_database_that_fails_is_a_503_in_plain_words(db: Database) -> None:
    caller = client(newsroom.site(db))
    newsroom.ruin(db)
    response = caller.get("/")
    assert response.status_code == 503
    assert_secure(response)
    assert "news.db" not in response.text
