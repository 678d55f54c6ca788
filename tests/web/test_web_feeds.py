"""Feeds as reader apps ask for them: validators, compression, names, privacy, older entries."""

from __future__ import annotations

import gzip
import json
import threading
from dataclasses import replace
from datetime import timedelta
from xml.etree import ElementTree as ET

import brotli
import newsroom
import pytest
from articles import article_id
from foreign import feedparsed
from origin_acts import zstd
from web_client import Visit, client, routes
from werkzeug.http import http_date

from aggregator.model import Feed
from aggregator.store import feeds as stored_feeds
from aggregator.store import polls
from aggregator.store.database import Database
from aggregator.web import create_app

TYPES = {
    "atom": "application/atom+xml; charset=utf-8",
    "rss": "application/rss+xml; charset=utf-8",
    "json": "application/feed+json; charset=utf-8",
}
ATOM = "{http://www.w3.org/2005/Atom}"
SECRET = "?token=s3cret-%C3%BC"


@pytest.mark.parametrize(("form", "kind"), TYPES.items())
def test_a_feed_says_what_it_is_and_how_long_it_holds(visit: Visit, form: str, kind: str) -> None:
    response = visit().get(f"/feeds/war.{form}")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == kind
    assert response.headers["Cache-Control"] in ("public, max-age=300", "max-age=300, public")
    assert "Accept-Encoding" in response.headers["Vary"]
    assert response.headers["Link"] == f'<https://news.example/feeds/war.{form}>; rel="self"'
    assert "Expires" not in response.headers
    etag, weak = response.get_etag()
    assert etag
    assert not weak


@pytest.mark.parametrize("form", TYPES)
def test_a_feed_holds_its_articles_newest_first(visit: Visit, form: str) -> None:
    text = visit().get(f"/feeds/war.{form}").text
    first = text.index("Ceasefire holds for a third day; convoys")
    assert first < text.index("Переговоры") < text.index("山区道路")
    assert "Театр" not in text


def test_the_etag_is_of_the_bytes_alone(db: Database, visit: Visit) -> None:
    one, other = visit().get("/feeds/all.atom"), visit(generation=9).get("/feeds/all.atom")
    assert one.data == other.data
    assert one.headers["ETag"] == other.headers["ETag"]
    assert one.headers["ETag"] != visit().get("/feeds/war.atom").headers["ETag"]


def test_last_modified_is_the_newest_change_and_stands_still(visit: Visit) -> None:
    # The newest thing that happened to it: two more sources carried its first article.
    times = [newsroom.NOW - timedelta(days=9)]  # when this process began
    caller = visit(clock=lambda: times[-1])
    assert caller.get("/feeds/war.atom").last_modified == newsroom.NOW
    times.append(newsroom.NOW + timedelta(days=1))
    assert caller.get("/feeds/war.atom").last_modified == newsroom.NOW


def test_after_a_restart_who_goes_by_the_date_alone_asks_anew(visit: Visit) -> None:
    """What changed meanwhile in the configuration moves no article's date."""
    before = visit().get("/feeds/war.atom").last_modified
    later = visit(clock=lambda: newsroom.NOW + timedelta(days=1))
    renamed = later.get("/feeds/war.atom", headers={"If-Modified-Since": http_date(before)})
    assert renamed.status_code == 200


def test_a_feed_has_a_weight_that_it_does_not_pass(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = feedparsed(visit().get("/feeds/all.atom").data).entries
    monkeypatch.setattr("aggregator.web.outgoing.MAX_CONTENT_CHARS", 300)
    light = feedparsed(visit().get("/feeds/all.atom").data).entries
    assert [entry.id for entry in light] == [entry.id for entry in whole]
    assert sum(len(str(entry.content)) for entry in light) < sum(
        len(str(entry.content)) for entry in whole
    )


CODINGS = {"gzip": gzip.decompress, "br": brotli.decompress, "zstd": zstd.decompress}


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("form", TYPES)
def test_compressed_feeds_hold_the_same_and_get_their_304(
    visit: Visit, form: str, coding: str
) -> None:
    caller = visit()
    plain = caller.get(f"/feeds/all.{form}")
    packed = caller.get(f"/feeds/all.{form}", headers={"Accept-Encoding": coding})
    assert packed.headers["Content-Encoding"] == coding
    assert CODINGS[coding](packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 2
    asked = {"Accept-Encoding": coding, "If-None-Match": packed.headers["ETag"]}
    again = caller.get(f"/feeds/all.{form}", headers=asked)
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == packed.headers["ETag"]
    assert again.headers["Cache-Control"] == packed.headers["Cache-Control"]
    assert "Content-Encoding" not in again.headers


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("shape", ['"{}"', 'W/"{}"', '"other", "{}"', '"{}:gzip"', '"{}:br", "x"'])
def test_who_names_the_etag_in_any_shape_gets_304(visit: Visit, shape: str, method: str) -> None:
    caller = visit()
    etag = caller.get("/feeds/war.rss").get_etag()[0]
    response = caller.open(
        "/feeds/war.rss", method=method, headers={"If-None-Match": shape.format(etag)}
    )
    assert (response.status_code, response.data) == (304, b"")


@pytest.mark.parametrize("held", ['"other"', '"other:gzip"', "nonsense", '""'])
def test_who_holds_something_else_gets_it_whole(visit: Visit, held: str) -> None:
    response = visit().get(
        "/feeds/war.rss",
        headers={"If-None-Match": held, "If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"},
    )
    assert response.status_code == 200


def test_any_etag_matches_a_star(visit: Visit) -> None:
    assert visit().get("/feeds/war.rss", headers={"If-None-Match": "*"}).status_code == 304


def test_if_modified_since_alone_is_understood(visit: Visit) -> None:
    caller = visit()
    since = caller.get("/feeds/war.rss").headers["Last-Modified"]
    assert caller.get("/feeds/war.rss", headers={"If-Modified-Since": since}).status_code == 304
    before = "Sun, 01 Nov 2026 00:00:00 GMT"
    assert caller.get("/feeds/war.rss", headers={"If-Modified-Since": before}).status_code == 200


def test_an_empty_feed_is_a_feed_without_a_date(empty: Database) -> None:
    caller = client(newsroom.site(empty))
    response = caller.get("/feeds/all.atom")
    assert response.status_code == 200
    assert response.last_modified is None
    ET.fromstring(response.data)


def test_a_browser_gets_the_same_bytes_as_xml_or_json(visit: Visit) -> None:
    caller, browsing = visit(), {"Sec-Fetch-Dest": "document"}
    for address, kind in (
        ("/feeds/war.atom", "application/xml; charset=utf-8"),
        ("/feeds/war.rss", "application/xml; charset=utf-8"),
        ("/feeds/war.json", "application/json; charset=utf-8"),
        ("/feeds.opml", "application/xml; charset=utf-8"),
    ):
        plain, shown = caller.get(address), caller.get(address, headers=browsing)
        assert shown.headers["Content-Type"] == kind
        assert (shown.data, shown.headers["ETag"]) == (plain.data, plain.headers["ETag"])
        assert "Sec-Fetch-Dest" in shown.headers["Vary"]


# --- new bytes only when something changed ------------------------------------------------------


def test_a_commit_and_a_reload_are_seen_at_once(db: Database) -> None:
    holder = [newsroom.site(db)]
    caller = create_app(lambda: holder[0]).test_client()
    first = caller.get("/feeds/all.json").data
    story = newsroom.Story("harbour", "A late arrival", "", 0.1)
    late = newsroom.arrival(99, story, "https://pictures.example", newsroom.NOW)
    polls.commit(db, newsroom.commit("harbour", [late], newsroom.NOW))
    second = caller.get("/feeds/all.json").data
    assert b"A late arrival" in second
    assert b"A late arrival" not in first
    renamed = {**newsroom.FEEDS, "all": Feed("all", "Everything there is")}
    holder[0] = replace(holder[0], base_url="https://moved.example", generation=1)
    assert b"https://moved.example/feeds/all.json" in caller.get("/feeds/all.json").data
    holder[0] = replace(holder[0], feeds=renamed, generation=2)
    assert json.loads(caller.get("/feeds/all.json").data)["title"] == "Everything there is"


def test_a_query_with_a_clock_is_asked_again_every_minute(db: Database) -> None:
    time = [newsroom.NOW]
    caller = create_app(lambda: newsroom.site(db, clock=lambda: time[0])).test_client()
    assert "Price war" in caller.get("/feeds/fresh.atom").text
    time[0] += timedelta(hours=20)
    assert "Price war" not in caller.get("/feeds/fresh.atom").text


def test_a_herd_gets_one_and_the_same(db: Database) -> None:
    app = create_app(lambda: newsroom.site(db))
    found: list[bytes] = []

    def call() -> None:
        found.append(app.test_client().get("/feeds/all.atom").data)

    herd = [threading.Thread(target=call) for _ in range(12)]
    for one in herd:
        one.start()
    for one in herd:
        one.join()
    assert len(found) == 12
    assert len(set(found)) == 1


# --- names --------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", TYPES)
def test_a_former_name_leads_to_the_new_one_in_the_same_format(visit: Visit, form: str) -> None:
    response = visit().get(f"/feeds/azer.{form}")
    assert response.status_code == 301
    assert response.headers["Location"] == f"https://news.example/feeds/azerbaijan.{form}"


def test_a_removed_feed_is_gone_and_an_unknown_one_unknown(db: Database, visit: Visit) -> None:
    stored_feeds.publish(db, ["war", "peace"], newsroom.NOW)
    stored_feeds.publish(db, ["war"], newsroom.NOW)
    caller = visit()
    assert caller.get("/feeds/peace.rss").status_code == 410
    assert caller.get("/feeds/never.rss").status_code == 404
    assert caller.get("/feeds/war.rss").status_code == 200


def test_errors_speak_in_text_to_programs_and_in_a_page_to_browsers(visit: Visit) -> None:
    caller = visit()
    told = caller.get("/feeds/never.rss")
    assert told.headers["Content-Type"] == "text/plain; charset=utf-8"
    shown = caller.get("/feeds/never.rss", headers={"Sec-Fetch-Dest": "document"})
    assert "<h1>" in shown.text


# --- any query ----------------------------------------------------------------------------------


def test_any_query_is_a_feed(visit: Visit) -> None:
    response = visit().get(
        "/feeds/search.json", query_string={"q": 'title:"price war" OR источник'}
    )
    found = json.loads(response.data)
    assert [item["title"] for item in found["items"]] == ["Price war over bread ends in a truce"]
    assert "price war" in found["title"]
    assert found["feed_url"].startswith("https://news.example/feeds/search.json?q=")


def test_the_empty_query_is_everything(visit: Visit) -> None:
    found = json.loads(visit().get("/feeds/search.json").data)
    assert len(found["items"]) == len(newsroom.STORIES)


@pytest.mark.parametrize("q", ["(", "title:", "x" * 3000, "frobnicate:1", "after:yesterday", '"'])
def test_a_wrong_query_is_refused_with_its_place_marked(visit: Visit, q: str) -> None:
    response = visit().get("/feeds/search.atom", query_string={"q": q})
    assert response.status_code == 400
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.text.rstrip().endswith("^")
    assert len(response.text) < 500


def test_older_entries_follow_without_gap_or_double(visit: Visit, db: Database) -> None:
    old = [
        newsroom.arrival(
            number,
            newsroom.Story("harbour", f"Old {number}", "", 24 * 30 + number),
            "",
            newsroom.NOW,
        )
        for number in range(100, 330)
    ]
    polls.commit(db, newsroom.commit("harbour", old, newsroom.NOW))
    caller, seen, address = visit(), [], "/feeds/all.json"
    while address:
        page = json.loads(caller.get(address).data)
        seen += [item["id"] for item in page["items"]]
        assert page["feed_url"].endswith(address)
        address = page.get("next_url", "").removeprefix("https://news.example")
    assert len(seen) == len(set(seen)) == len(newsroom.STORIES) + 230


@pytest.mark.parametrize("cursor", ["x", "1.", ".a", "9" * 40 + ".a", "\x00", "1.a'--"])
def test_a_made_up_cursor_is_no_crash(visit: Visit, cursor: str) -> None:
    caller = visit()
    for address in ("/feeds/all.atom", "/topics/war", "/day/2026-11-22", "/sources/harbour"):
        response = caller.get(address, query_string={"before": cursor})
        assert response.status_code in (200, 404), address


# --- private ------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", TYPES)
def test_a_private_feed_opens_with_its_token_and_for_nobodys_cache(visit: Visit, form: str) -> None:
    response = visit().get(f"/feeds/desk.{form}{SECRET}")
    assert response.status_code == 200
    control = response.headers["Cache-Control"]
    assert "private" in control
    assert "public" not in control
    assert "no-store" not in control
    assert (
        response.headers["Link"] == f'<https://news.example/feeds/desk.{form}{SECRET}>; rel="self"'
    )
    assert SECRET in response.text
    again = visit().get(
        f"/feeds/desk.{form}{SECRET}", headers={"If-None-Match": response.headers["ETag"]}
    )
    assert again.status_code == 304


@pytest.mark.parametrize(
    "token", ["", "?token=", "?token=wrong", "?token=s3cret-", "?token=%FF%00", "?token=s3cret-ü1"]
)
def test_without_the_token_a_private_feed_does_not_exist(visit: Visit, token: str) -> None:
    caller = visit()
    closed, absent = caller.get(f"/feeds/desk.atom{token}"), caller.get(f"/feeds/never.atom{token}")
    assert closed.status_code == absent.status_code == 404
    assert closed.data == absent.data
    assert dict(closed.headers) == dict(absent.headers)


def test_an_empty_token_opens_nothing(visit: Visit) -> None:
    feeds = {"odd": Feed("odd", "Odd", token="")}
    assert visit(feeds=feeds).get("/feeds/odd.atom?token=").status_code == 404


def test_a_private_feeds_former_name_redirects_only_with_its_token(visit: Visit) -> None:
    caller = visit(feeds={"desk": replace(newsroom.SECRET, former=("bureau",))})
    assert caller.get("/feeds/bureau.rss").status_code == 404
    moved = caller.get(f"/feeds/bureau.rss{SECRET}")
    assert moved.status_code == 301
    assert moved.headers["Location"] == f"https://news.example/feeds/desk.rss{SECRET}"


def test_private_feeds_stand_nowhere(visit: Visit) -> None:
    caller = visit()
    for address in routes(caller.application):
        text = caller.get(address).data.decode(errors="replace")
        assert "s3cret" not in text, address
        assert "feeds/desk" not in text, address
        assert "desk’s own" not in text, address


# --- lists --------------------------------------------------------------------------------------


def test_the_list_of_feeds_holds_every_public_one(visit: Visit) -> None:
    response = visit().get("/feeds.opml")
    assert response.headers["Content-Type"] == "text/x-opml; charset=utf-8"
    outlines = ET.fromstring(response.data).findall(".//outline")
    assert {one.get("xmlUrl") for one in outlines} == {
        f"https://news.example/feeds/{feed.slug}.atom"
        for feed in newsroom.FEEDS.values()
        if feed.token is None
    }


def test_the_list_of_sources_tells_no_secrets(visit: Visit) -> None:
    known = newsroom.SOURCES[0]
    sources = (
        known,
        replace(newsroom.SOURCES[1], name=None),
        replace(known, key="paid", url="https://paid.example/", auth=("me", "pw")),
        replace(known, key="keyed", url="https://keyed.example/", headers=(("X-Key", "k"),)),
        replace(known, key="inline", url="https://u:p@inline.example/"),
        replace(known, key="local", url="file:///srv/feeds/a.xml"),
        replace(known, key="new", name=None, url="https://new.example/feed"),
    )
    outlines = ET.fromstring(visit(sources=sources).get("/sources.opml").data).findall(".//outline")
    assert [(one.get("text"), one.get("xmlUrl")) for one in outlines] == [
        ("The Harbour Gazette", "https://harbour.example/feed.xml"),
        ("Günün Xəbəri", "https://xeber.example/rss"),
        ("new", "https://new.example/feed"),
    ]


def test_the_pages_of_articles_are_linked_from_feeds(visit: Visit) -> None:
    entry = ET.fromstring(visit().get("/feeds/war.atom").data).find(f"{ATOM}entry")
    assert entry is not None
    via = [one.get("href") for one in entry.findall(f"{ATOM}link") if one.get("rel") == "via"]
    assert via == [f"https://news.example/articles/{article_id(0)}"]
