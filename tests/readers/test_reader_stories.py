"""Reader apps subscribe to stories: one entry each, whatever joins, leaves, moves or is merged."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from feeds import START, item, rss
from origin import Origin
from readers.apps import APPS, once_each
from service import free_port, get, opened_polls, serving

from aggregator import app as program
from aggregator.store import rulings
from aggregator.store.database import Database

OUTLETS = ("courier", "harbour", "ledger")
CONFIG = """
sources: [{sources}]
service: {{fetch: {{allow_private: [127.0.0.0/8]}}, poll: {{every: 1d, gap: 0s}}}}
"""
BRIDGE = (
    "The new suspension bridge over the Kura river in Mingachevir collapsed on Tuesday morning, "
    "officials said, killing at least four workers who were painting the railings. Rescue teams "
    "from Ganja arrived within the hour, and the transport ministry closed the road to lorries."
)
FLOOD = (
    "Heavy rain flooded the harbour of Batumi overnight, the port authority said. Two ferries to "
    "Trabzon were cancelled and a warehouse with hazelnuts stood under a metre of water."
)


@dataclass
class Desk:
    """The program with its publishers; ``address`` is that of the running service."""

    origin: Origin
    db: Database
    opened: program.App
    poll: Any
    place: Path
    port: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def tell(self, outlet: str, headline: str, text: str, *, hour: int) -> None:
        told = item(outlet, headline, text=text, date=START + timedelta(hours=hour))
        self.origin.serve(f"/{outlet}", rss([told], title=outlet.title()))

    def entry(self, outlet: str) -> dict[str, Any]:
        """The entry in which an outlet stands; empty while it stands in none."""
        feed = json.loads(get(f"{self.address}/feeds/all.json?per=story")[1])
        return next((one for one in feed["items"] if outlet in _tellers(one)), {})

    def until(self, outlet: str, *beside: str) -> dict[str, Any]:
        """Poll and gather, as the service does by itself, until an outlet stands beside others."""
        end = time.monotonic() + 60
        while sorted(_tellers(found := self.entry(outlet))) != sorted((outlet, *beside)):
            assert time.monotonic() < end, (outlet, beside, found)
            self.poll()
            program.gatherer(self.opened).catch_up(self.opened.config.sources, program.utc_now)
        return found

    def article(self, outlet: str) -> str:
        members = self.entry(outlet)["_aggregator"]["story"]["members"]
        return next(one["article"] for one in members if outlet in _keys(one))


def _keys(member: dict[str, Any]) -> list[str]:
    return [source["key"] for source in member["sources"]]


def _tellers(entry: dict[str, Any]) -> list[str]:
    members = entry["_aggregator"]["story"]["members"] if entry else []
    return [key for one in members for key in _keys(one)]


@dataclass
class Reader:
    """An app that subscribes to the stories of the desk in one format."""

    name: str
    form: str
    desk: Desk

    def news(self) -> set[str]:
        """Poll; mark as read, and return, what it shows as new. Nothing may show twice."""
        app, workdir = APPS[self.name], self.desk.place / f"{self.name}-{self.form}"
        workdir.mkdir(exist_ok=True)
        seen = app.read([f"{self.desk.address}/feeds/all.{self.form}?per=story"], workdir)
        shown, notes = once_each(seen), workdir / "shown"
        if app.have_read:
            app.have_read(workdir)
            return {one.guid for one in seen if one.unread}
        before = set(notes.read_text("utf-8").split()) if notes.exists() else set()
        notes.write_text("\n".join(shown), "utf-8")
        return shown - before


@pytest.fixture
def desk(origin: Origin, tmp_path: Path) -> Iterator[Desk]:
    (tmp_path / "config").mkdir()
    sources = (f"{{url: '{origin.url(f'/{one}')}', key: {one}}}" for one in OUTLETS)
    text = CONFIG.format(sources=", ".join(sources))
    (tmp_path / "config" / "all.yaml").write_text(text, encoding="utf-8")
    for one in OUTLETS:
        origin.serve(f"/{one}", rss([], title=one.title()))
    with opened_polls(tmp_path) as (opened, poll):
        yield Desk(origin, opened.db, opened, poll, tmp_path, free_port())


@contextmanager
def running(desk: Desk) -> Iterator[None]:
    with serving(desk.place, desk.port, desk.place / "log", command="web"):
        yield


@pytest.mark.timeout(300)
def test_a_story_is_one_entry_for_ever(desk: Desk) -> None:
    """In all apps that are installed, in one go: it is the same life of the same stories."""
    apps = {name: app for name, app in APPS.items() if app.available()}
    readers = [Reader(name, form, desk) for name, app in apps.items() for form in app.forms]
    if not readers:
        pytest.skip("no reader app is installed")

    def news() -> set[str]:
        told = {(one.name, one.form): one.news() for one in readers}
        first, *others = told.values()
        assert all(other == first for other in others), told
        return first

    desk.tell("courier", "Bridge over the Kura collapses", BRIDGE, hour=0)
    desk.tell("harbour", "Batumi harbour under water", FLOOD, hour=1)
    with running(desk):
        bridge, flood = desk.until("courier"), desk.until("harbour")
        assert news() == {bridge["id"], flood["id"]}

        desk.tell("ledger", "Four die as bridge falls", f"Wire report. {BRIDGE}", hour=2)
        joined = desk.until("courier", "ledger")
        assert joined["content_html"] != bridge["content_html"]
        assert joined["date_modified"] == bridge["date_modified"], "updates: quiet"
        assert news() == set(), "an outlet joined quietly"

        copy, other = desk.article("ledger"), desk.article("harbour")
        rulings.pull_out(desk.db, copy, program.utc_now())
        alone = desk.until("ledger")
        assert news() == {alone["id"]}, "a story of its own"

        rulings.put_together(desk.db, copy, other, program.utc_now())
        assert desk.until("harbour", "ledger")["id"] == flood["id"]
        assert news() == set(), "it moved to another story, and its own was merged into that"
        code, page = get(f"{desk.address}/stories/{alone['id'].rpartition('/')[2]}")
        assert (code, flood["title"] in page.decode()) == (200, True), "its id leads there"
    with running(desk):
        assert news() == set(), "a restart"
        assert desk.entry("courier")["id"] == bridge["id"]
