"""Hubs that tell us of changes: a real hub, our real web server, a real source, both databases."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
from feeds import item, rss
from hub import Hub
from origin import Origin
from service import free_port, get, post
from sqlalchemy import event

from aggregator import app as wiring
from aggregator import asking, jobs
from aggregator.app import App
from aggregator.model import Standing, Stay
from aggregator.rounds import run_round
from aggregator.service import listening
from aggregator.store import hosts, hubs, ledger, sources, subscriptions
from aggregator.store.database import Database
from aggregator.store.subscriptions import Told
from aggregator.web import create_app

LIMITS = "fetch: {allow_private: [127.0.0.0/8], seconds: 2}, poll: {gap: 0s}"
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
    text: str

    def feed(self, *titles: str, hub: str | None = None) -> None:
        """Serve a busy feed that names the hub, and itself: every five minutes an entry."""
        url = self.hub.url if hub is None else hub
        links = f'<{url}>; rel="hub", <{self.origin.url("/feed")}>; rel="self"'
        dates = [self.clock() - n * timedelta(minutes=5) for n in range(30)]
        old = [item(f"{date:%d%H%M}", date=date) for date in dates]
        entries = [*(item(title, title, date=dates[0]) for title in titles), *old]
        self.origin.serve("/feed", rss(entries), headers={"Link": links} if url else {})

    def poll(self, *, now: bool = False) -> None:
        """Poll what is due, or all."""
        if now:
            sources.make_due(self.app.db, self.clock(), None, waiting=True)
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

    def with_(self, more: str) -> str:
        """The configuration with more at the end of ``service:``, its closing brace included."""
        return self.text.rstrip().removesuffix("}") + more + "\n"

    def configure(self, text: str) -> None:
        path = self.app.directory / "a.yaml"
        path.write_text(text, encoding="utf-8")
        self.app.stamp = ""
        assert self.app.reload()


def config(origin: Origin, base: str, database: str) -> str:
    said = f"base_url: '{base}', {LIMITS}, database: '{database}'"
    return f"sources: [{{url: '{origin.url('/feed')}', key: courier}}]\nservice: {{{said}}}\n"


@pytest.fixture
def desk(tmp_path: Path, url: str) -> Iterator[Desk]:
    with ExitStack() as stack:
        origin, hub = stack.enter_context(Origin()), stack.enter_context(Hub())
        clock = Clock(wiring.utc_now())
        port = free_port()
        (tmp_path / "config").mkdir()
        text = config(origin, f"http://127.0.0.1:{port}", url)
        (tmp_path / "config" / "a.yaml").write_text(text, encoding="utf-8")
        app = stack.enter_context(wiring.opened(tmp_path / "config", tmp_path / "data", {}, clock))
        parts = stack.enter_context(wiring.polling(app))
        server = listening(create_app(app.site), "127.0.0.1", port)
        thread = threading.Thread(target=server.run)
        thread.start()
        done = {job.name: job.run for job in jobs.of_worker(app, parts, threading.Event())}
        yield Desk(app, clock, origin, hub, done, lambda: replace(parts(), dice=lambda: 0.0), text)
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
    assert "has not done so yet" in told(desk, "courier")
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
    assert "it did so on" in told(desk, "courier")


def links(desk: Desk, path: str) -> dict[str, str]:
    return {"Link": f'<{desk.hub.url}>; rel="hub", <{desk.origin.url(path)}>; rel="self"'}


def told(desk: Desk, key: str) -> str:
    """What the source's page says of its hub."""
    page = create_app(desk.app.site).test_client().get(f"/sources/{key}").text
    found = re.search(r"<dt>Hub</dt><dd[^>]*>(.*?)</dd>", page)
    assert found is not None
    return found[1]


@contextmanager
def writes(db: Database) -> Iterator[list[str]]:
    """The statements that change the database meanwhile."""
    found: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith(("SELECT", "BEGIN", "PRAGMA", "WITH", "SET", "SHOW")):
            found.append(statement)

    event.listen(db._engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(db._engine, "before_cursor_execute", note)


# --- what hubs do -----------------------------------------------------------------------------


def subscribed(desk: Desk) -> dict[str, str]:
    """Have the source subscribed; the form that asked for it."""
    desk.feed("Rain")
    desk.poll()
    desk.ask()
    assert desk.standing() is Standing.ACTIVE
    return desk.hub.asked[-1]


def test_what_a_hub_is_asked_says_who_asks_and_for_how_long(desk: Desk) -> None:
    form = subscribed(desk)
    assert form["hub.mode"] == "subscribe"
    assert int(form["hub.lease_seconds"]) == 10 * 24 * 3600
    assert len(form["hub.secret"]) < 200
    assert len(form["hub.callback"].rpartition("/")[2]) >= 43
    assert desk.hub.agents[0].startswith("Aggregator/")


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_a_push_is_believed_if_it_is_signed(desk: Desk, method: str) -> None:
    subscribed(desk)
    assert desk.hub.push(b"anything at all", method=method) == 202
    assert desk.polls_in() <= timedelta(0)


def test_a_push_that_is_signed_wrongly_changes_nothing(desk: Desk) -> None:
    form = subscribed(desk)
    before = desk.polls_in()
    assert desk.hub.push(secret="another") == 202
    assert desk.hub.push(method="md5") == 202
    for signature in ("", "sha256", "sha256=", "sha256=00", f"sha256={'é' * 64}", "x" * 9000):
        headers = {"X-Hub-Signature": signature.encode().decode("latin-1")}
        assert post(form["hub.callback"], b"<rss/>", **headers)[0] == 202
    assert post(form["hub.callback"], b"<rss/>")[0] == 202
    assert desk.polls_in() == before
    assert desk.told().last is None


def test_a_push_of_more_than_is_taken_changes_nothing(desk: Desk) -> None:
    subscribed(desk)
    assert desk.hub.push(b"x" * 900_000) == 202
    assert desk.polls_in() <= timedelta(0)
    desk.poll()
    before = desk.polls_in()
    with suppress(OSError):  # it is told before it has sent all
        assert desk.hub.push(b"x" * 2_000_000) == 413
    assert desk.polls_in() == before


def test_pushes_are_gathered_into_one_poll_a_minute(desk: Desk) -> None:
    subscribed(desk)
    assert desk.hub.push() == 202
    desk.poll()
    asked = len(desk.origin.requests)
    desk.clock.now += timedelta(seconds=5)
    for _ in range(5):
        assert desk.hub.push() == 202
    assert desk.polls_in() == timedelta(seconds=55)
    desk.poll()
    assert len(desk.origin.requests) == asked
    desk.clock.now += timedelta(seconds=55)
    desk.poll()
    assert len(desk.origin.requests) == asked + 1


def test_a_flood_of_pushes_writes_nothing_more(desk: Desk) -> None:
    subscribed(desk)
    desk.hub.push()
    with writes(desk.app.db) as while_it_is_due:
        for _ in range(5):
            desk.hub.push()
    desk.poll()
    desk.clock.now += timedelta(seconds=5)
    desk.hub.push()
    desk.clock.now += timedelta(seconds=5)
    with writes(desk.app.db) as while_it_is_planned:
        for _ in range(5):
            desk.hub.push()
    assert while_it_is_due == while_it_is_planned == []


def test_what_a_hub_tells_during_a_poll_is_not_lost(desk: Desk) -> None:
    subscribed(desk)

    def body() -> bytes:
        desk.clock.now += timedelta(seconds=2)
        assert desk.hub.push() == 202
        desk.clock.now += timedelta(seconds=2)
        return rss([item(1), item(2)])

    desk.origin.serve("/feed", body)
    desk.clock.now += desk.polls_in()
    desk.poll()
    assert desk.polls_in() <= timedelta(minutes=1)


def test_a_change_that_is_not_there_yet_is_asked_for_again_by_the_rhythm(desk: Desk) -> None:
    subscribed(desk)
    desk.clock.now += timedelta(seconds=1)
    desk.hub.push()
    desk.poll()
    assert desk.polls_in() < HOUR
    desk.clock.now += desk.polls_in()
    desk.poll()
    assert desk.polls_in() >= 4 * HOUR


def test_a_challenge_is_echoed_to_who_knows_address_and_topic_only(desk: Desk) -> None:
    form = subscribed(desk)
    other = form["hub.callback"][:-1] + ("a" if form["hub.callback"][-1] != "a" else "b")
    assert desk.hub.verify(form)[0] == 200
    for changes in ({"topic": "http://else.example/"}, {"mode": "unsubscribe"}, {"mode": "x"}):
        assert desk.hub.verify(form, **changes)[0] == 404
    assert desk.hub.verify(form | {"hub.callback": other})[0] == 404
    assert desk.hub.verify(form, challenge="")[0] == 404
    assert get(form["hub.callback"])[0] == 404
    assert get(f"{form['hub.callback'].rpartition('/')[0]}/%00")[0] == 404
    assert post(other, b"")[0] == 410


def test_a_challenge_is_plain_text(desk: Desk) -> None:
    form = subscribed(desk)
    asked = {"hub.mode": "subscribe", "hub.topic": form["hub.topic"], "hub.challenge": "<b>"}
    with urlopen(f"{form['hub.callback']}?{urlencode(asked)}") as answer:
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.read() == b"<b>"


@pytest.mark.parametrize(
    ("granted", "until", "asked_again"),
    [
        (1, timedelta(seconds=1), HOUR),
        (0, timedelta(0), HOUR),
        (3_153_600_000, timedelta(days=30), timedelta(days=24)),
        (10**30, timedelta(days=30), timedelta(days=24)),
        (None, timedelta(days=10), timedelta(days=8)),
    ],
)
def test_a_lease_is_kept_within_bounds(
    desk: Desk, granted: int | None, until: timedelta, asked_again: timedelta
) -> None:
    desk.hub.lease = granted
    subscribed(desk)
    found = desk.told().subscription
    assert found is not None
    assert (found.until, found.next_try) == (desk.clock() + until, desk.clock() + asked_again)
    desk.poll(now=True)
    assert (desk.polls_in() >= 4 * HOUR) == (until > HOUR)


def test_a_lease_is_renewed_before_it_ends_and_else_the_rhythm_is_back(desk: Desk) -> None:
    subscribed(desk)
    desk.ask(later=timedelta(days=7))
    assert len(desk.hub.asked) == 1
    desk.ask(later=timedelta(days=1, minutes=1))
    assert len(desk.hub.asked) == 2
    assert desk.hub.asked[0] == desk.hub.asked[1]
    assert desk.standing() is Standing.ACTIVE

    desk.hub.calls = False
    desk.ask(later=timedelta(days=8))
    desk.feed("Sun")
    desk.poll(now=True)
    assert desk.polls_in() >= 4 * HOUR
    desk.clock.now += timedelta(days=2, minutes=1)
    desk.feed("Snow")
    desk.poll(now=True)
    assert desk.polls_in() < HOUR
    assert "has not called back" in told(desk, "courier")


def test_a_hub_that_refuses_or_hangs_is_asked_ever_more_rarely(desk: Desk) -> None:
    desk.hub.status = 500
    desk.feed("Rain")
    desk.poll()
    waits = []
    for _ in range(12):
        started, asked = desk.clock(), len(desk.hub.asked)
        while len(desk.hub.asked) == asked:
            desk.ask(later=timedelta(minutes=4))
        waits.append(desk.clock() - started)
    assert waits[0] == timedelta(minutes=4)
    assert all(a <= b for a, b in pairwise(waits[1:]))
    assert timedelta(days=1) <= waits[-1] <= timedelta(days=1, minutes=4)
    assert desk.polls_in() < HOUR
    desk.hub.status = 202
    desk.ask(later=timedelta(days=1))
    assert desk.standing() is Standing.ACTIVE


def test_a_hub_that_hangs_costs_its_deadline_and_no_other_hub_anything(desk: Desk) -> None:
    with Hub(hangs=threading.Event()) as tarpit:
        desk.feed("Rain", hub=tarpit.url)
        desk.origin.serve("/other", rss([item(1)]), headers=links(desk, "/other"))
        desk.configure(
            desk.text.replace("]\nservice", f", '{desk.origin.url('/other')}']\nservice")
        )
        desk.poll()
        desk.ask()
        assert desk.standing() is Standing.WANTED
        assert "did not answer" in told(desk, "courier")
        assert len(tarpit.asked) == 1
        assert [form["hub.topic"] for form in desk.hub.asked] == [desk.origin.url("/other")]
        desk.ask(later=timedelta(minutes=1))
        assert len(tarpit.asked) == 1


def test_a_hub_that_does_not_answer_for_one_feed_is_left_alone_for_all(desk: Desk) -> None:
    desk.hub.status = 500
    desk.feed("Rain")
    desk.origin.serve("/other", rss([item(1)]), headers=links(desk, "/other"))
    desk.configure(desk.text.replace("]\nservice", f", '{desk.origin.url('/other')}']\nservice"))
    desk.poll()
    desk.ask()
    assert len(desk.hub.asked) == 1
    desk.hub.status = 202
    desk.ask(later=timedelta(minutes=10))
    assert len(desk.hub.asked) == 3
    assert subscriptions.counts(desk.app.db) == {Standing.ACTIVE: 2}


def test_a_hub_that_refuses_one_feed_is_still_asked_for_others(desk: Desk) -> None:
    desk.hub.status = 403
    desk.feed("Rain")
    desk.origin.serve("/other", rss([item(1)]), headers=links(desk, "/other"))
    desk.configure(desk.text.replace("]\nservice", f", '{desk.origin.url('/other')}']\nservice"))
    desk.poll()
    desk.ask()
    assert len(desk.hub.asked) == 2
    assert "403" in told(desk, "courier")
    desk.ask(later=timedelta(minutes=50))
    assert len(desk.hub.asked) == 2
    desk.ask(later=timedelta(minutes=50))
    assert len(desk.hub.asked) == 4


def test_a_hub_is_asked_in_its_turn_and_no_sooner_than_its_gap(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    minute = timedelta(minutes=1)
    monkeypatch.setattr(asking, "PATIENCE", -minute)  # with the gap: none
    desk.feed("Rain")
    desk.origin.serve("/other", rss([item(1)]), headers=links(desk, "/other"))
    both = desk.text.replace("]\nservice", f", '{desk.origin.url('/other')}']\nservice")
    desk.configure(both)
    desk.poll()
    desk.configure(both.replace("gap: 0s", "gap: 1m"))
    db, [before] = desk.app.db, ledger.ledger(desk.app.db, desk.clock(), 9)
    hosts.enter(db, "127.0.0.1", desk.clock(), lease=HOUR, worker="elsewhere")
    desk.ask()
    assert desk.hub.asked == []
    found = desk.told().subscription
    assert found is not None
    assert (found.standing, found.failures) == (Standing.WANTED, 0)
    hosts.visited(db, "elsewhere", [Stay("127.0.0.1")], desk.clock())

    for later, asked in ((minute, 1), (minute / 2, 1), (minute / 2, 2)):
        desk.ask(later=later)
        assert len(desk.hub.asked) == asked
    assert subscriptions.counts(db) == {Standing.ACTIVE: 2}
    assert ledger.ledger(db, desk.clock(), 9)[0].requests == before.requests + 2
    assert hubs.failures(db, desk.hub.url) == 0


def test_a_hub_leads_nobody_to_a_private_address(desk: Desk) -> None:
    desk.hub.status, desk.hub.headers = 307, {"Location": "http://10.1.2.3/hub"}
    desk.feed("Rain")
    desk.poll()
    desk.ask()
    assert desk.standing() is Standing.WANTED
    assert "10.1.2.3" in told(desk, "courier")
    desk.hub.headers = {"Location": desk.origin.url("/elsewhere")}
    desk.origin.behave("/elsewhere", "status", code=202)
    desk.ask(later=timedelta(hours=2))
    assert [seen.method for seen in desk.origin.asked("/elsewhere")] == ["POST"]
    desk.hub.headers = {"Location": desk.hub.url}
    desk.ask(later=timedelta(days=1))
    assert "redirects" in told(desk, "courier")


def test_a_hub_may_refuse_and_may_think_better_of_it(desk: Desk) -> None:
    form = subscribed(desk)
    topic = form["hub.topic"]
    desk.poll(now=True)
    assert desk.polls_in() >= 4 * HOUR
    assert desk.hub.verify(form, mode="denied", topic="http://else.example/")[0] == 404
    assert desk.hub.verify(form, mode="denied", reason="not\nyours\x1b")[0] == 200
    assert desk.standing() is Standing.DENIED
    assert "refuses (not yours )" in told(desk, "courier")
    assert desk.polls_in() < HOUR
    desk.poll(now=True)
    assert desk.polls_in() < HOUR
    desk.ask(later=HOUR)
    assert len(desk.hub.asked) == 1
    desk.ask(later=timedelta(days=1))
    assert (desk.hub.asked[-1]["hub.topic"], desk.standing()) == (topic, Standing.ACTIVE)


# --- what comes and goes ----------------------------------------------------------------------


def test_a_hub_is_told_when_its_source_is_removed(desk: Desk) -> None:
    form = subscribed(desk)
    desk.configure(re.sub(r"sources: .*", "sources: []", desk.text))
    desk.ask()
    assert [one["hub.mode"] for one in desk.hub.asked] == ["subscribe", "unsubscribe"]
    assert desk.hub.asked[-1]["hub.callback"] == form["hub.callback"]
    assert desk.hub.verified[-1][0] == 200
    assert subscriptions.counts(desk.app.db) == {}
    assert desk.hub.push() == 410
    assert desk.hub.verify(form)[0] == 404


def test_a_hub_that_does_not_let_go_is_asked_a_few_times(desk: Desk) -> None:
    form = subscribed(desk)
    desk.configure(re.sub(r"sources: .*", "sources: []", desk.text))
    desk.hub.status = 500
    desk.ask()
    assert post(form["hub.callback"], b"")[0] == 410
    assert desk.hub.verify(form)[0] == 404
    for _ in range(9):
        desk.ask(later=timedelta(days=1))
    assert subscriptions.counts(desk.app.db) == {}
    assert 2 <= len(desk.hub.asked) <= 5


def test_a_hub_that_denies_what_we_leave_has_let_go(desk: Desk) -> None:
    form = subscribed(desk)
    desk.configure(re.sub(r"sources: .*", "sources: []", desk.text))
    desk.hub.calls = False
    desk.ask()
    assert subscriptions.counts(desk.app.db) == {Standing.LEAVING: 1}
    assert desk.hub.verify(form, mode="denied")[0] == 200
    assert subscriptions.counts(desk.app.db) == {}


def test_another_hub_of_a_feed_takes_the_place_of_the_first(desk: Desk) -> None:
    subscribed(desk)
    with Hub() as second:
        desk.feed("Rain", "Sun", hub=second.url)
        desk.clock.now += desk.polls_in()
        desk.poll()
        desk.ask()
        assert [form["hub.mode"] for form in second.asked] == ["subscribe"]
    assert desk.hub.asked[-1]["hub.mode"] == "unsubscribe"
    assert subscriptions.counts(desk.app.db) == {Standing.ACTIVE: 1}
    desk.feed("Rain", "Sun", "Snow", hub="")
    desk.clock.now += desk.polls_in()
    desk.poll()
    assert subscriptions.of(desk.app.db, "courier") is None
    assert "Hub" not in create_app(desk.app.site).test_client().get("/sources/courier").text


def test_another_address_of_ours_is_told_to_the_hub(desk: Desk) -> None:
    form = subscribed(desk)
    desk.configure(
        desk.text.replace("127.0.0.1:", "127.0.0.2:").replace("127.0.0.2", "127.0.0.1", 1)
    )
    desk.ask()
    modes = sorted((one["hub.mode"], one["hub.callback"]) for one in desk.hub.asked[1:])
    assert [mode for mode, _ in modes] == ["subscribe", "unsubscribe"]
    assert modes[0][1].startswith("http://127.0.0.2:")
    assert modes[1][1] == form["hub.callback"]


def test_a_hub_on_the_web_is_not_asked_to_call_a_private_address(desk: Desk) -> None:
    desk.feed("Rain", hub="https://hub.example.org/")
    desk.poll()
    desk.ask()
    assert desk.told().subscription is None
    assert "base_url is no public address" in told(desk, "courier")


def test_an_address_with_a_secret_is_told_to_no_hub(desk: Desk) -> None:
    desk.configure(desk.text.replace("key: courier", "key: courier, auth: {user: a, password: b}"))
    desk.feed("Rain")
    desk.poll()
    desk.ask()
    assert desk.hub.asked == []
    assert "secret" in told(desk, "courier")


def test_a_hub_without_a_name_for_the_feed_is_no_use(desk: Desk) -> None:
    desk.origin.serve("/feed", rss([item(1)]), headers={"Link": f"<{desk.hub.url}>; rel=hub"})
    desk.poll()
    desk.ask()
    assert desk.hub.asked == []
    assert "but not itself" in told(desk, "courier")


def test_a_subscription_outlives_a_restart(desk: Desk) -> None:
    subscribed(desk)
    app = desk.app
    with wiring.opened(app.directory, app.data, {}, desk.clock) as again:
        done = {job.name: job.run for job in jobs.of_worker(again, desk.parts, threading.Event())}
        done["hubs"]()
    assert len(desk.hub.asked) == 1
    assert desk.hub.push() == 202
    assert desk.polls_in() <= timedelta(0)


def test_a_stopped_worker_asks_no_more_hubs(desk: Desk) -> None:
    desk.feed("Rain")
    desk.poll()
    stop = threading.Event()
    stop.set()
    done = {job.name: job.run for job in jobs.of_worker(desk.app, desk.parts, stop)}
    done["hubs"]()
    assert desk.hub.asked == []


def test_the_password_of_the_site_is_not_asked_of_hubs(desk: Desk) -> None:
    auth = ", auth: {user: me, password: hush}}"
    desk.configure(desk.with_(auth))
    subscribed(desk)
    assert get(desk.hub.asked[0]["hub.callback"].partition("/websub")[0])[0] == 401
    assert desk.hub.push() == 202
    assert desk.polls_in() <= timedelta(0)


# --- our own feeds ----------------------------------------------------------------------------


def test_our_hub_is_told_of_each_public_feed_that_changed_once(desk: Desk) -> None:
    more = f", hub: '{desk.hub.url}'}}\nfeeds: {{secret: {{where: a, token_file: token}}}}"
    (desk.app.directory / "token").write_text("0123456789abcdef0123")
    desk.configure(desk.with_(more))
    desk.jobs["ping"]()
    assert desk.hub.asked == []
    desk.feed("Rain", hub="")
    desk.poll()
    desk.jobs["ping"]()
    base = desk.app.config.service.base_url
    addresses = [f"{base}/feeds/all.{form}" for form in ("atom", "rss", "json")]
    assert [form["hub.url"] for form in desk.hub.asked] == addresses
    assert {form["hub.mode"] for form in desk.hub.asked} == {"publish"}
    desk.clock.now += timedelta(minutes=2)
    desk.jobs["ping"]()
    assert len(desk.hub.asked) == 3

    desk.feed("Rain", "Sun", hub="")
    desk.clock.now += HOUR
    desk.poll(now=True)
    desk.jobs["ping"]()
    assert len(desk.hub.asked) == 6
    for url in addresses:
        with urlopen(url) as answer:
            links = answer.headers["Link"]
        assert links == f'<{url}>; rel="self", <{desk.hub.url}>; rel="hub"'


def test_what_changes_within_a_minute_is_told_together(desk: Desk) -> None:
    desk.configure(desk.with_(f", hub: '{desk.hub.url}'}}"))
    for number, titles in enumerate((["Rain"], ["Rain", "Sun"])):
        desk.feed(*titles, hub="")
        desk.poll(now=True)
        desk.jobs["ping"]()
        assert len(desk.hub.asked) == 3, number
        desk.clock.now += timedelta(seconds=20)
    desk.clock.now += timedelta(minutes=1)
    desk.jobs["ping"]()
    assert len(desk.hub.asked) == 6


def test_our_hub_is_left_alone_while_it_does_not_answer(desk: Desk) -> None:
    desk.configure(desk.with_(f", hub: '{desk.hub.url}'}}"))
    desk.feed("Rain", hub="")
    desk.poll()
    desk.hub.status = 503
    for minutes in (0, 1, 1, 8, 1, 20):
        desk.clock.now += timedelta(minutes=minutes)
        desk.jobs["ping"]()
    assert len(desk.hub.asked) == 3
    desk.hub.status = 204
    desk.clock.now += HOUR
    desk.jobs["ping"]()
    desk.jobs["ping"]()
    assert len(desk.hub.asked) == 6


def test_a_feed_of_stories_has_changed_when_an_outlet_joins_one(desk: Desk) -> None:
    desk.configure(desk.with_(f", hub: '{desk.hub.url}'}}\nfeeds: {{told: {{per: story}}}}"))
    desk.feed("Rain", hub="")
    desk.poll()
    desk.jobs["ping"]()
    assert len(desk.hub.asked) == 6
    desk.clock.now += timedelta(minutes=5)
    desk.jobs["gather"]()
    desk.app.generation += 1
    desk.jobs["ping"]()
    assert [form["hub.url"].rpartition("/")[2] for form in desk.hub.asked[6:]] == [
        "told.atom", "told.rss", "told.json"
    ]  # fmt: skip


@pytest.mark.parametrize("more", [", auth: {user: me, password: hush}", ""])
def test_a_hub_that_can_not_read_our_feeds_is_neither_named_nor_told(
    desk: Desk, more: str, caplog: pytest.LogCaptureFixture
) -> None:
    url = desk.hub.url if more else "https://hub.example.org/"
    desk.configure(desk.with_(f", hub: '{url}'{more}}}"))
    desk.feed("Rain", hub="")
    desk.poll()
    for _ in range(2):
        desk.jobs["ping"]()
    assert desk.hub.asked == []
    assert caplog.text.count("service.hub is told nothing") == 1
