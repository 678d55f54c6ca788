"""Hubs that tell us of changes: a real hub, our real web server, a real source, both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from feeds import item, rss
from hub import Hub
from origin import Origin
from service import free_port

from aggregator import app as wiring
from aggregator import jobs
from aggregator.app import App
from aggregator.model import Standing
from aggregator.rounds import run_round
from aggregator.service import listening
from aggregator.store import sources, subscriptions
from aggregator.store.subscriptions import Told
from aggregator.web import create_app

LOOPBACK = "fetch: {allow_private: [127.0.0.0/8], seconds: 2}"
HOUR = timedelta(hours=1)


@dataclass
class Clock:
    now: datetime

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Desk:
    """The whole service in this process, but for the schedule; time moves when a test says so."""

    app: App
    clock: Clock
    origin: Origin
    hub: Hub
    jobs: dict[str, Callable[[], object]]
    parts: Callable[[], wiring.Parts]

    def feed(self, *titles: str, hub: str | None = None) -> None:
        """Serve a feed that names the hub, and itself."""
        url = self.hub.url if hub is None else hub
        links = f'<{url}>; rel="hub", <{self.origin.url("/feed")}>; rel="self"'
        entries = [item(number, title) for number, title in enumerate(titles)]
        self.origin.serve("/feed", rss(entries), headers={"Link": links} if url else {})

    def poll(self) -> None:
        """Poll what is due."""
        run_round(self.parts(), until=self.clock())

    def ask(self, *, later: timedelta = timedelta(0)) -> None:
        """Do the job that asks hubs."""
        self.clock.now += later
        self.jobs["hubs"]()

    def told(self) -> Told:
        found = subscriptions.of(self.app.db, "courier")
        assert found is not None
        return found

    def standing(self) -> Standing | None:
        found = self.told().subscription
        return found and found.standing

    def polls_in(self) -> timedelta:
        status = sources.status(self.app.db, "courier")
        assert status is not None
        assert status.next_due is not None
        return status.next_due - self.clock()

    def configure(self, text: str) -> None:
        path = self.app.directory / "a.yaml"
        path.write_text(text, encoding="utf-8")
        self.app.stamp = ""
        assert self.app.reload()


def config(origin: Origin, base: str, database: str = "", more: str = "") -> str:
    said = f", database: '{database}'" if database else ""
    listed = f"[{{url: '{origin.url('/feed')}', key: courier}}]" if origin else "[]"
    return f"sources: {listed}\nservice: {{base_url: '{base}', {LOOPBACK}{said}{more}}}\n"


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/a.db"
        return
    postgres = request.getfixturevalue("postgres")
    fresh = postgres.fresh()
    yield fresh
    postgres.drop(fresh)


@pytest.fixture
def desk(tmp_path: Path, database: str) -> Iterator[Desk]:
    with ExitStack() as stack:
        origin, hub = stack.enter_context(Origin()), stack.enter_context(Hub())
        clock = Clock(wiring.utc_now())
        port = free_port()
        (tmp_path / "config").mkdir()
        text = config(origin, f"http://127.0.0.1:{port}", database)
        (tmp_path / "config" / "a.yaml").write_text(text, encoding="utf-8")
        app = stack.enter_context(wiring.opened(tmp_path / "config", tmp_path / "data", {}, clock))
        parts = stack.enter_context(wiring.polling(app))
        server = listening(create_app(app.site), "127.0.0.1", port)
        thread = threading.Thread(target=server.run)
        thread.start()
        done = {job.name: job.run for job in jobs.of_worker(app, parts, threading.Event())}
        yield Desk(app, clock, origin, hub, done, lambda: replace(parts(), dice=lambda: 0.0))
        server.asyncore.close_all(server._map)
        thread.join()
        server.task_dispatcher.shutdown()


def test_a_source_whose_feed_names_a_hub_is_polled_when_the_hub_says_so(desk: Desk) -> None:
    desk.feed("Rain")
    desk.poll()
    desk.ask()
    [form] = desk.hub.asked
    assert form["hub.topic"] == desk.origin.url("/feed")
    assert desk.hub.verified == [(200, b"challenge 0 <b>")]
    assert desk.standing() is Standing.ACTIVE
    desk.clock.now += desk.polls_in()
    desk.poll()
    assert desk.polls_in() >= 4 * HOUR

    desk.feed("Rain", "Sun")
    desk.clock.now += HOUR
    desk.poll()
    assert len(desk.origin.requests) == 2
    assert desk.hub.push() == 202
    desk.poll()
    assert len(desk.origin.requests) == 3
    assert desk.polls_in() >= 4 * HOUR
