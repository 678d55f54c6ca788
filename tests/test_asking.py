"""Politeness from the outside: what an origin's log shows of us, over workers and restarts."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import ip_network
from itertools import pairwise

import pytest
from feeds import item, rss
from origin import Origin

from aggregator.app import utc_now
from aggregator.fetch.session import Fetcher, Limits
from aggregator.model import Commit, Pacing, Reason, Rest, Source, SourceStatus
from aggregator.politeness import AGAIN, GONE, TOO_MANY, Manners
from aggregator.poll import Parts
from aggregator.rounds import run_round
from aggregator.sandbox import Sandbox
from aggregator.store import ledger, sources
from aggregator.store.database import Database
from aggregator.tag.rules import Tagger

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
GAP = timedelta(seconds=0.2)
FEED = rss([item(1)])


def real_now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(processes=1, seconds=10, memory_mb=512) as opened:
        yield opened


@pytest.fixture
def origin() -> Iterator[Origin]:
    with Origin() as opened:
        yield opened


@pytest.fixture
def other() -> Iterator[Origin]:
    with Origin("127.0.0.2") as opened:
        yield opened


class Desk:
    """A service whose clock is moved by hand; ``poll`` makes all sources due and polls them."""

    def __init__(self, parts: Parts) -> None:
        self.parts, self.now = replace(parts, clock=lambda: self.now), NOW

    def follow(self, *found: Source, **manners: object) -> None:
        sources.sync(self.parts.db, found, self.now)
        self.parts = replace(
            self.parts,
            sources={source.key: source for source in found},
            manners=replace(self.parts.manners, **manners),  # type: ignore[arg-type]
        )

    def poll(self, *, later: timedelta = timedelta(0)) -> dict[str, Commit | None]:
        self.now += later
        sources.make_due(self.parts.db, self.now, None, waiting=True)
        done: dict[str, Commit | None] = {}
        run_round(self.parts, until=self.now, report=done.__setitem__)
        return done

    def status(self, key: str) -> SourceStatus:
        found = sources.status(self.parts.db, key)
        assert found is not None
        return found


@contextmanager
def working(url: str, sandbox: Sandbox, worker: str = "test/1") -> Iterator[Parts]:
    """One worker, with connections of its own."""
    with (
        Database.open(url, now=NOW) as db,
        Fetcher(Limits(seconds=5), "Test", utc_now, (ip_network("127.0.0.0/8"),)) as fetcher,
    ):
        yield Parts(
            db=db,
            fetcher=fetcher,
            sandbox=sandbox,
            tagger=lambda: Tagger(()),
            sources={},
            pacing=Pacing(every=timedelta(minutes=30)),
            worker=worker,
            lease=timedelta(minutes=2),
            workers=4,
            clock=real_now,
            dice=lambda: 0.0,
        )


@pytest.fixture
def desk(url: str, sandbox: Sandbox) -> Iterator[Desk]:
    with working(url, sandbox) as parts:
        yield Desk(parts)


# --- gaps -------------------------------------------------------------------------------------


def gaps(origin: Origin) -> list[float]:
    """Seconds from one request to the next."""
    times = sorted(seen.time for seen in origin.requests)
    return [later - before for before, later in pairwise(times)]


@pytest.fixture
def far() -> Iterator[list[Origin]]:
    """Hosts that lead to others."""
    with ExitStack() as stack:
        yield [stack.enter_context(Origin(f"127.0.0.{number}")) for number in (3, 4, 5)]


def test_two_workers_keep_the_gap_at_every_host_also_where_others_lead(
    url: str, sandbox: Sandbox, origin: Origin, other: Origin, far: list[Origin]
) -> None:
    for number in range(4):
        origin.serve(f"/{number}", FEED)
        other.serve(f"/{number}", FEED)
    origin.behave("/near", "redirect", to="/0")
    found = [Source(f"a{name}", origin.url(f"/{name}")) for name in ("0", "1", "2", "3", "near")]
    found += [Source(f"b{number}", other.url(f"/{number}")) for number in range(4)]
    for number, one in enumerate(far):
        led = one.behave("/far", "redirect", to=other.url(f"/{number}"))
        found.append(Source(f"c{number}", led))
    done: list[str] = []

    def work(worker: str) -> None:
        with working(url, sandbox, worker) as plain:
            parts = replace(
                plain, sources={one.key: one for one in found}, manners=Manners(GAP, None)
            )
            run_round(parts, until=started, report=lambda key, _commit: done.append(key))

    with Database.open(url, now=NOW) as db:
        started = real_now()
        sources.sync(db, found, started)
    threads = [threading.Thread(target=work, args=(f"w{number}/1",)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == sorted(one.key for one in found)
    assert (len(origin.requests), len(other.requests)) == (6, 7)
    assert min(gaps(origin)) >= GAP.total_seconds()
    assert min(gaps(other)) >= GAP.total_seconds()


def test_what_a_dead_worker_may_just_have_asked_is_not_asked_at_once(desk: Desk) -> None:
    desk.follow(Source("one", "http://127.0.0.1/feed"))
    db = desk.parts.db
    sources.claim(db, NOW, limit=1, lease=HOUR, worker="dead/1")
    sources.release(db, "dead/1", NOW + GAP)
    assert sources.make_due(db, NOW - HOUR, None, waiting=True) == 1
    again = [sources.claim(db, at, limit=1, lease=HOUR, worker="w") for at in (NOW, NOW + GAP)]
    assert [len(states) for states in again] == [0, 1]


# --- rests ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ({"code": 503, "retry_after": 600}, 600),
        ({"code": 429, "retry_after": 600}, 600),
        ({"code": 403, "retry_after": 600}, 600),
        ({"code": 429}, TOO_MANY.total_seconds()),
        ({"code": 429, "retry_after": 10**9}, DAY.total_seconds()),
    ],
)
def test_all_sources_of_a_host_wait_as_long_as_it_asks(
    desk: Desk, origin: Origin, said: dict[str, int], seconds: float
) -> None:
    origin.behave("/one", "status", times=1, **said)
    two = origin.serve("/two", FEED)
    desk.follow(Source("one", origin.url("/one")), Source("two", two))
    assert set(desk.poll()) == {"one"}
    status = desk.status("two")
    assert (status.free_at, status.why) == (NOW + timedelta(seconds=seconds), Rest.ASKED)
    assert desk.poll(later=timedelta(seconds=seconds - 1)) == {}
    assert set(desk.poll(later=timedelta(seconds=1))) == {"one", "two"}
    assert len(origin.asked("/two")) == 1


def test_a_date_to_come_again_counts_for_the_host(desk: Desk, origin: Origin) -> None:
    """The date is compared with the machine's clock, as the answer came by it."""
    desk.now = real_now()
    until = format_datetime(desk.now + HOUR, usegmt=True)
    origin.behave("/one", "status", code=503, retry_after=until)
    desk.follow(Source("one", origin.url("/one")), Source("two", origin.serve("/two", FEED)))
    desk.poll()
    assert desk.poll(later=timedelta(minutes=59)) == {}
    assert "two" in desk.poll(later=timedelta(minutes=2))


def test_a_host_that_rests_is_not_asked_by_way_of_another(
    desk: Desk, origin: Origin, other: Origin
) -> None:
    other.behave("/busy", "status", code=503, retry_after=3600)
    origin.behave("/far", "redirect", to=other.serve("/feed", FEED))
    desk.follow(Source("busy", other.url("/busy")))
    desk.poll()
    desk.follow(Source("far", origin.url("/far")))
    commit = desk.poll()["far"]
    assert commit is not None
    assert (commit.result, commit.state.failures) == (Reason.RESTING, 0)
    assert commit.next_due >= NOW + HOUR
    assert other.asked("/feed") == []


def test_a_days_budget_ends_at_midnight(desk: Desk, origin: Origin) -> None:
    found = [Source(str(n), origin.serve(f"/{n}", FEED)) for n in range(5)]
    desk.follow(*found, per_day=3)
    assert len(desk.poll()) == 3
    status = desk.status("4")
    midnight = datetime(2026, 11, 23, tzinfo=UTC)
    assert (status.free_at, status.why) == (midnight, Rest.BUDGET)
    assert desk.poll(later=11 * HOUR) == {}
    assert len(desk.poll(later=HOUR)) == 3
    [host] = ledger.ledger(desk.parts.db, desk.now, 9)
    assert (host.today, host.requests, host.why) == (3, 6, Rest.BUDGET)


# --- moves, the end of a feed -----------------------------------------------------------------

SECRET = {"headers": (("X-Api-Key", "k3y"),), "auth": ("user", "pass")}


def move_for_good(desk: Desk, origin: Origin, other: Origin, **said: object) -> None:
    new = other.serve("/new", FEED)
    origin.behave("/old", "redirect", to=new, status=301)
    desk.follow(Source("one", origin.url("/old"), **said))  # type: ignore[arg-type]
    for _ in range(3):
        desk.poll(later=DAY)
    assert (len(origin.asked("/old")), desk.status("one").moved_to) == (3, new)


def test_a_permanent_redirect_is_taken_over_and_told(
    desk: Desk, origin: Origin, other: Origin, caplog: pytest.LogCaptureFixture
) -> None:
    move_for_good(desk, origin, other, **SECRET)
    desk.poll(later=DAY)
    assert (len(origin.requests), len(other.requests)) == (3, 4)
    assert not {"x-api-key", "authorization"} & other.requests[-1].headers.keys()
    assert other.requests[-1].status == 304
    assert caplog.text.count("one has moved for good to") == 1
    assert desk.status("one").url == origin.url("/old")
    assert desk.status("one").host == other.host


@pytest.mark.parametrize(("query", "is_told"), [("", True), ("?token=S3CRET", False)])
def test_a_poll_tells_where_a_feed_went_unless_that_is_a_secret(
    desk: Desk, origin: Origin, other: Origin, query: str, is_told: bool
) -> None:
    new = other.serve("/new", FEED) + query
    origin.behave("/old", "redirect", to=new, status=301)
    desk.follow(Source("one", origin.url("/old")))
    commit = desk.poll()["one"]
    assert commit is not None
    assert commit.detail == (f"permanently moved to {new}" if is_told else "permanently moved")


def test_a_new_address_that_fails_leads_back_to_the_old_one(
    desk: Desk, origin: Origin, other: Origin
) -> None:
    move_for_good(desk, origin, other)
    other.behave("/new", "status", code=410)
    origin.serve("/old", FEED)
    assert desk.poll(later=DAY)["one"].result == Reason.CLIENT_ERROR  # type: ignore[union-attr]
    assert desk.poll(later=DAY)["one"].result == "unchanged"  # type: ignore[union-attr]
    assert desk.status("one").moved_to is None


def test_a_changed_configuration_forgets_a_move(desk: Desk, origin: Origin, other: Origin) -> None:
    move_for_good(desk, origin, other)
    desk.follow(Source("one", origin.serve("/else", FEED)))
    assert (desk.status("one").moved_to, desk.status("one").host) == (None, origin.host)
    desk.poll()
    assert len(origin.asked("/else")) == 1


def test_a_feed_that_is_gone_is_asked_once_a_month(desk: Desk, origin: Origin) -> None:
    source = Source("one", origin.behave("/feed", "status", code=410))
    desk.follow(source)
    commit = desk.poll()["one"]
    assert commit is not None
    assert commit.next_due == NOW + GONE
    sources.sync(desk.parts.db, [source], NOW)  # as at each start
    status = desk.status("one")
    assert (status.gone_at, status.next_due) == (NOW, NOW + GONE)
    origin.serve("/feed", FEED)
    desk.poll(later=GONE)
    assert desk.status("one").gone_at is None


# --- what a feed reader is judged by ----------------------------------------------------------


def test_who_answers_304_for_ever_is_asked_without_conditions_once_a_week(
    desk: Desk, origin: Origin
) -> None:
    desk.follow(Source("one", origin.serve("/feed", FEED)))
    for _ in range(2 * AGAIN.days + 1):
        desk.poll(later=DAY)
    unconditional = [not conditional(seen.headers) for seen in origin.requests]
    assert unconditional == [day % AGAIN.days == 0 for day in range(2 * AGAIN.days + 1)]


def conditional(headers: object) -> bool:
    return "if-none-match" in headers  # type: ignore[operator]


def test_the_rules_of_good_feed_readers_hold_over_restarts(
    url: str, sandbox: Sandbox, origin: Origin
) -> None:
    """https://rachelbythebay.com/fs/help.html: one unconditional request, validators exactly as
    they came last, no cookies, no referrer; and no request sooner for a restart.
    """
    odd = {"ETag": 'W/"a--gzip"', "Last-Modified": "Sun,  6 Nov 1994 08:49:37 +0000"}
    cookie = {"Set-Cookie": "id=1; Path=/"}
    body, now, given = FEED, NOW, ("", "")
    for start in range(4):
        origin.serve("/feed", body, headers=odd | cookie, validators=False)
        with working(url, sandbox) as parts:
            desk = Desk(parts)
            desk.now = now
            desk.follow(Source("one", origin.url("/feed")))
            run_round(desk.parts)
            assert len(origin.requests) == start + 1
            run_round(desk.parts)  # nothing is due
            desk.now += timedelta(minutes=29)
        with working(url, sandbox) as parts:
            desk = Desk(parts)
            desk.now = now + timedelta(minutes=29)
            desk.follow(Source("one", origin.url("/feed")))
            run_round(desk.parts)  # a restart makes nothing due
        assert len(origin.requests) == start + 1
        now += timedelta(minutes=30)
        if start:
            sent = origin.requests[-1].headers
            assert (sent["if-none-match"], sent["if-modified-since"]) == given
        given = odd["ETag"], odd["Last-Modified"]
        odd = {"ETag": f'"{start}"', "Last-Modified": f"day {start}"}
        body = rss([item(1), item(start + 2)])
    assert [conditional(seen.headers) for seen in origin.requests] == [False, True, True, True]
    for seen in origin.requests:
        assert not {"cookie", "referer"} & seen.headers.keys()


def test_the_ledger_counts_requests_bytes_and_waits(
    desk: Desk, origin: Origin, other: Origin
) -> None:
    origin.behave("/far", "redirect", to=other.serve("/feed", FEED, gzip=True))
    desk.follow(Source("one", origin.url("/far")), Source("two", origin.serve("/two", FEED)))
    desk.poll()
    desk.poll(later=HOUR)
    far, near = sorted(ledger.ledger(desk.parts.db, desk.now, 9), key=lambda one: one.bytes)
    assert (far.host, far.requests, far.unmodified, far.sources) == (other.host, 2, 1, 1)
    assert (near.host, near.requests, near.unmodified) == (origin.host, 4, 1)
    assert (near.bytes, far.bytes < len(FEED)) == (len(FEED), True)  # over the wire
    figures = ledger.figures(desk.parts.db, desk.now)
    assert (figures.requests, figures.unmodified) == (6, 2)
    assert figures.polls == {"ok": 2, "unchanged": 2, "failed": 0}
    assert figures.sources == {"unchanged": 2}


def test_time_spent_waiting_for_a_host_is_counted(desk: Desk, origin: Origin) -> None:
    origin.behave("/one", "status", code=503, retry_after=600, times=1)
    origin.serve("/one", FEED, validators=False)
    origin.behave("/one", "status", code=503, retry_after=600, times=1)
    desk.follow(Source("one", origin.url("/one")), Source("two", origin.serve("/two", FEED)))
    desk.poll()
    desk.now += timedelta(minutes=11)
    run_round(desk.parts)
    [host] = ledger.ledger(desk.parts.db, desk.now, 9)
    assert (host.waits, host.waited) == (1, timedelta(minutes=10))
