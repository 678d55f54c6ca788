"""A poll from the network to the database: real server, real parser processes, real store."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest
from feeds import item, rss
from origin import Origin
from stored import wipe

from aggregator.app import utc_now
from aggregator.arrival import LAG, LATE
from aggregator.errors import StoreError
from aggregator.fetch.session import Fetcher, Limits
from aggregator.gather import Gatherer
from aggregator.model import Article, Commit, Kind, Pacing, Reason, Rule, Source, Topic
from aggregator.poll import Parts
from aggregator.retag import catch_up
from aggregator.rounds import run_round
from aggregator.sandbox import Sandbox
from aggregator.store import articles, polls, retention, search, sources
from aggregator.store.database import Database
from aggregator.tag.query import parse_query
from aggregator.tag.rules import Tagger

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TOPICS = (
    Topic("azerbaijan", "Azerbaijan", any=("Baku",), place=("AZ",)),
    Topic("war", "War", any=("war",)),
)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(processes=1, seconds=10, memory_mb=512) as opened:
        yield opened


@pytest.fixture
def origin() -> Iterator[Origin]:
    with Origin() as opened:
        yield opened


@pytest.fixture
def parts(url: str, sandbox: Sandbox) -> Iterator[Parts]:
    clock = Clock()
    limits, tagger = Limits(seconds=2), Tagger(TOPICS)
    with (
        Database.open(url, now=NOW) as db,
        Fetcher(limits, "Test", utc_now, (ip_network("127.0.0.0/8"),)) as fetcher,
    ):
        yield Parts(
            db=db,
            fetcher=fetcher,
            sandbox=sandbox,
            tagger=lambda: tagger,
            sources={},
            pacing=Pacing(every=timedelta(minutes=30)),
            worker="test/1",
            lease=timedelta(minutes=2),
            workers=4,
            clock=clock,
            dice=lambda: 0.0,
        )


def follow(parts: Parts, *found: Source) -> Parts:
    sources.sync(parts.db, found, parts.clock())
    return replace(parts, sources={source.key: source for source in found})


def poll_all(parts: Parts, *, later: timedelta = timedelta(0)) -> dict[str, Commit | None]:
    """One round in which every source is due."""
    assert isinstance(parts.clock, Clock)
    parts.clock.now += later
    sources.make_due(parts.db, parts.clock(), None, waiting=True)
    done: dict[str, Commit | None] = {}
    run_round(parts, until=parts.clock(), report=done.__setitem__)
    return done


def stored(parts: Parts, query: str = "") -> tuple[Article, ...]:
    return search.find(parts.db, parse_query(query), now=parts.clock(), limit=1000).articles


def test_a_new_article_comes_in_tagged_with_its_reasons(parts: Parts, origin: Origin) -> None:
    url = origin.serve("/feed", rss([item(1, "A ceasefire ends the war near Baku")]))
    parts = follow(parts, Source("courier", url, topics=("caucasus",)))
    commit = poll_all(parts)["courier"]
    assert commit is not None
    assert (commit.result, commit.entries, len(commit.arrivals)) == ("ok", 1, 1)
    [article] = stored(parts)
    assert {hit.topic for hit in article.topics} == {"azerbaijan", "war", "caucasus"}
    [war] = [hit for hit in article.topics if hit.topic == "war"]
    assert [(why.field, why.words) for why in war.why] == [("title", "war")]
    assert article.appearances[0].outlet.name == "Caspian Courier"


RUSSIAN = "В Баку завершились переговоры о перемирии, сообщили министры"


@pytest.mark.parametrize(
    ("channel", "operators", "code", "is_told"),
    [
        ("", None, "ru", False),  # nobody says it: the text does
        ("ru-ru", None, "ru-ru", True),
        ("az", None, "ru", False),  # the text leaves no doubt
        ("az", "az-Latn", "az-Latn", True),  # nor does the operator
    ],
)
def test_an_article_has_a_language_whoever_tells_it(
    parts: Parts, origin: Origin, channel: str, operators: str | None, code: str, is_told: bool
) -> None:
    feed = rss([item(1, RUSSIAN)]).replace(b"<language>en<", f"<language>{channel}<".encode())
    parts = follow(parts, Source("courier", origin.serve("/feed", feed), language=operators))
    poll_all(parts)
    [article] = stored(parts)
    assert article.language == code
    assert article.certainty is not None
    assert (article.certainty == 1) is is_told
    assert 0.5 < article.certainty <= 1


def told(article: Article) -> tuple[object, ...]:
    return article.language, article.certainty, article.declared, article.topics


@pytest.mark.parametrize("channel", ["", "ru-ru", "az"])
def test_an_operators_language_that_is_withdrawn_leaves_no_trace(
    parts: Parts, origin: Origin, channel: str
) -> None:
    feed = rss([item(1, RUSSIAN)]).replace(b"<language>en<", f"<language>{channel}<".encode())
    ours = Source("courier", origin.serve("/feed", feed))
    poll_all(follow(parts, replace(ours, language="az-Latn")))
    [before] = stored(parts)
    assert before.language == "az-Latn"
    catch_up(parts.db, parts.tagger(), TOPICS, (ours,))
    [again] = stored(parts)
    wipe(parts.db)
    poll_all(follow(parts, ours))
    [fresh] = stored(parts)
    assert told(again) == told(fresh) != told(before)
    assert fresh.declared == (channel or None)


@pytest.mark.parametrize("channel", ["", "ru-ru", "az"])
def test_tagging_again_tells_the_language_as_the_poll_did(
    parts: Parts, origin: Origin, channel: str
) -> None:
    feed = rss([item(1, RUSSIAN)]).replace(b"<language>en<", f"<language>{channel}<".encode())
    parts = follow(parts, Source("courier", origin.serve("/feed", feed)))
    poll_all(parts)
    before = stored(parts)
    assert catch_up(parts.db, parts.tagger(), TOPICS, tuple(parts.sources.values())) == 0
    assert stored(parts) == before


def test_an_edit_brings_the_language_that_is_declared_now(parts: Parts, origin: Origin) -> None:
    url = origin.serve("/feed", rss([item(1, RUSSIAN)]))
    parts = follow(parts, Source("courier", url))
    poll_all(parts)
    assert [article.declared for article in stored(parts)] == ["en"]
    edited = rss([item(1, f"{RUSSIAN} вечером")]).replace(b"<language>en<", b"<language>ru<")
    origin.serve("/feed", edited)
    poll_all(parts, later=timedelta(hours=1))
    assert [(article.declared, article.language) for article in stored(parts)] == [("ru", "ru")]


def test_words_are_bent_as_the_language_of_the_article_does(parts: Parts, origin: Origin) -> None:
    """The operator's own word, too, and the country whose capital is named."""
    tagger = Tagger((*TOPICS, Topic("talks", "Talks", any=("переговоры", "перемирие"))))
    parts = replace(parts, tagger=lambda: tagger)
    parts = follow(parts, Source("courier", origin.serve("/feed", rss([item(1, RUSSIAN)]))))
    poll_all(parts)
    [article] = stored(parts)
    talks, country = sorted(article.topics, key=lambda hit: hit.topic, reverse=True)
    assert (talks.topic, country.topic) == ("talks", "azerbaijan")
    assert {why.words for why in talks.why} == {"переговоры", "перемирии"}
    [why] = country.why
    assert (why.rule, why.words, why.of) == (Rule.PLACE, "Баку", "AZ")
    assert why.kind in (Kind.CAPITAL, Kind.CITY)
    assert country.score == why.score >= 1


def test_a_second_poll_adds_nothing_and_asks_conditionally(parts: Parts, origin: Origin) -> None:
    url = origin.serve("/feed", rss([item(1), item(2)]))
    parts = follow(parts, Source("courier", url))
    poll_all(parts)
    commit = poll_all(parts, later=timedelta(hours=1))["courier"]
    assert commit is not None
    assert commit.result == "unchanged"
    assert [seen.status for seen in origin.requests] == [200, 304]
    assert len(stored(parts)) == 2


def test_the_same_bytes_without_validators_are_not_parsed_again(
    parts: Parts, origin: Origin
) -> None:
    url = origin.serve("/feed", rss([item(1)]), validators=False)
    parts = follow(parts, Source("courier", url))
    poll_all(parts)
    commit = poll_all(parts, later=timedelta(hours=1))["courier"]
    assert commit is not None
    assert (commit.result, commit.detail) == ("unchanged", "the same bytes")


def test_an_edit_keeps_the_old_text_and_moves_updated(parts: Parts, origin: Origin) -> None:
    parts = follow(parts, Source("courier", origin.serve("/feed", rss([item(1, "Ten missing")]))))
    poll_all(parts)
    [before] = stored(parts)
    origin.serve("/feed", rss([item(1, "Twelve missing")]))
    poll_all(parts, later=timedelta(hours=1))
    [after] = stored(parts)
    assert (after.id, after.title) == (before.id, "Twelve missing")
    assert after.updated == parts.clock()
    assert (after.published, after.listed) == (before.published, before.listed)
    assert [old.title for old in articles.revisions(parts.db, after.id)] == ["Ten missing"]


def test_the_same_article_through_two_sources_is_one_that_names_both(
    parts: Parts, origin: Origin
) -> None:
    one = origin.serve("/one", rss([item(1, "A war of words", site="http://wire.example")]))
    two = origin.serve(
        "/two",
        rss(
            [
                item("x", "Wire: words", site="https://www.wire.example").replace(
                    "/x<", "/1?utm_source=a<"
                )
            ]
        ),
    )
    parts = follow(parts, Source("one", one), Source("two", two, topics=("wire",)))
    poll_all(parts)
    [article] = stored(parts)
    assert {appearance.outlet.key for appearance in article.appearances} == {"one", "two"}
    assert "wire" in {hit.topic for hit in article.topics}
    speaker = article.appearances[0]
    assert article.title == speaker.title


def test_an_article_whose_guid_and_then_whose_link_moves_stays_one(
    parts: Parts, origin: Origin
) -> None:
    """Each time something of it is as before; what is new of it has to be remembered."""
    first = item(1)
    migrated = first.replace("example#1<", "example#a<")
    moved = migrated.replace("example/1<", "example/one<")
    parts = follow(parts, Source("courier", origin.serve("/feed", rss([first]))))
    for step in (first, migrated, moved):
        origin.serve("/feed", rss([step]))
        poll_all(parts, later=timedelta(hours=1))
    assert [article.link for article in stored(parts)] == ["https://courier.example/one"]


def test_a_failing_source_delays_no_other_and_loses_nothing(parts: Parts, origin: Origin) -> None:
    good = origin.serve("/good", rss([item(1)]))
    with Origin("127.0.0.2") as slow:
        bad = slow.behave("/bad", "hang")
        parts = follow(parts, Source("good", good), Source("bad", bad))
        done = poll_all(parts)
    assert list(done) == ["good", "bad"], "the healthy one was done first"
    assert done["good"] is not None
    assert done["good"].result == "ok"
    assert done["bad"] is not None
    assert done["bad"].result == Reason.TIMEOUT
    assert done["bad"].next_due == NOW + timedelta(minutes=30)


def test_a_host_that_was_not_reached_is_tried_again_soon(parts: Parts) -> None:
    with Origin() as closed:
        url = closed.url("/feed")
    parts = follow(parts, Source("courier", url))
    commit = poll_all(parts)["courier"]
    assert commit is not None
    assert (commit.result, commit.next_due) == (Reason.CONNECT, NOW + timedelta(minutes=5))


def by_rhythm(parts: Parts) -> Parts:
    return replace(parts, pacing=Pacing())


def waits(commit: Commit | None) -> timedelta:
    assert commit is not None
    return commit.next_due - commit.at


def test_a_source_is_asked_by_the_rhythm_of_its_entries(parts: Parts, origin: Origin) -> None:
    often = [item(n, date=NOW - n * timedelta(minutes=20)) for n in range(1, 31)]
    seldom = [item(n, date=NOW - n * timedelta(days=20)) for n in range(1, 31)]
    with Origin("127.0.0.2") as other:
        parts = follow(
            by_rhythm(parts),
            Source("often", origin.serve("/feed", rss(often))),
            Source("seldom", other.serve("/feed", rss(seldom))),
        )
        first, again = poll_all(parts), poll_all(parts, later=timedelta(days=2))
    assert waits(first["often"]) < timedelta(minutes=30)
    assert waits(first["seldom"]) > timedelta(hours=6)
    assert again["often"] is not None
    assert again["often"].result == "unchanged"
    assert waits(again["often"]) > 1.2 * waits(first["often"]), "silence slows it down"


def test_what_a_publisher_asks_for_holds_for_a_304_too(parts: Parts, origin: Origin) -> None:
    often = [item(n, date=NOW - n * timedelta(minutes=20)) for n in range(1, 31)]
    channel = "<title>Courier</title><ttl>120</ttl>"
    said = {"Cache-Control": "max-age=10800"}
    asked = rss(often).replace(b"<title>Caspian Courier</title>", channel.encode())
    url = origin.serve("/feed", asked, headers=said)
    parts = follow(by_rhythm(parts), Source("courier", url))
    assert waits(poll_all(parts)["courier"]) == timedelta(hours=3)
    assert waits(poll_all(parts, later=timedelta(hours=3))["courier"]) == timedelta(hours=3)
    origin.serve("/feed", asked + b"<!-- moved -->")
    assert waits(poll_all(parts, later=timedelta(hours=3))["courier"]) == timedelta(hours=2)
    assert waits(poll_all(parts, later=timedelta(hours=2))["courier"]) == timedelta(hours=2)


def test_a_restart_keeps_the_pace(parts: Parts, origin: Origin) -> None:
    seldom = [item(n, date=NOW - n * timedelta(days=20)) for n in range(1, 31)]
    courier = Source("courier", origin.serve("/feed", rss(seldom)))
    parts = follow(by_rhythm(parts), courier)
    commit = poll_all(parts)["courier"]
    assert commit is not None
    sources.sync(parts.db, [courier], NOW + timedelta(hours=1))
    status = sources.status(parts.db, "courier")
    assert status is not None
    assert (status.next_due, status.pace) == (commit.next_due, commit.state.pace)


def test_a_full_database_is_no_fault_of_the_source(
    parts: Parts, origin: Origin, caplog: pytest.LogCaptureFixture
) -> None:
    class Full:
        def hits(self, *_: object) -> None:
            message = "the disk is full"
            raise StoreError(message)

    url = origin.serve("/feed", rss([item(1)]))
    parts = follow(replace(parts, tagger=Full), Source("courier", url))  # type: ignore[arg-type]
    assert poll_all(parts) == {"courier": None}
    assert "courier: the poll could not be stored: the disk is full" in caplog.text
    assert polls.history(parts.db, "courier", 1) == ()


def test_a_page_in_the_place_of_a_feed_keeps_validators_and_articles(
    parts: Parts, origin: Origin
) -> None:
    url = origin.serve("/feed", rss([item(1)]))
    parts = follow(parts, Source("courier", url))
    poll_all(parts)
    origin.serve("/feed", b"<!doctype html><title>Log in</title>", content_type="text/html")
    commit = poll_all(parts, later=timedelta(hours=1))["courier"]
    assert commit is not None
    assert commit.result == Reason.NOT_A_FEED
    origin.serve("/feed", rss([item(1), item(2)]))
    poll_all(parts, later=timedelta(hours=3))
    assert len(stored(parts)) == 2
    assert polls.history(parts.db, "courier", 10)[1].result == Reason.NOT_A_FEED


def test_the_archive_of_a_new_source_keeps_its_dates_and_late_news_is_news(
    parts: Parts, origin: Origin
) -> None:
    old = datetime(2020, 1, 1, tzinfo=UTC)
    parts = follow(parts, Source("courier", origin.serve("/feed", rss([item(1, date=old)]))))
    poll_all(parts)
    later = timedelta(hours=1)
    origin.serve(
        "/feed", rss([item(1, date=old), item(2, date=old), item(3, date=NOW + 9 * later)])
    )
    poll_all(parts, later=later)
    by_title = {article.title: article for article in stored(parts)}
    assert by_title["Report 1 from Baku"].listed == old
    assert by_title["Report 2 from Baku"].listed == parts.clock() - LATE
    assert by_title["Report 2 from Baku"].published == old
    assert by_title["Report 3 from Baku"].published == parts.clock()


def test_what_a_source_had_not_when_it_was_last_read_was_told_after_that(
    parts: Parts, origin: Origin
) -> None:
    """Whatever date an entry claims. What is new to us, or lay in a cache for a while, is so."""
    old, hour = NOW - timedelta(days=3), timedelta(hours=1)
    parts = follow(parts, Source("courier", origin.serve("/feed", rss([item(1, date=old)]))))
    poll_all(parts)
    brought = [item(1, date=old), item(2, date=old), item(3, date=NOW), item(4, date=NOW - hour)]
    origin.serve("/feed", rss(brought))
    poll_all(parts, later=4 * hour)
    told = {article.title[:8]: article.appearances[0].told for article in stored(parts)}
    assert told == {
        "Report 1": old,
        "Report 2": NOW - LAG,
        "Report 3": NOW,
        "Report 4": NOW - hour,
    }


def test_a_further_source_says_when_it_published_the_article(parts: Parts, origin: Origin) -> None:
    courier = Source("courier", origin.serve("/a", rss([item(1, date=NOW - timedelta(hours=3))])))
    later = item(1, date=NOW - timedelta(hours=2))
    post = Source("post", origin.serve("/b", rss([later], title="Post")))
    parts = follow(parts, courier)
    poll_all(parts)
    poll_all(follow(parts, courier, post), later=timedelta(hours=5))
    [article] = stored(parts)
    assert [seen.told for seen in article.appearances] == [
        NOW - timedelta(hours=3),
        NOW - timedelta(hours=2),
    ]


def test_a_round_that_is_stopped_takes_up_nothing_new(parts: Parts, origin: Origin) -> None:
    parts = follow(parts, Source("courier", origin.serve("/feed", rss([item(1)]))))
    run_round(parts, stop=lambda: True)
    assert origin.requests == []


def test_a_bug_in_one_poll_is_logged_and_ends_no_other(
    parts: Parts, origin: Origin, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken:
        def hits(self, *_: object) -> None:
            raise ZeroDivisionError

    url = origin.serve("/feed", rss([item(1)]))
    parts = follow(replace(parts, tagger=Broken), Source("courier", url))  # type: ignore[arg-type]
    assert poll_all(parts) == {"courier": None}
    assert polls.history(parts.db, "courier", 1)[0].result == Reason.BUG
    assert "ZeroDivisionError" in caplog.text
    assert stored(parts) == ()


@pytest.mark.parametrize(
    "bad", ["a\x00b", "bad \x08 char", "&#xD800;", "<a href='javascript:alert(1)'>x</a>"]
)
def test_a_poisoned_item_comes_in_harmless_with_its_neighbours(
    parts: Parts, origin: Origin, bad: str
) -> None:
    body = rss([item(1), item(2).replace("Report 2", f"Report 2 {bad}"), item(3)])
    parts = follow(parts, Source("courier", origin.serve("/feed", body)))
    poll_all(parts)
    found = stored(parts)
    assert len(found) == 3
    assert "javascript:" not in repr([(a.title, a.content, a.link) for a in found])


def test_what_is_older_than_is_kept_is_not_taken_in(parts: Parts, origin: Origin) -> None:
    days = [timedelta(days=day) for day in (1, 29, 31, 400)]
    dated = [item(n, date=NOW - age) for n, age in enumerate(days)]
    dateless = re.sub("<pubDate>.*</pubDate>", "", item(9))
    url = origin.serve("/feed", rss([*dated, dateless]))
    parts = follow(replace(parts, kept=timedelta(days=30)), Source("courier", url))
    commit = poll_all(parts)["courier"]
    assert commit is not None
    assert (len(commit.arrivals), commit.skipped) == (3, ())
    assert commit.detail == "2 entries are older than what is kept"
    assert retention.drop(parts.db, NOW - timedelta(days=20), NOW) == 0  # they wait for stories
    Gatherer(parts.db, "test/1").catch_up(tuple(parts.sources.values()), parts.clock)
    assert retention.drop(parts.db, NOW - timedelta(days=20), NOW) == 1
    origin.serve("/feed", rss([*dated, dateless, item(10, date=NOW)]))
    parts = replace(parts, kept=timedelta(days=20))
    again = poll_all(parts)["courier"]
    assert again is not None
    assert (len(again.arrivals), again.detail) == (1, "3 entries are older than what is kept")
    assert len(stored(parts)) == 3


def test_what_was_dropped_does_not_come_back_through_another_source(
    parts: Parts, origin: Origin
) -> None:
    old = item(1, date=NOW - timedelta(days=29))
    undated = re.sub("<pubDate>.*</pubDate>", "", item(1)).replace("#1", "#other")
    with Origin("127.0.0.2") as other:
        one = Source("one", origin.serve("/feed", rss([old])))
        two = Source("two", other.serve("/feed", rss([undated])))
        parts = follow(replace(parts, kept=timedelta(days=30)), one, two)
        poll_all(parts)
        assert len(stored(parts)) == 1
        Gatherer(parts.db, "test/1").catch_up((), parts.clock)
        assert retention.drop(parts.db, NOW + timedelta(minutes=1), NOW) == 1
        other.serve("/feed", rss([undated, item(2, date=NOW)], title="All is read anew"))
        again = poll_all(parts)["two"]
    assert again is not None
    assert (len(again.arrivals), again.detail) == (1, "1 entries are older than what is kept")
