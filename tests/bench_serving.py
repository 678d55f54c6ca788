"""`make bench`, serving: a kept feed beside a Flask view with constant bytes, same server."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import newsroom
import stored
from crowd import crowd
from figures import Figure
from flask import Flask, Response

from aggregator.service import listening
from aggregator.store import polls
from aggregator.store.database import Database
from aggregator.web import create_app

TEXT = "The ministers agreed on a plan for the port of Baku and the railway to Tbilisi. " * 2
CALLERS = 64


@contextmanager
def served(application: Any) -> Iterator[str]:
    server = listening(application, "127.0.0.1", 0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.task_dispatcher.shutdown()
    server.close()
    thread.join(timeout=5)


class Served(NamedTuple):
    """CPU milliseconds of a request, and within how many milliseconds 99 of 100 were answered."""

    cpu: float
    p99: float


def crowded(base: str, path: str, headers: dict[str, str]) -> Served:
    """What a crowd gets, and what it costs this process, which serves it."""
    before = time.process_time()
    got = crowd(f"{base}{path}", headers)
    cpu = (time.process_time() - before) * 1000 / got.statuses.total()
    assert set(got.statuses) <= {200, 304}, got.statuses
    return Served(cpu, got.at(0.99))


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


def serving(place: Path) -> Iterator[Figure]:
    """CPU of a request and how long the slowest wait, of 64 callers who ask again at once."""
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

        def measure(
            name: str, headers: dict[str, str], share: float | None = 1, p99: float | None = None
        ) -> Iterator[Figure]:
            beside, row = crowded(floor, "/", {}), crowded(ours, path, headers)
            yield Figure(
                name, f"CPU ms a request of {len(body) // 1000} kB", row.cpu, None, CALLERS
            )
            ratio = row.cpu / beside.cpu
            yield Figure(name, "  of a bare Flask view's", ratio, share, CALLERS, at_most=True)
            yield Figure(name, "  p99 ms", row.p99, p99, CALLERS, at_most=True)

        packed = {"Accept-Encoding": "gzip"}
        yield from measure("serve 200, gzip", packed)
        yield from measure("serve 304", held)
        with half_open_requests(ours):
            yield from measure("304, 1,000 half-open", held)
        with polling_goes_on(db):
            # The CPU is that of the polls, too.
            yield from measure("200, gzip, polling", packed, None, 50)
