"""Articles that came in become stories, whoever gathers and however often it is interrupted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pytest
from articles import article_id
from stored import HOUR, NOW, arrival, save

from aggregator import gather
from aggregator.dedupe.stories import Stories
from aggregator.dedupe.story import mint
from aggregator.dedupe.telling import Said, said
from aggregator.gather import Gatherer, gather_again, leave
from aggregator.model import By, Join, Placed, Source, Story
from aggregator.store import gathering, leases, remembered, retention, rulings, stories
from aggregator.store.database import Database

ONE, TWO, THREE = (Source(key, f"https://{key}.example/") for key in ("one", "two", "three"))
BRIDGE = (
    "The new suspension bridge over the Kura river in Mingachevir collapsed on Tuesday morning, "
    "officials said, killing at least four workers who were painting the railings. Rescue teams "
    "from Ganja arrived within the hour, and the transport ministry closed the road to lorries."
)
FLOOD = (
    "Heavy rain flooded the harbour of Batumi overnight, the port authority said. Two ferries to "
    "Trabzon were cancelled and a warehouse with hazelnuts stood under a metre of water."
)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with Database.open(f"sqlite:///{tmp_path}/a.db", now=NOW) as opened:
        yield opened


def clock() -> datetime:
    return NOW


def tell(db: Database, number: int, text: str, carrier: str, hours: float = 0) -> None:
    """Let a source bring an article so many hours ago."""
    title = text.partition(",")[0]
    save(
        db,
        arrival(number, carrier, title=title, summary="", text=text, listed=NOW - hours * HOUR),
    )


def bring(db: Database) -> None:
    tell(db, 1, BRIDGE, "one", 3)
    tell(db, 2, f"Wire report. {BRIDGE}", "two", 2)
    tell(db, 3, FLOOD, "one", 1)


def groups(db: Database) -> list[list[int]]:
    """The numbers of the articles of each story, by the first of them."""
    found: dict[str, list[int]] = {}
    numbers = {article_id(number): number for number in range(40)}
    for article, story in stories.of(db, numbers).items():
        found.setdefault(story, []).append(numbers[article])
    return sorted(sorted(one) for one in found.values())


def gatherer(db: Database, worker: str = "w") -> Gatherer:
    return Gatherer(db, worker)


def test_outlets_that_tell_the_same_are_one_story_with_its_reason(db: Database) -> None:
    bring(db)
    assert gatherer(db).catch_up((), clock) == 3
    assert groups(db) == [[1, 2], [3]]
    story = stories.get(db, stories.of(db, [article_id(2)])[article_id(2)])
    assert isinstance(story, Story)
    first, second = story.members
    assert first.why is None
    assert second.why is not None
    assert (second.why.to, second.why.by) == (article_id(1), By.COPY)
    assert (second.why.apart, second.joined) == (HOUR, NOW)
    assert second.why.shared


def test_nothing_is_placed_twice(db: Database) -> None:
    bring(db)
    one = gatherer(db)
    one.catch_up((), clock)
    before = gathering.state(db)
    assert one.catch_up((), clock) == 0
    assert gathering.state(db) == before


def test_an_article_joins_a_story_that_another_process_began(db: Database) -> None:
    tell(db, 1, BRIDGE, "one", 3)
    first, second = gatherer(db, "first"), gatherer(db, "second")
    first.catch_up((), clock)
    tell(db, 2, f"Wire report. {BRIDGE}", "two", 2)
    second.catch_up((), clock)
    tell(db, 4, f"Agencies. {BRIDGE}", "three", 1)
    first.catch_up((), clock)
    assert groups(db) == [[1, 2, 4]]


def test_while_another_process_gathers_nothing_is_done(db: Database) -> None:
    bring(db)
    assert leases.take(db, "gathering", "other", NOW, NOW + HOUR)
    assert gatherer(db).catch_up((), clock) == 0
    leases.give_back(db, "gathering", "other")
    assert gatherer(db).catch_up((), clock) == 3


@pytest.mark.parametrize("step", ["take", "state", "waiting", "place"])
def test_whoever_is_overtaken_leaves_what_the_other_stored(
    db: Database, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """The lease of the slow one has run out, before or after any step of placing a batch."""
    bring(db)
    slow, quick = gatherer(db, "slow"), gatherer(db, "quick")
    module = leases if step == "take" else gathering
    act = getattr(module, step)

    def overtaken(*said: Any) -> Any:
        monkeypatch.setattr(module, step, act)
        read = act(*said) if step in ("state", "waiting") else None
        assert quick.catch_up((), lambda: NOW + HOUR) == 3
        return read if read is not None else act(*said)

    monkeypatch.setattr(module, step, overtaken)
    assert slow.catch_up((), clock) == 0
    told = stories.get(db, stories.of(db, [article_id(2)])[article_id(2)])
    assert isinstance(told, Story)
    assert [bool(one.why) for one in told.members] == [False, True]


def test_the_turn_ends_where_gathering_fails(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    bring(db)
    one = gatherer(db)
    with monkeypatch.context() as patch:
        patch.setattr(gathering, "state", lambda _: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            one.catch_up((), clock)
    assert gatherer(db, "other").catch_up((), clock) == 3


def test_the_turn_ends_where_nothing_was_placed(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(db)
    stops = iter([False, True])
    with monkeypatch.context() as patch:
        patch.setattr(gathering, "place", lambda *_: None)
        assert gatherer(db).catch_up((), clock, lambda: next(stops)) == 0
    assert gatherer(db, "other").catch_up((), clock) == 3


def test_it_stops_when_it_is_told_to_and_goes_on_later(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aggregator.gather._BATCH", 1)
    bring(db)
    stops = iter([False, True])
    assert gatherer(db).catch_up((), clock, lambda: next(stops)) == 1
    assert gatherer(db).catch_up((), clock) == 2
    assert groups(db) == [[1, 2], [3]]


def test_of_several_services_one_remembers_while_there_is_news(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = [Gatherer(db, name, stays=True) for name in ("first", "second")]
    readings: list[Gatherer] = []
    read = Gatherer._remember

    def counted(self: Gatherer, *said: Any) -> bool:
        readings.append(self)
        return read(self, *said)

    monkeypatch.setattr(Gatherer, "_remember", counted)
    for number in range(1, 7):
        tell(db, number, f"{number} {BRIDGE}", "one", 10 - number)
        services.reverse()
        assert sum(one.catch_up((), clock, at_ease=True) for one in services) == 1
    assert len(readings) == 1
    tell(db, 7, BRIDGE, "one", 2)

    def later() -> datetime:
        return NOW + timedelta(minutes=1)

    [other] = {*services} - {*readings}
    assert other.catch_up((), later, at_ease=True) == 1, "the first one says nothing more"
    tell(db, 8, BRIDGE, "two", 1)
    leave(db, "first")
    leave(db, "second")
    assert gatherer(db, "third").catch_up((), later) == 1


def test_a_history_is_left_to_whoever_has_time(db: Database) -> None:
    tell(db, 1, BRIDGE, "one", 2400)
    assert Gatherer(db, "service", stays=True).catch_up((), clock, at_ease=True) == 1
    tell(db, 2, BRIDGE, "two", 2400)
    assert gatherer(db, "command").catch_up((), clock) == 1


def test_whoever_loses_the_turn_while_reading_goes_on_no_further(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(db)
    gatherer(db).catch_up((), clock)
    tell(db, 4, BRIDGE, "three", 1)
    monkeypatch.setattr("aggregator.gather._BATCH", 1)
    turns = iter([True, True, False])
    monkeypatch.setattr(leases, "take", lambda *_: next(turns))
    assert gatherer(db, "slow").catch_up((), clock) == 0
    monkeypatch.undo()
    assert gatherer(db, "other").catch_up((), clock) == 1


def test_what_retention_drops_is_not_remembered(db: Database) -> None:
    hours = 400 * 24
    one = gatherer(db)
    tell(db, 1, BRIDGE, "one", hours + 5)
    one.catch_up((), clock)
    assert retention.drop(db, NOW - timedelta(days=400), NOW) == 1
    tell(db, 2, f"Wire report. {BRIDGE}", "two", hours - 5)
    assert one.catch_up((), clock) == 1
    told = stories.get(db, stories.of(db, [article_id(2)])[article_id(2)])
    assert isinstance(told, Story)
    assert [member.why for member in told.members] == [None]


def test_what_somebody_decided_meanwhile_counts(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(db)
    one = gatherer(db)
    one.catch_up((), clock)
    store = gathering.place

    def while_somebody_decides(*said: object) -> object:
        monkeypatch.setattr(gathering, "place", store)
        rulings.pull_out(db, article_id(2), NOW)
        return store(*said)

    monkeypatch.setattr(gathering, "place", while_somebody_decides)
    tell(db, 4, f"Agencies. {BRIDGE}", "three", 0.5)
    one.catch_up((), clock)
    assert [2] in groups(db) or [2, 4] in groups(db)
    assert [1, 2, 4] not in groups(db)
    assert gathering.waiting(db, 9, NOW) == ()


def test_an_article_that_was_pulled_out_never_comes_back(db: Database) -> None:
    bring(db)
    one = gatherer(db)
    one.catch_up((), clock)
    before = stories.of(db, [article_id(1)])[article_id(1)]
    assert rulings.pull_out(db, article_id(2), NOW)
    one.catch_up((), clock)
    assert groups(db) == [[1], [2], [3]]
    gather_again(db)
    gatherer(db).catch_up((), clock)
    assert groups(db) == [[1], [2], [3]]
    assert stories.of(db, [article_id(1)])[article_id(1)] == before


def test_an_article_that_was_pulled_out_leaves_its_id_to_those_that_are_not_remembered(
    db: Database,
) -> None:
    tell(db, 1, FLOOD, "one", 30 * 24)
    tell(db, 2, BRIDGE, "two", 23 * 24)
    began = mint(article_id(1))
    why = Join(article_id(1), By.WORDS, 0.5)
    both = [Placed(article_id(1), began), Placed(article_id(2), began, why)]
    gathering.place(db, both, NOW, gathering.state(db))
    assert rulings.pull_out(db, article_id(1), NOW)
    gatherer(db).catch_up((), clock)
    assert groups(db) == [[1], [2]]
    assert stories.of(db, [article_id(2)]) == {article_id(2): began}


def test_an_article_that_stands_alone_keeps_its_id_when_all_are_gathered_again(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(db, 1, FLOOD, "one", 1)
    poison(monkeypatch, "telling", 1)
    gatherer(db).catch_up((), clock)
    before = stories.of(db, [article_id(1)])
    gather_again(db)
    assert gatherer(db).catch_up((), clock) == 1
    assert stories.of(db, [article_id(1)]) == before == {article_id(1): mint(article_id(1))}


def test_two_that_were_put_together_stay_so(db: Database) -> None:
    bring(db)
    one = gatherer(db)
    one.catch_up((), clock)
    rulings.put_together(db, article_id(3), article_id(1), NOW)
    one.catch_up((), clock)
    assert groups(db) == [[1, 2, 3]]
    gather_again(db)
    gatherer(db).catch_up((), clock)
    assert groups(db) == [[1, 2, 3]]


@pytest.mark.parametrize("days", [5, 8, 30])
@pytest.mark.parametrize("pair", [(1, 2), (2, 1)])
@pytest.mark.parametrize("live_on", [False, True])
def test_two_that_were_put_together_are_so_however_far_apart_they_are(
    db: Database, pair: tuple[int, int], days: int, *, live_on: bool
) -> None:
    one = gatherer(db)

    def catch_up() -> None:
        (one if live_on else gatherer(db)).catch_up((), clock)

    tell(db, 1, FLOOD, "one", days * 24 + 1)
    tell(db, 2, BRIDGE, "two", 1)
    catch_up()
    assert groups(db) == [[1], [2]]
    rulings.put_together(db, article_id(pair[0]), article_id(pair[1]), NOW)
    catch_up()
    assert groups(db) == [[1, 2]]
    gather_again(db)
    catch_up()
    assert groups(db) == [[1, 2]]
    tell(db, 3, "Quite other things happened", "one")
    catch_up()
    assert groups(db) == [[1, 2], [3]]


def test_two_of_long_ago_that_were_put_together_are_so_a_batch_at_a_time(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aggregator.gather._BATCH", 1)
    tell(db, 1, FLOOD, "one", 40 * 24)
    tell(db, 2, BRIDGE, "two", 20 * 24)
    one = gatherer(db)
    one.catch_up((), clock)
    rulings.put_together(db, article_id(1), article_id(2), NOW)
    gather_again(db)
    while one.catch_up((), clock, at_ease=True):
        pass
    assert groups(db) == [[1, 2]]


def test_sources_that_are_never_with_one_another_share_no_story(db: Database) -> None:
    bring(db)
    apart = Source("two", "https://two.example/", never_with=("one",))
    one = gatherer(db)
    one.catch_up((ONE, apart), clock)
    assert groups(db) == [[1], [2], [3]]
    tell(db, 4, f"Agencies. {BRIDGE}", "three", 0.5)
    one.catch_up((ONE, TWO), clock)
    assert sorted(map(len, groups(db))) == [1, 1, 2]


def test_what_is_kept_apart_leaves_the_stories_that_stand(
    db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    bring(db)
    tell(db, 4, f"Agencies. {BRIDGE}", "three", 0.5)
    tell(db, 11, FLOOD, "one", 24 * 20)
    tell(db, 12, f"Wire report. {FLOOD}", "two", 24 * 20 - 1)
    one = gatherer(db)
    one.catch_up((), clock)
    assert groups(db) == [[1, 2, 4], [3], [11, 12]]
    [kept] = set(stories.of(db, [article_id(1)]).values())
    caplog.set_level("INFO")
    apart = Source("two", "https://two.example/", never_with=("one",))
    gather.keep_apart(db, (ONE, apart, THREE), NOW)
    assert "articles that leave their stories: 1;" in caplog.text
    one.catch_up((ONE, apart, THREE), clock)
    assert groups(db) == [[1, 4], [2], [3], [11, 12]], "those of long ago stay"
    assert stories.of(db, [article_id(1)]) == {article_id(1): kept}
    # What was kept apart before lets nobody leave again, and what people decide outweighs it.
    before = gathering.state(db)
    gather.keep_apart(db, (ONE, apart, THREE), NOW)
    assert gathering.state(db) == before
    rulings.put_together(db, article_id(2), article_id(1), NOW)
    one.catch_up((ONE, apart, THREE), clock)
    gather.keep_apart(db, (), NOW)
    gather.keep_apart(db, (ONE, apart, THREE), NOW)
    one.catch_up((ONE, apart, THREE), clock)
    assert groups(db) == [[1, 2, 4], [3], [11, 12]]


@pytest.mark.parametrize("named", ["article", "story"])
def test_a_source_leaves_the_story_or_the_article_that_it_is_kept_apart_from(
    db: Database, named: str
) -> None:
    bring(db)
    gatherer(db).catch_up((), clock)
    story = stories.of(db, [article_id(1)])[article_id(1)]
    other = story if named == "story" else article_id(1)
    apart = Source("two", "https://two.example/", never_with=(other,))
    gather.keep_apart(db, (ONE, apart), NOW)
    gatherer(db).catch_up((ONE, apart), clock)
    assert groups(db) == [[1], [2], [3]]
    assert stories.of(db, [article_id(1)]) == {article_id(1): story}


def test_a_source_stays_out_of_a_story_that_was_named_before_it_was_merged(db: Database) -> None:
    bring(db)
    gatherer(db).catch_up((), clock)
    [old] = set(stories.of(db, [article_id(3)]).values())
    rulings.put_together(db, article_id(3), article_id(1), NOW)
    gatherer(db).catch_up((), clock)
    assert groups(db) == [[1, 2, 3]]
    apart = Source("three", "https://three.example/", never_with=(old,))
    tell(db, 4, f"Agencies. {BRIDGE}", "three", 0.5)
    gatherer(db).catch_up((ONE, TWO, apart), clock)
    assert groups(db) == [[1, 2, 3], [4]]


def test_at_ease_a_history_is_placed_a_batch_at_a_time(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aggregator.gather._BATCH", 1)
    bring(db)
    tell(db, 4, BRIDGE, "one", 30 * 24)
    tell(db, 5, FLOOD, "one", 30 * 24)
    one = gatherer(db)
    assert [one.catch_up((), clock, at_ease=True) for _ in range(3)] == [4, 1, 0]


def test_gathering_again_makes_the_same_stories_with_the_same_ids(db: Database) -> None:
    bring(db)
    gatherer(db).catch_up((), clock)
    ids = [article_id(number) for number in (1, 2, 3)]
    before = stories.of(db, ids)
    gather_again(db)
    assert gatherer(db).catch_up((), clock) == 3
    assert stories.of(db, ids) == before


def test_gathering_again_leaves_an_id_to_those_that_have_it(db: Database) -> None:
    bring(db)
    tell(db, 4, f"Agencies. {BRIDGE}", "three", 0.5)
    gatherer(db).catch_up((), clock)
    began = stories.of(db, [article_id(1)])[article_id(1)]
    assert rulings.pull_out(db, article_id(1), NOW)
    ids = [article_id(number) for number in (1, 2, 3, 4)]
    gatherer(db).catch_up((), clock)
    before = stories.of(db, ids)
    assert [before[one] == began for one in ids] == [False, True, False, True]
    gather_again(db)
    gatherer(db).catch_up((), clock)
    assert stories.of(db, ids) == before


def test_an_id_goes_with_one_of_the_articles_that_had_it(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aggregator.gather._BATCH", 1)
    tell(db, 1, BRIDGE, "one", 40 * 24)
    tell(db, 2, FLOOD, "one", 20 * 24)
    gatherer(db).catch_up((), clock)
    rulings.put_together(db, article_id(2), article_id(1), NOW)
    gatherer(db).catch_up((), clock)
    assert groups(db) == [[1, 2]]
    before = stories.of(db, [article_id(1), article_id(2)])
    gather_again(db)
    monkeypatch.setattr(rulings, "ruled", lambda _: ())
    gatherer(db).catch_up((), clock)
    after = stories.of(db, [article_id(1), article_id(2)])
    assert [after[one] == before[one] for one in before] == [True, False]
    assert groups(db) == [[1], [2]]


def test_an_old_article_that_comes_late_does_not_join_what_happens_today(db: Database) -> None:
    tell(db, 1, BRIDGE, "one", 1)
    one = gatherer(db)
    one.catch_up((), clock)
    tell(db, 2, f"Wire report. {BRIDGE}", "two", 30 * 24)
    one.catch_up((), clock)
    assert groups(db) == [[1], [2]]


def test_the_last_days_come_first_and_a_history_follows_as_if_it_were_alone(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aggregator.gather._BATCH", 1)
    tell(db, 1, BRIDGE, "one", 30 * 24)
    tell(db, 2, f"Wire report. {BRIDGE}", "two", 30 * 24 - 1)
    tell(db, 3, FLOOD, "one", 2)
    one = gatherer(db)

    def step() -> None:
        stops = iter([False, True])
        one.catch_up((), clock, lambda: next(stops))

    step()
    assert groups(db) == [[3]]
    step()
    assert groups(db) == [[1], [3]]
    tell(db, 4, f"Agencies. {FLOOD}", "two", 1)
    step()
    assert groups(db) == [[1], [3, 4]]
    step()
    assert groups(db) == [[1, 2], [3, 4]]
    gather_again(db)
    fresh = gatherer(db)
    fresh.catch_up((), clock)
    assert groups(db) == [[1, 2], [3, 4]]


@pytest.mark.parametrize("batch", [1, 9])
def test_an_archive_that_turns_up_late_is_gathered_whatever_came_between(
    db: Database, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr("aggregator.gather._BATCH", batch)
    one = gatherer(db)
    for number, text, days in ((1, BRIDGE, 10), (2, f"Wire report. {BRIDGE}", 10), (3, FLOOD, 0)):
        come = arrival(number, title=text[:40], summary="", text=text, listed=NOW - 4 * HOUR)
        published = NOW - days * 24 * HOUR
        save(db, replace(come, article=replace(come.article, published=published)))
    one.catch_up((), clock)
    assert groups(db) == [[1, 2], [3]]
    late = arrival(4, title=BRIDGE[:40], summary="", text=f"Agencies. {BRIDGE}", listed=NOW)
    save(db, replace(late, article=replace(late.article, published=NOW - 240 * HOUR)))
    one.catch_up((), clock)
    assert groups(db) == [[1, 2, 4], [3]]


def test_a_restart_remembers_as_much_as_whoever_goes_on(db: Database) -> None:
    tell(db, 1, BRIDGE, "one", 8 * 24)
    tell(db, 2, f"Wire report. {BRIDGE}", "two", 7 * 24 - 1)
    tell(db, 3, f"Agencies. {BRIDGE}", "three", 5 * 24)
    tell(db, 4, FLOOD, "one", 4 * 24)
    one, other = gatherer(db), gatherer(db)
    one.catch_up((), clock)
    tell(db, 5, "Quite other things happened", "one", 0)
    one.catch_up((), clock)
    # It forgot the first two, but not that the story began with them.
    other._remember(NOW, NOW, lambda: True)
    assert known(one) == known(other)
    assert len(known(other)) == 3


class Reader:
    """Stands for an encoder: remembers what it was asked, fails where a text has a word."""

    def __init__(self, failing: str = "\0") -> None:
        self.asked: list[list[str]] = []
        self._failing = failing

    def __call__(self, said: Sequence[Said]) -> list[bytes | None]:
        self.asked.append([text.partition(" ")[0] for text, _ in said])
        if any(self._failing in text for text, _ in said):
            raise ZeroDivisionError
        return [blake2b(text.encode()).digest() for text, _ in said]


def vectors(db: Database) -> list[tuple[str, bytes | None]]:
    """What an encoder reads of each article, and what it made of it, as it is stored."""
    kept = remembered.gathered(db, NOW - 99 * HOUR, None, 9)
    return [(said(one.article)[0], one.vector) for one in kept]


def test_the_encoder_reads_the_articles_of_a_batch_together(db: Database) -> None:
    bring(db)
    read = Reader()
    Gatherer(db, "w", read).catch_up((), clock)
    assert read.asked == [["The", "Wire", "Heavy"]]
    assert vectors(db) == [(text, read([(text, None)])[0]) for text, _ in vectors(db)]
    assert len(vectors(db)) == 3


def test_an_article_that_the_encoder_can_not_read_stands_alone(
    db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    bring(db)
    read = Reader(failing="Wire")
    Gatherer(db, "w", read).catch_up((), clock)
    assert read.asked == [["The", "Wire", "Heavy"], ["The"], ["Wire"], ["Heavy"]]
    assert groups(db) == [[1], [2], [3]]
    assert article_id(2) in caplog.text
    assert article_id(1) not in caplog.text
    assert [vector is None for _, vector in vectors(db)] == [False, False]


def test_a_restart_asks_the_encoder_for_new_articles_only(db: Database) -> None:
    bring(db)
    gatherer(db).catch_up((), clock)
    tell(db, 4, "Quite other things happened", "one")
    read = Reader()
    Gatherer(db, "w", read).catch_up((), clock)
    assert read.asked == [["Quite"]]


def known(one: Gatherer) -> list[tuple[object, ...]]:
    """The stories that are remembered: since when, and their articles."""
    stories = one._stories._stories.values()
    return sorted(
        (story.id, story.born[0], sorted(item.article for item in story.articles.values()))
        for story in stories
    )


# --- one bad article --------------------------------------------------------------------------


def poison(monkeypatch: pytest.MonkeyPatch, step: str, number: int) -> None:
    """Let an article break a step of gathering: what it tells, placing it or putting it back."""
    owner: Any = gather if step == "telling" else Stories
    sound = getattr(owner, step)

    def broken(*said: Any) -> Any:
        told = said[0] if step == "telling" else said[1]
        if article_id(number) in (getattr(told, "id", ""), getattr(told, "article", "")):
            raise ZeroDivisionError
        return sound(*said)

    monkeypatch.setattr(owner, step, broken)


@pytest.mark.parametrize("step", ["telling", "place"])
def test_an_article_that_can_not_be_compared_stands_alone_and_the_others_are_gathered(
    db: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, step: str
) -> None:
    bring(db)
    tell(db, 4, f"Agencies. {BRIDGE}", "three", 0.5)
    one = gatherer(db)
    with monkeypatch.context() as patch:
        poison(patch, step, 2)
        assert one.catch_up((), clock) == 4
        assert groups(db) == [[1, 4], [2], [3]]
        assert gathering.waiting(db, 9, NOW) == ()
        alone = stories.get(db, stories.of(db, [article_id(2)])[article_id(2)])
        assert isinstance(alone, Story)
        assert alone.members[0].why == Join(article_id(2), By.BROKEN, 0.0)
        assert article_id(2) in caplog.text
        assert "ZeroDivisionError" in caplog.text
        # Nobody compares anything with it, whoever gathers next.
        tell(db, 5, f"Second wire report. {BRIDGE}", "five", 0.2)
        assert gatherer(db).catch_up((), clock) == 1
        assert groups(db) == [[1, 4, 5], [2], [3]]
    gather_again(db)
    gatherer(db).catch_up((), clock)
    assert groups(db) == [[1, 2, 4, 5], [3]]


@pytest.mark.parametrize("step", ["telling", "restore"])
def test_an_article_that_can_not_be_put_back_keeps_its_story_and_holds_up_nobody(
    db: Database, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    bring(db)
    gatherer(db).catch_up((), clock)
    poison(monkeypatch, step, 1)
    tell(db, 4, f"Agencies. {BRIDGE}", "three", 0.5)
    assert gatherer(db).catch_up((), clock) == 1
    assert groups(db) == [[1, 2, 4], [3]]


def test_what_an_article_left_half_changed_when_it_was_put_back_is_not_gone_on_with(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(db)
    gatherer(db).catch_up((), clock)
    sound, asked = Stories.restore, []

    def halfway(stories: Stories, told: Any, story: str) -> None:
        sound(stories, told, story)
        asked.append(told.article)
        if told.article == article_id(1):
            raise ZeroDivisionError

    monkeypatch.setattr(Stories, "restore", halfway)
    tell(db, 4, f"Agencies. {BRIDGE}", "three", 0.5)
    one = gatherer(db)
    one.catch_up((), clock)
    assert asked.count(article_id(1)) == 1
    assert not [told for told in known(one) if article_id(1) in told[2]]  # type: ignore[operator]
    assert groups(db) == [[1, 2, 4], [3]]


def test_an_article_that_was_pulled_out_and_can_not_be_compared_does_not_go_back(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(db)
    one = gatherer(db)
    one.catch_up((), clock)
    rulings.pull_out(db, article_id(1), NOW)
    poison(monkeypatch, "place", 1)
    one.catch_up((), clock)
    assert groups(db) == [[1], [2], [3]]
