"""Feeds of stories: which they are, what their addresses say, and when they were changed."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as ET

import newsroom
import pytest
from articles import article_id
from flask.testing import FlaskClient
from newsroom import MOVED, NOW, OTHER_STORY, STORY, place
from valid import CHECKS
from web_client import Visit, client
from werkzeug.http import http_date

from aggregator.model import By, Feed, Join, Move, Per, Placed, Updates
from aggregator.publish import article_uri, story_uri
from aggregator.store import polls
from aggregator.store.database import Database

FEEDS = {
    **newsroom.FEEDS,
    "once": Feed("once", "Once", "topic:war", per=Per.STORY, former=("one",)),
    "several": Feed("several", "Several", per=Per.STORY, min_sources=4),
    "nagging": Feed("nagging", "Nagging", per=Per.STORY, updates=Updates.EACH_SOURCE),
    "closed": Feed("closed", "Closed", per=Per.STORY, token="s3cret"),
}
ATOM = "{http://www.w3.org/2005/Atom}"
FORMS = ("atom", "rss", "json")


@pytest.fixture
def caller(db: Database) -> FlaskClient:
    """Of a site where articles 0, 2, 3 and 8 are one story, and 12 is one."""
    newsroom.gather(db)
    return client(newsroom.site(db, feeds=FEEDS))


def told(caller: FlaskClient, address: str) -> Any:
    response = caller.get(address)
    assert response.status_code == 200, response.text
    return json.loads(response.data)


def ids(caller: FlaskClient, address: str) -> list[str]:
    return [item["id"] for item in told(caller, address)["items"]]


# --- which entries ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "stories"),
    [
        ("/feeds/once.json", [STORY]),
        ("/feeds/war.json?per=story", [STORY]),
        ("/feeds/all.json?per=story", [STORY, OTHER_STORY]),
        ("/feeds/several.json", [STORY]),
        ("/feeds/search.json?q=bread&per=story", [OTHER_STORY]),
        ("/feeds/climate.json?per=story", [STORY]),
        ("/feeds/culture.json?per=story", []),
    ],
)
def test_a_story_stands_in_it_once_if_one_of_its_articles_matches(
    caller: FlaskClient, address: str, stories: list[str]
) -> None:
    assert ids(caller, address) == [story_uri(one) for one in stories]


def test_older_stories_are_told_by_enough_outlets_too(caller: FlaskClient) -> None:
    ahead = f"{int((NOW + timedelta(days=1)).timestamp()) * 1_000_000}.a"
    assert ids(caller, f"/feeds/several.json?before={ahead}") == [story_uri(STORY)]
    assert len(ids(caller, f"/feeds/all.json?per=story&before={ahead}")) == 2


def test_a_feed_of_stories_is_one_of_articles_where_the_caller_wants_it(
    caller: FlaskClient,
) -> None:
    plain, asked = ids(caller, "/feeds/war.json"), ids(caller, "/feeds/once.json?per=article")
    assert plain == asked == [article_uri(article_id(number)) for number in (0, 2, 3, 8)]


@pytest.mark.parametrize("per", ["event", "Story", "story ", "\x00", "x" * 999])
@pytest.mark.parametrize("address", ["/feeds/war.atom", "/feeds/search.rss", "/feeds/once.json"])
def test_entries_of_another_kind_are_refused(caller: FlaskClient, address: str, per: str) -> None:
    response = caller.get(address, query_string={"per": per})
    assert (response.status_code, response.mimetype) == (400, "text/plain")
    assert "per= can be article or story." in response.text


def test_the_caller_says_how_many_outlets_must_tell_a_story(caller: FlaskClient) -> None:
    for address, stories in {
        "/feeds/all.json?per=story&min_sources=4": [STORY],
        "/feeds/all.json?per=story&min_sources=5": [],
        "/feeds/several.json?min_sources=1": [STORY, OTHER_STORY],
        "/feeds/search.json?q=bread&per=story&min_sources=2": [],
    }.items():
        assert ids(caller, address) == [story_uri(one) for one in stories], address
    plain, fewer = (
        told(caller, f"/feeds/once.json{asked}") for asked in ("?min_sources=1", "?min_sources=2")
    )
    assert plain["feed_url"] == "https://news.example/feeds/once.json"
    assert fewer["feed_url"] == "https://news.example/feeds/once.json?min_sources=2"
    atoms = [caller.get(f"/feeds/once.atom{asked}").data for asked in ("", "?min_sources=2")]
    assert len({ET.fromstring(body).findtext(f"{ATOM}id") for body in atoms}) == 2


@pytest.mark.parametrize("least", ["", "0", "101", "-1", "two", "1.5", "9" * 99, "٣"])
def test_a_number_of_outlets_that_can_not_be_is_refused(caller: FlaskClient, least: str) -> None:
    response = caller.get("/feeds/once.atom", query_string={"min_sources": least})
    assert (response.status_code, response.mimetype) == (400, "text/plain")
    assert "min_sources= can be a number from 1 to 100." in response.text
    response = caller.get("/feeds/war.atom", query_string={"min_sources": least})
    assert response.status_code == 400
    assert "min_sources= is for feeds of stories: add per=story." in response.text


def test_an_entry_leads_to_the_page_of_its_story(caller: FlaskClient) -> None:
    [item] = told(caller, "/feeds/once.json")["items"]
    page = item["_aggregator"]["page"]
    assert page == f"https://news.example/stories/{STORY}"
    assert caller.get(page.removeprefix("https://news.example")).status_code == 200
    members = item["_aggregator"]["story"]["members"]
    assert [one["why"] and one["why"]["by"] for one in members] == [
        *(None, "meaning", "person", "words")
    ]


def test_a_heavy_feed_of_stories_keeps_its_entries(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = visit().get("/feeds/all.json?per=story").text
    monkeypatch.setattr("aggregator.web.outgoing.MAX_CONTENT_CHARS", 10)
    light = visit().get("/feeds/all.json?per=story").text
    assert "Nobody won this war." in whole
    assert "Nobody won this war." not in light
    assert json.loads(light)["items"][0]["id"] == story_uri(STORY)


@pytest.mark.parametrize("form", FORMS)
def test_what_goes_out_is_valid(caller: FlaskClient, form: str) -> None:
    for address in ("all.{}?per=story", "once.{}", "nagging.{}", "search.{}?q=bread&per=story"):
        response = caller.get(f"/feeds/{address.format(form)}")
        assert CHECKS[form](response.data)
        head = caller.head(f"/feeds/{address.format(form)}")
        assert (head.status_code, head.data) == (200, b"")
        for name in ("ETag", "Last-Modified", "Content-Length", "Content-Type", "Link"):
            assert head.headers[name] == response.headers[name]


def test_the_page_of_an_entry_stays_when_its_story_is_merged(
    db: Database, caller: FlaskClient
) -> None:
    """A reader app keeps the entry and its link for ever; the feed has only the one it went to."""
    entries = told(caller, "/feeds/all.json?per=story")["items"]
    pages = {one["id"]: one["_aggregator"]["page"] for one in entries}
    place(db, Placed(article_id(0), STORY, moves=(Move(article_id(12), STORY, MOVED),)))
    assert ids(caller, "/feeds/all.json?per=story") == [story_uri(STORY)]
    gone = pages[story_uri(OTHER_STORY)].removeprefix("https://news.example")
    for ask in (caller.get, caller.head):
        response = ask(gone)
        assert (response.status_code, response.headers["Location"]) == (302, f"/stories/{STORY}")


# --- addresses ----------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("asked", "own"),
    [
        ("war.{}?per=story", "war.{}?per=story"),
        ("war.{}?per=article", "war.{}"),
        ("war.{}?per=", "war.{}"),
        ("once.{}", "once.{}"),
        ("once.{}?per=story", "once.{}"),
        ("once.{}?per=article", "once.{}?per=article"),
        ("search.{}?q=war&per=story", "search.{}?q=war&per=story"),
        ("closed.{}?per=article&token=s3cret", "closed.{}?token=s3cret&per=article"),
    ],
)
def test_a_feed_knows_its_own_address(caller: FlaskClient, form: str, asked: str, own: str) -> None:
    response = caller.get(f"/feeds/{asked.format(form)}")
    address = f"https://news.example/feeds/{own.format(form)}"
    assert response.headers["Link"] == f'<{address}>; rel="self"'
    if form == "json":
        assert json.loads(response.data)["feed_url"] == address
    else:
        root = ET.fromstring(response.data)
        links = [*root.findall(f"{ATOM}link"), *root.findall(f"channel/{ATOM}link")]
        assert [one.get("href") for one in links if one.get("rel") == "self"] == [address]


def test_a_former_name_leads_to_the_same_entries(caller: FlaskClient) -> None:
    moved = caller.get("/feeds/one.rss?per=article")
    assert moved.status_code == 301
    assert moved.headers["Location"] == "https://news.example/feeds/once.rss?per=article"
    assert caller.get("/feeds/one.rss?per=x").status_code == 400


def test_the_same_feed_with_other_entries_is_another_feed(caller: FlaskClient) -> None:
    atoms = ("war.atom", "war.atom?per=story", "once.atom", "once.atom?per=article")
    found = [ET.fromstring(caller.get(f"/feeds/{one}").data) for one in atoms]
    assert len({root.findtext(f"{ATOM}id") for root in found}) == 4


def test_older_stories_follow_without_gap_or_double(db: Database, visit: Visit) -> None:
    many = range(100, 430)
    old = [
        newsroom.arrival(n, newsroom.Story("harbour", f"Old {n}", "", 24 * 30 + n), "", NOW)
        for n in many
    ]
    polls.commit(db, newsroom.commit("harbour", old, NOW))
    for number in many:
        # Every fourth one goes on with a story that lies some pages back.
        story = article_id(6000 + (number % 100 if number % 4 == 0 else number))
        place(db, Placed(article_id(number), story))
    caller, seen, address = visit(), list[str](), "/feeds/all.json?per=story"
    while address:
        page = told(caller, address)
        seen += [item["id"] for item in page["items"]]
        assert page["feed_url"].endswith(address)
        address = page.get("next_url", "").removeprefix("https://news.example")
    numbers = {6000 + (n % 100 if n % 4 == 0 else n) for n in many}
    assert len(seen) == len(set(seen)) == len(numbers) + 1


# --- changed or not -----------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
def test_what_the_caller_has_is_not_sent_again(caller: FlaskClient, form: str) -> None:
    address = f"/feeds/war.{form}?per=story"
    first = caller.get(address)
    assert first.get_etag()[0] != caller.get(f"/feeds/war.{form}").get_etag()[0]
    held = {"If-None-Match": first.headers["ETag"]}
    assert caller.get(address, headers=held).status_code == 304
    since = {"If-Modified-Since": first.headers["Last-Modified"]}
    assert caller.get(address, headers=since).status_code == 304


def test_an_outlet_that_joins_moves_last_modified_but_not_the_quiet_entry(db: Database) -> None:
    newsroom.gather(db, now=NOW)
    began = NOW - timedelta(days=1)  # this process, so that it doesn't count
    times = [began]
    caller = client(newsroom.site(db, feeds=FEEDS, clock=lambda: times[-1]))
    quiet, nagging = "/feeds/once.json", "/feeds/nagging.json"
    before = caller.get(quiet)
    [entry] = json.loads(before.data)["items"]
    assert before.last_modified == NOW
    later = NOW + timedelta(hours=3)
    times.append(later)
    why = Join(article_id(0), By.WORDS, 0.6)
    place(db, Placed(article_id(1), STORY, why), at=later)
    after = caller.get(quiet, headers={"If-Modified-Since": http_date(before.last_modified)})
    assert after.status_code == 200
    assert after.last_modified == later
    [now] = json.loads(after.data)["items"]
    assert now["content_html"] != entry["content_html"]
    assert now["date_modified"] == entry["date_modified"]
    assert told(caller, nagging)["items"][0]["date_modified"] == later.isoformat()


def test_an_article_that_leaves_moves_last_modified_on(db: Database, caller: FlaskClient) -> None:
    before = caller.get("/feeds/once.atom")
    place(db, Placed(article_id(2), article_id(5009)), at=NOW - timedelta(days=2))
    held = {"If-Modified-Since": http_date(before.last_modified)}
    after = caller.get("/feeds/once.atom", headers=held)
    assert after.status_code == 200
    assert before.last_modified is not None
    assert after.last_modified is not None
    assert after.last_modified > before.last_modified


def test_an_empty_feed_of_stories_has_no_date(empty: Database) -> None:
    response = client(newsroom.site(empty, feeds=FEEDS)).get("/feeds/once.atom")
    assert (response.status_code, response.last_modified) == (200, None)


def test_the_page_of_feeds_tells_of_both_kinds(visit: Visit) -> None:
    assert "?per=story" in visit().get("/feeds").text


def test_a_private_feed_of_stories_stays_private(caller: FlaskClient) -> None:
    assert caller.get("/feeds/closed.json?per=story").status_code == 404
    response = caller.get("/feeds/closed.json?token=s3cret")
    assert "private" in response.headers["Cache-Control"]


def test_updates_is_no_matter_of_an_address(visit: Visit) -> None:
    response = visit().get("/feeds/war.atom?per=story&updates=never")
    assert response.status_code == 400
    assert "updates= is a matter of the configuration" in response.text
