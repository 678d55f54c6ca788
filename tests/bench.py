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
import statistics
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import feedparser
import psutil
import requests
from feeds import item, rss
from flask import Flask, Response
from origin import Origin
from service import opened_polls
from waitress.server import create_server

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
    server = create_server(application, host="127.0.0.1", port=0, threads=8, connection_limit=1000)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.task_dispatcher.shutdown()
    server.close()
    thread.join(timeout=5)


def milliseconds(url: str, headers: dict[str, str]) -> float:
    """The median of 300 requests, one after the other."""
    found = []
    for _ in range(300):
        request = urllib.request.Request(url, headers=headers)
        started = time.perf_counter()
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                answer.read()
        except urllib.error.HTTPError as error:
            error.close()
            if error.code != 304:
                raise
        found.append((time.perf_counter() - started) * 1000)
    return statistics.median(found)


def serving(place: Path) -> list[dict[str, Any]]:
    with opened_polls(place) as (app, _):
        flask = create_app(app.site)
        with served(flask) as base:
            url = f"{base}/feeds/all.atom"
            with urllib.request.urlopen(url, timeout=30) as answer:
                body, etag = answer.read(), answer.headers["ETag"]
            ours = {
                "200, gzip": milliseconds(url, {"Accept-Encoding": "gzip"}),
                "304": milliseconds(url, {"If-None-Match": etag}),
            }
    bare = Flask("bare")
    bare.add_url_rule("/", view_func=lambda: Response(body, mimetype="application/atom+xml"))
    with served(bare) as base:
        floor = milliseconds(f"{base}/", {})
    return [
        {"phase": f"serve {name} ({len(body) // 1000} kB)", "wall ms": took, "floor ms": floor}
        for name, took in ours.items()
    ]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--json", type=Path, help="keep the figures in this file")
    told = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = polling(Path(folder)) + serving(Path(folder))
    print(f"{FEEDS} feeds of {ENTRIES} entries, {len(TEXT)} characters each")
    print(f"{'':32}{'cpu ms':>9}{'wall ms':>9}{'floor ms':>10}{'ratio':>8}")
    for row in rows:
        ours = row.get("cpu ms", row["wall ms"])
        row["ratio"] = ours / row["floor ms"]
        cpu = f"{row['cpu ms']:9.2f}" if "cpu ms" in row else " " * 9
        wall, floor, ratio = row["wall ms"], row["floor ms"], row["ratio"]
        print(f"{row['phase']:32}{cpu}{wall:9.2f}{floor:10.2f}{ratio:8.2f}")
    if told.json:
        told.json.write_text(json.dumps(rows, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
