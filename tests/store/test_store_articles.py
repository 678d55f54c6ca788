"""Articles one by one: found by what people type, walked through, tagged again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from articles import article_id
from sqlalchemy import update
from stored import HOUR, NOW, also, arrival, changed, hit, save

from aggregator.errors import UsageError
from aggregator.model import Article, Evidence, Rule, Verdict
from aggregator.store import articles, search
from aggregator.store.database import Database
from aggregator.store.tables import hits
from aggregator.tag.query import Lang, Topic


def get(db: Database, number: int) -> Article:
    found = articles.get(db, article_id(number))
    assert found is not None
    return found


@pytest.fixture
def two(db: Database) -> Database:
    """Two articles whose ids begin alike, the first in two sources."""
    first = arrival(1, id="abcdefg" + "a" * 19)
    save(db, first, arrival(2, id="abcdefg" + "7" * 19))
    save(db, also(first, "two", link="https://two.example/a?b=c"))
    return db


@pytest.mark.parametrize(
    "text",
    [
        "abcdefg" + "a" * 19,
        "abcdefga",
        "  abcdefgaaa ",
        "https://news.example/1",
        "https://two.example/a?b=c",
        "l:news.example/1",
        "g:one:guid-1",
    ],
)
def test_an_article_is_found_by_id_by_its_beginning_or_by_an_address(
    two: Database, text: str
) -> None:
    article = articles.find(two, text)
    assert article is not None
    assert article.title == "Headline 1"


@pytest.mark.parametrize(
    "text", ["", "abcde", "abcdefgb", "https://news.example/3", "%", "\0", "\ud800", "a" * 27]
)
def test_what_is_no_article_is_not_found(two: Database, text: str) -> None:
    assert articles.find(two, text) is None
    assert articles.get(two, text) is None


def test_a_beginning_of_several_ids_is_refused_with_all_of_them(two: Database) -> None:
    with pytest.raises(UsageError, match=r"abcdefg7{19}, abcdefga{19}; give more") as caught:
        articles.find(two, "abcdef")
    assert "several articles" in str(caught.value)


def test_of_several_articles_at_one_address_the_newest_is_meant(db: Database) -> None:
    link = "https://live.example/"
    save(db, *(arrival(number, link=link, identities=(f"c:{number}",)) for number in (1, 2)))
    article = articles.find(db, link)
    assert article is not None
    assert article.id == article_id(1)


@pytest.mark.parametrize("batch", [1, 4, 5, 6, 100])
def test_all_articles_are_walked_through_while_others_write(db: Database, batch: int) -> None:
    save(db, *(arrival(number) for number in range(5)))
    seen = []
    for article in articles.iterate(db, batch):
        assert len(articles.retag(db, [replace(article, topics=(hit("seen"),))])) == 1
        seen.append(article.id)
    assert seen == sorted(article_id(number) for number in range(5))
    assert search.count(db, Topic("seen"), NOW) == 5


def test_tagging_again_replaces_topics_and_moves_the_revision(db: Database) -> None:
    save(db, arrival(1, topics=(hit("war"), hit("peace"))), arrival(2, topics=(hit("war"),)))
    why = Evidence(Rule.CATEGORY, "categories", "Krieg", "war")
    before = db.revision()
    tagged = replace(get(db, 1), topics=(hit("war", why), hit("art")))
    assert len(articles.retag(db, [tagged])) == 1
    assert db.revision() > before
    assert get(db, 1).topics == (hit("war", why), hit("art"))
    assert get(db, 2).topics == (hit("war"),)
    assert search.count(db, Topic("peace"), NOW) == 0
    both = [replace(get(db, 1), topics=()), replace(get(db, 2), topics=(hit("art"),))]
    assert len(articles.retag(db, both)) == 2
    assert search.count(db, Topic("war"), NOW) == 0


def test_tagging_what_is_no_article_moves_nothing(db: Database) -> None:
    before = db.revision()
    assert len(articles.retag(db, [replace(arrival(1).article, topics=(hit("war"),))])) == 0
    assert len(articles.retag(db, [])) == 0
    assert db.revision() == before


def test_an_article_that_was_edited_meanwhile_keeps_its_newer_topics(db: Database) -> None:
    save(db, arrival(1, topics=(hit("war"),)))
    as_read = get(db, 1)
    edit = changed(arrival(1), title="Edited", topics=(hit("peace"),), updated=NOW)
    save(db, edit, at=NOW + HOUR)
    tagged = replace(as_read, topics=(hit("art"),), language="ka", certainty=0.9)
    assert len(articles.retag(db, [tagged])) == 0
    assert get(db, 1).topics == (hit("peace"),)
    assert get(db, 1).language == "en"


def test_tagging_again_writes_the_language_and_nothing_else_of_the_article(db: Database) -> None:
    save(db, arrival(1, language=None), arrival(2, language="en"))
    before = get(db, 1)
    told = replace(before, language="az-Latn", certainty=0.93)
    assert len(articles.retag(db, [replace(told, title="Another title")])) == 1
    assert get(db, 1) == told
    assert search.count(db, Lang("az"), NOW) == 1
    assert len(articles.retag(db, [replace(get(db, 1), language=None, certainty=None)])) == 1
    assert get(db, 1) == before
    assert search.count(db, Lang("az"), NOW) == 0
    assert get(db, 2).language == "en"


def test_reasons_that_an_earlier_version_stored_are_read(db: Database) -> None:
    save(db, arrival(1, topics=(hit("war"),)))
    old = [{"rule": "place", "field": "title", "words": "Bakı", "term": "Azerbaijan"}]
    with db.write() as connection:
        connection.execute(update(hits).values(why=old))
    [stored] = get(db, 1).topics
    assert stored.why == (Evidence(Rule.PLACE, "title", "Bakı", "Azerbaijan"),)
    assert stored.score == 0


def test_the_rules_that_articles_were_tagged_with_are_remembered(db: Database) -> None:
    assert articles.tagged_with(db) == (None, "")
    for version in ("first", "second"):
        articles.set_tagged_with(db, version)
        assert articles.tagged_with(db) == (version, "")


def test_how_far_tagging_has_come_is_remembered(db: Database) -> None:
    articles.set_tagged_with(db, "rules", article_id(3))
    assert articles.tagged_with(db) == ("rules", article_id(3))
    articles.set_tagged_with(db, "rules")
    assert articles.tagged_with(db) == ("rules", "")


def test_decisions_are_told_in_their_order_with_their_reasons(db: Database) -> None:
    first = arrival(1, why="a new guid")
    save(db, first)
    save(db, also(first, "two", seen=NOW + HOUR), at=NOW + HOUR)
    decided = articles.decisions(db, article_id(1))
    assert decided == (
        articles.Decided(NOW, Verdict.NEW, "one", "a new guid"),
        articles.Decided(NOW + HOUR, Verdict.ALSO, "two", "the same link"),
    )
    assert articles.decisions(db, "nowhere") == ()
    assert articles.revisions(db, "nowhere") == ()
