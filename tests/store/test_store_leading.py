"""Which article leads a story, and when readers are told that it changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from articles import article_id
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete
from stored import HOUR, NOW, also, arrival, changed, save, wipe

from aggregator.model import By, Join, Move, Placed, Story, Updates
from aggregator.publish.story import updated
from aggregator.store import gathering, leading, rulings, stories
from aggregator.store.database import Database
from aggregator.store.tables import appearances

FULL = "word " * 200
WHY = Join(article_id(1), By.WORDS, 0.71)


def put(db: Database, *them: tuple[int, str], at: Any = NOW, moves: tuple[Move, ...] = ()) -> None:
    placed = [Placed(article_id(number), name, moves=moves) for number, name in them]
    assert gathering.place(db, placed, at, gathering.state(db))


def story(db: Database, name: str = "s") -> Story:
    found = stories.get(db, name)
    assert isinstance(found, Story)
    return found


def leads(db: Database, *them: tuple[int, str, str]) -> str:
    """What leads a story of articles: number (a higher one is older), source, text."""
    wipe(db)
    save(db, *(arrival(number, source, text=text) for number, source, text in them))
    put(db, *((number, "s") for number, _, _ in them))
    return story(db).leading


def test_the_earliest_with_a_full_text_leads(db: Database) -> None:
    assert leads(db, (1, "a", FULL), (2, "b", FULL), (3, "c", "short")) == article_id(2)
    assert leads(db, (1, "a", "short"), (2, "b", "short")) == article_id(2)


def told(number: int, source: str, at: Any, **said: Any) -> Any:
    """An article that was told at a time, whatever date it claims."""
    one = arrival(number, source, **said)
    seen = replace(one.appearance, told=at)
    return replace(one, appearance=seen, article=replace(one.article, appearances=(seen,)))


def test_a_late_article_under_an_old_date_does_not_take_a_story_over(db: Database) -> None:
    save(db, told(2, "one", NOW - 2 * HOUR, text=FULL))
    put(db, (2, "s"))
    began = story(db).published
    late = told(9, "two", NOW - HOUR, text=FULL)
    assert late.article.published < began
    save(db, late)
    put(db, (9, "s"), at=NOW + HOUR)
    assert (story(db).leading, story(db).led) == (article_id(2), None)
    assert (story(db).published, updated(story(db), Updates.NEVER)) == (began, began)
    # What was told before is the earliest, whenever it comes in.
    save(db, told(5, "three", NOW - 5 * HOUR, text=FULL))
    put(db, (5, "s"), at=NOW + 2 * HOUR)
    assert (story(db).leading, story(db).led) == (article_id(5), NOW + 2 * HOUR)
    assert updated(story(db), Updates.NEVER) == began


def test_an_edited_date_does_not_let_an_article_lead(db: Database) -> None:
    first, second = told(2, "one", NOW - 2 * HOUR), told(1, "two", NOW - HOUR)
    save(db, first, second)
    put(db, (1, "s"), (2, "s"))
    old = NOW - 50 * HOUR
    save(db, replace(changed(second, title="Other words", published=old), published=old))
    assert story(db).members[0].article.id == article_id(1), "the edit was stored"
    assert story(db).leading == article_id(2)


def test_what_no_source_carries_leads_by_its_own_date(db: Database) -> None:
    save(db, arrival(1), arrival(2))
    with db.write() as connection:
        connection.execute(delete(appearances).where(appearances.c.article == article_id(2)))
    put(db, (1, "s"), (2, "s"))
    assert story(db).leading == article_id(2)


def test_a_source_that_the_operator_prefers_leads_whatever_text_it_brings(db: Database) -> None:
    leading.prefer(db, ["a", "b"], NOW)
    assert leads(db, (1, "c", FULL), (2, "b", "short"), (3, "d", FULL)) == article_id(2)
    assert leads(db, (1, "a", "short"), (2, "b", FULL), (3, "c", FULL)) == article_id(1)
    assert leads(db, (1, "a", FULL), (2, "a", "short"), (3, "c", FULL)) == article_id(1)
    assert leads(db, (1, "a", "short"), (2, "a", "short")) == article_id(2)


def test_stories_that_are_stored_are_led_as_preferred_from_then_on(db: Database) -> None:
    save(db, arrival(1, "one"), arrival(2, "two"), arrival(3, "three"), arrival(4, "one"))
    put(db, (1, "s"), (2, "s"), (3, "t"), (4, "t"))
    assert (story(db).leading, story(db, "t").leading) == (article_id(2), article_id(4))
    before = db.revision()
    leading.prefer(db, ["one"], NOW + HOUR)
    assert db.revision() > before
    assert (story(db).leading, story(db).led) == (article_id(1), NOW + HOUR)
    assert (story(db, "t").leading, story(db, "t").led) == (article_id(4), None)
    before = db.revision()
    leading.prefer(db, ["one"], NOW + 2 * HOUR)
    assert (db.revision(), story(db).led) == (before, NOW + HOUR)
    leading.prefer(db, [], NOW + 3 * HOUR)
    assert (story(db).leading, story(db).led) == (article_id(2), NOW + 3 * HOUR)


def test_a_story_knows_since_when_it_is_led_and_when_an_outlet_was_added(db: Database) -> None:
    first = arrival(3)
    save(db, first, arrival(2, "two"), arrival(1, "two", text=FULL))
    put(db, (3, "s"))
    assert (story(db).led, story(db).told) == (None, None)
    put(db, (2, "s"), at=NOW + HOUR)
    assert (story(db).led, story(db).told) == (None, NOW + HOUR)
    put(db, (1, "s"), at=NOW + 2 * HOUR)
    assert (story(db).led, story(db).told) == (NOW + 2 * HOUR, NOW + HOUR)
    save(db, also(first, "three", link="https://three.example/3"), at=NOW + 3 * HOUR)
    assert (story(db).led, story(db).told) == (NOW + 2 * HOUR, NOW + 3 * HOUR)
    rulings.pull_out(db, article_id(1), NOW + 4 * HOUR)
    assert (story(db).leading, story(db).led) == (article_id(3), NOW + 4 * HOUR)
    assert story(db).told == NOW + 3 * HOUR
    put(db, (1, "t"), at=NOW + 5 * HOUR)
    assert (story(db, "t").led, story(db, "t").told) == (None, None)


def test_an_edit_that_brings_the_full_text_lets_another_article_lead(db: Database) -> None:
    first = arrival(1)
    save(db, first, arrival(2))
    put(db, (1, "s"), (2, "s"))
    save(db, changed(first, title="Other words", text=FULL), at=NOW + HOUR)
    assert (story(db).leading, story(db).led) == (article_id(1), NOW + HOUR)


ACTIONS = st.lists(
    st.tuples(st.sampled_from(["place", "pull out", "edit", "carry", "prefer"]), st.integers(0, 5)),
    max_size=12,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(actions=ACTIONS)
def test_what_readers_are_told_never_goes_back(
    db: Database, actions: list[tuple[str, int]]
) -> None:
    wipe(db)
    leading.prefer(db, [], NOW)
    arrivals = [arrival(n, f"s{n}", text=FULL if n % 2 else "short") for n in range(6)]
    save(db, *arrivals)
    put(db, (5, "s"), (4, "s"))
    before = {rule: updated(story(db), rule) for rule in Updates}
    began = before[Updates.NEVER]
    for hours, (action, number) in enumerate(actions, 1):
        at = NOW + timedelta(hours=hours)
        match action:
            case "place":
                put(db, (number, "s"), at=at)
            case "pull out":
                rulings.pull_out(db, article_id(number), at)
            case "edit":
                save(db, changed(arrivals[number], title=f"Title {hours}"), at=at)
            case "carry":
                save(db, also(arrivals[number], f"s{(number + 1) % 6}"), at=at)
            case _:
                leading.prefer(db, [f"s{number}"], at)
        found = stories.get(db, "s")
        if isinstance(found, Story):
            now = {rule: updated(found, rule) for rule in before}
            assert now[Updates.NEVER] == began
            assert all(now[rule] >= before[rule] for rule in before)
            before = now
