"""The database and ``matches`` give the same answer to every query, on both engines."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from databases import Postgres
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from stored import NOW, also, arrival, commit, source, wipe

from aggregator.model import Arrival, Article, Evidence, Rule, TopicHit
from aggregator.store import polls, search, sources
from aggregator.store.articles import iterate
from aggregator.store.database import Database
from aggregator.tag.query import (
    After,
    And,
    Before,
    Domain,
    Everything,
    Field,
    Lang,
    Not,
    Or,
    Phrase,
    Query,
    Source,
    Topic,
    Within,
    matches,
)
from aggregator.tag.words import tokens

# A few words in each of ten scripts, so that queries often meet articles; some are hostile.
WORDS = (
    *("war", "peace", "Bakı", "naïve", "İran", "c't", "100%", "a_b", "x-y", 'q"q', "NEAR", "AND"),
    *("война", "мир", "ёлка", "պատերազմ", "խաղաղություն", "ომი", "მშვიდობა"),
    *("حرب", "سلام", "جنگ", "صُلح", "מלחמה", "שָׁלוֹם", "युद्ध", "शांति"),
    *("战争", "和平", "停火", "戦争", "カタカナ", "ひらがな", "สงคราม", "สันติภาพ"),
)
WORD = st.sampled_from(WORDS)
TEXT = st.lists(WORD, max_size=6).map(" ".join)
KEYS = ("one", "two", "three")
TOPICS = ("war", "peace", "50%")
HOSTS = (
    "example.org",
    "www.example.org",
    "news.example.org",
    "notexample.org",
    "b.example",
    "пример.рф",
)
PARENTS = ("example.org", "org", "example", "xn--e1afmkfd.xn--p1ai", "_")
LANGUAGES = (None, "en", "en-GB", "EN", "az", "az-Latn", "e")
FIELDS: tuple[Field, ...] = ("any", "title", "author", "category")
Newsroom = tuple[tuple[Arrival, ...], ...]
TIMES = (
    *(NOW - step * timedelta(minutes=20) for step in range(5)),
    *(NOW - timedelta(minutes=50, microseconds=tick) for tick in (1, 250_000, 500_000)),
)


@st.composite
def articles(draw: st.DrawFn, number: int) -> tuple[Arrival, ...]:
    """One article as the arrivals of one or two sources."""
    topics = tuple(
        TopicHit(slug, (Evidence(Rule.ANY, "title", slug, slug),))
        for slug in draw(st.lists(st.sampled_from(TOPICS), unique=True, max_size=2))
    )
    speaker, *others = draw(st.lists(st.sampled_from(KEYS), unique=True, min_size=1, max_size=2))
    host = draw(st.sampled_from((*HOSTS, None)))
    first = arrival(
        number,
        speaker,
        title=draw(TEXT),
        summary=draw(TEXT),
        text=draw(TEXT),
        authors=tuple(draw(st.lists(TEXT, max_size=2))),
        categories=tuple(draw(st.lists(TEXT, max_size=2))),
        link=host and f"https://{host}/{number}",
        language=draw(st.sampled_from(LANGUAGES)),
        listed=draw(st.sampled_from(TIMES)),
        topics=topics,
    )
    return (first, *(also(first, key) for key in others))


def phrase(field: Field, text: str) -> Query:
    found = tokens(text)
    return Phrase(field, found) if found else Everything()


LEAF: st.SearchStrategy[Query] = st.one_of(
    st.builds(
        phrase, st.sampled_from(FIELDS), st.lists(WORD, min_size=1, max_size=2).map(" ".join)
    ),
    st.builds(Topic, st.sampled_from((*TOPICS, "no'ne", "\0", "\ud800"))),
    st.builds(Source, st.sampled_from((*KEYS, "%", "\0", "\ud800"))),
    st.builds(Lang, st.sampled_from(("en", "en-gb", "az", "a", "%", "\0", "\ud800"))),
    st.builds(
        Domain, st.sampled_from(("example.org", "org", "example", "xn--e1afmkfd.xn--p1ai", "_"))
    ),
    st.builds(After, st.sampled_from(TIMES)),
    st.builds(Before, st.sampled_from(TIMES)),
    st.builds(Within, st.sampled_from((timedelta(), timedelta(minutes=40), timedelta(days=1)))),
    st.just(Everything()),
)
QUERY = st.recursive(
    LEAF,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(And, st.lists(inner, min_size=2, max_size=4).map(tuple)),
        st.builds(Or, st.lists(inner, min_size=2, max_size=4).map(tuple)),
    ),
    max_leaves=8,
)
NEWSROOM = st.integers(1, 12).flatmap(
    lambda many: st.tuples(*(articles(number) for number in range(many)))
)


@pytest.fixture(scope="module")
def stores(
    migrated_sqlite: Path, migrated_postgres: str, postgres: Postgres, tmp_path_factory: Any
) -> Iterator[tuple[Database, ...]]:
    """A database on each engine, to be filled again and again."""
    path = tmp_path_factory.mktemp("property") / "property.db"
    shutil.copyfile(migrated_sqlite, path)
    url = postgres.fresh(migrated_postgres)
    with Database.open(f"sqlite:///{path}", now=NOW) as one, Database.open(url, now=NOW) as other:
        yield one, other
    postgres.drop(url)


def fill(db: Database, newsroom: Newsroom) -> tuple[Article, ...]:
    """Put this newsroom, and nothing else, into a database."""
    wipe(db)
    sources.sync(db, [source(key) for key in KEYS], NOW)
    for round_ in range(2):
        brought = [article[round_] for article in newsroom if len(article) > round_]
        for key in KEYS:
            of_key = [one for one in brought if one.appearance.outlet.key == key]
            polls.commit(db, commit(key, of_key, NOW + timedelta(seconds=round_)))
    return tuple(iterate(db, 5))


def pages(db: Database, query: Query, limit: int) -> Iterator[Article]:
    cursor: str | None = None
    while True:
        page = search.find(db, query, now=NOW, limit=limit, before=cursor)
        assert len(page.articles) <= limit
        yield from page.articles
        if page.next is None:
            return
        cursor = page.next


SLOW = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.too_slow],
    # Each example fills two databases: shrinking would take minutes.
    "phases": [Phase.explicit, Phase.reuse, Phase.generate],
}


@settings(max_examples=15, **SLOW)
@given(NEWSROOM, st.lists(QUERY, min_size=6, max_size=6))
def test_a_query_finds_what_it_means_on_both_engines(
    stores: tuple[Database, ...], newsroom: Newsroom, queries: list[Query]
) -> None:
    for db in stores:
        stored = fill(db, newsroom)
        assert len(stored) == len(newsroom)
        for query in queries:
            meant = [article for article in stored if matches(query, article, NOW)]
            meant.sort(key=lambda article: (article.listed, article.id), reverse=True)
            assert list(pages(db, query, 4)) == meant, query
            assert search.count(db, query, NOW) == len(meant), query


@settings(max_examples=5, **SLOW)
@given(NEWSROOM, QUERY)
def test_both_engines_give_equal_articles_windows_and_days(
    stores: tuple[Database, ...], newsroom: Newsroom, query: Query
) -> None:
    one, other = (fill(db, newsroom) for db in stores)
    assert one == other
    assert {article.id for article in one} == {article[0].article.id for article in newsroom}
    since, until = TIMES[3], TIMES[0]
    meant = [article for article in one if matches(query, article, NOW)]
    for db in stores:
        assert set(search.window(db, query, now=NOW).articles) == set(meant), query
        days = search.days(db, query, now=NOW, since=since, until=until)
        assert sum(days.values()) == sum(since <= each.listed < until for each in meant), query
