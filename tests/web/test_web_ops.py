"""What machines are told of the service's health."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import timedelta

import newsroom
import pytest
from sqlalchemy import event
from stored import arrival
from web_client import Visit, client

from aggregator.errors import StoreError
from aggregator.store import polls, sources
from aggregator.store.database import Database


def test_health_counts_sources_and_dates_the_last_poll(visit: Visit) -> None:
    response = visit().get("/healthz")
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    assert response.json == {
        "status": "ok",
        "version": "1.0.0",
        "problems": [],
        "sources": {"total": 9, "failing": 2},
        "newest_poll": "2026-11-22T18:27:00+00:00",
        "newest_article": "2026-11-22T18:00:00+00:00",
    }


def test_a_refused_configuration_degrades_and_is_told(visit: Visit) -> None:
    told = visit(problems=("config/a.yaml:1:2: x: unknown key",)).get("/healthz").json
    assert told is not None
    assert told["status"] == "degraded"
    assert told["problems"] == ["config/a.yaml:1:2: x: unknown key"]


def test_a_service_without_sources_is_well(empty: Database) -> None:
    told = client(newsroom.site(empty, sources=())).get("/healthz").json
    assert told is not None
    assert (told["status"], told["newest_poll"], told["newest_article"]) == ("ok", None, None)


def test_a_service_that_reaches_nothing_is_degraded(empty: Database) -> None:
    sources.sync(empty, newsroom.SOURCES[:1], newsroom.NOW)
    polls.commit(empty, newsroom.failure("harbour", "dns", "no address", newsroom.NOW))
    told = client(newsroom.site(empty)).get("/healthz").json
    assert told is not None
    assert told["status"] == "degraded"
    assert told["problems"] == ["every source fails: /sources says why"]


def test_sources_that_nobody_polls_are_told(empty: Database) -> None:
    sources.sync(empty, newsroom.SOURCES[:1], newsroom.NOW)
    for minutes, status in ((9, "ok"), (11, "degraded")):
        now = newsroom.NOW + timedelta(minutes=minutes)
        caller = client(replace(newsroom.site(empty), clock=lambda now=now: now))
        told = caller.get("/healthz").json
        assert told is not None
        assert told["status"] == status
        assert ("nobody polls them" in caller.get("/sources").text) == (status == "degraded")


def test_a_full_disk_is_told_until_there_is_room(db: Database) -> None:
    limit = [1]  # none more than there are
    bulky = [arrival(number, "harbour", text="long " * 1000) for number in range(900, 920)]

    def keep_small(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {limit[0]}")

    def told() -> tuple[str, list[str], bool]:
        caller = client(newsroom.site(db))
        health = caller.get("/healthz").json
        assert health is not None
        shown = "Nothing can be stored" in caller.get("/sources").text
        return health["status"], health["problems"], shown

    event.listen(db._engine, "checkout", keep_small)
    assert told() == ("ok", [], False)
    with pytest.raises(StoreError, match="the disk is full"):
        polls.commit(db, newsroom.commit("harbour", bulky, newsroom.NOW))
    assert told() == ("degraded", ["nothing can be stored: the log says why"], True)
    limit[0] = 100_000
    polls.commit(db, newsroom.commit("harbour", bulky, newsroom.NOW))
    assert told() == ("ok", [], False)


def test_ready_while_the_database_answers(db: Database) -> None:
    caller = client(newsroom.site(db))
    assert caller.get("/readyz").json == {"status": "ready"}
    newsroom.ruin(db)
    response = caller.get("/readyz")
    assert (response.status_code, response.json) == (503, {"status": "unavailable"})
    alive = caller.get("/healthz")
    assert alive.status_code == 200
    assert alive.json is not None
    assert alive.json["problems"] == ["the database can't be read"]
