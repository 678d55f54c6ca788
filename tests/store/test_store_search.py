"""Search: order, pages, windows, counts, and that no index is left unused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from articles import article_id
from sqlalchemy import event
from stored import HOUR, NOW, also, arrival, changed, commit, hit, save

from aggregator.errors import UsageError
from aggregator.store import articles, fts5, polls, search
from aggregator.store.database import Database
from aggregator.tag.query import (
    After,
    And,
    Before,
    Everything,
    Not,
    Or,
    Phrase,
    Query,
    Source,
    Topic,
    Within,
    matches,
    parse_query,
)

QUERIES = (
    "",
    "war",
    "-war",
    "war OR peace",
    "war -peace",
    "war (peace OR -topic:war)",
    "topic:war (war OR topic:peace)",
    "source:one (war OR source:two) -peace",
    "topic:war topic:peace source:one",
    "war title:war -title:peace",
    '"war peace" OR "peace war"',
    "-(war OR topic:war)",
    "lang:en war",
    "domain:news.example -war after:2026-11-21",
    "within:3d before:2026-11-22T10:00 war",
    "lang:en-gb OR domain:example OR peace",
)


def found(db: Database, query: str, limit: int = 100) -> list[str]:
    page = search.find(db, parse_query(query), now=NOW, limit=limit)
    return [article.title for article in page.articles]


def numbers(db: Database, query: Query, **said: int) -> list[int]:
    page = search.window(db, query, now=NOW, **said)
    return [int(article.title.split()[-1]) for article in page.articles]


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_means_the_same_in_the_database_as_on_an_article_in_hand(
    db: Database, query: str
) -> None:
    words = ("war", "peace", "war peace", "peace war", "calm")
    save(
        db,
        *(
            arrival(
                number,
                ("one", "two")[number % 2],
                title=f"{words[number % 5]} {number}",
                text=words[(number // 5) % 5],
                topics=tuple(hit(slug) for slug in ((), ("war",), ("war", "peace"))[number % 3]),
                language=("en", "az")[number % 2],
            )
            for number in range(30)
        ),
    )
    parsed = parse_query(query)
    meant = [one for one in articles.iterate(db, 50) if matches(parsed, one, NOW)]
    meant.sort(key=lambda one: (one.listed, one.id), reverse=True)
    assert found(db, query) == [one.title for one in meant]
    assert search.count(db, parsed, NOW) == len(meant)
    assert len(meant) > 0


def test_a_source_with_many_articles_is_searched_by_words_first(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On SQLite there are two ways; they give the same."""
    save(db, *(arrival(number, title=f"{'war' * (number % 2)} {number}") for number in range(9)))
    first = found(db, "source:one war")
    monkeypatch.setattr(search, "_FEW", 2)
    assert found(db, "source:one war") == first == ["war 1", "war 3", "war 5", "war 7"]


# --- order and pages --------------------------------------------------------------------------


@pytest.mark.parametrize("query", ["", "headline", "topic:war", "source:one", "lang:en"])
def test_pages_are_newest_first_and_together_hold_everything_once(db: Database, query: str) -> None:
    """Many share a moment, or a second: ties are broken by id."""
    ticks = [timedelta(), timedelta(microseconds=1), timedelta(seconds=1), HOUR]
    save(
        db,
        *(arrival(n * 7 % 40, listed=NOW - ticks[n % 4], topics=(hit("war"),)) for n in range(40)),
    )
    everything = sorted(articles.iterate(db, 50), key=lambda a: (a.listed, a.id), reverse=True)
    cursor, pages = None, []
    while True:
        page = search.find(db, parse_query(query), now=NOW, limit=7, before=cursor)
        pages.append(page.articles)
        cursor = page.next
        if cursor is None:
            break
    assert [len(page) for page in pages] == [7, 7, 7, 7, 7, 5]
    assert [article for page in pages for article in page] == everything


def test_a_page_that_holds_the_last_article_leads_nowhere(db: Database) -> None:
    save(db, arrival(1), arrival(2))
    assert search.find(db, Everything(), now=NOW, limit=2).next is None
    assert search.find(db, Everything(), now=NOW, limit=1).next is not None
    assert search.find(db, Topic("none"), now=NOW, limit=1) == search.Page(())


def test_what_comes_in_meanwhile_does_not_disturb_the_pages(db: Database) -> None:
    save(db, *(arrival(number) for number in range(1, 7)))
    first = search.find(db, Everything(), now=NOW, limit=3)
    save(db, arrival(0))
    second = search.find(db, Everything(), now=NOW, limit=3, before=first.next)
    titles = [article.title for article in (*first.articles, *second.articles)]
    assert titles == [f"Headline {number}" for number in range(1, 7)]


@pytest.mark.parametrize(
    "cursor", ["", ".", "1", "x.aaa", "1.", "1.a b", "1.\0", "9" * 40 + ".a", "1.é", "²."]
)
def test_a_cursor_that_is_none_is_refused(db: Database, cursor: str) -> None:
    with pytest.raises(UsageError, match="begin again"):
        search.find(db, Everything(), now=NOW, limit=3, before=cursor)


@pytest.mark.parametrize("year", [1, 1600, 1969, 2500, 9999])
def test_articles_of_any_century_are_found_in_order(db: Database, year: int) -> None:
    far = datetime(year, 6, 1, tzinfo=UTC)
    moments = [far, far + timedelta(microseconds=3), far + HOUR, NOW]
    save(db, *(arrival(number, listed=at) for number, at in enumerate(moments)))
    page = search.find(db, parse_query("headline"), now=NOW, limit=9)
    assert [article.listed for article in page.articles] == sorted(moments, reverse=True)


def test_a_moment_is_exact_to_the_microsecond_also_for_words(db: Database) -> None:
    ticks = [timedelta(microseconds=tick) for tick in (1, 2, 3)]
    save(db, *(arrival(n, listed=NOW + tick) for n, tick in enumerate(ticks)))
    for text in ("", "headline", "source:one"):
        for moment, others in ((After(NOW + ticks[1]), [2, 1]), (Before(NOW + ticks[2]), [1, 0])):
            assert numbers(db, And((parse_query(text), moment))) == others
        assert numbers(db, And((parse_query(text), Within(-ticks[1])))) == [2, 1]


# --- windows ----------------------------------------------------------------------------------


def test_a_window_holds_a_week_and_at_least_a_hundred(db: Database) -> None:
    save(db, *(arrival(n, listed=NOW - n * timedelta(hours=16)) for n in range(20)))
    week = [number for number in range(20) if number * 16 <= 7 * 24]
    assert numbers(db, Everything(), least=3) == week
    assert numbers(db, Everything(), least=15) == list(range(15))
    assert numbers(db, Everything()) == list(range(20))
    assert numbers(db, Everything(), least=3, most=5) == list(range(5))
    assert numbers(db, Everything(), least=3, days=1) == [0, 1, 2]
    assert numbers(db, Phrase("any", ("headline",)), least=3) == week
    assert numbers(db, Topic("none")) == []


def test_a_window_is_counted_from_the_newest_article_not_from_now(db: Database) -> None:
    save(db, *(arrival(n, listed=NOW - timedelta(days=400 + n)) for n in range(12)))
    assert numbers(db, Everything(), least=2) == list(range(8))


def test_older_articles_follow_a_window(db: Database) -> None:
    save(db, *(arrival(n, listed=NOW - n * timedelta(days=1)) for n in range(12)))
    page = search.window(db, Everything(), now=NOW, least=2)
    older = search.find(db, Everything(), now=NOW, limit=9, before=page.next)
    assert [article.title for article in older.articles] == [f"Headline {n}" for n in range(8, 12)]


def test_after_a_window_that_holds_all_nothing_follows(db: Database) -> None:
    save(db, *(arrival(n) for n in range(4)))
    for least in (2, 4, 9):
        assert search.window(db, Everything(), now=NOW, least=least).next is None


# --- days -------------------------------------------------------------------------------------


def test_days_are_counted_as_they_begin_and_end_in_a_time_zone(db: Database) -> None:
    hours = (0, 1, 13, 20, 21, 30)
    save(db, *(arrival(n, listed=NOW - hour * HOUR) for n, hour in enumerate(hours)))
    since, until = NOW - timedelta(days=3), NOW
    span = {"since": since, "until": until}
    assert search.days(db, Everything(), now=NOW, **span) == {
        date(2026, 11, 22): 1,
        date(2026, 11, 21): 4,
    }
    katmandu = ZoneInfo("Asia/Kathmandu")  # 12:00 UTC is 17:45 there
    assert search.days(db, Everything(), now=NOW, **span, zone=katmandu) == {
        date(2026, 11, 22): 2,
        date(2026, 11, 21): 3,
    }
    word = Phrase("any", ("5",))
    assert search.days(db, word, now=NOW, **span) == {date(2026, 11, 21): 1}
    everything = search.days(db, Everything(), now=NOW, **span)
    assert search.days(db, Source("one"), now=NOW, **span) == everything


# --- cost -------------------------------------------------------------------------------------


@contextmanager
def statements(db: Database) -> Iterator[list[str]]:
    run: list[str] = []

    def note(_c: object, _k: object, statement: str, *_: object) -> None:
        if not statement.startswith("BEGIN"):
            run.append(statement)

    event.listen(db._engine, "before_cursor_execute", note)
    yield run
    event.remove(db._engine, "before_cursor_execute", note)


def test_a_page_costs_the_same_number_of_statements_however_long_it_is(db: Database) -> None:
    save(db, *(arrival(number, topics=(hit("war"),)) for number in range(30)))
    save(db, *(also(arrival(number), "two") for number in range(30)))
    for limit in (1, 30):
        with statements(db) as run:
            search.find(db, Everything(), now=NOW, limit=limit)
        assert len(run) == 4


@pytest.mark.parametrize("before", [None, f"{10**15}.aaa"])
@pytest.mark.parametrize(
    "query",
    ["", "war", "war -peace", "topic:war", "source:one", "war lang:en", "war after:2026-01-01"],
)
def test_sqlite_reads_the_newest_in_order_and_sorts_nothing(
    migrated_sqlite: Path, query: str, before: str | None
) -> None:
    plan: list[str] = []

    def explain(_c: object, cursor: Any, statement: str, values: Any, *_: object) -> None:
        if statement.startswith("SELECT") and "ORDER BY" in statement:
            steps = cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", values)
            plan.extend(step[3] for step in steps)

    with Database.open(f"sqlite:///{migrated_sqlite}", now=NOW) as db:
        event.listen(db._engine, "before_cursor_execute", explain)
        search.find(db, parse_query(query), now=NOW, limit=9, before=before)
    assert plan
    assert not [step for step in plan if "TEMP B-TREE" in step]


def test_the_index_of_words_stays_whole(tmp_path: object) -> None:
    """FTS5 checks its index against the text: inserts, edits and deletions keep them in step."""
    with Database.open(f"sqlite:///{tmp_path}/a.db", now=NOW) as db:
        first = [arrival(number, title=f"old {number}") for number in range(40)]
        save(db, *first)
        polls.commit(
            db, commit("one", [changed(one, title="new") for one in first[::2]], NOW + HOUR)
        )
        with db.write() as connection:
            fts5.drop(connection, [article_id(1), article_id(2)])
            connection.exec_driver_sql(
                "INSERT INTO search_fts (search_fts, rank) VALUES ('integrity-check', 1)"
            )
        assert search.count(db, parse_query("title:new"), NOW) == 19
        assert search.count(db, parse_query("title:old"), NOW) == 19


def test_articles_that_come_in_together_are_indexed_together(tmp_path: Path) -> None:
    """Feeds come newest first; FTS5 would make a segment of each article, and merge for ever."""
    with Database.open(f"sqlite:///{tmp_path}/a.db", now=NOW) as db:
        save(db, *(arrival(number) for number in range(15)))
        with db.read() as connection:
            count = "SELECT count(DISTINCT segid) FROM search_fts_idx"
            assert connection.exec_driver_sql(count).scalar_one() == 1


# --- expressions ------------------------------------------------------------------------------

A, B, C = (Phrase("any", (letter,)) for letter in "abc")


@pytest.mark.parametrize(
    ("query", "expression"),
    [
        (A, '({title body} : "a")'),
        (Phrase("author", ("a", "b")), '(authors : "a b")'),
        (Phrase("any", ()), None),
        (Or((A, B)), '(({title body} : "a") OR ({title body} : "b"))'),
        (Or((A, Topic("x"))), None),
        (Or(()), None),
        (And((A, Topic("x"))), None),
        (Not(A), None),
        (And((Not(A), Not(B))), None),
        (
            And((A, B, Not(C))),
            '((({title body} : "a") AND ({title body} : "b")) NOT ({title body} : "c"))',
        ),
    ],
)
def test_what_fts5_can_say_is_said_to_it(query: Query, expression: str | None) -> None:
    assert fts5.expression(query) == expression


def test_a_phrase_of_no_words_matches_nothing(db: Database) -> None:
    save(db, arrival(1))
    assert search.count(db, Phrase("any", ()), NOW) == 0
    assert search.count(db, Not(Phrase("any", ())), NOW) == 1
