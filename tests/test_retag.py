"""Stored articles under today's rules: topics, reasons and language, and how far it has come."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain, repeat
from pathlib import Path

import pytest
from articles import article_id
from stored import NOW, also, arrival, save

from aggregator import retag
from aggregator.model import Article, Outlet, Rule, Source, Topic
from aggregator.retag import catch_up, retagged, version
from aggregator.store import articles
from aggregator.store.database import Database
from aggregator.tag.rules import Tagger

WAR = Topic("war", "War", subject=("war",))
AZERBAIJAN = Topic("azerbaijan", "Azerbaijan", place=("AZ",))
TOPICS = (WAR, AZERBAIJAN)
ONE, TWO = Source("one", "https://one.example/"), Source("two", "https://two.example/")
TITLE = "Bakıda atəşkəs barədə danışıqlar başladı"


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with Database.open(f"sqlite:///{tmp_path}/a.db", now=NOW) as opened:
        yield opened


def stored(db: Database, number: int = 1) -> Article:
    found = articles.get(db, article_id(number))
    assert found is not None
    return found


def brought(*carriers: str, **said: object) -> Article:
    """An article as it is stored, carried by these sources."""
    article = arrival(1, **{"title": TITLE, "summary": "", "text": "", "language": None, **said})
    first = article.appearance
    seen = (replace(first, outlet=Outlet(key, key)) for key in carriers or ("one",))
    return replace(article.article, appearances=tuple(seen))


def again(article: Article, *topics: Topic, sources: tuple[Source, ...] = (ONE, TWO)) -> Article:
    by_key = {source.key: source for source in sources}
    return retagged(Tagger(topics or TOPICS), by_key, article)


# --- one article --------------------------------------------------------------------------------


def test_an_article_gets_the_topics_and_the_language_of_today() -> None:
    today = again(brought())
    assert [hit.topic for hit in today.topics] == ["war", "azerbaijan"]
    assert today.language == "az"
    assert today == replace(brought(), **{
        name: getattr(today, name) for name in ("topics", "language", "certainty")
    })  # fmt: skip


def test_doing_it_again_changes_nothing() -> None:
    once = again(brought())
    assert again(once) == once


def test_a_language_that_was_told_from_the_text_is_told_anew() -> None:
    today = again(brought(language="sw", certainty=0.4))
    assert today.language == "az"


@pytest.mark.parametrize("decided", ["az-Cyrl", "sw", None])
def test_the_publishers_word_is_kept(decided: str | None) -> None:
    today = again(brought(language=decided, certainty=1.0, declared="az-Cyrl"))
    assert (today.language, today.certainty, today.declared) == ("az-Cyrl", 1.0, "az-Cyrl")


def test_an_operators_word_that_was_withdrawn_counts_no_more() -> None:
    told = again(brought(), sources=(replace(ONE, language="tr"),))
    assert (told.language, told.certainty) == ("tr", 1.0)
    assert again(told) == again(brought())


def test_what_the_operator_says_of_the_speaker_holds() -> None:
    sources = (replace(ONE, language="tr"), replace(TWO, language="ru"))
    assert again(brought("one", "two"), sources=sources).language == "tr"
    assert again(brought("two", "one"), sources=sources).language == "ru"


def test_an_article_without_letters_has_no_language() -> None:
    today = again(brought(title="2026", language="sw", certainty=0.4))
    assert (today.language, today.certainty, today.topics) == (None, None, ())


def test_further_sources_add_what_they_give_to_all_their_articles() -> None:
    sources = (replace(ONE, topics=("wire",)), replace(TWO, topics=("caucasus", "war")))
    today = again(brought("one", "two"), sources=sources)
    by_slug = {hit.topic: [why.rule for why in hit.why] for hit in today.topics}
    assert set(by_slug) == {"war", "azerbaijan", "wire", "caucasus"}
    assert by_slug["caucasus"] == by_slug["wire"] == [Rule.SOURCE]
    assert Rule.SOURCE not in by_slug["war"]


def test_a_source_that_is_gone_gives_nothing_and_harms_nothing() -> None:
    assert {hit.topic for hit in again(brought(), sources=()).topics} == {"war", "azerbaijan"}


# --- all of them --------------------------------------------------------------------------------


def run(db: Database, *topics: Topic, **more: object) -> int:
    return catch_up(db, Tagger(topics), topics, (ONE,), **more)


def after_one_batch() -> Callable[[], bool]:
    answers = chain([False], repeat(True))
    return lambda: next(answers)


def test_catching_up_once_is_enough(db: Database) -> None:
    save(db, *(arrival(number, title=TITLE) for number in range(3)))
    assert run(db, *TOPICS) == 3
    assert [hit.topic for hit in stored(db).topics] == ["war", "azerbaijan"]
    assert run(db, *TOPICS) == 0
    assert run(db, WAR) == 3
    assert [hit.topic for hit in stored(db).topics] == ["war"]


def test_articles_that_are_as_they_would_be_today_are_left_alone(db: Database) -> None:
    save(db, arrival(1, title=TITLE), arrival(2, title="Ein Tag am Meer"))
    save(db, also(arrival(1), "two"))
    run(db, *TOPICS)
    before = db.revision()
    assert run(db, *TOPICS, Topic("sea", "Sea", any=("nowhere",))) == 0
    assert db.revision() == before


def test_what_was_interrupted_goes_on_where_it_stopped(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retag, "_BATCH", 2)
    save(db, *(arrival(number, title=TITLE) for number in range(6)))
    assert run(db, *TOPICS, stop=after_one_batch()) == 2
    ids = sorted(article_id(number) for number in range(6))
    assert [one.id for one in articles.iterate(db, 9) if one.topics] == ids[:2]
    assert articles.tagged_with(db) == (version(TOPICS, (ONE,)), ids[1])
    assert run(db, *TOPICS) == 4
    assert all(one.topics for one in articles.iterate(db, 9))
    assert run(db, *TOPICS) == 0


def test_rules_that_change_half_way_begin_anew(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retag, "_BATCH", 2)
    save(db, *(arrival(number, title=TITLE) for number in range(6)))
    run(db, *TOPICS, stop=after_one_batch())
    assert run(db, WAR) == 6
    assert {tuple(hit.topic for hit in one.topics) for one in articles.iterate(db, 9)} == {("war",)}


@pytest.mark.parametrize(
    ("topics", "sources"),
    [
        ((AZERBAIJAN, WAR), (ONE,)),
        ((replace(WAR, at_least=2.0), AZERBAIJAN), (ONE,)),
        (TOPICS, (replace(ONE, language="az"),)),
        (TOPICS, (replace(ONE, topics=("war",)),)),
    ],
)
def test_what_changes_decisions_moves_the_version(
    topics: tuple[Topic, ...], sources: tuple[Source, ...]
) -> None:
    assert version(topics, sources) != version(TOPICS, (ONE,))
    assert version(topics, sources) == version(topics, sources)
    assert version(TOPICS, (replace(ONE, name="One"),)) == version(TOPICS, (ONE,))


def test_a_topic_that_a_further_source_brings_meanwhile_stays(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = arrival(1, title=TITLE, summary="", text="")
    save(db, first)
    write = articles.retag

    def while_another_source_brings_it(*said: object) -> frozenset[str]:
        monkeypatch.setattr(articles, "retag", write)
        save(db, also(first, "two"))
        return write(*said)

    monkeypatch.setattr(articles, "retag", while_another_source_brings_it)
    two = replace(TWO, topics=("europe",))
    assert catch_up(db, Tagger(TOPICS), TOPICS, (ONE, two)) == 1
    assert [hit.topic for hit in stored(db).topics] == ["war", "azerbaijan", "europe"]
