"""Several processes that share one PostgreSQL: workers that poll and a web that doesn't."""

from __future__ import annotations

import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from pathlib import Path
from threading import Lock

import pytest
from databases import Postgres
from feeds import item, rss
from origin import Origin
from service import environment, free_port, get, run, serving, words
from sqlalchemy import text

from aggregator.app import utc_now
from aggregator.store import sources
from aggregator.store.database import Database

_HOSTS, _PER_HOST = 6, 3
_GAP = 1
"""Seconds between two requests at one host."""


class Publisher:
    """Feeds of one host, each a new item longer at each request; notes requests that overlap."""

    def __init__(self, host: str, stack: ExitStack) -> None:
        self.origin = stack.enter_context(Origin(host))
        self.host = host
        self.lengths = [5] * _PER_HOST
        self.overlaps = 0
        self._under_way = 0
        self._lock = Lock()
        self.urls = [
            self.origin.serve(f"/{number}", lambda number=number: self._body(number))  # type: ignore[misc]
            for number in range(_PER_HOST)
        ]

    def _body(self, number: int) -> bytes:
        with self._lock:
            self._under_way += 1
            self.overlaps += self._under_way > 1
            self.lengths[number] += 1
            length = self.lengths[number]
        time.sleep(0.02)
        with self._lock:
            self._under_way -= 1
        site = f"https://feed{number}.{self.host}.example"
        return rss(
            (item(n, self._title(number, n), site=site) for n in range(length)),
            title=f"Feed {number} of {self.host}",
            link=f"{site}/",
        )

    def _title(self, number: int, place: int) -> str:
        return f"Item {place} of feed {number} of {self.host}"

    def titles(self) -> set[str]:
        return {
            self._title(number, place)
            for number, length in enumerate(self.lengths)
            for place in range(length)
        }


@contextmanager
def worker(place: Path, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with (
        log.open("ab") as out,
        subprocess.Popen(
            words(place, "worker"), env=environment(), stdout=out, stderr=out
        ) as process,
    ):
        try:
            yield process
        finally:
            process.terminate()


def until(true: Callable[[], bool], log: Path, *, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, log.read_text(encoding="utf-8")
        time.sleep(0.05)


def polled_since(db: Database, moment: int) -> bool:
    """Whether all sources have been polled since, and none is being polled."""
    told = "SELECT (SELECT min(last_polled) FROM sources) > :since AND NOT EXISTS "
    held = "(SELECT 1 FROM hosts WHERE lease_until IS NOT NULL)"
    with db.read() as connection:
        return bool(connection.scalar(text(told + held), {"since": moment}))


def microseconds_now() -> int:
    return time.time_ns() // 1000


def kill_workers(place: Path, url: str, *, kills: int, seed: int) -> None:
    dice = random.Random(seed)
    log = place / "log"
    with ExitStack() as stack:
        publishers = [Publisher(f"127.0.1.{n + 1}", stack) for n in range(_HOSTS)]
        (place / "config").mkdir()
        lines = "".join(f"  - '{each}'\n" for one in publishers for each in one.urls)
        fetch, poll = "{allow_private: [127.0.0.0/8]}", f"{{gap: {_GAP}s}}"
        rules = f"service: {{database: '{url}', fetch: {fetch}, poll: {poll}}}\n"
        (place / "config" / "all.yaml").write_text(f"sources:\n{lines}{rules}", encoding="utf-8")
        db = stack.enter_context(Database.open(url, now=utc_now()))
        stack.enter_context(worker(place, log))
        until(lambda: polled_since(db, 0), log)
        for _ in range(kills):
            with worker(place, log) as doomed:
                time.sleep(dice.uniform(0.5, 3))
                sources.make_due(db, utc_now(), None, waiting=True)
                time.sleep(dice.uniform(0, 0.5))
                doomed.send_signal(signal.SIGKILL)
                doomed.wait()
            bury(db, doomed.pid)
        until(lambda: polled_since(db, 0), log)  # what is under way would not be asked again
        started = microseconds_now()
        sources.make_due(db, utc_now(), None, waiting=True)
        until(lambda: polled_since(db, started), log)
        port = free_port()
        with serving(place, port, place / "web", command="web") as base:
            assert b"Item 0 of feed 0" in get(f"{base}/feeds/all.atom")[1]
        with db.read() as connection:
            found = Counter(connection.scalars(text("SELECT title FROM articles")))
    assert {title: count for title, count in found.items() if count > 1} == {}
    assert set(found) == set().union(*(one.titles() for one in publishers))
    assert [one.overlaps for one in publishers] == [0] * _HOSTS
    assert min(map(shortest_gap, publishers)) >= _GAP


def shortest_gap(publisher: Publisher) -> float:
    """Seconds from one request to the next; they come in the order of the answers, one by one."""
    times = [seen.time for seen in publisher.origin.requests]
    return min(later - earlier for earlier, later in pairwise(times))


def bury(db: Database, dead: int) -> None:
    """Let the time pass after which what a dead process held belongs to nobody."""
    time.sleep(_GAP + 0.1)  # leases are longer than gaps
    ended = "UPDATE hosts SET lease_until = 0, ready_at = free_at WHERE worker LIKE :of"
    with db.write() as connection:
        connection.execute(text(ended), {"of": f"%/{dead}/%"})


@pytest.mark.timeout(400)
def test_two_workers_share_the_sources_and_one_may_be_killed(
    tmp_path: Path, postgres: Postgres
) -> None:
    url = postgres.fresh()
    kill_workers(tmp_path, url, kills=3, seed=1)
    postgres.drop(url)


@pytest.mark.torture
@pytest.mark.timeout(3600)
def test_nothing_is_lost_or_doubled_in_twenty_kills_of_workers(
    tmp_path: Path, postgres: Postgres
) -> None:
    url = postgres.fresh()
    kill_workers(tmp_path, url, kills=20, seed=2)
    postgres.drop(url)


def test_a_second_poller_of_an_sqlite_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "all.yaml").write_text("sources: []\n", encoding="utf-8")
    with serving(tmp_path, free_port(), tmp_path / "log") as base:
        for command in ("worker", "poll"):
            ran = run(tmp_path, command)
            assert ran.returncode == 3
            assert "polls into it already, and SQLite is for one at a time" in ran.stderr
        with serving(tmp_path, free_port(), tmp_path / "web", command="web") as other:
            assert get(f"{other}/healthz")[0] == get(f"{base}/healthz")[0]
