"""The page of a story, what articles say of theirs, and lists that show each story once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import newsroom
import pytest
from articles import NOON, article_id, bare
from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient
from newsroom import MOVED, NOW, OTHER_STORY, STORY, place
from web_client import Visit, client

from aggregator.model import By, Join, Member, Move, Placed, Story
from aggregator.store import polls, rulings
from aggregator.store.database import Database
from aggregator.web import folds, reasons


def soup(text: str) -> BeautifulSoup:
    return BeautifulSoup(text, "lxml")


def words(tag: Tag | None) -> str:
    assert tag is not None
    return " ".join(tag.get_text().split())


@pytest.fixture
def caller(db: Database) -> FlaskClient:
    """Of a site where articles 0, 2, 3 and 8 are one story."""
    newsroom.gather(db)
    return client(newsroom.site(db))


def page(caller: FlaskClient, address: str = f"/stories/{STORY}") -> BeautifulSoup:
    response = caller.get(address)
    assert response.status_code == 200
    return soup(response.text)


# --- where it is --------------------------------------------------------------------------------


def test_a_story_that_never_was_is_not_there(caller: FlaskClient) -> None:
    for story in (article_id(77), article_id(0), "x", "%00", "a" * 500):
        assert caller.get(f"/stories/{story}").status_code == 404


def test_a_merged_story_leads_to_the_one_that_took_it_in(db: Database, caller: FlaskClient) -> None:
    move = Move(article_id(12), STORY, Join(article_id(0), By.WORDS, 0.6))
    place(db, Placed(article_id(0), STORY, moves=(move,)))
    response = caller.get(f"/stories/{OTHER_STORY}")
    assert (response.status_code, response.headers["Location"]) == (302, f"/stories/{STORY}")
    head = caller.head(f"/stories/{OTHER_STORY}", headers={"If-None-Match": "*"})
    assert (head.status_code, head.headers["Location"], head.data) == (
        302,
        f"/stories/{STORY}",
        b"",
    )


def test_a_story_whose_last_article_waits_leads_to_that(db: Database, caller: FlaskClient) -> None:
    rulings.put_together(db, article_id(12), article_id(0), NOW)
    response = caller.get(f"/stories/{OTHER_STORY}")
    assert (response.status_code, response.headers["Location"]) == (
        302,
        f"/articles/{article_id(12)}",
    )
    place(db, Placed(article_id(12), STORY, Join(article_id(0), By.PERSON, 1.0)))
    assert caller.get(f"/stories/{OTHER_STORY}").headers["Location"] == f"/stories/{STORY}"


def test_an_id_that_was_merged_again_and_again_leads_on(db: Database, caller: FlaskClient) -> None:
    third = article_id(5002)
    place(db, Placed(article_id(13), third))
    place(db, Placed(article_id(13), third, moves=(Move(article_id(12), third, MOVED),)))
    whole = tuple(Move(article_id(number), STORY, MOVED) for number in (12, 13))
    place(db, Placed(article_id(0), STORY, moves=whole))
    for gone in (OTHER_STORY, third):
        assert caller.get(f"/stories/{gone}").headers["Location"] == f"/stories/{STORY}"
    back = (Move(article_id(12), OTHER_STORY, MOVED),)
    place(db, Placed(article_id(0), STORY, moves=back))
    assert caller.get(f"/stories/{OTHER_STORY}").status_code == 200, "a split gave it back"


def test_a_page_that_is_still_right_is_not_sent_again(db: Database, caller: FlaskClient) -> None:
    etag = caller.get(f"/stories/{STORY}").headers["ETag"]
    held = {"If-None-Match": etag}
    assert caller.get(f"/stories/{STORY}", headers=held).status_code == 304
    assert caller.head(f"/stories/{STORY}", headers=held).status_code == 304
    assert caller.head(f"/stories/{STORY}").headers["ETag"] == etag
    place(db, Placed(article_id(12), STORY, Join(article_id(0), By.WORDS, 0.6)))
    assert caller.get(f"/stories/{STORY}", headers=held).status_code == 200


def test_search_engines_are_kept_from_stories(caller: FlaskClient) -> None:
    assert page(caller).select_one('meta[name="robots"][content="noindex"]')
    assert "Disallow: /stories/" in caller.get("/robots.txt").text


# --- who told it --------------------------------------------------------------------------------


def test_the_leading_article_gives_the_story_headline_and_standfirst(caller: FlaskClient) -> None:
    main = page(caller).main
    assert main is not None
    assert main.h1 is not None
    assert (main.h1.get_text(), main.h1["lang"]) == (newsroom.STORIES[8].title, "zh")
    assert newsroom.STORIES[8].summary in words(main.select_one(".standfirst"))
    assert "Told by 4 outlets in 4 languages" in words(main.select_one(".meta"))
    assert main.select_one(f'.original a[href="/articles/{article_id(8)}"]')


def test_the_timeline_names_every_outlet_with_its_lag_from_the_first_on(
    caller: FlaskClient,
) -> None:
    lines = page(caller).select(".timeline > li")
    told = [
        (words(line.select_one(".lag")), words(line.select_one(".outlet")), words(line.h3))
        for line in lines
    ]
    titles = [one.title for one in newsroom.STORIES]
    assert told == [
        ("first", "江畔日报", titles[8]),
        ("+4 h 54 min", "صحيفة الميناء", titles[3]),
        ("+5 h 24 min", "Вестник Прибрежья", titles[2]),
        ("+6 h 48 min", "The Harbour Gazette", titles[0].replace(" as", ";", 1)),
        ("+7 h 18 min", "صحيفة الميناء", "الهدنة صامدة"),
        ("+7 h 18 min", "Вестник Прибрежья", "Перемирие держится третий день"),
    ]
    links = [str(line.select_one("a.outlet")["href"]) for line in lines]  # type: ignore[index]
    assert links[0] == "https://jiangbao.example/8"


def test_headlines_carry_language_and_direction(caller: FlaskClient) -> None:
    lines = page(caller).select(".timeline > li")
    tags = [line.h3.get("lang") for line in lines if line.h3]
    assert tags == ["zh", "ar", "ru", "en", None, None]
    assert all(line.select_one(".words[dir=auto]") for line in lines)
    assert all(line.select_one(".because[dir=ltr]") for line in lines)
    named = [words(line.select_one(".meta")) for line in lines]
    assert "Arabic (ar)" in named[1]
    assert "Chinese (zh)" in named[0]
    assert "leads the story" in named[0]
    assert not any("leads" in one for one in named[1:])


@pytest.mark.parametrize("address", ["/", f"/stories/{STORY}", f"/articles/{article_id(3)}"])
def test_our_own_words_run_from_the_left_whatever_the_headline_does(
    caller: FlaskClient, address: str
) -> None:
    facts = page(caller, address).select(".meta")
    assert facts
    assert {one.get("dir") for one in facts} == {"ltr"}
    assert all(one["dir"] == "auto" for meta in facts for one in meta.select(".outlet, .topic"))


def test_every_article_says_in_words_why_it_is_here(caller: FlaskClient) -> None:
    lines = [words(one) for one in page(caller).select(".because")]
    titles = [one.title for one in newsroom.STORIES]
    edited = titles[0].replace(" as", ";", 1)
    assert lines == [
        "the story began with it",
        f"says the same as {titles[8]}; 62 % sure; both have 44; 4 h 54 min later",
        f"put there by a person, together with {edited}; 1 h 24 min earlier",
        f"shares 44, Baku, ceasefire with {titles[3]}; 71 % sure; 1 h 54 min later",
        "carries the same article as The Harbour Gazette",
        "carries the same article as The Harbour Gazette",
    ]


OTHER_REASONS = [
    (Join(article_id(0), By.COPY, 0.934), "a near copy of Ceasefire"),
    (
        Join(article_id(0), By.COPY, 0.934, ("bread",)),
        "; 93 % alike; both have bread; 1 d 8 h earlier",
    ),
    (Join(article_id(0), By.WORDS, 0.5), "tells the same as Ceasefire"),
    (
        Join(article_id(10), By.WORDS, 0.5, apart=timedelta(hours=-3)),
        "tells the same as an article that is not in it any more; 50 % sure; 3 h apart",
    ),
    (
        Join(article_id(10), By.SPLIT, 0.05, apart=timedelta(hours=3)),
        "parted from another story; 5 % likely to tell the same; 3 h apart",
    ),
    (
        Join(article_id(10), By.APART, 0.95, apart=timedelta(hours=3)),
        "kept apart by never_with in the configuration from another story; 95 % likely to tell",
    ),
    (
        Join(article_id(0), By.SPLIT, 0.05),
        "parted from Ceasefire",
    ),
    (
        Join(article_id(12), By.BROKEN, 0.0),
        "it could not be compared with others, so it stands alone until all are gathered again",
    ),
]


@pytest.mark.parametrize(("why", "told"), OTHER_REASONS)
def test_other_reasons_are_told_too(
    db: Database, caller: FlaskClient, why: Join, told: str
) -> None:
    place(db, Placed(article_id(12), STORY, why))
    assert any(told in words(one) for one in page(caller).select(".because"))


def test_a_story_of_one_article_is_a_page_like_any_other(caller: FlaskClient) -> None:
    found = page(caller, f"/stories/{OTHER_STORY}")
    assert "Told by 1 outlet" in words(found.select_one(".meta"))
    assert "languages" not in words(found.select_one(".meta"))
    assert [words(one) for one in found.select(".lag")] == ["first"]
    assert "leads the story" not in found.get_text()


def test_an_article_that_no_source_carries_any_more_stands_in_the_timeline(
    caller: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = Story(STORY, (Member(replace(bare(), appearances=()), NOON),), "x", NOON, NOON, 0)
    monkeypatch.setattr("aggregator.web.stories.stored.get", lambda *_: story)
    assert [words(one) for one in page(caller).select(".timeline h3")] == ["Headline 1"]
    assert not page(caller).select(".timeline .outlet")


def test_words_that_are_shared_carry_language_and_direction(caller: FlaskClient) -> None:
    shared = page(caller).select(".because b")
    assert {(one.get_text(), one["lang"], one["dir"]) for one in shared} == {
        *(("44", "ar", "auto"), ("44", "en", "auto")),
        *(("Baku", "en", "auto"), ("ceasefire", "en", "auto")),
    }


def test_times_say_where_they_are_those_of(visit: Visit, caller: FlaskClient) -> None:
    assert "All times: Asia/Baku." in words(page(caller).footer)
    elsewhere = page(visit(timezone="America/New_York"), "/sources")
    assert "All times: America/New York." in words(elsewhere.footer)
    closed = visit(auth=("editor", "x")).get("/").text
    assert "Asia/Baku" not in closed


# --- what people decided ------------------------------------------------------------------------


def test_what_a_person_kept_out_stands_on_the_page(db: Database, caller: FlaskClient) -> None:
    assert not page(caller).select(".kept-out")
    rulings.pull_out(db, article_id(3), NOW - timedelta(minutes=1))
    rulings.pull_out(db, article_id(2), NOW)
    kept = page(caller).select(".kept-out li")
    assert [(words(one), one["lang"], one["dir"]) for one in kept] == [
        (newsroom.STORIES[2].title, "ru", "auto"),
        (newsroom.STORIES[3].title, "ar", "auto"),
    ]
    assert [one.a and one.a["href"] for one in kept] == [
        f"/articles/{article_id(2)}",
        f"/articles/{article_id(3)}",
    ]
    assert not page(caller, f"/stories/{OTHER_STORY}").select(".kept-out")
    rulings.put_together(db, article_id(2), article_id(8), NOW)
    place(db, Placed(article_id(2), STORY, Join(article_id(8), By.PERSON, 1.0)))
    assert [words(one) for one in page(caller).select(".kept-out li")] == [
        newsroom.STORIES[3].title
    ]


def test_however_many_a_person_kept_out_the_page_is_short(
    db: Database, caller: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aggregator.web.stories.KEPT_OUT", 1)
    rulings.pull_out(db, article_id(3), NOW - timedelta(minutes=1))
    rulings.pull_out(db, article_id(2), NOW)
    assert [words(one) for one in page(caller).select(".kept-out li")] == [
        newsroom.STORIES[2].title
    ]


def test_an_article_that_waits_for_its_story_says_so(db: Database, caller: FlaskClient) -> None:
    waits = "Which story it belongs to is being looked for"
    assert waits not in words(page(caller, f"/articles/{article_id(2)}").main)
    rulings.pull_out(db, article_id(2), NOW)
    assert waits in words(page(caller, f"/articles/{article_id(2)}").main)


def test_an_article_says_which_story_a_person_took_it_from(
    db: Database, caller: FlaskClient
) -> None:
    address = f"/articles/{article_id(2)}"
    assert not page(caller, address).select(".parted")
    rulings.pull_out(db, article_id(2), NOW)
    place(db, Placed(article_id(2), article_id(5009)))
    [line] = page(caller, address).select(".parted")
    title = newsroom.STORIES[8].title
    assert words(line).startswith(f"A person decided that it is not of the story {title}, 22 Nov")
    assert line.a is not None
    assert line.a["href"] == f"/stories/{STORY}"


# --- what was changed ---------------------------------------------------------------------------


def test_corrections_of_headlines_stand_side_by_side(caller: FlaskClient) -> None:
    [edit] = page(caller).select(".corrections li")
    assert words(edit.select_one(".outlet")) == "The Harbour Gazette"
    old, new = edit.find("del"), edit.find("ins")
    assert isinstance(old, Tag)
    assert isinstance(new, Tag)
    title = newsroom.STORIES[0].title
    assert (words(old), words(new)) == (title, title.replace(" as", ";", 1))
    assert (old["lang"], new["lang"]) == ("en", "en")


def test_an_edit_that_left_the_headline_alone_is_no_correction(
    db: Database, caller: FlaskClient
) -> None:
    first = newsroom.arrival(3, newsroom.STORIES[3], "", NOW)
    article = replace(first.article, summary="Other words.", updated=NOW)
    change = replace(
        first,
        verdict=newsroom.Verdict.CHANGED,
        why="its summary was edited",
        article=article,
        fingerprint="other",
    )
    polls.commit(db, newsroom.commit("sahifa", [change], NOW))
    assert len(page(caller).select(".corrections li")) == 1
    assert not page(caller, f"/stories/{OTHER_STORY}").select(".corrections")


# --- the article's page -------------------------------------------------------------------------


def test_an_article_leads_to_its_story_and_says_why_it_is_in_it(caller: FlaskClient) -> None:
    found = page(caller, f"/articles/{article_id(0)}")
    link = found.select_one(".told a")
    assert link is not None
    assert (link["href"], link.get_text()) == (f"/stories/{STORY}", "Told by 4 outlets")
    why = words(found.select_one(".why"))
    assert "One of 4 articles of this story: shares 44, Baku, ceasefire with" in why
    leads = words(page(caller, f"/articles/{article_id(8)}").select_one(".why"))
    assert "this story, which it leads: the story began with it." in leads


def test_an_article_that_several_carry_leads_to_their_timeline(visit: Visit) -> None:
    found = page(visit(), f"/articles/{article_id(0)}")
    assert words(found.select_one(".told")) == "Told by 1 outlet, linked by 2 more"
    assert "One of" not in words(found.select_one(".why"))


@pytest.mark.parametrize("number", [12, 13])
def test_an_article_that_is_alone_or_has_no_story_says_nothing_of_it(
    caller: FlaskClient, number: int
) -> None:
    found = page(caller, f"/articles/{article_id(number)}")
    assert not found.select(".told")
    assert "/stories/" not in str(found)


def test_an_article_that_stands_alone_for_a_reason_tells_it(
    db: Database, caller: FlaskClient
) -> None:
    broken = Join(article_id(12), By.BROKEN, 0.0)
    place(db, Placed(article_id(12), OTHER_STORY, broken))
    why = words(page(caller, f"/articles/{article_id(12)}").select_one(".why"))
    assert "The only article of this story: it could not be compared with others" in why


# --- lists --------------------------------------------------------------------------------------


MANY = "Told by 4 outlets in 4 articles"
OTHERS = "also by The Harbour Gazette, Вестник Прибрежья, صحيفة الميناء"


@pytest.mark.parametrize(
    ("address", "items", "told", "shown"),
    [
        ("/", 10, f"{MANY}, {OTHERS}", 8),
        ("/topics/war", 1, f"{MANY}, {OTHERS}", 8),
        # The one that leads, and another, are not of the topic.
        ("/topics/azerbaijan", 3, f"{MANY}, also by The Harbour Gazette, صحيفة الميناء", 8),
        # Who searches finds what has the words.
        (
            "/search?q=topic:war",
            1,
            f"{MANY}, also by Вестник Прибрежья, صحيفة الميناء, 江畔日报",
            0,
        ),
    ],
)
def test_a_page_shows_each_story_once(
    caller: FlaskClient, address: str, items: int, told: str, shown: int
) -> None:
    found = page(caller, address)
    assert len(found.select(".item")) == items
    [line] = found.select(".also")
    assert line.a is not None
    assert line.a["href"] == f"/stories/{STORY}"
    assert words(line) == told
    lead = found.select_one(".lead")
    assert "newest first, each story once" in words(lead)
    assert ("under the article that leads it" in words(lead)) == (shown == 8)
    head = found.select_one(".item h2 a")
    assert head is not None
    assert head["href"] == f"/articles/{article_id(shown)}"
    time = found.select_one(".item time")
    assert time is not None
    newest = page(caller, "/search?q=topic:war").select_one(".item time")
    assert time["datetime"] == newest["datetime"], "of the newest one"  # type: ignore[index]


def test_the_digest_counts_articles_and_what_they_tell(caller: FlaskClient) -> None:
    assert "11 articles that tell 8 stories, newest first" in words(
        page(caller, "/").select_one(".lead")
    )


def test_a_story_that_a_newer_page_shows_is_not_shown_again(
    db: Database, caller: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aggregator.web.pages.PAGE", 1)
    address, shown, pages = "/topics/war", list[str](), 0
    while address:
        found = page(caller, address)
        shown += [str(one["href"]) for one in found.select(".item h2 a")]
        older, pages = found.select_one(".more a[rel=next]"), pages + 1
        assert not found.select(".empty") or older is None
        address = str(older["href"]) if older else ""
    assert (shown, pages) == ([f"/articles/{article_id(8)}"], 4)


def test_the_page_of_a_source_shows_all_its_articles(db: Database, caller: FlaskClient) -> None:
    before = len(page(caller, "/sources/vestnik").select(".item"))
    place(db, Placed(article_id(11), STORY, Join(article_id(2), By.WORDS, 0.6)))
    assert len(page(caller, "/sources/vestnik").select(".item")) == before
    assert not page(caller, "/sources/vestnik").select(".also")


def test_a_page_on_which_no_story_stands_twice_says_nothing_of_it(visit: Visit) -> None:
    for address in ("/", "/topics/war", "/search?q=bread"):
        assert "each story once" not in visit().get(address).text


def test_the_digest_folds_what_stands_under_the_day_before(db: Database) -> None:
    newsroom.gather(db)
    caller = client(newsroom.site(db, timezone="Pacific/Kiritimati"))
    found = page(caller, "/")
    assert len(found.select(".item")) == 2 + 10 - 3
    assert len(found.select(".also")) == 1


def test_paging_loses_no_article(db: Database) -> None:
    """What is on no page as an entry stands on the page of a story that is."""
    many = {n: newsroom.Story("harbour", f"Note {n}", "", 0.2 + n / 1000) for n in range(100, 230)}
    brought = [newsroom.arrival(n, one, "", NOW) for n, one in many.items()]
    polls.commit(db, newsroom.commit("harbour", brought, NOW))
    for number in range(100, 230, 3):
        why = Join(article_id(100), By.WORDS, 0.5) if number > 100 else None
        place(db, Placed(article_id(number), OTHER_STORY, why))
    caller = client(newsroom.site(db))
    seen, told, address = set[str](), set[str](), "/day/2026-11-22"
    while address:
        found = page(caller, address)
        shown = [str(one["href"]) for one in found.select(".item h2 a")]
        assert not seen & set(shown)
        seen |= set(shown)
        for link in found.select(".also a"):
            inside = page(caller, str(link["href"]))
            told |= {str(one["href"]) for one in inside.select(".timeline h3 a")}
        older = found.select_one(".more a[rel=next]")
        address = str(older["href"]) if older else ""
    assert {f"/articles/{article_id(number)}" for number in many} <= seen | told


def test_many_outlets_are_named_in_part() -> None:
    articles = [
        replace(
            bare(n),
            appearances=(
                replace(
                    bare(n).appearances[0],
                    outlet=replace(bare().appearances[0].outlet, key=f"k{n}", name=f"N{n}"),
                ),
            ),
        )
        for n in range(6)
    ]
    carried = (*articles[1].appearances, *bare().appearances)
    articles[1] = replace(articles[1], appearances=carried)
    fold = folds.Fold(articles[0], NOON, None, tuple(articles[1:]))
    assert fold.also == ("N1", "N2", "N3", "N4", "N5")


# --- words --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minutes", "told"),
    [(0, "at the same time"), (35, "35 min later"), (-150, "2 h 30 min earlier")],
)
def test_a_reason_says_which_came_first(minutes: int, told: str) -> None:
    to = bare()
    one = replace(to, published=to.published + timedelta(minutes=minutes))
    assert reasons.apart(Member(one, NOON, Join(to.id, By.WORDS, 1.0)), to) == told


def test_lengths_of_time_have_at_most_two_units() -> None:
    told = [reasons.span(timedelta(minutes=n)) for n in (0, 59, 60, 61, 1440, 1501, 9999)]
    assert told == ["0 min", "59 min", "1 h", "1 h 1 min", "1 d", "1 d 1 h", "6 d 22 h"]
    assert reasons.apart(Member(bare(), NOON), None) == "0 min apart"
