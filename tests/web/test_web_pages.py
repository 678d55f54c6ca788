"""The pages as people find them: the digest and its empty states, articles, search, sources."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import newsroom
import pytest
from articles import article_id
from bs4 import BeautifulSoup
from web_client import Visit, client, routes

from aggregator.model import (
    Article,
    Commit,
    Image,
    PollState,
    Skipped,
    SkipReason,
    Source,
    Topic,
    Wishes,
)
from aggregator.pace import Pace
from aggregator.pace.learning import pack
from aggregator.pace.rhythm import begun
from aggregator.store import polls, sources
from aggregator.store.database import Database


def soup(text: str) -> BeautifulSoup:
    return BeautifulSoup(text, "lxml")


def headlines(text: str) -> list[str]:
    return [one.get_text() for one in soup(text).select(".articles h2")]


# --- every page ---------------------------------------------------------------------------------


def test_every_page_has_landmarks_one_h1_and_headings_in_order(visit: Visit) -> None:
    caller = visit()
    for address in (*routes(caller.application), "/nothing", "/search?q=war"):
        response = caller.get(address)
        if response.mimetype != "text/html":
            continue
        page = soup(response.text)
        assert page.html is not None
        assert page.html["lang"] == "en"
        assert len(page.find_all("h1")) == 1, address
        for landmark in ("header", "nav", "main", "footer"):
            assert page.find(landmark), (address, landmark)
        assert page.select_one('a.skip[href="#main"]')
        levels = [int(one.name[1]) for one in page.find_all(re.compile("^h[1-6]$"))]
        assert all(b - a <= 1 for a, b in pairwise(levels)), (address, levels)


def test_no_page_carries_script_or_inline_style(visit: Visit) -> None:
    caller = visit()
    for address in routes(caller.application):
        response = caller.get(address)
        if response.mimetype == "text/html":
            page = soup(response.text)
            assert not page.find_all(["script", "style", "iframe", "object", "embed"])
            assert not page.select("[style]")
            assert not [name for tag in page.find_all() for name in tag.attrs if name[:2] == "on"]


@pytest.mark.parametrize(
    ("address", "feed"),
    [
        ("/", "all"),
        ("/day/2026-11-21", "all"),
        ("/topics/climate", "climate"),
        (f"/articles/{article_id(0)}", "all"),
    ],
)
def test_pages_name_their_feeds_to_reader_apps(visit: Visit, address: str, feed: str) -> None:
    links = soup(visit().get(address).text).select('link[rel="alternate"]')
    assert {(one["type"], one["href"]) for one in links} == {
        ("application/atom+xml", f"https://news.example/feeds/{feed}.atom"),
        ("application/rss+xml", f"https://news.example/feeds/{feed}.rss"),
        ("application/feed+json", f"https://news.example/feeds/{feed}.json"),
    }


def test_a_page_of_fifty_articles_stays_small(visit: Visit, db: Database) -> None:
    words = "Ein längerer Satz über das Wetter und den Krieg, wie er in Zeitungen steht. " * 20
    stories = {n: newsroom.Story("harbour", words[:90], words, 0.1) for n in range(100, 160)}
    many = [
        newsroom.arrival(n, one, "https://p.example", newsroom.NOW) for n, one in stories.items()
    ]
    polls.commit(db, newsroom.commit("harbour", many, newsroom.NOW))
    response = visit().get("/")
    assert len(headlines(response.text)) == 50
    assert len(response.data) < 60_000


# --- the digest ---------------------------------------------------------------------------------


def test_the_digest_shows_today_newest_first_with_everything(visit: Visit) -> None:
    page = soup(visit().get("/").text)
    assert page.h1 is not None
    assert page.h1.get_text() == "Sunday, 22 November 2026"
    assert "11 articles" in page.get_text()
    first = page.select(".item")[0]
    assert first.h2 is not None
    assert first.h2.get_text() == newsroom.STORIES[0].title.replace(" as", ";", 1)
    assert first.h2["lang"] == "en"
    words = first.get_text(" ", strip=True)
    assert "The Harbour Gazette" in words
    assert "also in" in words
    assert "Вестник Прибрежья" in words
    assert [one.get_text() for one in first.select(".topic")] == ["War", "Azerbaijan"]
    assert first.time is not None
    assert (first.time["datetime"], first.time.get_text()) == ("2026-11-22T18:00:00Z", "22:00")
    picture = first.select_one("img")
    assert picture is not None
    assert picture["src"] == "https://pictures.example/0.svg"
    assert picture["alt"] == "Lorries on a mountain road in the snow"
    assert (picture["loading"], picture["referrerpolicy"]) == ("lazy", "no-referrer")
    assert picture["width"]
    assert picture["height"]


def test_days_begin_at_the_midnight_of_the_sites_time_zone(visit: Visit) -> None:
    """What came at 23:30 in Baku is of the day before in Honolulu, and today on Kiritimati."""
    counted = {
        zone: len(headlines(visit(timezone=zone).get("/day/2026-11-22").text))
        for zone in ("Asia/Baku", "Pacific/Honolulu", "Pacific/Kiritimati")
    }
    assert counted == {"Asia/Baku": 11, "Pacific/Honolulu": 10, "Pacific/Kiritimati": 2}


def test_days_are_linked_over_gaps(visit: Visit) -> None:
    page = soup(visit().get("/day/2026-11-21").text)
    links = {one["rel"][0]: one["href"] for one in page.select(".days a")}
    assert links == {"prev": "/day/2026-11-19", "next": "/day/2026-11-22"}
    assert [one["rel"][0] for one in soup(visit().get("/").text).select(".days a")] == ["prev"]
    last = soup(visit().get("/day/2026-11-19").text).select(".days a")
    assert [one["href"] for one in last] == ["/day/2026-11-21"]


def test_an_empty_today_shows_the_last_day_and_says_so(visit: Visit) -> None:
    text = visit(clock=lambda: newsroom.NOW + timedelta(days=3)).get("/").text
    assert "Nothing has come in today" in text
    assert "Sunday, 22 November 2026" in text
    assert len(headlines(text)) == 11


def test_a_young_day_goes_on_with_the_day_before(visit: Visit) -> None:
    page = soup(visit(timezone="Pacific/Kiritimati").get("/").text)
    assert len(page.select(".item")) == 2 + 10
    assert [one.get_text() for one in page.select("main > h2")] == ["Sunday, 22 November 2026"]


DAYS = (
    ("2026-13-99", 404),
    ("2026-02-30", 404),
    ("20261122", 404),
    ("2026-W47-7", 404),
    ("٢٠٢٦-١١-٢٢", 404),
    ("0001-01-01", 404),
    ("9999-12-31", 404),
    ("x" * 500, 404),
    ("2026-11-20", 404),
    ("2020-01-01", 404),
    ("2026-11-22", 200),
)


@pytest.mark.parametrize(("day", "status"), DAYS)
def test_only_days_with_articles_are_there_and_others_show_the_way(
    visit: Visit, day: str, status: int
) -> None:
    response = visit().get(f"/day/{day}")
    assert response.status_code == status
    assert soup(response.text).select('nav a[href="/"]')


def test_a_day_without_articles_leads_to_its_neighbours(visit: Visit) -> None:
    page = soup(visit().get("/day/2026-11-20").text)
    assert "No articles on this day" in page.get_text()
    assert [one["href"] for one in page.select(".days a")] == ["/day/2026-11-19", "/day/2026-11-21"]


def test_a_far_day_still_finds_its_next_one(visit: Visit) -> None:
    page = soup(visit().get("/day/2019-05-01").text)
    assert [one["href"] for one in page.select(".days a")] == ["/day/2026-11-19"]


def test_a_long_day_goes_on(visit: Visit, db: Database) -> None:
    stories = {n: newsroom.Story("harbour", f"Note {n}", "", 0.2) for n in range(100, 170)}
    many = [newsroom.arrival(n, one, "", newsroom.NOW) for n, one in stories.items()]
    polls.commit(db, newsroom.commit("harbour", many, newsroom.NOW))
    caller, found, address = visit(), list[str](), "/"
    while address:
        page = soup(caller.get(address).text)
        found += [str(one["href"]) for one in page.select(".articles h2 a")]
        older = page.select_one(".more a[rel=next]")
        address = str(older["href"]) if older else ""
    assert len(found) == len(set(found)) == 81


# --- nothing to show ----------------------------------------------------------------------------


def test_without_sources_the_digest_says_how_to_add_one(empty: Database) -> None:
    text = client(newsroom.site(empty, sources=())).get("/").text
    assert "No sources yet" in text
    assert "config/sources.yaml" in text


def test_before_the_first_poll_the_digest_says_to_wait(empty: Database) -> None:
    sources.sync(empty, newsroom.SOURCES, newsroom.NOW)
    assert "first round is under way" in client(newsroom.site(empty)).get("/").text


def test_when_nothing_can_be_reached_the_digest_says_where_to_look(empty: Database) -> None:
    sources.sync(empty, newsroom.SOURCES[:2], newsroom.NOW)
    for source in newsroom.SOURCES[:2]:
        polls.commit(empty, newsroom.failure(source.key, "dns", "no address", newsroom.NOW))
    text = client(newsroom.site(empty)).get("/").text
    assert "No source can be reached" in text
    assert 'href="/sources"' in text


def test_when_sources_bring_nothing_the_digest_says_so(empty: Database) -> None:
    sources.sync(empty, newsroom.SOURCES[:1], newsroom.NOW)
    polls.commit(empty, newsroom.commit("harbour", (), newsroom.NOW))
    caller = client(newsroom.site(empty))
    assert "No articles yet" in caller.get("/").text
    assert "Nothing yet" in caller.get("/topics/war").text


def test_an_empty_list_of_sources_says_how_to_fill_it(empty: Database) -> None:
    assert "config/sources.yaml" in client(newsroom.site(empty)).get("/sources").text


# --- topics, search -----------------------------------------------------------------------------


def test_a_topic_shows_its_articles_and_where_to_subscribe(visit: Visit) -> None:
    page = soup(visit().get("/topics/azerbaijan").text)
    assert page.h1 is not None
    assert page.h1.get_text() == "Azerbaijan"
    assert "4 articles" in page.get_text()
    assert [one.get_text() for one in page.select(".addresses code")] == [
        f"https://news.example/feeds/azerbaijan.{form}" for form in ("atom", "rss", "json")
    ]
    assert page.select_one('nav.topics a[aria-current="page"]')


def test_a_topic_under_its_former_name_redirects(visit: Visit) -> None:
    response = visit().get("/topics/azer")
    assert (response.status_code, response.headers["Location"]) == (301, "/topics/azerbaijan")


def test_many_topics_are_not_all_in_the_head(visit: Visit) -> None:
    many = tuple(Topic(f"t{number}", f"Topic {number}") for number in range(40))
    page = soup(visit(topics=many).get("/").text)
    assert len(page.select("nav.topics a")) == 13
    assert "all 40 topics" in page.get_text()


def test_a_topic_whose_feed_is_private_offers_none(visit: Visit) -> None:
    feeds = {**newsroom.FEEDS, "war": replace(newsroom.FEEDS["war"], token="t0ken")}
    text = visit(feeds=feeds).get("/topics/war").text
    assert "Subscribe" not in text
    assert "t0ken" not in text
    assert not soup(visit(feeds={}).get("/topics/war").text).select('link[rel="alternate"]')


def test_search_finds_counts_and_offers_itself_as_a_feed(visit: Visit) -> None:
    page = soup(visit().get("/search", query_string={"q": "truce OR перемирие"}).text)
    assert headlines(str(page)) == ["Price war over bread ends in a truce"]
    assert "1 article." in page.get_text()
    box = page.select_one("main input[name=q]")
    assert box is not None
    assert box["value"] == "truce OR перемирие"
    assert "search.atom?q=truce+OR" in str(page.select_one(".addresses code"))


def test_search_without_words_helps(visit: Visit) -> None:
    page = soup(visit().get("/search").text)
    examples = [str(one["href"]) for one in page.select(".help a")]
    assert len(examples) > 8
    for example in examples:
        assert visit().get(example).status_code == 200, example


def test_search_that_finds_nothing_says_so(visit: Visit) -> None:
    assert "Nothing found" in visit().get("/search?q=zzzzz").text


@pytest.mark.parametrize(
    ("q", "before", "wrong"),
    [
        ("war AND (peace", "war AND ", "("),
        ("war title:", "war ", "t"),
        ("war OR", "war ", "O"),
        ("слово mood:blue", "слово ", "m"),
    ],
)
def test_a_wrong_query_is_shown_with_its_place_marked(
    visit: Visit, q: str, before: str, wrong: str
) -> None:
    response = visit().get("/search", query_string={"q": q})
    assert response.status_code == 400
    mark = soup(response.text).mark
    assert mark is not None
    assert mark.get_text() == wrong
    assert str(mark.previous_sibling) == before


def test_an_endless_query_is_refused_shortly(visit: Visit) -> None:
    response = visit().get("/search", query_string={"q": "(" * 5000})
    assert response.status_code == 400
    assert len(response.data) < 15_000


# --- one article --------------------------------------------------------------------------------


def test_an_article_tells_all_of_itself(visit: Visit) -> None:
    page = soup(visit().get(f"/articles/{article_id(0)}").text)
    main = page.main
    assert main is not None
    words = " ".join(main.get_text(" ").split())
    for part in (
        "Ceasefire holds for a third day; convoys reach",
        "Flour, insulin and a mobile bakery",
        "Ayla Rahimova",
        "Иван Петров",
        "22 November 2026, 22:00",
        "updated 22 November 2026, 22:24",
        "headlights off",
        "Nobody won this war.",
        "Humanitarian aid",
        "Южный Кавказ",
        "English (en)",
        "audio/mpeg",
        article_id(0),
    ):
        assert part in words, part
    picture = main.select_one("figure img")
    assert picture is not None
    assert (picture["alt"], picture["width"], picture["height"]) == (
        "Lorries on a mountain road in the snow",
        "960",
        "640",
    )
    original = main.select_one("a.button")
    assert original is not None
    assert original["href"] == "https://harbour.example/0"


def test_an_article_says_why_it_is_here(visit: Visit) -> None:
    why = soup(visit().get(f"/articles/{article_id(0)}").text).select_one(".why")
    assert why is not None
    words = " ".join(why.get_text(" ").split())
    for part in (
        "“ 44-day war ” in the standfirst, one of the topic’s words: war",
        "“ Armed conflict ” a category that the publisher gave it",
        "“ Karabakh ” in the text, a name of the place Azerbaijan",
        "Перемирие держится третий день",
        "New in The Harbour Gazette not seen before",
        "Also in Вестник Прибрежья the same link",
        "Edited in The Harbour Gazette the headline",
    ):
        assert part in words, part


def test_an_article_shows_what_its_publisher_changed(visit: Visit) -> None:
    edits = soup(visit().get(f"/articles/{article_id(0)}").text).select_one(".edits")
    assert edits is not None
    assert newsroom.STORIES[0].title in edits.get_text()
    assert "22 November 2026, 22:25" in edits.get_text()
    plain = soup(visit().get(f"/articles/{article_id(1)}").text)
    assert not plain.select_one(".edits")


def test_foreign_words_carry_direction_and_language(visit: Visit) -> None:
    page = soup(visit().get(f"/articles/{article_id(3)}").text)
    assert page.h1 is not None
    assert page.h1["lang"] == "ar"
    assert page.h1.parent is not None
    assert page.h1.parent["dir"] == "auto"
    content = page.select_one(".content")
    assert content is not None
    assert (content["lang"], content["dir"]) == ("ar", "auto")


def bare(number: int, **changes: object) -> Article:
    story = newsroom.Story("harbour", "Bare", "", 1)
    article = newsroom.arrival(number, story, "", newsroom.NOW).article
    return replace(article, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "", "link": None},
        {"text": "Plain words only", "summary": ""},
        {"image": Image("https://pictures.example/x.png")},
        {"image": Image("javascript:alert(1)", "no")},
        {"language": "xx-nonsense-☃"},
        {"language": "qqq"},
        {"categories": ("",), "authors": ("",)},
        {"updated": newsroom.NOW},
    ],
    ids=str,
)
def test_an_article_may_lack_almost_everything(
    visit: Visit, db: Database, changes: dict[str, object]
) -> None:
    article = bare(200, **changes)
    story = newsroom.Story("harbour", "Bare", "", 1)
    arrival = replace(newsroom.arrival(200, story, "", newsroom.NOW), article=article)
    polls.commit(db, newsroom.commit("harbour", [arrival], newsroom.NOW))
    for address in (f"/articles/{article.id}", "/", "/feeds/all.atom"):
        response = visit().get(address)
        assert response.status_code == 200
        assert "javascript:" not in response.text


# --- sources, feeds -----------------------------------------------------------------------------


def test_sources_that_fail_stand_first_with_a_reason_in_plain_words(visit: Visit) -> None:
    rows = soup(visit().get("/sources").text).select("tbody tr")
    assert len(rows) == len(newsroom.SOURCES)
    lost, slow = (row.get_text(" ", strip=True) for row in rows[:2])
    assert "failing from the start" in lost
    assert "Its host name can’t be found." in lost
    assert "failing since 22 November 2026, 16:30" in slow
    assert "mtis.example gave no whole answer within 30 seconds" in slow
    assert all("ok" in row.get_text() for row in rows[2:])


def test_sources_tell_apart_who_waits_and_who_was_never_asked(db: Database, visit: Visit) -> None:
    new = replace(newsroom.SOURCES[0], key="brandnew", name="Brand New", url="https://new.example/")
    sources.sync(db, (*newsroom.SOURCES, new), newsroom.NOW)
    busy = newsroom.failure("jiangbao", "rate-limited", "429", newsroom.NOW)
    polls.commit(db, busy)
    page = soup(visit().get("/sources").text)
    states = [one.get_text() for one in page.select(".state")]
    assert states[2:4] == ["waiting, from the start", "not polled yet"]
    assert "due now" in page.get_text()


@pytest.mark.parametrize(
    ("later", "shown"),
    [
        (timedelta(hours=1), "22:05"),
        (timedelta(days=2), "22 Nov, 22:05"),
        (timedelta(days=60), "22 Nov 2026"),
    ],
)
def test_a_table_says_as_much_of_a_date_as_is_needed(
    visit: Visit, later: timedelta, shown: str
) -> None:
    page = soup(visit(clock=lambda: newsroom.NOW + later).get("/sources").text)
    success = page.select_one('tr:-soup-contains("Günün") td[data-label="Last success"]')
    assert success is not None
    assert success.get_text() == shown


def test_a_refused_configuration_is_told_on_the_page_of_sources(visit: Visit) -> None:
    problem = "config/topics.yaml:7:5: topics.war.sbject: unknown key, did you mean 'subject'?"
    page = soup(visit(problems=(problem,)).get("/sources").text)
    banner = page.select_one(".banner")
    assert banner is not None
    assert problem in banner.get_text()
    assert not soup(visit().get("/sources").text).select_one(".banner")


def test_a_source_shows_its_polls_and_articles(visit: Visit) -> None:
    page = soup(visit().get("/sources/mtis").text)
    polled = [row.get_text(" ", strip=True) for row in page.select(".polls tbody tr")]
    assert len(polled) == 2
    assert "timeout" in polled[0]
    assert "ok" in polled[1]
    assert headlines(str(page)) == ["უღელტეხილი ღამით დაიკეტება ძლიერი თოვლის გამო"]
    assert page.select_one('a[href="https://mtis.example/feed"]')


def test_a_source_that_left_the_configuration_keeps_its_page(db: Database, visit: Visit) -> None:
    sources.sync(db, newsroom.SOURCES[:-1], newsroom.NOW)
    gone = newsroom.SOURCES[-1].key
    response = visit(sources=newsroom.SOURCES[:-1]).get(f"/sources/{gone}")
    assert response.status_code == 200
    assert "stands in the configuration no more" in response.text
    assert gone not in visit(sources=newsroom.SOURCES[:-1]).get("/sources").text


def test_a_source_shows_which_entries_were_left_out_and_why(db: Database, visit: Visit) -> None:
    skipped = (Skipped(12, SkipReason.EMPTY, "neither title nor text"),)
    commit = Commit(
        source="mtis",
        at=newsroom.NOW + timedelta(minutes=1),
        result="ok",
        detail="",
        next_due=newsroom.NOW + timedelta(hours=1),
        state=PollState("mtis"),
        skipped=skipped,
    )
    polls.commit(db, commit)
    text = visit().get("/sources/mtis").text
    assert "entry 13: empty" in text
    assert "neither title nor text" in text


def test_a_source_tells_its_rhythm(db: Database, visit: Visit) -> None:
    assert (
        "asked every 7 days, as configured"
        in visit(sources=[Source("mtis", "https://mtis.example/feed", every=timedelta(days=7))])
        .get("/sources/mtis")
        .text
    )
    dates = [newsroom.NOW.timestamp() - n * 3600 for n in range(1, 60)]
    pace = pack(Pace(begun(dates, newsroom.NOW.timestamp()), 60, Wishes(), timedelta(0)))
    commit = Commit(
        source="mtis",
        at=newsroom.NOW + timedelta(minutes=1),
        result="unchanged",
        detail="",
        next_due=newsroom.NOW + timedelta(hours=1),
        state=PollState("mtis", pace=pace),
    )
    polls.commit(db, commit)
    text = visit(sources=[Source("mtis", "https://mtis.example/feed")]).get("/sources/mtis").text
    assert re.search("about 2[3-5] entries a day; asked every", text)


def test_a_source_never_polled_has_a_page(empty: Database) -> None:
    sources.sync(empty, newsroom.SOURCES[:1], newsroom.NOW)
    assert "not been polled yet" in client(newsroom.site(empty)).get("/sources/harbour").text


def test_the_page_of_feeds_lists_every_public_one_in_three_formats(visit: Visit) -> None:
    page = soup(visit().get("/feeds").text)
    public = [feed for feed in newsroom.FEEDS.values() if feed.token is None]
    assert len(page.select("section.feed")) == len(public)
    assert len(page.select(".addresses code")) == 3 * len(public)
    assert page.select_one('a[href="/feeds.opml"]')
    private = {"desk": newsroom.SECRET}
    assert "No public feeds" in visit(feeds=private).get("/feeds").text


def test_search_engines_are_sent_to_the_publishers(visit: Visit) -> None:
    assert "Disallow: /articles/" in visit().get("/robots.txt").text
    prefixed = visit(base_url="https://example.org/news").get("/news/robots.txt").text
    assert "Disallow: /news/articles/" in prefixed
    page = soup(visit().get(f"/articles/{article_id(0)}").text)
    assert page.select_one('meta[name=robots][content="noindex"]')
    assert page.select_one('link[rel=canonical][href="https://harbour.example/0"]')
