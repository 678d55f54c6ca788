"""What a poll stores: each article once, its edits, its further sources, its topics."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from articles import article_id
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, func, select, text
from stored import HOUR, NOW, also, arrival, changed, commit, hit, save, source, wipe

from aggregator.model import (
    Article,
    Enclosure,
    Evidence,
    Image,
    Known,
    PollRecord,
    PollState,
    Revision,
    Rule,
    Skipped,
    SkipReason,
    Validators,
    Verdict,
)
from aggregator.store import articles, polls, search, sources, tables
from aggregator.store.database import Database
from aggregator.tag.query import parse_query

LATER = NOW + HOUR


def get(db: Database, number: int = 1) -> Article:
    found = articles.get(db, article_id(number))
    assert found is not None
    return found


def ids(db: Database, query: str = "") -> list[str]:
    page = search.find(db, parse_query(query), now=NOW, limit=100)
    return [article.id for article in page.articles]


def counts(db: Database) -> dict[str, int]:
    with db.read() as connection:
        return {
            table.name: connection.scalar(select(func.count()).select_from(table)) or 0
            for table in tables.metadata.sorted_tables
        } | {"search": connection.scalar(text("SELECT count(*) FROM search")) or 0}


RICH = arrival(
    1,
    title="Commander lets go 18,000 encircled soldiers",
    summary="Standfirst — «цитата»",
    content="<p>Body <b>bold</b></p>",
    text="Body bold",
    authors=("Leyla Məmmədova", "أحمد"),
    image=Image("https://news.example/a.jpg", 'Soldiers on a "road"', 640, None),
    enclosures=(Enclosure("https://news.example/a.mp3", "audio/mpeg", 2**40), Enclosure("x:", "")),
    categories=("War", "Peace, at last"),
    language="az-Latn",
    topics=(
        hit("war", Evidence(Rule.ANY, "title", "soldiers", "soldier")),
        hit("azerbaijan", Evidence(Rule.SOURCE, "source", "one", "azerbaijan")),
    ),
    seen=NOW.replace(microsecond=123456),
)


def test_a_new_article_is_stored_with_nothing_lost(db: Database) -> None:
    save(db, RICH)
    assert get(db) == replace(
        RICH.article,
        appearances=(replace(RICH.appearance, outlet=get(db).appearances[0].outlet),),
    )


def test_what_is_known_of_an_entry_is_found_by_each_of_its_identities(db: Database) -> None:
    first = arrival(1, published=None)
    save(db, first)
    save(db, also(first, "two"))
    known = Known(
        article=article_id(1),
        speaker="one",
        sources=frozenset({"one", "two"}),
        link="news.example/1",
        title="Headline 1",
        published=None,
        fingerprint="print of Headline 1",
    )
    assert polls.known(db, [*first.identities, "g:one:other", "l:'"]) == {
        first.identities[0]: known,
        first.identities[1]: known,
    }
    assert polls.known(db, []) == {}


def test_any_number_of_identities_may_be_asked_for(db: Database) -> None:
    save(db, arrival(1))
    asked = [f"l:nowhere/{number}" for number in range(70_000)]
    assert set(polls.known(db, [*asked, "l:news.example/1"])) == {"l:news.example/1"}


# --- nothing comes twice ----------------------------------------------------------------------


def test_the_same_commit_again_changes_nothing(db: Database) -> None:
    first = arrival(1, topics=(hit("war"),))
    save(db, first, arrival(2))
    edit = commit("one", [changed(first, title="Edited"), arrival(3)], LATER)
    more = commit("two", [also(first, "two")], LATER)
    sources.sync(db, [source("one"), source("two")], NOW)
    polls.commit(db, edit)
    polls.commit(db, more)
    before = (counts(db), list(articles.iterate(db, 9)), db.revision())
    polls.commit(db, edit)
    polls.commit(db, more)
    assert (counts(db), list(articles.iterate(db, 9)), db.revision()) == before


def test_an_article_that_came_in_meanwhile_under_its_link_is_joined(db: Database) -> None:
    save(db, arrival(1, "one"))
    rival = arrival(1, "two", id=article_id(77), title="The same, in other words")
    save(db, rival)
    assert ids(db) == [article_id(1)]
    assert [seen.outlet.key for seen in get(db).appearances] == ["one", "two"]
    assert get(db).title == "Headline 1"
    assert {known.article for known in polls.known(db, rival.identities).values()} == {
        article_id(1)
    }
    why = [(one.verdict, one.why) for one in articles.decisions(db, article_id(1))]
    assert why[1] == (Verdict.ALSO, "came in through one at the same moment")
    assert polls.history(db, "two", 1)[0].new == 0


def test_an_article_whose_identities_are_gone_is_still_one_article(db: Database) -> None:
    save(db, arrival(1))
    with db.write() as connection:
        connection.execute(tables.identities.delete())
    save(db, arrival(1), at=LATER)
    assert ids(db) == [article_id(1)]
    assert len(polls.known(db, arrival(1).identities)) == 2


def test_a_guid_that_is_used_again_gives_a_new_article_and_leads_to_it(db: Database) -> None:
    save(db, arrival(1))
    again = arrival(2, title="Quite another story", identities=arrival(1).identities[:1])
    save(db, again, at=LATER)
    assert set(ids(db)) == {article_id(1), article_id(2)}
    known = polls.known(db, arrival(1).identities)
    assert known[arrival(1).identities[0]].article == article_id(2)
    assert known[arrival(1).identities[1]].article == article_id(1)


@pytest.mark.parametrize("verdict", [Verdict.ALSO, Verdict.CHANGED])
def test_what_is_not_stored_comes_in_whatever_was_decided(db: Database, verdict: Verdict) -> None:
    save(db, arrival(1, verdict=verdict))
    assert ids(db) == [article_id(1)]
    assert polls.history(db, "one", 1)[0].new == 1


def test_further_identities_of_known_articles_are_kept_without_an_arrival(db: Database) -> None:
    save(db, arrival(1), arrival(2))
    before = db.revision()
    further = (("g:one:new", article_id(1)), (arrival(2).identities[0], article_id(1)))
    polls.commit(db, commit("one", (), LATER, identities=further))
    known = polls.known(db, [key for key, _ in further])
    assert [known[key].article for key, _ in further] == [article_id(1), article_id(2)]
    assert db.revision() == before


# --- edits ------------------------------------------------------------------------------------


def test_an_edit_keeps_the_old_text_as_a_revision(db: Database) -> None:
    first = arrival(1, title="Mayor resigns", topics=(hit("town"),))
    save(db, first)
    edited = changed(first, title="Mayor does not resign", topics=(hit("mayor"),), summary="!")
    save(db, edited, at=LATER)
    article = get(db)
    assert (article.title, article.summary) == ("Mayor does not resign", "!")
    assert [one.topic for one in article.topics] == ["mayor"]
    assert article.appearances[0].title == "Mayor does not resign"
    assert articles.revisions(db, article_id(1)) == (
        Revision(LATER, "Mayor resigns", "Summary 1", "<p>Text 1</p>"),
    )
    assert [(one.verdict, one.source, one.at) for one in articles.decisions(db, article.id)] == [
        (Verdict.NEW, "one", NOW),
        (Verdict.CHANGED, "one", LATER),
    ]
    assert polls.history(db, "one", 1)[0].changed == 1


def test_search_follows_an_edit(db: Database) -> None:
    first = arrival(1, title="alpha", text="gamma")
    save(db, first)
    save(db, changed(first, title="beta"), at=LATER)
    assert (ids(db, "alpha"), ids(db, "beta"), ids(db, "gamma")) == ([], [article_id(1)], ids(db))


def test_an_edit_moves_neither_the_place_nor_the_first_sight_of_an_article(db: Database) -> None:
    first = arrival(1, published=None, seen=NOW, listed=NOW - HOUR)
    save(db, first)
    guessed = {"first_seen": LATER, "listed": LATER, "published": LATER, "updated": LATER}
    save(db, changed(first, title="Edited", **guessed), at=LATER)
    article = get(db)
    assert (article.first_seen, article.listed) == (NOW, NOW - HOUR)
    assert article.published == first.article.published  # the publisher gave no date
    assert article.updated == LATER


def test_a_date_that_the_publisher_corrects_is_taken_up_but_never_past_the_first_sight(
    db: Database,
) -> None:
    first = arrival(1)
    save(db, first)
    for said, kept in ((NOW - 5 * HOUR, NOW - 5 * HOUR), (LATER, NOW)):
        edit = changed(first, title=f"Edited {said}", updated=NOW - 9 * HOUR)
        save(db, replace(edit, published=said), at=said + timedelta(days=1))
        assert get(db).published == kept
        assert get(db).updated >= kept


def test_an_edit_that_is_stored_already_leaves_no_second_revision(db: Database) -> None:
    first = arrival(1)
    save(db, first)
    edit = changed(first, title="Edited")
    save(db, edit, at=LATER)
    save(db, edit, at=LATER + HOUR)
    assert len(articles.revisions(db, article_id(1))) == 1


def test_topics_that_other_sources_give_outlive_an_edit(db: Database) -> None:
    first = arrival(1, topics=(hit("war", Evidence(Rule.ANY, "title", "war", "war")),))
    save(db, first)
    by_two = Evidence(Rule.SOURCE, "source", "two", "europe")
    words = Evidence(Rule.ANY, "title", "Kyiv", "Kyiv")
    further = replace(
        also(first, "two"),
        article=replace(first.article, topics=(hit("europe", words, by_two), hit("kyiv", words))),
    )
    save(db, further)
    assert [one.topic for one in get(db).topics] == ["war", "europe", "kyiv"]
    save(db, changed(first, title="Edited", topics=(hit("peace"),)), at=LATER)
    assert get(db).topics == (hit("peace"), hit("europe", by_two))
    assert ids(db, "topic:europe") == [article_id(1)]


# --- further sources --------------------------------------------------------------------------


def test_a_further_source_adds_its_appearance_and_its_topics_and_no_text(db: Database) -> None:
    first = arrival(1, topics=(hit("war"),))
    save(db, first)
    other = also(first, "two", title="In other words", seen=LATER)
    brought = replace(first.article, title="In other words", topics=(hit("europe"), hit("war")))
    save(db, replace(other, article=brought, identities=("g:two:9",)), at=LATER)
    article = get(db)
    assert article.title == "Headline 1"
    assert [seen.title for seen in article.appearances] == ["Headline 1", "In other words"]
    assert [one.topic for one in article.topics] == ["war", "europe"]
    assert polls.known(db, ["g:two:9"])["g:two:9"].article == article_id(1)
    assert articles.revisions(db, article_id(1)) == ()


def test_the_speaker_stands_first_whoever_was_seen_first(db: Database) -> None:
    first = arrival(1, "zulu", seen=NOW)
    save(db, first)
    save(db, also(first, "alpha", seen=NOW), also(first, "beta", seen=NOW - HOUR))
    assert [seen.outlet.key for seen in get(db).appearances] == ["zulu", "beta", "alpha"]


# --- the poll itself --------------------------------------------------------------------------


def test_a_poll_leaves_its_record_and_the_state_of_its_source(db: Database) -> None:
    sources.sync(db, [source("one")], NOW)
    state = PollState(
        *("one", Validators('W/"é"', "Tue"), "ff", None, 0, NOW - HOUR, NOW, "one.example"),
        full_at=NOW,
        gone_at=NOW - HOUR,
        moved_to="https://new.example/",
        moves=2,
        moved_at=NOW,
        pace=b"learned",
    )
    skipped = tuple(Skipped(n, SkipReason.BROKEN, f"detail {n}") for n in range(25))
    said = {"skipped": skipped, "entries": 40, "bytes": 2**33, "detail": "fine"}
    polls.commit(db, commit("one", [arrival(1)], NOW, state=state, **said))
    record = PollRecord("one", NOW, "ok", "fine", 40, 1, 0, 25, 2**33, 56)
    assert polls.history(db, "one", 5) == (record,)
    assert polls.skipped(db, "one", NOW) == skipped[:20]
    assert polls.skipped(db, "one", LATER) == ()
    (claimed,) = claim(db, LATER)
    assert replace(claimed, config_hash=None) == state


def claim(db: Database, now: object) -> tuple[PollState, ...]:
    return sources.claim(db, now, limit=9, lease=HOUR, worker="w")  # type: ignore[arg-type]


def test_history_is_newest_first_and_old_records_can_be_forgotten(db: Database) -> None:
    sources.sync(db, [source("one"), source("two")], NOW)
    for hours in range(5):
        polls.commit(db, commit("one", (), NOW + hours * HOUR))
    polls.commit(db, commit("two", (), NOW))
    assert [one.at for one in polls.history(db, "one", 2)] == [NOW + 4 * HOUR, NOW + 3 * HOUR]
    assert polls.prune(db, NOW + 3 * HOUR) == 4
    assert [one.at for one in polls.history(db, "one", 9)] == [NOW + 4 * HOUR, NOW + 3 * HOUR]
    assert polls.history(db, "two", 9) == ()


def test_a_poll_that_began_before_the_source_was_changed_does_not_vouch_for_it(
    db: Database,
) -> None:
    sources.sync(db, [source("one")], NOW)
    (state,) = claim(db, NOW)
    sources.sync(db, [source("one", url="https://elsewhere.example/feed")], NOW)
    late = replace(state, validators=Validators('"old"'), body_hash="old", last_success=NOW)
    polls.commit(db, commit("one", [arrival(1)], NOW, state=late))
    assert ids(db) == [article_id(1)]
    (now,) = claim(db, NOW)
    assert (now.validators, now.body_hash) == (Validators(), None)


def test_the_revision_moves_only_when_readers_would_see_something(db: Database) -> None:
    first = arrival(1)
    moves = [
        (commit("one", [first]), True),
        (commit("one", (), NOW + HOUR), False),
        (commit("one", (), NOW + 2 * HOUR, result="timeout"), False),
        (commit("one", (), NOW + 3 * HOUR, title="The One"), True),
        (commit("one", (), NOW + 4 * HOUR, title="The One"), False),
        (commit("one", (), NOW + 5 * HOUR, site_url="https://one.example/"), True),
        (commit("one", (), NOW + 6 * HOUR, title=None, site_url=None), False),
        (commit("one", [changed(first, title="Edited")], NOW + 7 * HOUR), True),
        (commit("two", (), NOW, title="An operator's name goes before this"), False),
        (commit("two", [also(first, "two")], NOW + HOUR), True),
        (commit("two", [also(first, "two")], NOW + 2 * HOUR), False),
    ]
    sources.sync(db, [source("one"), source("two", name="Two")], NOW)
    for number, (one, moved) in enumerate(moves):
        before = db.revision()
        polls.commit(db, one)
        assert (db.revision() > before) is moved, number
    (seen, other) = get(db).appearances
    assert (seen.outlet.name, seen.outlet.site_url) == ("The One", "https://one.example/")
    assert other.outlet.name == "Two"


def test_sqlite_goes_through_no_whole_table_for_a_poll(tmp_path: Path) -> None:
    steps: list[str] = []

    def explain(_c: object, cursor: Any, statement: str, values: Any, *_: object) -> None:
        if statement.startswith("SELECT"):
            plan = cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", values)
            steps.extend(step[3] for step in plan)

    with Database.open(f"sqlite:///{tmp_path}/a.db", now=NOW) as db:
        save(db, *(arrival(number) for number in range(9)))
        event.listen(db._engine, "before_cursor_execute", explain)
        polls.seen(db, "one")
        assert polls.known(db, ["l:news.example/1", "l:news.example/2"])
        polls.commit(db, commit("one", [arrival(3), arrival(30)], NOW + HOUR))
    assert steps
    assert not [step for step in steps if "SCAN" in step and "VIRTUAL" not in step]


def test_a_poll_costs_two_selects_before_its_one_transaction_however_much_it_brings(
    db: Database,
) -> None:
    """No statement per article: thirty cost as many as two."""
    sources.sync(db, [source("one")], NOW)

    def cost(first: int, many: int) -> int:
        run: list[str] = []
        event.listen(db._engine, "before_cursor_execute", lambda *args: run.append(args[2]))
        new = [arrival(first + n, topics=(hit("war"),)) for n in range(many)]
        polls.known(db, [key for one in new for key in one.identities])
        assert len([one for one in run if one.startswith("SELECT")]) == 1
        polls.commit(db, commit("one", new, NOW + first * HOUR))
        edits = [changed(one, title="Edited") for one in new]
        polls.commit(db, commit("one", edits, NOW + first * HOUR + timedelta(minutes=1)))
        return len(run)

    assert cost(1, 2) * 2 > cost(100, 30)


# --- hostile values ---------------------------------------------------------------------------

TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=30)


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # each example wipes it
)
@given(TEXT, TEXT, st.lists(TEXT, max_size=3), st.text("%_\\'\"{}[]:;?$ --", max_size=20))
def test_no_text_is_too_odd_to_be_stored_and_read_again(
    db: Database, title: str, summary: str, many: list[str], odd: str
) -> None:
    one = arrival(
        1,
        title=title,
        summary=summary,
        authors=tuple(many),
        categories=(odd, *many),
        text=odd,
        identities=(f"c:one:{odd}{title}",),
        topics=(hit("war", Evidence(Rule.ANY, "text", odd, title)),),
        why=odd,
    )
    wipe(db)
    save(db, one)
    found = get(db)
    assert (found.title, found.text, found.topics) == (title, odd, one.article.topics)
    assert set(polls.known(db, one.identities)) == set(one.identities)


def test_an_article_of_enormous_words_does_not_fail_its_poll(db: Database) -> None:
    words = " ".join(f"слово{number}" + "я" * 180 for number in range(12_000))
    save(db, arrival(1, text=words), arrival(2))
    assert len(ids(db)) == 2
    assert ids(db, "слово777" + "я" * 180) == [article_id(1)]
