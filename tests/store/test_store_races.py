"""Crashes and rivals: all of a commit or nothing, and one article whoever is first."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest
from articles import article_id
from sqlalchemy import event, select, update
from stored import HOUR, NOW, also, arrival, changed, commit, hit, save, source

from aggregator.model import Placed, PollState, Verdict
from aggregator.store import (
    arrivals,
    articles,
    gathering,
    polls,
    readiness,
    retention,
    rulings,
    sources,
    tables,
)
from aggregator.store.database import Database

ROOT = Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests"


def doomed(first: int = 1) -> object:
    """A poll that brings a new article, an edit, and new validators."""
    edit = changed(arrival(9), title="Edited", topics=(hit("peace"),))
    new = arrival(first, topics=(hit("war"),))
    return commit("one", [new, edit], NOW + HOUR)


def die_in_commit(url: str, after: int) -> None:
    """Commit ``doomed`` in this process, which dies after so many statements."""
    left = [after]

    def count(*_: object) -> None:
        left[0] -= 1
        if left[0] < 0:
            os._exit(9)

    with Database.open(url, now=NOW) as db:
        event.listen(db._engine, "after_cursor_execute", count)
        polls.commit(db, doomed())  # type: ignore[arg-type]
        os._exit(0)


def test_a_crash_while_saving_keeps_the_old_validators_and_half_of_nothing(url: str) -> None:
    with Database.open(url, now=NOW) as db:
        save(db, arrival(9))
        before = (list(articles.iterate(db, 9)), polls.history(db, "one", 9), db.revision())
    script = f"import test_store_races as t, sys; t.die_in_commit({url!r}, int(sys.argv[1]))"
    path = os.pathsep.join(map(str, (ROOT, TESTS, TESTS / "store")))
    crashes = 0
    for after in range(0, 99, 7):
        command = [sys.executable, "-c", script, str(after)]
        done = subprocess.run(command, env={**os.environ, "PYTHONPATH": path}, check=False)
        if done.returncode == 0:
            break
        assert done.returncode == 9
        crashes += 1
        with Database.open(url, now=NOW) as db:
            now = (list(articles.iterate(db, 9)), polls.history(db, "one", 9), db.revision())
            assert now == before, after
            (state,) = sources.claim(db, NOW + 9 * HOUR, limit=1, lease=HOUR, worker="w")
            sources.release(db, "w", NOW)
            assert state.last_success == NOW
    assert crashes >= 3
    with Database.open(url, now=NOW) as db:
        assert {one.title for one in articles.iterate(db, 9)} == {"Headline 1", "Edited"}


def together(*works: Callable[[], object]) -> None:
    """Run all at the same moment; raise what any of them raises."""
    barrier = threading.Barrier(len(works))

    def run(work: Callable[[], object]) -> None:
        barrier.wait()
        work()

    with ThreadPoolExecutor(len(works)) as pool:
        for future in [pool.submit(run, work) for work in works]:
            future.result()


@pytest.mark.parametrize("round_", range(3))
def test_one_new_article_through_several_sources_at_once_is_one_article(
    url: str, round_: int
) -> None:
    """Each process decided NEW, on an id of its own; the shared link makes them one."""
    keys = [f"s{number}" for number in range(4)]
    with Database.open(url, now=NOW) as db:
        sources.sync(db, [source(key) for key in keys], NOW)

    def bring(number: int) -> None:
        # In different orders, which is how transactions come to wait for each other in a circle.
        order = range(1, 61) if number % 2 else range(60, 0, -1)
        brought = [
            arrival(n, keys[number], id=article_id(1000 * number + n), title=f"{number}: {n}")
            for n in order
        ]
        with Database.open(url, now=NOW) as own:
            polls.commit(own, commit(keys[number], brought))

    together(*(lambda number=number: bring(number) for number in range(4)))
    with Database.open(url, now=NOW) as db:
        found = list(articles.iterate(db, 50))
        assert len(found) == 60
        for article in found:
            assert sorted(seen.outlet.key for seen in article.appearances) == keys
            verdicts = [one.verdict for one in articles.decisions(db, article.id)]
            assert sorted(verdicts) == sorted([Verdict.NEW, *[Verdict.ALSO] * 3])
        assert sum(polls.history(db, key, 1)[0].new for key in keys) == 60


def test_one_poll_committed_by_two_processes_at_once_is_one_poll(url: str) -> None:
    with Database.open(url, now=NOW) as db:
        sources.sync(db, [source("one")], NOW)
    one = commit("one", [arrival(number, topics=(hit("war"),)) for number in range(20)])

    def bring() -> None:
        with Database.open(url, now=NOW) as own:
            polls.commit(own, one)

    together(bring, bring, bring)
    with Database.open(url, now=NOW) as db:
        assert len(list(articles.iterate(db, 50))) == 20
        assert len(polls.history(db, "one", 9)) == 1


def test_two_edits_at_once_leave_a_revision_each(url: str) -> None:
    with Database.open(url, now=NOW) as db:
        save(db, arrival(1))

    def edit(number: int) -> None:
        edited = changed(arrival(1), title=f"Edit {number}")
        with Database.open(url, now=NOW) as own:
            polls.commit(own, commit("one", [edited], NOW + number * HOUR))

    together(lambda: edit(1), lambda: edit(2), lambda: edit(3))
    with Database.open(url, now=NOW) as db:
        titles = {one.title for one in articles.revisions(db, article_id(1))}
        article = articles.get(db, article_id(1))
        assert article is not None
        assert titles | {article.title} == {"Headline 1", "Edit 1", "Edit 2", "Edit 3"}
        assert len(titles) == 3


def test_readers_never_see_half_a_commit(url: str) -> None:
    with Database.open(url, now=NOW) as db:
        sources.sync(db, [source("one")], NOW)
        seen: list[int] = []
        done = threading.Event()

        def read() -> None:
            while not done.is_set():
                seen.append(len(list(articles.iterate(db, 500))))

        def write() -> None:
            for number in range(10):
                many = [arrival(number * 10 + n) for n in range(10)]
                polls.commit(db, commit("one", many, NOW + number * HOUR))
            done.set()

        together(read, read, write)
        assert all(count % 10 == 0 for count in seen)
        assert len(list(articles.iterate(db, 500))) == 100


@pytest.mark.parametrize("step", ["move_on", "refresh"])
def test_who_places_and_who_decides_at_once_do_so_in_turn(
    url: str, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """In whichever step of placing a ruling comes, it is known to be new, and nobody gives up."""
    arrived, decided = threading.Event(), threading.Event()
    act = getattr(gathering, step)

    def wait(*said: object) -> object:
        arrived.set()
        decided.wait(0.5)  # in vain, if the ruling waits for its turn
        return act(*said)

    with Database.open(url, now=NOW) as db:
        save(db, *(arrival(number) for number in (1, 2, 3)))
        one, two, three = (Placed(article_id(number), "s") for number in (1, 2, 3))
        known = gathering.place(db, [two, three], NOW, gathering.state(db))
        assert known is not None
        monkeypatch.setattr(gathering, step, wait)

        def place() -> None:
            gathering.place(db, [one], NOW, known)

        def decide() -> None:
            arrived.wait()
            ruled.append(rulings.pull_out(db, article_id(2), NOW))
            decided.set()

        ruled: list[bool] = []
        together(place, decide)
        assert ruled == [True]
        assert gathering.state(db).version == known.version + 2
        waiting = [each.id for each in gathering.waiting(db, 9, NOW)]
        assert waiting == [article_id(2)]


def undisturbed(
    monkeypatch: pytest.MonkeyPatch, step: tuple[ModuleType, str], *works: Callable[[], object]
) -> None:
    """Run one work, and another when the first has taken that step."""
    arrived, ended = threading.Event(), threading.Event()
    act, (slow, quick) = getattr(*step), works

    def wait(*said: object) -> object:
        done = act(*said)
        arrived.set()
        ended.wait(0.5)  # in vain, if the other waits for its turn
        return done

    def other() -> None:
        arrived.wait()
        quick()
        ended.set()

    monkeypatch.setattr(*step, wait)
    together(slow, other)


ENDS: dict[str, Callable[[Database], None]] = {
    "commit": lambda db: polls.commit(db, commit("a", (), NOW, next_due=NOW + 24 * HOUR)),
    "put_off": lambda db: sources.put_off(db, "w", ["a"], NOW),
    "release": lambda db: sources.release(db, "w", NOW),
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_a_source_that_becomes_due_while_another_poll_ends_at_its_host_is_not_lost(
    url: str, monkeypatch: pytest.MonkeyPatch, end: Callable[[Database], None]
) -> None:
    a, b = (source(key, url=f"https://same.example/{key}") for key in "ab")
    with Database.open(url, now=NOW) as db, Database.open(url, now=NOW) as own:
        sources.sync(db, [a, b], NOW)
        assert sources.claim(db, NOW, limit=1, lease=9 * HOUR, worker="w", only=["a"])
        with db.write() as connection:
            connection.execute(update(tables.sources).values(next_due=NOW + 24 * HOUR))
        undisturbed(
            monkeypatch,
            (readiness, "refresh"),
            lambda: sources.make_due(own, NOW, ["b"], waiting=True),
            lambda: end(db),
        )
        found = sources.claim(db, NOW + HOUR, limit=1, lease=HOUR, worker="w", only=["b"])
        assert [state.source for state in found] == ["b"]


def test_a_new_configuration_undoes_nothing_that_a_poll_stores_meanwhile(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Database.open(url, now=NOW) as db, Database.open(url, now=NOW) as own:
        sources.sync(db, [source("one")], NOW)
        undisturbed(
            monkeypatch,
            (sources, "_row"),
            lambda: sources.sync(own, [source("one", name="Renamed")], NOW),
            lambda: polls.commit(db, commit("one")),
        )
        status = sources.status(db, "one")
        assert status is not None
        assert (status.name, status.last_polled, status.next_due) == ("Renamed", NOW, NOW + HOUR)


def test_a_poll_undoes_nothing_that_a_new_configuration_says_meanwhile(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = source("one", url="https://one.example/other")
    with Database.open(url, now=NOW) as db, Database.open(url, now=NOW) as own:
        sources.sync(db, [source("one")], NOW)
        [state] = sources.claim(db, NOW, limit=1, lease=HOUR, worker="w")
        done = commit("one")
        done = replace(done, state=replace(done.state, config_hash=state.config_hash))
        undisturbed(
            monkeypatch,
            (polls, "_told_row"),
            lambda: polls.commit(own, done),
            lambda: sources.sync(db, [moved], NOW),
        )
        [state] = sources.claim(db, NOW, limit=1, lease=HOUR, worker="w")
        assert state == PollState(
            "one",
            config_hash=sources.config_hash(moved),
            host="one.example",
            first_success=NOW,
            last_success=NOW,
        )


OLD = 400 * 24
"""Of an article: its age in hours."""


def _old_article_that_another_source_brings(db: Database) -> Callable[[], object]:
    save(db, arrival(OLD))
    sources.sync(db, [source("a"), source("b")], NOW)
    placed = Placed(article_id(OLD), "s")
    assert gathering.place(db, [placed], NOW, gathering.state(db))
    return lambda: polls.commit(db, commit("b", [also(arrival(OLD), "b")]))


def _drop(db: Database) -> int:
    return retention.drop(db, NOW - 365 * 24 * HOUR, NOW)


def test_an_article_is_dropped_with_what_a_poll_adds_to_it_meanwhile(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Database.open(url, now=NOW) as db, Database.open(url, now=NOW) as own:
        comes = _old_article_that_another_source_brings(db)
        undisturbed(monkeypatch, (arrivals, "_held"), comes, lambda: _drop(own))
        assert list(articles.iterate(db, 9)) == []


def test_an_article_that_comes_while_it_is_dropped_is_there_once(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Database.open(url, now=NOW) as db, Database.open(url, now=NOW) as own:
        comes = _old_article_that_another_source_brings(db)
        undisturbed(monkeypatch, (retention, "refresh"), lambda: _drop(own), comes)
        assert [one.id for one in articles.iterate(db, 9)] == [article_id(OLD)]


def test_an_article_that_is_dropped_between_two_steps_of_its_coming_keeps_what_it_is_known_by(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Database.open(url, now=NOW) as db, Database.open(url, now=NOW) as own:
        comes = _old_article_that_another_source_brings(db)
        undisturbed(monkeypatch, (arrivals, "_claim"), comes, lambda: _drop(own))
        there = [one.id for one in articles.iterate(db, 9)]
        with db.read() as connection:
            known = list(connection.scalars(select(tables.identities.c.article)))
        assert set(known) == set(there)
