"""`make bench`, polling: CPU of a poll by what came of it, beside peers in the same minutes; waits.

Ours is the whole process tree: fetching, parsing in children, deduping, topics, one transaction for
many, stories and the search index. It runs in this process, as in the service; a peer that is a
program is started for each round, as its users do, and its start is part of what a round costs.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from bench_origin import Publishers
from bench_peers import PEERS
from figures import Figure
from service import ROOT, opened_polls

from aggregator.app import opened, utc_now
from aggregator.app import polling as polling_of
from aggregator.gather import Gatherer
from aggregator.model import Commit
from aggregator.rounds import run_round

Poll = Callable[[], object]


@dataclass(frozen=True)
class Phase:
    """What publishers do before a round. most: CPU ms a feed to reach; share: of rss2email's."""

    name: str
    most: float
    share: float | None
    brings: int = 0
    stamps: int = 0
    validators: bool = True


FIRST = Phase("first poll", 20, 0.5)
PHASES = (
    Phase("304", 1.4, 0.6),
    Phase("200, same body", 2.2, 0.07, validators=False),
    Phase("200, date moved", 2.6, None, stamps=1, validators=False),
    Phase("two new entries", 5, 0.2, brings=2),
)
MANNERS = "fetch: {allow_private: [127.0.0.0/8]%s}"


def configure(place: Path, urls: Iterable[str], service: str = MANNERS % "") -> None:
    """A configuration of these sources, o0 and on, with the topics that we ship."""
    (place / "config").mkdir(parents=True)
    lines = "".join(f"  - {{url: '{url}', key: o{n}}}\n" for n, url in enumerate(urls))
    text = f"sources:\n{lines}service: {{{service}}}\n"
    (place / "config" / "a.yaml").write_text(text, encoding="utf-8")
    topics = (ROOT / "config" / "topics.yaml").read_text(encoding="utf-8")
    (place / "config" / "topics.yaml").write_text(topics, encoding="utf-8")


def tree_cpu(without: int) -> float:
    """CPU seconds of this process, its children and those that ended, the publishers left out."""
    total = 0.0
    for child in psutil.Process().children(recursive=True):
        if child.pid != without:
            total += sum(child.cpu_times()[:4])  # with its own children that ended
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return total + ended.ru_utime + ended.ru_stime + time.process_time()


@dataclass(frozen=True)
class Cost:
    """CPU and wall milliseconds a feed."""

    cpu: float
    wall: float


def spent(work: Callable[[], object], feeds: int, without: int) -> Cost:
    before, started = tree_cpu(without), time.perf_counter()
    work()
    wall = time.perf_counter() - started
    return Cost((tree_cpu(without) - before) * 1000 / feeds, wall * 1000 / feeds)


@contextmanager
def contestants(place: Path, told: Publishers, feeds: int) -> Iterator[dict[str, Poll | None]]:
    """What polls every feed once, of each contestant; None: it isn't installed."""
    urls = [told.url(n) for n in range(feeds)]
    configure(place, urls)
    with opened_polls(place) as (app, poll):
        stories = Gatherer(app.db, "bench")  # without a sentence encoder
        found: dict[str, Poll | None] = {
            "our polls": poll,
            "our stories": lambda: stories.catch_up(app.config.sources, app.clock),
        }
        for name, peer in PEERS.items():
            (place / name).mkdir()
            found[name] = peer(place / name, urls)
        yield found


def polling(place: Path, told: Publishers, feeds: int, rounds: int) -> Iterator[Figure]:
    """Each phase with all contestants in turn; the least of the rounds counts."""
    told.turn(feeds=feeds)
    with contestants(place, told, feeds) as found:
        there = {name: poll for name, poll in found.items() if poll}
        first = {name: spent(poll, feeds, told.pid) for name, poll in there.items()}
        yield from _table(FIRST, first, feeds)
        for phase in PHASES:
            told.turn(validators=phase.validators)
            for poll in there.values():
                poll()  # from now on they know what they get
            costs: dict[str, list[Cost]] = {name: [] for name in there}
            for _ in range(rounds):
                says = told.says
                told.turn(brought=says.brought + phase.brings, stamp=says.stamp + phase.stamps)
                for name, poll in there.items():
                    costs[name].append(spent(poll, feeds, told.pid))
            least = {name: min(each, key=lambda one: one.cpu) for name, each in costs.items()}
            yield from _table(phase, least, feeds)
        told.turn(latency=(0.05, 0.3))
        for name, poll in there.items():
            if name not in ("bare loop", "our stories"):  # one feed after the other; asks nobody
                most = 3 if name == "our polls" else None
                wall = spent(poll, feeds, told.pid).wall
                measure = f"wall ms a feed: {name}"
                yield Figure("304 in 50 to 300 ms", measure, wall, most, feeds, at_most=True)
    for name in sorted(found.keys() - there.keys()):
        yield Figure("peers", f"{name}: not installed", 0, None, 0)


def _table(phase: Phase, costs: dict[str, Cost], feeds: int) -> Iterator[Figure]:
    ours = costs["our polls"].cpu + costs["our stories"].cpu
    yield Figure(phase.name, "CPU ms a feed", ours, phase.most, feeds, at_most=True)
    if "rss2email" in costs and phase.share:
        share = ours / costs["rss2email"].cpu
        yield Figure(phase.name, "  of rss2email's", share, phase.share, feeds, at_most=True)
    for name, cost in costs.items():
        yield Figure(phase.name, f"  {name}", cost.cpu, None, feeds)


# --- some never answer ------------------------------------------------------------------------

OF, SECONDS = 21, 10
HUNG = frozenset(range(3, OF, 3))


def hanging(place: Path, told: Publishers) -> Iterator[Figure]:
    """One poll of feeds of which some never answer, each at its own host.

    In a process of its own, as after the start of the service, which has no file that its children
    import; the examples of the topics were run, as there: what tags is loaded.
    """
    told.turn(feeds=OF, latency=(0, 0), hanging=HUNG, validators=True)
    configure(place, (told.url(n) for n in range(OF)), MANNERS % f", seconds: {SECONDS}")
    code = "import bench_polling, sys; print(*bench_polling.hung_round(sys.argv[1]))"
    words, paths = [sys.executable, "-c", code, str(place)], os.pathsep.join(sys.path)
    environment = {**os.environ, "PYTHONPATH": paths}
    young = subprocess.run(words, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    healthy, whole = map(float, young.stdout.split())
    name = f"{len(HUNG)} of {OF} hang"
    measure = "the healthy feeds are done after, seconds"
    yield Figure(name, measure, healthy, 2, OF - len(HUNG), at_most=True)
    measure = f"the whole takes, seconds (a fetch may take {SECONDS})"
    yield Figure(name, measure, whole, SECONDS + 2, OF, at_most=True)


def hung_round(place: str) -> tuple[float, float]:
    """Return after how many seconds the last healthy feed is done, and after how many all are."""
    done: dict[str, float] = {}
    at_start = opened(Path(place, "config"), Path(place, "data"), {}, run_examples=True)
    with at_start as app, polling_of(app) as parts:
        started = time.perf_counter()

        def report(key: str, _: Commit | None) -> None:
            done[key] = time.perf_counter() - started

        run_round(parts(), until=utc_now(), report=report)
        whole = time.perf_counter() - started
    return max(seconds for key, seconds in done.items() if int(key[1:]) not in HUNG), whole
