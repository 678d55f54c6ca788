"""Sources: configured, due, claimed a host at a time, released, and how they are doing."""

from __future__ import annotations

import doctest
import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from stored import HOUR, NOW, also, arrival, commit, save, source

from aggregator.model import PollState, SourceStatus, Validators, asked
from aggregator.store import polls, search, sources
from aggregator.store.database import Database
from aggregator.tag.query import Everything

LEASE = timedelta(minutes=5)


def claim(db: Database, now: datetime = NOW, limit: int = 99, **said: Any) -> list[str]:
    states = sources.claim(db, now, **{"limit": limit, "lease": LEASE, "worker": "w", **said})
    return [state.source for state in states]


def on_host(key: str, host: str) -> Any:
    return source(key, url=f"https://{host}/{key}")


# --- what is configured -----------------------------------------------------------------------


def test_a_new_source_is_due_at_once_and_knows_nothing(db: Database) -> None:
    sources.sync(db, [source("one")], NOW)
    (state,) = sources.claim(db, NOW, limit=1, lease=LEASE, worker="w")
    hash_ = sources.config_hash(source("one"))
    assert state == PollState("one", config_hash=hash_, host="one.example")


def test_a_source_that_leaves_rests_and_comes_back_with_its_state(db: Database) -> None:
    sources.sync(db, [source("one"), source("two")], NOW)
    polls.commit(db, commit("one"))
    sources.sync(db, [source("two")], NOW + HOUR)
    assert claim(db, NOW + 9 * HOUR) == ["two"]
    assert [one.key for one in sources.statuses(db)] == ["two"]
    rests = sources.status(db, "one")
    assert rests is not None
    sources.sync(db, [source("one"), source("two")], NOW + 2 * HOUR)
    (state,) = sources.claim(db, NOW + 9 * HOUR, limit=1, lease=LEASE, worker="w", only=["one"])
    assert state.validators == Validators('"e"', "Sun, 22 Nov 2026")


@pytest.mark.parametrize(
    "said",
    [
        {"url": "https://one.example/other"},
        {"headers": (("X-Key", "1"),)},
        {"auth": ("me", "secret")},
        {"allow_private": True},
    ],
)
def test_a_source_that_is_to_be_polled_otherwise_is_polled_anew(
    db: Database, said: dict[str, Any]
) -> None:
    sources.sync(db, [source("one")], NOW)
    failed = PollState("one", Validators('"e"'), "b", None, 5, NOW, NOW)
    polls.commit(db, commit("one", state=failed, next_due=NOW + 99 * HOUR))
    sources.sync(db, [source("one", **said)], NOW + HOUR)
    (state,) = sources.claim(db, NOW + HOUR, limit=1, lease=LEASE, worker="w")
    assert (state.validators, state.body_hash, state.failures) == (Validators(), None, 0)
    assert state.first_success == NOW  # its archive is known: what comes in late is news


def test_a_shorter_interval_counts_from_now_but_not_for_a_source_that_backs_off(
    db: Database,
) -> None:
    sources.sync(db, [source("one"), source("two")], NOW)
    polls.commit(db, commit("one", next_due=NOW + 40 * HOUR))
    failed = PollState("two", failures=3)
    polls.commit(db, commit("two", state=failed, next_due=NOW + 40 * HOUR))
    for every, due in ((200 * HOUR, NOW + 40 * HOUR), (HOUR, NOW + HOUR)):
        sources.sync(db, [source("one", every=every), source("two", every=every)], NOW)
        one, two = sources.statuses(db)
        assert (one.next_due, two.next_due) == (due, NOW + 40 * HOUR)


def test_a_clock_that_ran_ahead_puts_no_source_to_sleep(db: Database) -> None:
    sources.sync(db, [source("one")], NOW)
    polls.commit(db, commit("one", next_due=NOW + timedelta(days=365)))
    sources.sync(db, [source("one")], NOW + HOUR)
    (status,) = sources.statuses(db)
    assert status.next_due is not None
    assert status.next_due <= NOW + timedelta(days=3)


def test_sources_that_fail_come_after_those_that_are_well(db: Database) -> None:
    sources.sync(db, [source("one"), source("two")], NOW)
    failed = PollState("one", failures=3)
    polls.commit(db, commit("one", state=failed, next_due=NOW + HOUR))
    polls.commit(db, commit("two", next_due=NOW + 2 * HOUR))
    (state,) = sources.claim(db, NOW + 3 * HOUR, limit=1, lease=LEASE, worker="w")
    assert state.source == "two"


def test_an_address_with_a_secret_is_not_told(db: Database) -> None:
    for query, told in (("page=2", True), ("auth=x", False), ("a=1&access_token=x", False)):
        found = source("one", url=f"https://one.example/feed?{query}")
        assert (sources.public_url(found) is not None) == told


def test_another_name_or_topic_is_no_reason_to_poll(db: Database) -> None:
    sources.sync(db, [source("one")], NOW)
    polls.commit(db, commit("one"))
    sources.sync(db, [source("one", name="The One", topics=("war",))], NOW)
    assert claim(db, NOW) == []
    (status,) = sources.statuses(db)
    assert status.name == "The One"


def test_the_revision_moves_with_a_name_that_readers_see(db: Database) -> None:
    sources.sync(db, [source("one")], NOW)
    first = db.revision()
    sources.sync(db, [source("one"), source("two")], NOW)
    sources.sync(db, [source("one")], NOW)
    assert db.revision() == first
    sources.sync(db, [source("one", name="The One")], NOW)
    assert db.revision() == first + 1
    sources.sync(db, [source("one", name="The One")], NOW)
    assert db.revision() == first + 1


def test_the_example_of_a_secret_is_right() -> None:
    assert doctest.testmod(asked)[:1] == (0,)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"url": "https://one.example/feed"}, "https://one.example/feed"),
        ({"url": "https://me:secret@one.example/feed"}, None),
        ({"url": "https://one.example/feed", "auth": ("me", "secret")}, None),
        ({"url": "https://one.example/feed", "headers": (("X-Key", "secret"),)}, None),
        ({"url": "https://one.example/feed?a=1&token=secret"}, None),
        ({"url": "file:///home/me/feed.xml"}, None),
    ],
)
def test_an_address_is_told_in_public_only_if_it_is_no_secret(
    db: Database, said: dict[str, Any], told: str | None
) -> None:
    sources.sync(db, [source("one", **said)], NOW)
    polls.commit(db, commit("one", [arrival(1)], site_url="https://one.example/"))
    (article,) = search.find(db, Everything(), now=NOW, limit=1).articles
    outlet = article.appearances[0].outlet
    assert (outlet.feed_url, outlet.site_url) == (told, "https://one.example/")


def test_no_secret_is_stored(tmp_path: Path) -> None:
    with Database.open(f"sqlite:///{tmp_path}/a.db", now=NOW) as db:
        secret = source(
            "one", auth=("me", "s3cret"), headers=(("K", "s3cret"),), proxy="http://s3cret@p/"
        )
        sources.sync(db, [secret], NOW)
    assert all(b"s3cret" not in path.read_bytes() for path in tmp_path.iterdir())


# --- claims -----------------------------------------------------------------------------------


def test_due_sources_are_claimed_oldest_first_and_once(db: Database) -> None:
    sources.sync(db, [source(key) for key in "abcd"], NOW)
    for key, minutes in (("a", 3), ("b", 1), ("c", 2), ("d", 90)):
        polls.commit(db, commit(key, next_due=NOW + timedelta(minutes=minutes)))
    later = NOW + timedelta(minutes=10)
    assert claim(db, later, limit=2) == ["b", "c"]
    assert claim(db, later) == ["a"]
    assert claim(db, later) == []


def test_a_host_is_visited_by_one_poll_at_a_time(db: Database) -> None:
    sources.sync(
        db, [on_host(key, "x.example") for key in "abc"] + [on_host("z", "y.example")], NOW
    )
    assert claim(db) == ["a", "z"]
    assert claim(db) == []
    polls.commit(db, commit("a"))
    assert claim(db) == ["b"]


def test_ports_and_letter_case_make_no_other_host_and_files_have_none(db: Database) -> None:
    urls = {
        "a": "https://x.example/1",
        "b": "http://X.example:8080/2",
        "c": "file:///feeds/1.xml",
        "d": "file:///feeds/2.xml",
    }
    sources.sync(db, [source(key, url=url) for key, url in urls.items()], NOW)
    assert claim(db) == ["a", "c", "d"]


def test_a_source_that_is_not_asked_for_does_not_keep_its_host_from_the_others(
    db: Database,
) -> None:
    sources.sync(db, [on_host(key, "x.example") for key in "abc"], NOW)
    assert claim(db, only=["b", "c"]) == ["b"]
    assert claim(db, only=[]) == []


def test_a_resting_source_does_not_keep_its_host_from_the_others(db: Database) -> None:
    sources.sync(db, [on_host(key, "x.example") for key in "ab"], NOW)
    sources.sync(db, [on_host("b", "x.example")], NOW)
    assert claim(db) == ["b"]


def test_a_lease_ends_by_itself(db: Database) -> None:
    sources.sync(db, [source("one")], NOW)
    assert claim(db, NOW) == ["one"]
    assert claim(db, NOW + LEASE - timedelta(seconds=1)) == []
    assert claim(db, NOW + LEASE) == ["one"]


def test_a_worker_gives_back_its_own_leases(db: Database) -> None:
    sources.sync(db, [source("one"), source("two")], NOW)
    assert claim(db, limit=1, worker="first") == ["one"]
    assert claim(db, limit=1, worker="second") == ["two"]
    sources.release(db, "first", NOW)
    assert claim(db) == ["one"]


def test_a_lease_outlives_the_move_of_its_source_to_another_host(db: Database) -> None:
    sources.sync(db, [on_host("a", "x.example"), on_host("b", "x.example")], NOW)
    assert claim(db, limit=1) == ["a"]
    sources.sync(db, [on_host("a", "y.example"), on_host("b", "x.example")], NOW)
    assert claim(db, only=["b"]) == []
    polls.commit(db, commit("a"))
    assert claim(db, only=["b"]) == ["b"]


def test_workers_never_meet_at_a_host_and_miss_no_source(url: str) -> None:
    """Five workers with connections of their own, 60 sources on 12 hosts."""
    keys = [f"s{number:02}" for number in range(60)]
    with Database.open(url, now=NOW) as db:
        sources.sync(db, [on_host(key, f"h{int(key[1:]) % 12}.example") for key in keys], NOW)
    polled: list[str] = []
    busy: set[str] = set()
    meetings: list[str] = []
    guard = threading.Lock()

    def work(worker: str) -> None:
        with Database.open(url, now=NOW) as own:
            idle = 0
            while idle < 20:
                got = sources.claim(own, NOW, limit=3, lease=LEASE, worker=worker)
                idle = 0 if got else idle + 1
                for state in got:
                    host = f"h{int(state.source[1:]) % 12}"
                    with guard:
                        meetings.extend({host} & busy)
                        busy.add(host)
                for state in got:
                    with guard:
                        polled.append(state.source)
                        busy.discard(f"h{int(state.source[1:]) % 12}")
                    polls.commit(own, commit(state.source, worker=worker))

    threads = [threading.Thread(target=work, args=(f"w{n}",)) for n in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert meetings == []
    assert sorted(polled) == keys


# --- when -------------------------------------------------------------------------------------


def test_sources_can_be_made_due(db: Database) -> None:
    sources.sync(db, [source(key) for key in "abc"], NOW)
    polls.commit(db, commit("a"))
    polls.commit(db, commit("b", state=PollState("b", failures=2), next_due=NOW + 9 * HOUR))
    polls.commit(db, commit("c"))
    assert sources.make_due(db, NOW, ["a"], waiting=False) == 1
    assert claim(db) == ["a"]
    assert sources.make_due(db, NOW, None, waiting=False) == 1
    assert claim(db) == ["c"]
    assert sources.make_due(db, NOW, ["b"], waiting=False) == 0
    assert sources.make_due(db, NOW, None, waiting=True) == 1
    assert claim(db) == ["b"]


def test_making_due_does_not_put_back_what_has_waited_longest(db: Database) -> None:
    sources.sync(db, [source("a")], NOW)
    sources.sync(db, [source("a"), source("b")], NOW - HOUR)
    sources.make_due(db, NOW + HOUR, ["b"], waiting=True)
    assert claim(db, NOW + HOUR) == ["b", "a"]


# --- how they are -----------------------------------------------------------------------------


def test_the_status_says_how_a_source_is_doing(db: Database) -> None:
    first = arrival(3, "one")
    save(db, arrival(1, "one"), first, arrival(2, "two"))
    save(db, also(first, "two"))
    failed = PollState("two", failures=3, first_success=NOW, last_success=NOW)
    polls.commit(
        db,
        commit(
            "two", (), NOW + HOUR, state=failed, result="dns", detail="two.example has no address"
        ),
    )
    one, two = sources.statuses(db)
    assert (one.key, one.articles, one.newest, one.result) == ("one", 2, NOW - HOUR, "ok")
    assert two == SourceStatus(
        key="two",
        url="https://two.example/feed",
        name="two",
        site_url=None,
        last_polled=NOW + HOUR,
        last_success=NOW,
        next_due=NOW + 2 * HOUR,
        failures=3,
        result="dns",
        detail="two.example has no address",
        articles=2,
        newest=NOW - 2 * HOUR,
        host="two.example",
    )
    assert sources.status(db, "two") == two


@pytest.mark.parametrize("key", ["nobody", "\0", "\ud800"])
def test_a_source_that_never_was_has_no_status(db: Database, key: str) -> None:
    assert sources.status(db, key) is None


def test_the_workers_that_hold_leases_are_known(db: Database) -> None:
    sources.sync(db, [source("one"), source("two"), source("three")], NOW)
    assert sources.lease_holders(db) == frozenset()
    claim(db, limit=1, worker="first")
    claim(db, limit=2, worker="second")
    assert sources.lease_holders(db) == {"first", "second"}
    sources.release(db, "first", NOW)
    assert sources.lease_holders(db) == {"second"}
