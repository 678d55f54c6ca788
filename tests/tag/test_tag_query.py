"""The query language: what is read, what is refused and where, what matches."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.errors import QueryError
from aggregator.model import Appearance, Article, Outlet, TopicHit
from aggregator.tag.matching import MAX_TOKENS
from aggregator.tag.query import (
    After,
    And,
    Before,
    Domain,
    Everything,
    Lang,
    Not,
    Or,
    Phrase,
    SearchColumns,
    Source,
    Topic,
    Within,
    has_clock,
    leaves,
    link_host,
    matches,
    parse_query,
    references,
    search_columns,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def words(*tokens, field="any"):
    return Phrase(field, tokens)


A, B, C = words("a"), words("b"), words("c")

READ = [
    ("", Everything()),
    (" \t\n ", Everything()),
    ("a", A),
    ("A", A),
    ("a b", And((A, B))),
    ("a AND b", And((A, B))),
    ("a OR b", Or((A, B))),
    ("a b OR c", Or((And((A, B)), C))),
    ("a (b OR c)", And((A, Or((B, C))))),
    ("a(b)c", And((A, B, C))),
    ("((a))", A),
    ("-a", Not(A)),
    ("NOT a", Not(A)),
    ("--a", Not(Not(A))),
    ("NOT -a b", And((Not(Not(A)), B))),
    ("a -b", And((A, Not(B)))),
    ("-(a b)", Not(And((A, B)))),
    ("a or b", And((A, words("or"), B))),
    ('"OR"', words("or")),
    ('"a b"', words("a", "b")),
    ('-"a b"c', And((Not(words("a", "b")), C))),
    ("“a b” „c”", And((words("a", "b"), C))),
    ("Nagorno-Karabakh", words("nagorno", "karabakh")),
    ("BAKI", words("baki")),
    ("战争", words("战", "争")),
    ('צה"ל', words("צה", "ל")),
    ("12:30", words("12", "30")),
    ("a-b:c", words("a", "b", "c")),
    ('title:"Peace talks"', words("peace", "talks", field="title")),
    ("TITLE:a", words("a", field="title")),
    ("author:Rana", words("rana", field="author")),
    ("category:War", words("war", field="category")),
    ("-source:x", Not(Source("x"))),
    ("source:BBC-World_1.x", Source("BBC-World_1.x")),
    ('topic:"war"', Topic("war")),
    ("topic:a:b", Topic("a:b")),
    ("lang:EN", Lang("en")),
    ("lang:pt_BR", Lang("pt-br")),
    ("lang:azb", Lang("azb")),
    ("lang:xx", Lang("xx")),  # well formed, though nobody speaks it
    ("domain:WWW.Example.Org.", Domain("example.org")),
    ("domain:.az", Domain("az")),
    ("domain:bücher.example", Domain("xn--bcher-kva.example")),
    ("after:2026-11-01", After(datetime(2026, 11, 1, tzinfo=UTC))),
    ("before:2026-11-01T12:30", Before(datetime(2026, 11, 1, 12, 30, tzinfo=UTC))),
    ("after:2026-11-01t12:30:15z", After(datetime(2026, 11, 1, 12, 30, 15, tzinfo=UTC))),
    ("after:2026-11-01T02:30+04:00", After(datetime(2026, 10, 31, 22, 30, tzinfo=UTC))),
    ('after:"2026-11-01 02:30:00.5+0400"',
     After(datetime(2026, 10, 31, 22, 30, 0, 500_000, tzinfo=UTC))),
    ("within:30m", Within(timedelta(minutes=30))),
    ("within:12h", Within(timedelta(hours=12))),
    ("within:7d", Within(timedelta(days=7))),
    ("within:2w", Within(timedelta(weeks=2))),
    ("topic:war topic:azerbaijan -source:example (lang:en OR lang:az)",
     And((Topic("war"), Topic("azerbaijan"), Not(Source("example")),
          Or((Lang("en"), Lang("az")))))),
]  # fmt: skip


@pytest.mark.parametrize(("text", "query"), READ)
def test_a_query_is_read(text, query):
    assert parse_query(text) == query


REFUSED = [
    ("(", 0, "this parenthesis is not closed"),
    ("a (b", 2, "this parenthesis is not closed"),
    ("(a OR (b)", 0, "this parenthesis is not closed"),
    ("()", 0, "this parenthesis holds nothing"),
    (")", 0, "this parenthesis was never opened"),
    ("a)", 1, "this parenthesis was never opened"),
    ('a "b c', 2, "this quote is not closed"),
    ('title:"b', 6, "this quote is not closed"),
    ('a"b c"', 5, "this quote is not closed"),
    ("a OR", 2, "OR needs a term after it"),
    ("a OR )", 2, "OR needs a term after it"),
    ("a AND OR b", 2, "AND needs a term after it"),
    ("OR a", 0, "OR needs a term before it"),
    ("(AND a)", 1, "AND needs a term before it"),
    ("a NOT", 2, "NOT needs a term after it"),
    ("-OR", 0, "- needs a term after it"),
    ("a !!!", 2, "“!!!” has no letters or digits"),
    ("a - b", 2, "“-” has no letters or digits"),
    ("title:🔥", 6, "“🔥” has no letters or digits"),
    ('a ""', 2, "nothing stands between these quotes"),
    ("title:", 0, "nothing stands after “title:”"),
    ("a title: b", 2, "nothing stands after “title:”"),
    ('source:" "', 0, "nothing stands after “source:”"),
    ("topic:(a)", 0, "nothing stands after “topic:”"),
    ("a titel:x", 2, "unknown field “titel”, did you mean “title:”?"),
    ("sourec:x", 0, "unknown field “sourec”, did you mean “source:”?"),
    ("https://x.example", 0, "unknown field “https”, to search for it, put it in quotes"),
    ("any:x", 0, "unknown field “any”, to search for it, put it in quotes"),
    ("lang:!", 5, "“!” is no language code; write one like en or pt-BR"),
    ("lang:russian", 5, "“russian” is no language code; write lang:ru"),
    ('war lang:"Dutch"', 9, "“Dutch” is no language code; write lang:nl"),
    ('lang:"Chinese (Traditional)"', 5,
     "“Chinese (Traditional)” is no language code; write lang:zh-Hant"),
    ("lang:klingonese", 5, "“klingonese” is no language code; write one like en or pt-BR"),
    ("domain:a..b", 7, "“a..b” is no host name; write one like example.org"),
    ("domain:\U0001f525..b", 7, "“🔥..b” is no host name; write one like example.org"),
    ("after:2026-13-01", 6,
     "“2026-13-01” is no date; write one like 2026-11-30 or 2026-11-30T18:00Z"),
    ("before:yesterday", 7,
     "“yesterday” is no date; write one like 2026-11-30 or 2026-11-30T18:00Z"),
    ("after:20261101", 6,
     "“20261101” is no date; write one like 2026-11-30 or 2026-11-30T18:00Z"),
    ("after:0001-01-01T00:00+10:00", 6,
     "“0001-01-01T00:00+10:00” is no date; write one like 2026-11-30 or 2026-11-30T18:00Z"),
    ("within:7", 7, "“7” is no duration; write one like 30m, 12h, 7d or 2w"),
    ("within:0d", 7, "“0d” is no duration; write one like 30m, 12h, 7d or 2w"),
    ("within:7y", 7, "“7y” is no duration; write one like 30m, 12h, 7d or 2w"),
    ("within:99999w", 7, "“99999w” is no duration; write one like 30m, 12h, 7d or 2w"),
    ("a\x00b", 1, "this character can't be searched for"),
    ("x a:\ud800", 4, "this character can't be searched for"),
    ("x" * 2001, 2000, "a query has at most 2000 characters"),
    ("a " * 101, 200, "a query has at most 100 terms"),
    ("(" * 31 + "a" + ")" * 31, 30, "a query is at most 30 levels deep"),
    ("-" * 40 + "a", 30, "a query is at most 30 levels deep"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "position", "reason"), REFUSED)
def test_a_wrong_query_is_refused_with_its_place(text, position, reason):
    with pytest.raises(QueryError) as caught:
        parse_query(text)
    assert (caught.value.reason, caught.value.position) == (reason, position)
    str(caught.value).encode()  # can be printed


def test_the_limits_themselves_are_allowed():
    parse_query("a " * 100)
    parse_query("(" * 29 + "a" + ")" * 29)
    parse_query("a" * 2000)


def test_groups_beside_each_other_are_not_deep():
    parse_query("(a) " * 60)


# --- matching -----------------------------------------------------------------------------------


def appearance(key):
    return Appearance(Outlet(key, key), None, None, "", NOW)


ARTICLE = Article(
    "a" * 26,
    "Ceasefire signed in Bakı",
    "https://www.news.example.org/1",
    NOW,
    NOW,
    NOW,
    listed=datetime(2026, 11, 21, tzinfo=UTC),
    summary="After the 44-day war",
    text="Peace talks begin. 战争结束。",
    authors=("Aqsa Rana", "Ilham Smith"),
    categories=("War", "South Caucasus"),
    language="pt-BR",
    appearances=(appearance("bbc"), appearance("example")),
    topics=(TopicHit("war", ()), TopicHit("azerbaijan", ())),
)

HOLDS = [
    "", "ceasefire", "CEASEFIRE", "baki", "war", "44", '"44-day war"', '"peace talks"', "战争",
    "ceasefire war", "ceasefire OR nothing", "-nothing", "NOT (nothing OR ceasefire nothing)",
    "title:ceasefire", 'title:"signed in"', "author:rana", 'author:"aqsa rana"', "category:war",
    "category:caucasus", "topic:war", "-topic:sport", "source:bbc", "source:example",
    "lang:pt", "lang:pt-br", "lang:PT", "domain:news.example.org", "domain:example.org",
    "domain:www.example.org", "domain:org", "after:2026-11-21", "after:2026-11-20",
    "before:2026-11-22", "within:2d", "within:36h",
]  # fmt: skip

FAILS = [
    "nothing", "cease", "fire", '"war peace"', '"baki after"', '"day 44"', "ceasefire nothing",
    "-ceasefire", "title:war", "author:war", 'author:"rana ilham"', "category:ceasefire",
    'category:"war south"', "rana", "caucasus", "topic:War", "topic:wa", "source:bb",
    "lang:pt-b", "lang:pt-pt", "lang:en", "domain:ews.example.org", "domain:x.news.example.org",
    "domain:com", "after:2026-11-22", "before:2026-11-21", "within:1d", "within:35h",
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"), [(q, True) for q in HOLDS] + [(q, False) for q in FAILS]
)
def test_a_query_holds_or_not(text, expected):
    assert matches(parse_query(text), ARTICLE, NOW) is expected
    assert matches(Not(parse_query(text)), ARTICLE, NOW) is not expected


def test_an_article_with_nothing_but_a_title_matches_nothing_else():
    bare = Article("b" * 26, "Title", None, NOW, NOW, NOW, NOW)
    assert matches(parse_query("title"), bare, NOW)
    for text in ("author:a", "category:a", "topic:a", "source:a", "lang:en", "domain:a", "a"):
        assert not matches(parse_query(text), bare, NOW)


HOSTS = [
    (None, ""),
    ("", ""),
    ("/a", ""),
    ("https://[::1/", ""),
    ("https://www.Example.ORG:80/a", "example.org"),
    ("https://bücher.example/", "xn--bcher-kva.example"),
    ("https://" + "ü" * 70 + ".example/", "ü" * 70 + ".example"),
]


@pytest.mark.parametrize(("link", "host"), HOSTS)
def test_the_host_of_a_link(link, host):
    assert link_host(link) == host


def test_search_columns_keep_neighbours_apart():
    assert search_columns(ARTICLE) == SearchColumns(
        title="ceasefire signed in baki",
        body="after the 44 day war ¶ peace talks begin 战 争 结 束",
        authors="aqsa rana ¶ ilham smith",
        categories="war ¶ south caucasus",
    )


def test_search_columns_are_capped():
    long = Article("c" * 26, "", None, NOW, NOW, NOW, NOW, text="x " * (MAX_TOKENS + 5))
    assert search_columns(long).body.count(" ") == MAX_TOKENS - 1
    assert search_columns(long).title == ""


# --- asking the query itself --------------------------------------------------------------------


def test_only_within_has_a_clock():
    assert has_clock(parse_query("a OR -(b within:7d)"))
    assert not has_clock(parse_query("a OR -(b after:2026-01-01)"))
    assert not has_clock(parse_query(""))


def test_references_are_named_once_in_order():
    query = parse_query("topic:war -(source:x OR topic:az) topic:war title:topic")
    assert references(query) == (("topic", "war"), ("source", "x"), ("topic", "az"))


def test_leaves_come_in_order():
    assert tuple(leaves(parse_query("a -(b OR c)"))) == (A, B, C)


# --- any text -----------------------------------------------------------------------------------

PIECES = ["a", '"b c"', "(", ")", "-", "OR", "AND", "NOT", "title:a", "topic:x", "after:2026-01-01",
          "within:1d", "zzz:", '"', "é", "战", "\x00", "!"]  # fmt: skip


def read_or_refused(text):
    try:
        return parse_query(text), None
    except QueryError as error:
        return None, error


@given(st.text(max_size=60) | st.lists(st.sampled_from(PIECES)).map(" ".join))
def test_any_text_is_read_or_refused_with_a_place_in_it(text):
    query, error = read_or_refused(text)
    if error:
        assert 0 <= error.position <= len(text) == len(error.query)
    else:
        assert matches(query, ARTICLE, NOW) is not matches(Not(query), ARTICLE, NOW)


@given(st.text(min_size=1), st.text())
def test_a_phrase_taken_from_a_text_is_found_in_it(before, after):
    text = f"{before} peace talks {after}"
    article = Article("d" * 26, "", None, NOW, NOW, NOW, NOW, text=text)
    assert matches(parse_query('"Peace Talks"'), article, NOW)
