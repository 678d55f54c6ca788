"""What Prometheus is told, and what people see of how hosts were treated."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import newsroom
from prometheus_client.parser import text_string_to_metric_families
from web_client import Visit, client

from aggregator.model import MOVED, PollState, Rest, Stay
from aggregator.store import polls, sources
from aggregator.store.database import Database
from aggregator.web.metrics import HOSTS

HOUR = timedelta(hours=1)


def read(text: str) -> dict[tuple[str, str], float]:
    """Every sample: name and the value of its label → figure."""
    return {
        (sample.name, next(iter(sample.labels.values()), "")): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def asked(db: Database, key: str, **stay: object) -> None:
    """Commit a poll that asked the source's host."""
    host = f"{key}.example"
    plain = Stay(host, requests=4, unmodified=3, bytes=2_000, free_at=newsroom.NOW)
    stays = (replace(plain, **stay),)  # type: ignore[arg-type]
    polls.commit(db, newsroom.commit(key, (), newsroom.NOW, stays=stays))


def test_the_figures_are_those_of_the_database(db: Database) -> None:
    before = read(client(newsroom.site(db)).get("/metrics").text)
    asked(db, "harbour")
    asked(db, "xeber", free_at=newsroom.NOW + HOUR, why=Rest.ASKED)
    response = client(newsroom.site(db)).get("/metrics")
    assert response.content_type.startswith("text/plain")
    assert response.headers["Cache-Control"] == "no-store"
    told = read(response.text)
    assert told["aggregator_requests_total", ""] == 8
    assert told["aggregator_host_bytes_total", "xeber.example"] == 2_000
    assert told["aggregator_hosts_resting", ""] == 1
    assert told["aggregator_sources", "timeout"] == 1
    assert told["aggregator_articles", ""] == len(newsroom.STORIES)
    assert told["aggregator_build_info", "1.0.0"] == 1
    ok = "aggregator_polls_total", "ok"
    assert told[ok] == before[ok] + 2


def test_the_queue_lags_while_due_sources_are_not_polled(db: Database) -> None:
    sources.make_due(db, newsroom.NOW - HOUR, ["harbour"], waiting=True)
    told = read(client(newsroom.site(db)).get("/metrics").text)
    assert told["aggregator_queue_lag_seconds", ""] == HOUR.total_seconds()


def test_only_the_busiest_hosts_are_named(empty: Database) -> None:
    many = [
        replace(newsroom.SOURCES[0], key=f"s{n}", url=f"https://s{n}.example/")
        for n in range(HOSTS + 5)
    ]
    sources.sync(empty, many, newsroom.NOW)
    for number, one in enumerate(many):
        asked(empty, one.key, requests=number)
    told = read(client(newsroom.site(empty)).get("/metrics").text)
    named = {label for name, label in told if name == "aggregator_host_requests_total"}
    assert named == {f"s{number}.example" for number in range(5, HOSTS + 5)}


def test_figures_are_behind_the_password(visit: Visit) -> None:
    assert visit(auth=("me", "secret")).get("/metrics").status_code == 401


def test_the_page_of_sources_says_which_hosts_rest_and_why(db: Database) -> None:
    asked(db, "harbour", free_at=newsroom.NOW + HOUR, why=Rest.ASKED)
    asked(db, "xeber", requests=9, budget=9)
    asked(db, "vestnik")
    page = client(newsroom.site(db)).get("/sources").text
    assert page.count("left alone until 23:30, as it asked") == 2
    assert page.count("since the day’s requests are used up") == 2
    assert "75 %" in page
    assert page.index(">harbour.example") < page.index(">vestnik.example")
    assert "left alone until 23:30" in client(newsroom.site(db)).get("/sources/harbour").text


def test_a_source_that_is_gone_says_since_when_and_what_to_do(db: Database) -> None:
    state = PollState("harbour", failures=2, gone_at=newsroom.NOW - 24 * HOUR)
    commit = newsroom.failure("harbour", "gone", "410", newsroom.NOW)
    polls.commit(db, replace(commit, state=state))
    page = client(newsroom.site(db)).get("/sources/harbour").text
    assert "gone since 21 November 2026, 22:30; remove it or change its URL" in page


def test_a_source_that_has_moved_says_what_to_configure_but_no_secret(db: Database) -> None:
    for to, shown in (("https://new.example/feed", True), ("https://new.example/?token=x", False)):
        state = PollState("harbour", moved_to=to, moves=MOVED, moved_at=newsroom.NOW)
        polls.commit(db, replace(newsroom.commit("harbour", (), newsroom.NOW), state=state))
        page = client(newsroom.site(db)).get("/sources/harbour").text
        assert "Moved for good" in page
        assert (f'href="{to}"' in page) == shown
