"""Stories: placing, moving and reading them, who may gather, what people decide."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from articles import article_id
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event
from stored import HOUR, NOW, also, arrival, changed, hit, save, wipe

from aggregator.errors import UsageError
from aggregator.model import By, Join, Move, Placed, Ruling, Story
from aggregator.store import apart, gathering, remembered, rulings, stories
from aggregator.store.database import Database
from aggregator.store.gathering import State
from aggregator.tag.query import parse_query

WHY = Join(article_id(1), By.WORDS, 0.71, ("baku", "ceasefire"), timedelta(minutes=35))


def placed(number: int, story: str, why: Join | None = None, **said: Any) -> Placed:
    return Placed(article_id(number), story, why, **said)


def put(db: Database, *them: Placed) -> State:
    state = gathering.place(db, them, NOW, gathering.state(db))
    assert state is not None
    return state


def told(db: Database, query: str = "", **said: Any) -> list[str]:
    return [one.id for one in stories.window(db, parse_query(query), now=NOW, **said).stories]


def story(db: Database, id_: str) -> Story:
    found = stories.get(db, id_)
    assert isinstance(found, Story)
    return found


# --- gathering ----------------------------------------------------------------------------------


def test_new_articles_wait_in_the_order_in_which_they_are_listed(db: Database) -> None:
    save(db, arrival(1), arrival(3), arrival(2))
    assert [one.id for one in gathering.waiting(db, 2, NOW)] == [article_id(3), article_id(2)]
    put(db, placed(3, "c"), placed(1, "a"))
    assert [one.id for one in gathering.waiting(db, 9, NOW)] == [article_id(2)]


def test_what_is_new_comes_before_all_that_is_old(db: Database) -> None:
    assert gathering.first(db) is None
    save(db, *(arrival(n) for n in range(1, 6)))
    recent = NOW - 2 * HOUR
    assert [one.id for one in gathering.waiting(db, 9, recent)] == [article_id(2), article_id(1)]
    assert gathering.first(db) == NOW - 5 * HOUR
    put(db, placed(2, "a"), placed(1, "a"))
    assert [one.id for one in gathering.waiting(db, 2, recent)] == [article_id(5), article_id(4)]


def test_an_edit_does_not_let_an_article_wait_again(db: Database) -> None:
    first = arrival(1)
    save(db, first)
    put(db, placed(1, "a"))
    save(db, changed(first, title="Other words"))
    save(db, also(first, "two"))
    assert gathering.waiting(db, 9, NOW) == ()


def test_a_story_is_read_as_it_was_placed(db: Database) -> None:
    save(db, arrival(1), arrival(2, "two"))
    put(db, placed(2, "s"), placed(1, "s", WHY, vector=b"\x01\x02"))
    found = story(db, "s")
    assert [one.article.id for one in found.members] == [article_id(2), article_id(1)]
    assert [one.why for one in found.members] == [None, WHY]
    assert (found.listed, found.outlets, found.leading) == (NOW - HOUR, 2, article_id(2))
    assert stories.of(db, [article_id(1), article_id(9)]) == {article_id(1): "s"}
    kept = list(remembered.gathered(db, NOW - 3 * HOUR, None, 1))
    assert [(one.article.id, one.story, one.vector) for one in kept] == [
        (article_id(2), "s", None),
        (article_id(1), "s", b"\x01\x02"),
    ]
    assert list(remembered.gathered(db, NOW, None, 1)) == []
    assert list(remembered.gathered(db, NOW - 3 * HOUR, NOW - 2 * HOUR, 1)) == []


def test_a_further_outlet_of_an_article_counts_for_its_story(db: Database) -> None:
    first = arrival(1)
    save(db, first)
    put(db, placed(1, "s"))
    assert told(db, min_sources=2) == []
    save(db, also(first, "two", link="https://two.example/own"))
    assert told(db, min_sources=2) == ["s"]


def test_who_only_links_to_an_article_tells_no_story(db: Database) -> None:
    first = arrival(1)
    save(db, first)
    put(db, placed(1, "s"))
    save(db, also(first, "links", link=f"{first.article.link}?from=links"), also(first, "more"))
    save(db, also(first, "bare", link=None))
    assert told(db, min_sources=2) == []
    assert (story(db, "s").outlets, story(db, "s").linking) == (1, 3)
    # It tells it by an article of its own.
    save(db, arrival(2, "links"))
    put(db, placed(2, "s"))
    assert told(db, min_sources=2) == ["s"]
    assert (story(db, "s").outlets, story(db, "s").linking) == (2, 2)


def test_merged_stories_lead_to_the_one_that_is_left(db: Database) -> None:
    save(db, *(arrival(n) for n in (1, 2, 3)))
    put(db, placed(3, "old"), placed(2, "new"))
    put(db, placed(1, "old", WHY, moves=(Move(article_id(2), "old", WHY),)))
    assert stories.get(db, "new") == "old"
    assert [one.article.id for one in story(db, "old").members] == [
        article_id(3),
        article_id(2),
        article_id(1),
    ]
    assert told(db) == ["old"]


def test_all_of_a_merged_story_goes_also_what_was_too_old_to_be_remembered(db: Database) -> None:
    save(db, *(arrival(n) for n in range(1, 6)))
    put(db, placed(5, "new"), placed(4, "old"), placed(3, "new", WHY), placed(2, "new", WHY))
    near = Join(article_id(4), By.WORDS, 0.6, apart=2 * HOUR)
    parted = Join(article_id(4), By.SPLIT, 0.04)
    both = (Move(article_id(2), "old", near), Move(article_id(3), "parted", parted))
    put(db, placed(1, "old", WHY, moves=both))
    assert stories.get(db, "new") == "old"
    moved = {one.article.id: one.why for one in story(db, "old").members}
    assert moved == {
        article_id(5): replace(near, apart=HOUR),
        article_id(4): None,
        article_id(2): near,
        article_id(1): WHY,
    }
    assert [one.why for one in story(db, "parted").members] == [parted]


def test_of_a_merged_story_what_waits_to_be_gathered_again_stays(db: Database) -> None:
    save(db, *(arrival(n) for n in (1, 2, 3, 4)))
    put(db, placed(4, "new"), placed(3, "old"), placed(2, "new", WHY))
    gathering.gather_again(db)
    put(db, placed(3, "old"), placed(2, "new"))
    put(db, placed(1, "old", WHY, moves=(Move(article_id(2), "old", WHY),)))
    assert [one.article.id for one in story(db, "new").members] == [article_id(4)]
    put(db, placed(4, "old", WHY))
    assert stories.get(db, "new") == "old"


def test_a_merged_story_is_followed_by_its_old_id(db: Database) -> None:
    save(db, *(arrival(n) for n in (1, 2, 3)))
    put(db, placed(3, "old"), placed(2, "new"))
    put(db, placed(1, "old", WHY, moves=(Move(article_id(2), "old", WHY),)))
    pairs = {("one", "new"), ("one", "old"), ("new", "two"), ("one", "two")}
    assert gathering.followed(db, pairs) == pairs | {("one", "old"), ("old", "two")}
    assert gathering.followed(db, set()) == set()


def test_a_split_makes_a_story_of_its_own(db: Database) -> None:
    save(db, *(arrival(n) for n in (1, 2, 3)))
    put(db, placed(3, "s"), placed(2, "s", WHY))
    parted = Join(article_id(3), By.SPLIT, 0.04)
    put(db, placed(1, "s", WHY, moves=(Move(article_id(2), "t", parted),)))
    assert story(db, "t").members[0].why == parted
    assert [one.article.id for one in story(db, "t").members] == [article_id(2)]
    assert [one.article.id for one in story(db, "s").members] == [article_id(3), article_id(1)]


@pytest.mark.parametrize("id_", ["", "x", "\0", "\ud800"])
def test_a_story_that_never_was_is_none(db: Database, id_: str) -> None:
    assert stories.get(db, id_) is None


def test_what_was_decided_on_old_knowledge_is_not_stored(db: Database) -> None:
    save(db, arrival(1), arrival(2))
    before = gathering.state(db)
    put(db, placed(1, "a"))
    assert gathering.place(db, [placed(2, "b")], NOW, before) is None
    assert stories.get(db, "b") is None
    assert gathering.place(db, [], NOW, before) == before


def test_while_all_are_gathered_again_each_stays_in_its_story(db: Database) -> None:
    save(db, arrival(1), arrival(2))
    put(db, placed(2, "a"), placed(1, "a", WHY))
    gathering.gather_again(db)
    assert told(db) == ["a"]
    assert list(remembered.gathered(db, NOW - 9 * HOUR, None, 5)) == []
    assert [one.id for one in gathering.waiting(db, 9, NOW)] == [article_id(2), article_id(1)]
    put(db, placed(2, "a"))
    assert [one.article.id for one in remembered.gathered(db, NOW - 9 * HOUR, None, 5)] == [
        article_id(2)
    ]
    put(db, placed(1, "b"))
    assert told(db) == ["b", "a"]


# --- what people decide -------------------------------------------------------------------------


def test_an_article_that_is_pulled_out_waits_with_its_rulings(db: Database) -> None:
    save(db, *(arrival(n) for n in (1, 2, 3)))
    before = put(db, placed(3, "s"), placed(2, "s", WHY), placed(1, "s", WHY))
    assert rulings.pull_out(db, article_id(2), NOW)
    assert [one.id for one in gathering.waiting(db, 9, NOW)] == [article_id(2)]
    assert [one.article.id for one in story(db, "s").members] == [article_id(3), article_id(1)]
    assert set(rulings.ruled(db)) == {
        Ruling(*sorted((article_id(2), article_id(n))), together=False) for n in (1, 3)
    }
    assert gathering.place(db, [placed(2, "t")], NOW, before) is None


def test_an_article_that_is_alone_can_not_be_pulled_out(db: Database) -> None:
    save(db, arrival(1))
    put(db, placed(1, "s"))
    assert not rulings.pull_out(db, article_id(1), NOW)
    assert not rulings.pull_out(db, "unknown", NOW)
    assert gathering.waiting(db, 9, NOW) == ()


def test_putting_together_undoes_what_was_pulled_out_of_that_story(db: Database) -> None:
    save(db, *map(arrival, (1, 2, 3, 4)))
    put(db, *(placed(n, "s") for n in (1, 2, 3)), placed(4, "other"))
    assert rulings.pull_out(db, article_id(1), NOW)
    rulings.put_together(db, article_id(4), article_id(1), NOW)
    put(db, placed(1, "new"), placed(4, "new"))
    rulings.put_together(db, article_id(1), article_id(2), NOW)
    assert {(one.article, one.other, one.together) for one in rulings.ruled(db)} == {
        (article_id(1), article_id(2), True),
        (article_id(1), article_id(4), True),
    }


def test_what_is_not_there_or_the_same_can_not_be_put_together(db: Database) -> None:
    save(db, arrival(1))
    for one, other, words in (
        (article_id(1), article_id(7), f"there is no article {article_id(7)}"),
        (article_id(7), article_id(1), f"there is no article {article_id(7)}"),
        (article_id(1), article_id(1), "both names mean the same article"),
    ):
        with pytest.raises(UsageError, match=words):
            rulings.put_together(db, one, other, NOW)
    assert rulings.ruled(db) == ()


def test_the_last_ruling_counts(db: Database) -> None:
    save(db, arrival(1), arrival(2))
    put(db, placed(2, "s"), placed(1, "s", WHY))
    rulings.pull_out(db, article_id(1), NOW)
    rulings.put_together(db, article_id(2), article_id(1), NOW)
    pair = sorted((article_id(1), article_id(2)))
    assert rulings.ruled(db) == (Ruling(*pair, together=True),)
    assert {one.id for one in gathering.waiting(db, 9, NOW)} == {article_id(1), article_id(2)}


def test_what_is_kept_out_is_what_people_pulled_out_the_latest_first(db: Database) -> None:
    save(db, *(arrival(n) for n in range(1, 6)))
    put(db, placed(5, "s"), *(placed(n, "s", WHY) for n in range(1, 5)))
    rulings.pull_out(db, article_id(3), NOW)
    rulings.pull_out(db, article_id(2), NOW + HOUR)
    rulings.put_together(db, article_id(4), article_id(5), NOW)

    def kept_out(*inside: int, limit: int = 9) -> list[str]:
        found = rulings.kept_out(db, [article_id(n) for n in inside], limit)
        return [one.id for one in found]

    assert kept_out(1, 4, 5) == [article_id(2), article_id(3)]
    assert kept_out(1, 4, 5, limit=1) == [article_id(2)]
    assert kept_out(1, 4, 5, 2) == [article_id(3)], "put back, it is in"
    assert kept_out(2) == [article_id(n) for n in (1, 4, 5, 3)]
    assert kept_out() == kept_out(9) == []


# --- reading ------------------------------------------------------------------------------------


def test_an_article_knows_the_stories_from_which_people_took_it(db: Database) -> None:
    save(db, *(arrival(number) for number in range(1, 5)))
    put(db, placed(1, "s"), placed(2, "s"), placed(3, "s"))
    assert rulings.parted(db, article_id(1), 9) == ()
    rulings.pull_out(db, article_id(1), NOW)
    told = [("s", "Headline 3", NOW)]
    assert rulings.parted(db, article_id(1), 9) == tuple(told), "also while it waits"
    put(db, placed(1, "t"))
    assert rulings.parted(db, article_id(1), 9) == tuple(told)
    assert rulings.parted(db, article_id(3), 9) == (("t", "Headline 1", NOW),)
    put(db, placed(4, "t"))
    rulings.pull_out(db, article_id(1), NOW + HOUR)
    put(db, placed(1, "u"))
    assert rulings.parted(db, article_id(1), 9) == (("t", "Headline 4", NOW + HOUR), *told)
    assert len(rulings.parted(db, article_id(1), 1)) == 1
    put(db, placed(1, "s"))
    assert [one.story for one in rulings.parted(db, article_id(1), 9)] == ["t"]
    assert rulings.parted(db, article_id(9), 9) == ()


def test_what_is_kept_apart_waits_for_another_story(db: Database) -> None:
    save(db, *(arrival(1, "one"), arrival(2, "two"), arrival(3, "three"), arrival(30, "two")))
    put(db, *(placed(number, "s") for number in (1, 2, 3, 30)))
    since = NOW - 20 * HOUR
    assert apart.keep_apart(db, [("one", "four")], since, NOW) == 0
    before = gathering.state(db)
    assert apart.keep_apart(db, [("one", "four"), ("two", "s")], since, NOW) == 1
    assert [one.id for one in gathering.waiting(db, 9, since)] == [article_id(2)]
    assert gathering.state(db) > before
    assert len(story(db, "s").members) == 3
    assert apart.keep_apart(db, [("one", article_id(3))], since, NOW) == 1
    assert apart.keep_apart(db, [("one", article_id(3))], since, NOW) == 0


def test_a_story_is_found_by_any_of_its_articles_and_once(db: Database) -> None:
    war = (hit("war"),)
    save(db, arrival(1), arrival(2, topics=war), arrival(3, topics=war), arrival(4))
    put(db, placed(4, "b"), placed(3, "a"), placed(2, "a", WHY), placed(1, "a", WHY))
    assert told(db) == ["a", "b"]
    assert told(db, "topic:war") == ["a"]
    assert [
        len(one.members)
        for one in stories.find(db, parse_query("topic:war"), now=NOW, limit=9).stories
    ] == [3]


def statements(db: Database, act: Callable[[], object]) -> list[tuple[str, str]]:
    """What is asked of the database: each statement with its parameters."""
    asked: list[tuple[str, str]] = []

    def hear(_connection: Any, _cursor: Any, statement: str, said: Any, *_: Any) -> None:
        asked.append((statement, str(said)))

    event.listen(db._engine, "before_cursor_execute", hear)
    try:
        act()
    finally:
        event.remove(db._engine, "before_cursor_execute", hear)
    return asked


def test_only_of_leading_articles_more_than_the_head_is_read(db: Database) -> None:
    authors = ("A. Writer",)
    save(db, *(arrival(n, topics=(hit("war"),), authors=authors) for n in range(6)))
    put(db, *(placed(n, f"s{n % 2}") for n in range(6)))
    leading, other, _ = story(db, "s0").members
    assert leading.article == arrival(4, topics=(hit("war"),), authors=authors).article
    assert other.article == replace(
        arrival(2, topics=(hit("war"),)).article, summary="", content="", text=""
    )
    asked = statements(db, lambda: told(db))
    long = ("summary", "content", "text", "authors", "image", "enclosures")
    reading = [one for one in asked if any(f"articles.{name}" in one[0] for name in long)]
    assert len(reading) == 1
    named = {n for n in range(6) if article_id(n) in reading[0][1]}
    assert named == {4, 5}


def test_a_page_of_stories_asks_as_often_however_many_there_are(db: Database) -> None:
    save(db, *(arrival(n) for n in range(20)))
    put(db, placed(0, "s0"))
    once = len(statements(db, lambda: told(db)))
    put(db, *(placed(n, f"s{n // 3}") for n in range(20)))
    assert len(statements(db, lambda: told(db))) == once


def test_a_window_holds_a_week_or_the_newest_hundred(db: Database) -> None:
    days = (0, 1, 8, 9, 10)
    save(db, *(arrival(n, listed=NOW - timedelta(days=day)) for n, day in enumerate(days)))
    put(db, *(placed(n, f"s{n}") for n in range(5)))
    assert told(db, least=1) == ["s0", "s1"]
    assert told(db, least=3) == ["s0", "s1", "s2"]
    assert told(db, least=1, most=1) == ["s0"]
    assert told(db) == [f"s{n}" for n in range(5)]
    page = stories.window(db, parse_query(""), now=NOW, least=3)
    older = stories.find(db, parse_query(""), now=NOW, limit=9, before=page.next)
    assert [one.id for one in older.stories] == ["s3", "s4"]
    assert older.next is None


def test_a_cursor_that_is_none_is_refused(db: Database) -> None:
    with pytest.raises(UsageError):
        stories.find(db, parse_query(""), now=NOW, limit=9, before="x")


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    of=st.lists(st.integers(0, 5), min_size=1, max_size=25),
    topical=st.sets(st.integers(0, 24)),
    limit=st.integers(1, 4),
    chunk=st.integers(1, 5),
)
def test_pages_together_hold_every_story_once_by_its_newest_match(
    db: Database, of: Sequence[int], topical: set[int], limit: int, chunk: int
) -> None:
    wipe(db)
    war = (hit("war"),)
    save(db, *(arrival(n, topics=war if n in topical else ()) for n in range(len(of))))
    put(db, *(placed(n, f"s{story}") for n, story in enumerate(of)))
    expected = list(dict.fromkeys(f"s{story}" for n, story in enumerate(of) if n in topical))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stories, "_CHUNK", chunk)
        shown: list[str] = []
        cursor = None
        while True:
            page = stories.find(db, parse_query("topic:war"), now=NOW, limit=limit, before=cursor)
            shown += [one.id for one in page.stories]
            cursor = page.next
            if cursor is None:
                break
    assert shown == expected


def test_where_few_are_told_by_enough_outlets_pages_may_be_empty_but_go_on(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stories, "_CHUNK", 2)
    monkeypatch.setattr(stories, "_MOST_READ", 4)
    first = arrival(9)
    save(db, first, *(arrival(n) for n in range(9)))
    save(db, also(first, "two", link="https://two.example/9"))
    put(db, *(placed(n, f"s{n}") for n in range(10)))
    found: list[str] = []
    cursor, pages = None, 0
    while pages == 0 or cursor:
        page = stories.find(db, parse_query(""), now=NOW, limit=9, before=cursor, min_sources=2)
        found += [one.id for one in page.stories]
        cursor, pages = page.next, pages + 1
    assert (found, pages) == (["s9"], 3)
    assert stories.window(db, parse_query(""), now=NOW, min_sources=2).next
