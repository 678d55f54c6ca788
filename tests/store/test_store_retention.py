"""Old articles are dropped with all that hangs on them, and nothing else is."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest
from articles import article_id
from sqlalchemy import func, select
from stored import HOUR, NOW, also, arrival, changed, commit, hit, save

from aggregator.model import By, Join, Move, Placed
from aggregator.store import articles, gathering, polls, retention, rulings, search, stories
from aggregator.store.database import Database
from aggregator.store.retention import drop
from aggregator.store.tables import metadata
from aggregator.tag.query import parse_query

DAY = timedelta(days=1)
YEAR = 365 * DAY
BEFORE = NOW - YEAR
YOUNG, OLD, OLDER, OLDEST = 1, 366 * 24, 370 * 24, 400 * 24
"""Numbers of articles; each stands for its age in hours."""


def gather(db: Database, *told: Placed) -> None:
    assert gathering.place(db, told, NOW, gathering.state(db))


def alone(*numbers: int) -> list[Placed]:
    return [Placed(article_id(number), f"s{number}") for number in numbers]


def left(db: Database) -> set[str]:
    return {one.id for one in articles.iterate(db, 100)}


def rows(db: Database) -> dict[str, int]:
    """How many rows there are of what hangs on articles."""
    tables = ("identities", "appearances", "hits", "revisions", "members", "stories", "rulings")
    with db.read() as connection:
        return {
            name: connection.execute(
                select(func.count()).select_from(metadata.tables[name])
            ).scalar_one()
            for name in tables
        }


def test_all_that_hangs_on_an_old_article_goes_with_it(db: Database) -> None:
    save(db, arrival(YOUNG, topics=(hit("war"),)))
    gather(db, *alone(YOUNG))
    before = rows(db)
    old = arrival(OLD, topics=(hit("war"),))
    save(db, old, arrival(OLDER), also(old, "two"))
    polls.commit(db, commit("one", [changed(old, title="Edited")], NOW + HOUR))
    gather(db, *alone(OLD, OLDER))
    rulings.put_together(db, article_id(OLD), article_id(OLDER), NOW)
    gather(db, *alone(OLD, OLDER))
    assert all(more > rows_ for more, rows_ in zip(rows(db).values(), before.values(), strict=True))
    revision = db.revision()
    assert drop(db, BEFORE, NOW) == 2
    assert rows(db) == before
    assert left(db) == {article_id(YOUNG)}
    assert db.revision() > revision
    found = search.find(db, parse_query("headline OR edited"), now=NOW, limit=9)
    assert [one.id for one in found.articles] == [article_id(YOUNG)]


def test_what_waits_for_its_story_stays(db: Database) -> None:
    save(db, arrival(OLD), arrival(OLDEST))
    gather(db, *alone(OLD))
    assert drop(db, BEFORE, NOW) == 1
    assert left(db) == {article_id(OLDEST)}


def test_what_was_dropped_is_known_by_all_its_identities(db: Database) -> None:
    old, young = arrival(OLD), arrival(YOUNG)
    save(db, old, young)
    gather(db, *alone(OLD, YOUNG))
    keys = {*old.identities, *young.identities, "l:never.example/"}
    assert retention.refused(db, keys) == set()
    assert drop(db, BEFORE, NOW) == 1
    assert retention.refused(db, keys) == {*old.identities}


def test_a_story_goes_as_a_whole_when_its_newest_article_is_old(db: Database) -> None:
    save(db, arrival(OLD), arrival(360 * 24), arrival(OLDER), arrival(OLDEST))
    why = Join(article_id(OLD), By.WORDS, 0.9, apart=HOUR)
    told = [(OLD, "long"), (360 * 24, "long"), (OLDER, "short"), (OLDEST, "short")]
    gather(db, *(Placed(article_id(number), name, why) for number, name in told))
    assert drop(db, BEFORE, NOW) == 2
    assert left(db) == {article_id(OLD), article_id(360 * 24)}
    assert stories.get(db, "short") is None
    assert drop(db, NOW, NOW) == 2
    assert stories.get(db, "long") is None


def test_a_story_that_keeps_what_waits_is_told_by_that(db: Database) -> None:
    save(db, arrival(OLD), arrival(OLDER))
    why = Join(article_id(OLD), By.WORDS, 0.9, apart=HOUR)
    gather(db, *(Placed(article_id(number), "s", why) for number in (OLD, OLDER)))
    with db.write() as connection:
        gathering.add_waiting(connection, [(article_id(OLD), NOW)])
    assert stories.led(db, "s") == article_id(OLDER)
    assert drop(db, BEFORE, NOW) == 1
    assert stories.led(db, "s") == article_id(OLD)


def test_the_address_of_a_merged_story_goes_when_nothing_is_left_of_it(db: Database) -> None:
    save(db, arrival(OLD), arrival(OLDER), arrival(YOUNG))
    gather(db, *alone(OLD, OLDER, YOUNG))
    why = Join(article_id(OLD), By.WORDS, 0.9, apart=HOUR)
    merged = Move(article_id(OLDER), f"s{OLD}", why)
    gather(db, Placed(article_id(OLDER), f"s{OLD}", why, moves=(merged,)))
    assert isinstance(stories.get(db, f"s{OLDER}"), str)
    assert drop(db, BEFORE, NOW) == 2
    assert rows(db)["stories"] == 1


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "_BATCH", 2)
    monkeypatch.setattr(retention, "_SWEPT", 2)


@pytest.mark.usefixtures("small")
def test_it_is_done_in_batches_and_goes_on_where_it_was_stopped(db: Database) -> None:
    numbers = range(OLD, OLD + 7)
    save(db, *map(arrival, numbers))
    gather(db, *alone(*numbers))
    told = count()
    assert drop(db, BEFORE, NOW, lambda: next(told) >= 2) == 4
    assert left(db) == {article_id(number) for number in numbers[:3]}, "the oldest go first"
    assert drop(db, BEFORE, NOW) == 3
    assert rows(db)["stories"] == 0
    assert drop(db, BEFORE, NOW) == 0
