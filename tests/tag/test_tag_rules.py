"""Topics: which articles they take, and by which words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from effort import calls
from hypothesis import given, settings
from hypothesis import strategies as st
from tagging import entry, met, reasons, score, topic

from aggregator.model import Article, Kind, Rule, Topic
from aggregator.tag.rules import Tagger
from aggregator.tag.words import tokens

AZERBAIJAN = Topic(
    "azerbaijan",
    "Azerbaijan",
    any=("Baku", "Bakı", "Nagorno-Karabakh", "Karabakh", "Aliyev"),
    place=("AZ",),
)
WAR = Topic("war", "War", subject=("war",))


def test_the_article_this_project_was_born_from_is_tagged_with_reasons():
    item = entry(
        "Minister tells how the president spared encircled soldiers",
        "In the 44-day war Azerbaijan had surrounded 15 to 18 thousand men.",
        "“Azərbaycan and\nIlham Aliyev showed humanity,” he said of Nagorno–Karabakh.",
        ["War", "Azerbaijan"],
    )
    azerbaijan, war = Tagger((AZERBAIJAN, WAR)).hits(item, "s", ())
    assert {(one.rule, one.field, one.words) for one in azerbaijan.why} >= {
        (Rule.PLACE, "summary", "Azerbaijan"),
        (Rule.ANY, "text", "Aliyev"),
        (Rule.CATEGORY, "categories", "Azerbaijan"),
    }
    assert {(one.rule, one.field, one.words) for one in war.why} >= {
        (Rule.SUBJECT, "title", "soldiers"),
        (Rule.SUBJECT, "summary", "war"),
        (Rule.CATEGORY, "categories", "War"),
    }
    known = {(one.of, one.kind) for hit in (azerbaijan, war) for one in hit.why}
    assert known >= {("AZ", Kind.NAME), ("war", Kind.HINT), ("", None)}
    options = [one for hit in (azerbaijan, war) for one in hit.why if one.of]
    assert options
    assert all(one.score > 0 for one in options)
    assert azerbaijan.score == pytest.approx(sum(one.score for one in azerbaijan.why))


RULES = [
    ("any: one is enough", {"any": ("a", "b")}, "x b", True),
    ("any: none", {"any": ("a", "b")}, "x c", False),
    ("any: whole words", {"any": ("war",)}, "a warm ward", False),
    ("any: case and accents", {"any": ("cafe",)}, "CAFÉ", True),
    ("any: a phrase", {"any": ("peace talks",)}, "Peace-talks begin", True),
    ("any: a phrase in another order", {"any": ("peace talks",)}, "talks peace", False),
    ("any: a phrase cut by another word", {"any": ("peace talks",)}, "peace of talks", False),
    ("any: a phrase cut by the end", {"any": ("peace talks",)}, "on peace", False),
    ("all: every one", {"all": ("a", "b")}, "b a", True),
    ("all: one is missing", {"all": ("a", "b")}, "a", False),
    ("all and any: both", {"all": ("a",), "any": ("b",)}, "a b", True),
    ("all and any: only all", {"all": ("a",), "any": ("b",)}, "a", False),
    ("all and any: only any", {"all": ("a",), "any": ("b",)}, "b", False),
    ("all and place", {"all": ("a",), "place": ("AZ",)}, "a azerbaijan", True),
    ("all and place: only all", {"all": ("a",), "place": ("AZ",)}, "a", False),
    ("no rule at all", {}, "anything", False),
    ("only not", {"not_": ("a",)}, "b", False),
    ("not: covers", {"any": ("war",), "not_": ("price war",)}, "a price war", False),
    ("not: another war", {"any": ("war",), "not_": ("price war",)}, "price war in war", True),
    ("not: covers all", {"all": ("war",), "not_": ("price war",)}, "a price war", False),
    ("not: overlaps", {"any": ("war room",), "not_": ("price war",)}, "price war room", False),
    ("not: another form", {"any": ("war",), "not_": ("star wars",)}, "war: Star Wars", True),
    ("not: nothing to cover", {"any": ("war",), "not_": ("football",)}, "football war", False),
    ("not: too short to be a form", {"any": ("eu",), "not_": ("europa",)}, "eu europa", False),
    ("not: absent", {"any": ("war",), "not_": ("football",)}, "a war", True),
    ("not: Chinese, overlapping", {"any": ("战争",), "not_": ("价格战",)}, "价格战争", False),
    ("not: Chinese, beside", {"any": ("战争",), "not_": ("价格战",)}, "价格战与战争", True),
    ("Chinese is found within", {"any": ("战争",)}, "四十四天战争结束", True),
]


@pytest.mark.parametrize(
    ("rule", "title", "expected"), [row[1:] for row in RULES], ids=[row[0] for row in RULES]
)
def test_a_rule(rule, title, expected):
    assert met(topic(**rule), entry(title), "en") is expected


def test_a_phrase_does_not_cross_fields_or_categories():
    rule = topic(any=("peace talks",))
    assert not met(rule, entry("peace", "talks"))
    assert not met(rule, entry("", "", "", ["peace", "talks"]))
    assert met(rule, entry("", "", "", ["peace talks"]))


def test_all_terms_may_stand_in_different_fields():
    assert met(topic(all=("a", "b", "c")), entry("a", "b", "", ["c"]))


CATEGORIES = [
    ("the name", "Some Topic", True),
    ("the slug", "T", True),
    ("a word of the rule", "War in the east", True),
    ("more than the name", "Some topic today", False),
    ("another", "Sport", False),
]


@pytest.mark.parametrize(
    ("category", "expected"), [row[1:] for row in CATEGORIES], ids=[row[0] for row in CATEGORIES]
)
def test_a_category_of_the_publisher_is_evidence(category, expected):
    hits = Tagger((topic(any=("war",)),)).hits(entry(categories=[category]), "s", ())
    assert bool(hits) is expected
    assert all(one.rule is Rule.CATEGORY for hit in hits for one in hit.why)


def test_a_category_that_is_the_topic_needs_no_words_but_not_still_counts():
    rule = topic(all=("a", "b"), not_=("football",))
    assert met(rule, entry(categories=["some topic"]))
    assert not met(rule, entry("football", categories=["some topic"]))


def test_a_name_in_signs_only_is_no_category():
    assert not met(Topic("☮", "!!!"), entry(categories=["!!!"]))


def test_a_source_gives_its_topics_to_every_article():
    rule = topic(any=("war",), not_=("price war",))
    tagger = Tagger((rule,))
    (hit,) = tagger.hits(entry("x"), "bbc", ("t",))
    assert [(one.rule, one.field, one.words, one.term) for one in hit.why] == [
        (Rule.SOURCE, "source", "bbc", "t")
    ]
    (hit,) = tagger.hits(entry("A war"), "bbc", ("t",))
    assert [one.rule for one in hit.why] == [Rule.ANY, Rule.SOURCE]
    assert tagger.hits(entry("price war"), "bbc", ("t",))
    (given,) = tagger.given("bbc", ("t",))
    assert [one.rule for one in given.why] == [Rule.SOURCE]
    assert tagger.given("bbc", ()) == ()


def test_topics_come_in_their_own_order_and_foreign_ones_last():
    tagger = Tagger((WAR, AZERBAIJAN))
    hits = tagger.hits(entry("Baku: ceasefire"), "s", ("other", "war"))
    assert [hit.topic for hit in hits] == ["war", "azerbaijan", "other"]


def test_stored_articles_are_tagged_like_entries():
    at = datetime(2026, 11, 22, tzinfo=UTC)
    article = Article("a" * 26, "War", None, at, at, at, at)
    assert Tagger((WAR,)).hits(article, "s", ()) == Tagger((WAR,)).hits(entry("War"), "s", ())


def test_evidence_quotes_each_term_once_a_field_as_it_stands():
    item = entry("WAR and Wár", "Peace \n talks, war")
    found = reasons(topic(any=("war", "peace talks")), item, "en")
    assert [(one.rule, one.field, one.words, one.term) for one in found] == [
        (Rule.ANY, "title", "WAR", "war"),
        (Rule.ANY, "summary", "Peace talks", "peace talks"),
        (Rule.ANY, "summary", "war", "war"),
    ]


OVERLAPPING = [
    ("two spellings of one word", {"any": ("war", "War")}, "A war"),
    ("a phrase and a word of it", {"any": ("peace talks", "talks")}, "Peace talks begin"),
    ("an own word and a name of the country", {"any": ("Baku",), "place": ("AZ",)}, "In Baku"),
    ("an own word and one of the subject", {"any": ("truce",), "subject": ("war",)}, "Truce"),
    ("a subject and one that is part of it", {"subject": ("conflict", "war")}, "Ceasefire"),
    ("a subject that includes others", {"subject": ("conflict",)}, "Suicide bombing"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "title"), [row[1:] for row in OVERLAPPING], ids=[row[0] for row in OVERLAPPING]
)
def test_words_that_overlap_count_once(rule, title):
    assert len(reasons(topic(**rule), entry(title), "en")) == 1


@pytest.mark.parametrize(
    "rule",
    [
        {"all": ("oil",), "any": ("war",)},
        {"any": ("war",), "subject": ("war",), "place": ("IR",)},
        {"any": ("war",), "not_": ("price war",)},
    ],
)
def test_the_score_that_is_shown_is_the_one_that_decides(rule):
    item = entry("Oil and war in Iran", "A price war, another war.", categories=["Some topic"])
    tagger = Tagger((topic(**rule),))
    (hit,) = tagger.hits(item, "s", ("t",), ("en",))
    (outcome,) = tagger.outcomes(item)
    assert hit.score == pytest.approx(outcome.score, abs=0.02)
    assert outcome.score > 1


@pytest.mark.parametrize("rule", [{"any": ("!!!",)}, {"all": ("",)}, {"not_": ("–",)}])
def test_a_term_without_letters_is_refused(rule):
    with pytest.raises(ValueError, match="no letters or digits"):
        Tagger((topic(**rule),))


REFUSED = [
    ({"place": ("QX",)}, "“QX” is no country code"),
    ({"place": ("az",)}, "“az” is no country code"),
    ({"subject": ("wars",)}, "“wars” is no subject; did you mean war"),
    ({"any": ("war*",)}, "“war[*]”: a star stands for .* at least 4 letters"),
    ({"not_": ("*",)}, "a star stands for"),
]


@pytest.mark.parametrize(("rule", "reason"), REFUSED)
def test_what_can_not_be_looked_for_is_refused(rule, reason):
    with pytest.raises(ValueError, match=reason):
        Tagger((topic(**rule),))


# --- the score ----------------------------------------------------------------------------------


def test_a_topic_is_met_from_its_least_score_on():
    item = entry("Peace talks in the war")
    reached = score(topic(any=("war", "talks")), item, "en")
    assert met(topic(any=("war", "talks"), at_least=reached), item, "en")
    assert not met(topic(any=("war", "talks"), at_least=reached + 0.01), item, "en")


def test_every_further_mention_counts_less():
    scores = [score(topic(any=("war",)), entry("war " * many), "en") for many in (1, 2, 3)]
    assert scores[0] > scores[1] - scores[0] > scores[2] - scores[1] > 0


def test_what_all_asks_for_may_stand_anywhere():
    assert met(topic(all=("oil",)), entry("Headline", text="word " * 90 + "oil"), "en")


def test_a_word_that_not_takes_away_makes_no_other_count_less():
    rule = topic(any=("war",), not_=("price war",))
    assert score(rule, entry("A price war", "A war"), "en") == score(rule, entry("", "A war"), "en")


# --- any text, many topics ----------------------------------------------------------------------

WORDS = st.lists(st.sampled_from(["war", "peace", "price", "talks"]), max_size=8)


@settings(deadline=None)  # the first one reads the word lists
@given(WORDS, st.lists(WORDS.filter(bool), min_size=1, max_size=3))
def test_terms_are_found_where_a_plain_search_finds_them(words, terms):
    phrases = tuple(" ".join(term) for term in terms)
    expected = any(f" {phrase} " in f" {' '.join(words)} " for phrase in phrases)
    assert met(topic(any=phrases), entry(" ".join(words)), "") is expected


def test_the_cost_hardly_grows_with_the_number_of_topics():
    item = entry("War in Baku", "Karabakh " * 20, "lorem ipsum dolor sit amet " * 200)
    others = tuple(Topic(f"t{n}", f"T{n}", any=(f"word{n}", f"more{n} words")) for n in range(998))

    def cost(topics):
        tagger = Tagger(topics)
        assert len(tagger.hits(item, "s", (), ("en",))) == 2
        return calls(lambda: tagger.hits(item, "s", (), ("en",)))

    few, many = (AZERBAIJAN, WAR, *others[:8]), (AZERBAIJAN, WAR, *others)
    assert cost(many) < 1.1 * cost(few)
    assert len(tokens(item.text)) == 1000


def test_of_a_term_that_stands_everywhere_only_the_first_places_count():
    def growth(topics):
        rules = [Topic(f"t{n}", "T", any=("president", f"word{n}")) for n in range(topics)]
        tagger = Tagger(rules)
        short, long = (entry("", text="the president " * times) for times in (100, 1000))
        assert len(tagger.hits(short, "s", (), ("en",))) == topics
        return calls(lambda: tagger.hits(long, "s", (), ("en",))) - calls(
            lambda: tagger.hits(short, "s", (), ("en",))
        )

    # Of each further place only that it is there is seen: a handful of calls, no judging.
    assert growth(20) < 900 * 20 * 8


def test_topics_that_share_a_country_give_the_same_reasons_by_their_own_bars():
    low, high = (Topic(f"t{bar}", "T", place=("AZ",), at_least=bar) for bar in (1, 4))
    tagger = Tagger((low, high))
    few, many = entry("", "Baku"), entry("Baku, Azerbaijan", "In Azerbaijan and in Baku")
    assert [hit.topic for hit in tagger.hits(few, "s", (), ("en",))] == ["t1"]
    one, other = tagger.hits(many, "s", (), ("en",))
    assert one.why == other.why
