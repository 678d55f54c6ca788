"""The site's password: what it closes, what stays open, and what it lets nobody find out."""

from __future__ import annotations

import newsroom
import pytest
from flask.testing import FlaskClient
from web_client import Visit, routes

AUTH = ("editor", "pass:wörd")
OPEN = {"/static/style.css", "/favicon.ico", "/robots.txt", "/healthz", "/readyz"}
SECRET = "?token=s3cret-%C3%BC"


@pytest.fixture
def caller(visit: Visit) -> FlaskClient:
    return visit(auth=AUTH)


def test_everything_but_machines_and_files_asks_for_the_password(caller: FlaskClient) -> None:
    for address in (*routes(caller.application), "/nothing", "/feeds/never.atom"):
        response = caller.get(address)
        if address in OPEN:
            assert response.status_code == 200, address
        else:
            assert response.status_code == 401, address
            assert response.headers["WWW-Authenticate"].startswith("Basic ")
            assert "Ceasefire" not in response.text


def test_the_password_opens_everything_for_the_callers_own_cache(caller: FlaskClient) -> None:
    for address in routes(caller.application):
        response = caller.get(address, auth=AUTH)
        assert response.status_code == 200, address
        assert "public" not in response.headers.get("Cache-Control", ""), address


@pytest.mark.parametrize(
    "auth", [("editor", "x"), ("x", "pass:wörd"), ("", ""), ("editor", ""), ("ü" * 999, "\x00")]
)
def test_a_wrong_password_opens_nothing(caller: FlaskClient, auth: tuple[str, str]) -> None:
    assert caller.get("/", auth=auth).status_code == 401


@pytest.mark.parametrize(
    "header", ["Basic", "Basic !", "Basic /w==", "Bearer abc", "Basic Zg==", "Basic ÿþ"]
)
def test_a_broken_header_opens_nothing(caller: FlaskClient, header: str) -> None:
    assert caller.get("/", headers={"Authorization": header}).status_code == 401


def test_a_header_that_is_none_hurts_no_open_site(visit: Visit) -> None:
    for address in ("/healthz", "/feeds/all.atom"):
        assert visit().get(address, headers={"Authorization": "Basic ÿþ"}).status_code == 200


def test_a_private_feeds_token_is_password_enough(caller: FlaskClient) -> None:
    assert caller.get(f"/feeds/desk.atom{SECRET}").status_code == 200
    assert caller.get(f"/feeds/war.atom{SECRET}").status_code == 401
    assert caller.get("/feeds/desk.atom", auth=AUTH).status_code == 404


def test_strangers_cannot_tell_a_private_feed_from_none(caller: FlaskClient) -> None:
    closed = caller.get("/feeds/desk.atom?token=guess")
    absent = caller.get("/feeds/never.atom?token=guess")
    assert closed.status_code == absent.status_code == 401
    assert closed.data == absent.data


def test_the_page_of_refusal_names_nothing(caller: FlaskClient) -> None:
    text = caller.get("/").text
    assert "password" in text
    assert all(topic.name not in text for topic in newsroom.TOPICS)
    assert "The Morning Post-Box" not in text


def test_health_tells_strangers_the_status_only(visit: Visit) -> None:
    caller = visit(auth=AUTH, problems=("config/topics.yaml:1:1: secret-project: unknown key",))
    assert caller.get("/healthz").json == {"status": "degraded"}
    told = caller.get("/healthz", auth=AUTH).json
    assert told is not None
    assert told["problems"] == ["config/topics.yaml:1:1: secret-project: unknown key"]
