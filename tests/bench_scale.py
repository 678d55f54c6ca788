"""`make bench-scale`: many sources, slow and hanging hosts, one worker and two; SOURCES=50000.

The sources are there from the beginning, with the validators that their publishers give: what is
measured is the daily bread, 304. Rates are those of the real program in processes of its own. They
need cores: the publishers take part of one, and without latency two workers share two cores with
PostgreSQL and with them.
"""

from __future__ import annotations

import argparse
import signal
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import inf
from pathlib import Path
from subprocess import Popen

import psutil
import psycopg
import stored
from bench_origin import Asked, Publishers, etag, publishers
from bench_polling import MANNERS, configure, tree_cpu
from databases import running
from figures import Figure, tell
from service import environment, free_port, words

from aggregator.app import announce, opened, polling, utc_now
from aggregator.model import Commit, PollState, Validators
from aggregator.poll import Parts
from aggregator.rounds import run_round
from aggregator.store import polls, sources
from aggregator.store.database import Database

DOCUMENTS = 50
"""So many are made; they come again at further hosts."""
MILLION = 1_000_000
LEAD = timedelta(seconds=30)
"""Processes are started so long before anything is due."""
WORKER = "bench"
DAILY = MANNERS % "" + ", poll: {every: 1d}"


def primed(
    place: Path, told: Publishers, many: int, due: Callable[[int], datetime], url: str = ""
) -> None:
    """Store sources that were polled once, and when each is due."""
    configure(place, map(told.url, range(many)), DAILY)
    with opened(place / "config", place / "data", _at(url)) as app:
        now = app.clock()
        announce(app.db, app.config, now)
        lease = timedelta(hours=1)
        while states := sources.claim(app.db, now, limit=1_000, lease=lease, worker=WORKER):
            polls.commit(app.db, *(_polled(state, now, due) for state in states))


def _at(url: str) -> dict[str, str]:
    return {"AGGREGATOR_SERVICE__DATABASE": url} if url else {}


def _polled(state: PollState, now: datetime, due: Callable[[int], datetime]) -> Commit:
    number = int(state.source[1:])
    known = replace(
        state,
        validators=Validators(etag(number)),
        body_hash="b" * 64,
        first_success=now,
        last_success=now,
        full_at=now,
    )
    return stored.commit(state.source, (), now, state=known, next_due=due(number), worker=WORKER)


# --- the cost of one among many ---------------------------------------------------------------


SLICE = 5_000
"""Polls of a round, at most: so those among few and among many are measured in the same minutes."""


def flat(place: Path, told: Publishers, most: int) -> Iterator[Figure]:
    """CPU of a poll among 500, 5,000 … sources, and what they cost at the start."""
    told.turn(feeds=DOCUMENTS)
    sizes = [many for many in (500, 5_000, 50_000) if many <= most]
    costs: dict[int, list[float]] = {many: [] for many in sizes}
    with ExitStack() as stack:
        among = {}
        for many in sizes:
            folder = place / str(many)
            primed(folder, told, many, lambda _: utc_now())
            before = time.process_time()
            app = stack.enter_context(opened(folder / "config", folder / "data", {}))
            among[many] = (app, stack.enter_context(polling(app)))
            started = time.process_time() - before
            yield Figure(f"{many:,} sources", "CPU s to open them all", started, None, many)
        for _ in range(4):
            for many, (app, parts) in among.items():
                sources.make_due(app.db, utc_now(), None, waiting=True)
                costs[many].append(_a_slice(parts(), told.pid))
    for many, found in costs.items():
        yield Figure(f"{many:,} sources", "CPU ms of a 304", min(found), 1.4, many, at_most=True)
    least = [min(found) for found in costs.values()]
    share = max(least) / min(least)
    yield Figure("few and many", "the dearest, of the cheapest", share, 1.2, most, at_most=True)


def _a_slice(parts: Parts, without: int) -> float:
    """CPU milliseconds a poll, of as many as there are in a slice."""
    done: list[str] = []
    before = tree_cpu(without)
    run_round(
        parts,
        until=utc_now(),
        stop=lambda: len(done) >= SLICE,
        report=lambda key, _: done.append(key),
    )
    return (tree_cpu(without) - before) * 1000 / len(done)


# --- the real program -------------------------------------------------------------------------


@dataclass(frozen=True)
class Task:
    """Processes of a command that poll until then, or until there were so many requests."""

    command: str
    until: float
    processes: int = 1
    many: float = inf
    url: str = ""


@dataclass(frozen=True)
class Run:
    """What processes did: requests a second, CPU ms of one; MB of all, and of the largest."""

    asked: Asked
    per_second: float
    cpu: float
    tree_mb: float
    main_mb: float


def run(place: Path, told: Publishers, task: Task) -> Run:
    """Let the real program poll what it has."""
    given = environment(AGGREGATOR_SERVICE__PORT=str(free_port()), **_at(task.url))
    told.turn()
    with (place / "log").open("ab") as log:
        ours = [
            Popen(words(place, task.command), env=given, stdout=log, stderr=log)
            for _ in range(task.processes)
        ]
        try:
            return _watched(ours, told, task)
        finally:
            for each in ours:
                each.send_signal(signal.SIGTERM)
            for each in ours:
                each.wait(timeout=60)


def _watched(ours: list[Popen[bytes]], told: Publishers, task: Task) -> Run:
    tree = main = cpu = 0.0
    begun: tuple[float, int] | None = None
    asked = told.asked()
    while time.time() < task.until and asked.requests < task.many:
        time.sleep(0.5)
        if any(each.poll() for each in ours):
            raise SystemExit("the program ended by itself")
        held = [_held(each.pid) for each in ours]
        tree = max(tree, sum(sum(each) for each, _ in held))
        main = max(main, *(each[0] for each, _ in held))
        cpu = sum(each for _, each in held)
        asked = told.asked()
        if begun is None and asked.requests:
            begun = (cpu, asked.requests)
    times = sorted(asked.first.values())
    tenth = len(times) // 10
    rate = (len(times) - 2 * tenth) / (times[-tenth - 1] - times[tenth])
    assert begun
    of_one = (cpu - begun[0]) * 1000 / max(1, asked.requests - begun[1])
    return Run(asked, rate, of_one, tree / 1e6, main / 1e6)


def _held(pid: int) -> tuple[list[int], float]:
    """Bytes of a process and of each of its children; CPU seconds of all."""
    process = psutil.Process(pid)
    all_ = [process, *process.children(recursive=True)]
    return [one.memory_info().rss for one in all_], sum(sum(one.cpu_times()[:4]) for one in all_)


def one_process(place: Path, told: Publishers, many: int) -> Iterator[Figure]:
    """``serve`` with many sources that are all due at once."""
    at = utc_now() + LEAD + timedelta(seconds=many / 1_000)
    told.turn(feeds=DOCUMENTS, latency=(0, 0))
    primed(place, told, many, lambda _: at)
    ran = run(place, told, Task("serve", at.timestamp() + 120, many=many))
    name = f"serve, {many:,} due"
    yield Figure(name, "polls an hour", ran.per_second * 3600, MILLION, many)
    yield Figure(name, "CPU ms of a 304, start of the round left out", ran.cpu, None, many)
    yield Figure(name, "MB, the whole tree", ran.tree_mb, 300, many, at_most=True)
    yield Figure(name, "MB, its main process", ran.main_mb, None, many)


def start_delay(place: Path, told: Publishers, rate: int, seconds: int) -> Iterator[Figure]:
    """How late the healthy are asked while five in a hundred hosts accept and never answer."""
    many = rate * seconds
    hung = frozenset(range(7, many, 20))
    told.turn(feeds=DOCUMENTS, latency=(0.2, 0.2), hanging=hung)
    at = utc_now() + LEAD + timedelta(seconds=many / 1_000)
    due = [at + timedelta(seconds=n / rate) for n in range(many)]
    primed(place, told, many, due.__getitem__)
    ran = run(place, told, Task("worker", due[-1].timestamp() + 10))
    late = [
        ran.asked.first.get(n, time.time()) - due[n].timestamp()
        for n in range(many)
        if n not in hung
    ]
    name = f"{rate} a second, 5 % hang"
    healthy = many - len(hung)
    cuts = statistics.quantiles(late, n=100)
    measure = "s from due to asked, p95 of the healthy, who take 200 ms"
    yield Figure(name, measure, cuts[94], 5, healthy, at_most=True)
    yield Figure(name, "  half of them", cuts[49], None, healthy)
    yield Figure(name, "  the last", max(late), None, healthy)
    yield Figure(name, "MB, the whole tree", ran.tree_mb, None, many)


def workers(place: Path, told: Publishers, url: str, many: int) -> Iterator[Figure]:
    """Polls a second of one worker and of two, over one PostgreSQL."""
    primed(place, told, many, lambda _: utc_now() + timedelta(days=1), url)
    for latency in ((0.2, 0.2), (0, 0)):
        name = f"PostgreSQL, {latency[0] * 1000:.0f} ms"
        rates = []
        for processes in (1, 2):
            at = utc_now() + LEAD
            with Database.open(url, now=utc_now()) as db:
                sources.make_due(db, at, None, waiting=True)
            told.turn(feeds=DOCUMENTS, latency=latency, hanging=frozenset())
            until, before = at.timestamp() + 300, _server(url)
            ran = run(place, told, Task("worker", until, processes, many, url))
            rates.append(ran.per_second)
            measure = f"polls a second of {processes}"
            yield Figure(name, measure, ran.per_second, None, many)
            yield Figure(name, "  CPU ms of a 304, without PostgreSQL's", ran.cpu, None, many)
            cpu, log = (after - was for after, was in zip(_server(url), before, strict=True))
            yield Figure(name, "  PostgreSQL's CPU ms of a 304", cpu * 1000 / many, None, many)
            yield Figure(name, "  bytes it logs of a 304", log / many, None, many)
        yield Figure(name, "  two, of one's", rates[1] / rates[0], 1.7, many)


def _server(url: str) -> tuple[float, int]:
    """CPU seconds that PostgreSQL has spent, and bytes of its log."""
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT pg_current_wal_lsn() - '0/0'").fetchone()
        assert row
        server = psutil.Process(connection.info.backend_pid).ppid()
        return _held(server)[1], int(row[0])


def measured(place: Path, only: list[str], most: int, rates: list[int]) -> Iterator[Figure]:
    with publishers() as told, ExitStack() as stack:
        if "flat" in only:
            yield from flat(place / "flat", told, most)
        if "serve" in only:
            yield from one_process(place / "serve", told, min(10_000, most))
        if "delay" in only:
            for rate in rates:
                yield from start_delay(place / f"delay{rate}", told, rate, 60)
        if "workers" in only:
            server = stack.enter_context(running(place / "postgres"))
            server.as_in_life()
            yield from workers(place / "workers", told, server.fresh(), min(15_000, most))


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--json", type=Path, help="keep the figures in this file")
    arguments.add_argument("--sources", type=int, default=50_000)
    arguments.add_argument("--only", default="flat,serve,delay,workers")
    arguments.add_argument("--rates", default="100,278", help="polls a second with hanging hosts")
    said = arguments.parse_args()
    rates = [int(rate) for rate in said.rates.split(",")]
    with tempfile.TemporaryDirectory() as folder:
        tell(measured(Path(folder), said.only.split(","), said.sources, rates), said.json)


if __name__ == "__main__":
    main()
