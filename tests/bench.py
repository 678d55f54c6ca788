"""`make bench`: CPU per polled feed and per served request, beside a floor taken in the same run.

The floor of polling is a loop on requests and feedparser that stores nothing; the floor of serving
is a Flask view that returns constant bytes under the same server. Quote the ratios: the
milliseconds depend on the machine and on what else it does.
"""

from __future__ import annotations

import argparse
import io
import json
import multiprocessing
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import feedparser
import newsroom
import psutil
import requests
import stored
from crowd import crowd
from feeds import item, rss
from flask import Flask, Response
from origin import Origin
from service import opened_polls

from aggregator.service import listening
from aggregator.store import polls
from aggregator.store.database import Database
from aggregator.web import create_app

FEEDS, ENTRIES = 100, 30
TEXT = "The ministers agreed on a plan for the port of Baku and the railway to Tbilisi. " * 12
PHASES = ("first poll", "304", "same bytes", "only a date moved", "two new entries")


class World:
    """What the publishers say now; lives in the origin's process."""

    def __init__(self, origin: Origin) -> None:
        self.origin, self.newest, self.stamp, self.validators = origin, ENTRIES, 0, True
        self.urls = [self._serve(number) for number in range(FEEDS)]

    def turn(self, phase: str) -> None:
        self.validators = phase in ("first poll", "304")
        self.stamp += phase == "only a date moved"
        self.newest += 2 * (phase == "two new entries")
        for number in range(FEEDS):
            self._serve(number)

    def _serve(self, number: int) -> str:
        site = f"https://outlet{number}.example"
        items = [
            # A number behind "#" would count how often a guid was republished.
            item(n, f"Report {n} of outlet {number}", site=site, text=TEXT).replace("#", "/?p=")
            for n in range(self.newest, self.newest - ENTRIES, -1)
        ]
        body = rss(items, title=f"Outlet {number}", link=f"{site}/")
        built = f"<channel><lastBuildDate>{self.stamp}</lastBuildDate>".encode()
        body = body.replace(b"<channel>", built)
        return self.origin.serve(f"/{number}", body, validators=self.validators)


def publishers(pipe: Connection) -> None:
    with Origin() as origin:
        world = World(origin)
        pipe.send(world.urls)
        while (phase := pipe.recv()) is not None:
            world.turn(phase)
            pipe.send(phase)


def tree_cpu(without: int) -> float:
    """CPU seconds of this process and its children, the publishers left out."""
    total = time.process_time()
    for child in psutil.Process().children(recursive=True):
        if child.pid != without:
            times = child.cpu_times()
            total += times.user + times.system
    return total


def spent(work: Callable[[], None], without: int) -> float:
    """CPU milliseconds per feed."""
    before = tree_cpu(without)
    work()
    return (tree_cpu(without) - before) * 1000 / FEEDS


def floor_loop(urls: list[str]) -> Callable[[], None]:
    session = requests.Session()
    session.trust_env = False
    known: dict[str, str] = {}
    bodies: dict[str, bytes] = {}

    def once() -> None:
        for url in urls:
            headers = {"If-None-Match": known[url]} if url in known else {}
            answer = session.get(url, headers=headers, timeout=10)
            if answer.status_code == 200 and answer.content != bodies.get(url):
                feedparser.parse(
                    io.BytesIO(answer.content), sanitize_html=False, resolve_relative_uris=False
                )
                bodies[url] = answer.content
            known.pop(url, None)
            if "ETag" in answer.headers:
                known[url] = answer.headers["ETag"]

    return once


def polling(place: Path) -> list[dict[str, Any]]:
    here, there = multiprocessing.Pipe()
    process = multiprocessing.Process(target=publishers, args=(there,), daemon=True)
    process.start()
    urls = here.recv()
    assert process.pid is not None
    (place / "config").mkdir()
    lines = "".join(f"  - {{url: '{url}', key: o{n}}}\n" for n, url in enumerate(urls))
    topics = (Path(__file__).parent.parent / "config" / "topics.yaml").read_text(encoding="utf-8")
    manners = "poll: {gap: 0s, per_host_per_day: 1000000}"
    rules = f"service: {{fetch: {{allow_private: [127.0.0.0/8]}}, {manners}}}\n"
    (place / "config" / "a.yaml").write_text(f"sources:\n{lines}{rules}", encoding="utf-8")
    (place / "config" / "topics.yaml").write_text(topics, encoding="utf-8")
    rows = []
    bare = floor_loop(urls)
    with opened_polls(place) as (_, poll):
        for phase in PHASES:
            here.send(phase)
            here.recv()
            started = time.perf_counter()
            ours = spent(poll, process.pid)
            wall = (time.perf_counter() - started) * 1000 / FEEDS
            floor = spent(bare, process.pid)
            rows.append({"phase": phase, "cpu ms": ours, "floor ms": floor, "wall ms": wall})
    here.send(None)
    process.join()
    return rows


@contextmanager
def served(application: Any) -> Iterator[str]:
    server = listening(application, "127.0.0.1", 0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.task_dispatcher.shutdown()
    server.close()
    thread.join(timeout=5)


def crowded(base: str, path: str, headers: dict[str, str]) -> dict[str, Any]:
    """What 64 readers get, and the CPU milliseconds of this process, which serves them."""
    before = time.process_time()
    got = crowd(f"{base}{path}", headers)
    cpu = (time.process_time() - before) * 1000 / got.statuses.total()
    assert set(got.statuses) <= {200, 304}, got.statuses
    return {"cpu ms": cpu, "wall ms": 1000 / got.per_second, "p99 ms": got.at(0.99)}


def feed_of_a_hundred(db: Database) -> str:
    """Store what makes a feed of some 50 kB; return its address."""
    arrivals = (
        stored.arrival(n, listed=stored.NOW - n * stored.HOUR * 6, content=f"<p>{TEXT[:100]}</p>")
        for n in range(200)
    )
    stored.save(db, *arrivals)
    return "/feeds/search.rss?q=headline"


@contextmanager
def polling_goes_on(db: Database) -> Iterator[None]:
    """Meanwhile a poll brings an article for the feed four times a second."""
    stop = threading.Event()

    def poll() -> None:
        number = 1_000
        while not stop.wait(0.25):
            number += 1
            news = stored.arrival(number, listed=stored.NOW + number * stored.HOUR)
            polls.commit(db, stored.commit("one", [news], stored.NOW + number * stored.HOUR))

    thread = threading.Thread(target=poll)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@contextmanager
def half_open_requests(base: str, many: int = 1_000) -> Iterator[None]:
    """Meanwhile that many connections are open on which a request was begun and is never ended."""
    parts = urlsplit(base)
    with ExitStack() as stack:
        for _ in range(many):
            one = stack.enter_context(socket.create_connection((parts.hostname, parts.port)))
            one.sendall(b"GET / HTTP/1.1\r\nHost: half\r\n")
        yield


def serving(place: Path) -> list[dict[str, Any]]:
    """A kept feed beside a Flask view that returns constant bytes, under the same server."""
    rows: list[dict[str, Any]] = []
    with ExitStack() as stack:
        url = f"sqlite:///{place / 'serving.db'}"
        db = stack.enter_context(Database.open(url, now=newsroom.NOW))
        path = feed_of_a_hundred(db)
        site = newsroom.site(db)
        flask, bare = create_app(lambda: site), Flask("bare")
        first = flask.test_client().get(path)
        body, held = first.data, {"If-None-Match": first.headers["ETag"]}
        bare.add_url_rule("/", view_func=lambda: Response(body, mimetype="application/rss+xml"))
        ours, floor = stack.enter_context(served(flask)), stack.enter_context(served(bare))

        def measure(name: str, headers: dict[str, str]) -> None:
            beside, row = crowded(floor, "/", {}), crowded(ours, path, headers)
            row["phase"] = f"serve {name} ({len(body) // 1000} kB)"
            rows.append(row | {"floor ms": beside["cpu ms"], "floor p99 ms": beside["p99 ms"]})

        packed = {"Accept-Encoding": "gzip"}
        measure("200, gzip", packed)
        measure("304", held)
        with half_open_requests(ours):
            measure("304, half-open", held)
        with polling_goes_on(db):
            measure("200, gzip, polling", packed)
    return rows


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--json", type=Path, help="keep the figures in this file")
    arguments.add_argument("--only", choices=("polling", "serving"))
    told = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = [] if told.only == "serving" else polling(Path(folder))
        rows += [] if told.only == "polling" else serving(Path(folder))
    print(f"{FEEDS} feeds of {ENTRIES} entries, {len(TEXT)} characters each")
    print(f"{'':32}{'cpu ms':>9}{'wall ms':>9}{'floor ms':>10}{'ratio':>8}{'p99 ms':>8}")
    for row in rows:
        ours = row.get("cpu ms", row["wall ms"])
        row["ratio"] = ours / row["floor ms"]
        cpu = f"{row['cpu ms']:9.2f}" if "cpu ms" in row else " " * 9
        wall, floor, ratio = row["wall ms"], row["floor ms"], row["ratio"]
        p99 = f"{row['p99 ms']:8.0f}" if "p99 ms" in row else ""
        print(f"{row['phase']:32}{cpu}{wall:9.2f}{floor:10.2f}{ratio:8.2f}{p99}")
    if told.json:
        told.json.write_text(json.dumps(rows, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
