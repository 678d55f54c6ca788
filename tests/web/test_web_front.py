"""Kept feeds before Flask: no query, the same answer as Flask's, and only for whom it was made."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import newsroom
import pytest
from flask.testing import FlaskClient
from sqlalchemy import event
from web_client import Visit, client
from werkzeug.test import TestResponse

from aggregator.errors import StoreError
from aggregator.model import Feed, Per
from aggregator.store import polls
from aggregator.store.database import Database
from aggregator.web import create_app

SECRET = "?token=s3cret-%C3%BC"
FUTURE, PAST = "Fri, 01 Jan 2100 00:00:00 GMT", "Sun, 01 Nov 2020 00:00:00 GMT"
ADDRESSES = (
    "/feeds/all.atom",
    "/feeds/war.rss",
    "/feeds/fresh.json",
    "/feeds/war.json?per=story",
    "/feeds/all.atom?before=1700000000000000.a",
    "/feeds/search.rss?q=war",
    f"/feeds/desk.atom{SECRET}",
)
HEADERS: tuple[dict[str, str], ...] = (
    {},
    {"Accept-Encoding": "gzip, deflate, br, zstd"},
    {"Accept-Encoding": "gzip"},
    {"Accept-Encoding": "gzip;q=0.5, zstd;q=0.9"},
    {"Accept-Encoding": "deflate"},
    {"Accept-Encoding": "gzip;q=0, *;q=0"},
    {"Accept-Encoding": "identity, gzip;q=0.1"},
    {"Accept-Encoding": "gzip" + " " * 600},
    {"Sec-Fetch-Dest": "document"},
    {"If-None-Match": "*"},
    {"If-None-Match": '"other", W/"another:gzip"'},
    {"If-None-Match": '"{etag}"'},
    {"If-None-Match": 'W/"x", W/"{etag}:br"', "Accept-Encoding": "gzip"},
    {"If-None-Match": '"other"', "If-Modified-Since": FUTURE},
    {"If-Modified-Since": FUTURE, "Accept-Encoding": "gzip"},
    {"If-Modified-Since": PAST},
    {"If-Match": '"other"'},
    {"If-Match": "*"},
    {"If-Match": "*", "If-None-Match": '"{etag}"'},
    {"Host": "evil.example", "Range": "bytes=0-5"},
)


@contextmanager
def queries(db: Database) -> Iterator[list[str]]:
    """The statements that the database is asked meanwhile."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(db._engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(db._engine, "before_cursor_execute", note)


def late_news(db: Database, title: str = "A late arrival", number: int = 99) -> None:
    story = newsroom.Story("harbour", title, "", 0.1)
    arrival = newsroom.arrival(number, story, "https://pictures.example", newsroom.NOW)
    polls.commit(db, newsroom.commit("harbour", [arrival], newsroom.NOW))


def told(response: TestResponse) -> tuple[object, ...]:
    return response.status, sorted(response.headers), response.data


@pytest.fixture
def looked(db: Database) -> Database:
    """The newsroom, where nobody looks for what other processes wrote."""
    db._seen.look_again = float("inf")
    return db


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_what_is_kept_is_answered_like_what_is_made(
    looked: Database, visit: Visit, address: str, method: str
) -> None:
    kept = visit()
    etag = kept.get(address).get_etag()[0]
    assert etag
    for said in HEADERS:
        headers = {name: value.format(etag=etag) for name, value in said.items()}
        kept.open(address, method=method, headers=headers)
        with queries(looked) as asked:
            again = kept.open(address, method=method, headers=headers)
        assert asked == []
        assert told(again) == told(visit().open(address, method=method, headers=headers)), said


@pytest.mark.parametrize("address", ["/feeds/war.atom", "/", "/feeds.opml", "/static/style.css"])
def test_what_is_there_matches_a_star(visit: Visit, address: str) -> None:
    caller = visit()
    for _ in ("made", "kept"):
        response = caller.get(address, headers={"If-Match": " * "})
        assert response.status_code == 200
        held = {"If-Match": "*", "If-None-Match": response.headers["ETag"]}
        assert caller.get(address, headers=held).status_code == 304
        other = {"If-Match": '"other"'}
        assert caller.get(address, headers=other).status_code == 412


HUB = "https://hub.example/"


@pytest.mark.parametrize("form", ["atom", "rss", "json"])
def test_a_public_feed_names_its_hub_also_where_it_has_not_changed(visit: Visit, form: str) -> None:
    caller, link = visit(hub=HUB), f'<https://news.example/feeds/war.{form}>; rel="self"'
    for _ in range(2):
        answer = caller.get(f"/feeds/war.{form}")
        assert HUB in answer.text
        same = caller.get(
            f"/feeds/war.{form}", headers={"If-None-Match": f'"{answer.get_etag()[0]}"'}
        )
        assert (answer.status_code, same.status_code) == (200, 304)
        for one in (answer, same):
            assert one.headers["Link"] == f'{link}, <{HUB}>; rel="hub"'


@pytest.mark.parametrize("address", ADDRESSES[3:])
def test_a_hub_is_named_for_no_feed_that_it_is_not_told_of(visit: Visit, address: str) -> None:
    caller = visit(hub=HUB)
    for _ in range(2):
        answer = caller.get(address)
        assert HUB not in answer.text
        assert "hub" not in answer.headers["Link"]


@pytest.mark.parametrize(
    "changes", [{"auth": ("a", "b")}, {"base_url": "http://127.0.0.1:8000"}, {"hub": None}]
)
def test_a_hub_that_could_not_read_the_feed_is_not_named(
    visit: Visit, changes: dict[str, object]
) -> None:
    caller = visit(**{"hub": HUB, **changes})
    answer = caller.get("/feeds/war.atom", auth=("a", "b"))
    assert answer.status_code == 200
    assert HUB not in answer.text
    assert "hub" not in answer.headers["Link"]


def test_flask_is_not_asked_for_what_is_kept(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    caller = visit()
    first = caller.get("/feeds/war.atom").data
    monkeypatch.setattr(caller.application, "request_class", None)
    assert caller.get("/feeds/war.atom").data == first


def test_a_commit_is_seen_by_the_next_request(looked: Database, visit: Visit) -> None:
    caller = visit()
    before = [caller.get("/feeds/all.atom") for _ in range(2)]
    late_news(looked)
    after = [caller.get("/feeds/all.atom") for _ in range(2)]
    assert b"A late arrival" in after[0].data == after[1].data
    assert b"A late arrival" not in before[1].data


def test_a_feed_that_a_commit_does_not_touch_keeps_its_validators(
    looked: Database, visit: Visit
) -> None:
    caller, gzip = visit(), {"Accept-Encoding": "gzip"}
    before = caller.get("/feeds/climate.atom", headers=gzip)
    late_news(looked)
    after = caller.get("/feeds/climate.atom", headers=gzip)
    same = ("ETag", "Last-Modified")
    assert [after.headers[name] for name in same] == [before.headers[name] for name in same]


def test_a_feed_with_a_clock_moves_with_the_minute(looked: Database) -> None:
    time = [newsroom.NOW]
    site = newsroom.site(looked, clock=lambda: time[0])
    caller = create_app(lambda: site).test_client()
    assert "Price war" in [caller.get("/feeds/fresh.atom").text for _ in range(2)][1]
    time[0] += timedelta(hours=20)
    assert "Price war" not in caller.get("/feeds/fresh.atom").text


def test_a_new_configuration_is_in_force_for_what_is_kept(looked: Database) -> None:
    holder = [newsroom.site(looked)]
    caller = create_app(lambda: holder[0]).test_client()
    statuses = [caller.get("/feeds/war.atom").status_code for _ in range(2)]
    holder[0] = replace(holder[0], auth=("me", "secret"), generation=1)
    assert ask(caller, "me:secret").status_code == 200
    statuses.append(caller.get("/feeds/war.atom").status_code)
    holder[0] = replace(holder[0], auth=None, feeds={}, generation=2)
    statuses.append(caller.get("/feeds/war.atom").status_code)
    assert statuses == [200, 200, 401, 404]


def ask(caller: FlaskClient, password: str, address: str = "/feeds/war.atom") -> TestResponse:
    given = base64.b64encode(password.encode()).decode()
    return caller.get(address, headers={"Authorization": f"Basic {given}"})


def test_what_one_caller_may_have_is_not_given_to_another(visit: Visit) -> None:
    closed = visit(auth=("me", "secret"))
    assert [ask(closed, "me:secret").status_code for _ in range(2)] == [200, 200]
    assert "private" in ask(closed, "me:secret").headers["Cache-Control"]
    assert ask(closed, "me:guess").status_code == 401
    assert closed.get("/feeds/war.atom").status_code == 401
    assert closed.get(f"/feeds/desk.atom{SECRET}").status_code == 200
    assert closed.get(f"/feeds/desk.atom{SECRET}").status_code == 200
    assert closed.get("/feeds/desk.atom").status_code == 401
    assert visit().get("/feeds/desk.atom?token=guess").status_code == 404


def test_a_large_body_is_refused_before_what_is_kept(visit: Visit) -> None:
    caller = visit()
    caller.get("/feeds/war.atom")
    assert caller.get("/feeds/war.atom", data=b"x" * 100_000).status_code == 413
    assert caller.post("/feeds/war.atom").status_code == 405


def test_a_path_in_base_url_may_be_there_or_taken_off(visit: Visit) -> None:
    caller = visit(base_url="https://example.org/news")
    found = [caller.get(f"{path}/feeds/war.atom") for path in ("/news", "", "/news", "")]
    assert len({answer.data for answer in found}) == 1
    link = '<https://example.org/news/feeds/war.atom>; rel="self"'
    assert {answer.headers["Link"] for answer in found} == {link}


def test_who_makes_up_addresses_fills_no_memory(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aggregator.web.front._MOST", 10)
    caller = visit()
    for number in range(25):
        assert caller.get(f"/feeds/war.atom?x={number}").status_code == 200
    shelf = caller.application.extensions["aggregator.web.feeds.shelf"]
    assert len(shelf._known) <= 10
    caller.get(f"/feeds/war.atom?x={'y' * 600}")
    assert max(len(str(request)) for request in shelf._known) < 200


def test_who_makes_up_passwords_fills_no_memory(visit: Visit) -> None:
    public, closed = visit(), visit(auth=("me", "secret"))
    for number in range(5):
        made_up = {"Authorization": f"Basic {number}{'x' * 600}"}
        assert public.get("/feeds/war.atom", headers=made_up).status_code == 200
        assert closed.get(f"/feeds/desk.atom{SECRET}", headers=made_up).status_code == 200
    assert len(public.application.extensions["aggregator.web.feeds.shelf"]._known) == 1
    assert not closed.application.extensions["aggregator.web.feeds.shelf"]._known


def test_who_makes_up_cursors_fills_no_memory(visit: Visit) -> None:
    caller = visit()
    for cursor in ("x" * 2000, f"1700000000000000.{'x' * 2000}"):
        assert caller.get(f"/feeds/war.atom?before={cursor}").status_code == 404
    assert not caller.application.extensions["aggregator.web.feeds.shelf"].others._slots


@pytest.mark.parametrize("asked", ["?per=story", "?per=story&min_sources=3", "?before=17.a"])
def test_what_callers_put_together_drives_out_no_feed_of_the_operators(
    visit: Visit, asked: str
) -> None:
    caller = visit()
    caller.get("/feeds/war.atom")
    caller.get(f"/feeds/war.atom{asked}")
    shelf = caller.application.extensions["aggregator.web.feeds.shelf"]
    assert (len(shelf.newest._slots), len(shelf.others._slots)) == (1, 1)


def test_how_many_outlets_a_feed_of_stories_wants_drives_out_no_feed_either(
    db: Database,
) -> None:
    feeds = {"told": Feed("told", "Told", per=Per.STORY)}
    caller = client(newsroom.site(db, feeds=feeds))
    caller.get("/feeds/told.atom")
    caller.get("/feeds/told.atom?min_sources=3")
    shelf = caller.application.extensions["aggregator.web.feeds.shelf"]
    assert (len(shelf.newest._slots), len(shelf.others._slots)) == (1, 1)


def test_without_its_database_what_is_kept_is_still_served(
    db: Database, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = visit()
    assert caller.get("/feeds/war.atom").status_code == 200

    def broken() -> None:
        raise StoreError("no answer")

    monkeypatch.setattr(db, "read", broken)
    db._seen.look_again = 0
    assert caller.get("/feeds/war.atom").status_code == 200
    assert caller.get("/feeds/war.rss").status_code == 503
    assert caller.get("/readyz").status_code == 503
