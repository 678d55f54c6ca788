"""Topics: which articles they take, and by which words."""

from __future__ import annotations

from datetime import UTC, datetime
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.model import Article, Entry, Evidence, Rule, Topic, TopicHit
from aggregator.tag.rules import Tagger, check_examples
from aggregator.tag.words import tokens

AZERBAIJAN = Topic(
    "azerbaijan",
    "Azerbaijan",
    any=("Baku", "Bakı", "Nagorno-Karabakh", "Karabakh", "Aliyev"),
    place=("AZ",),
)
WAR = Topic(
    "war",
    "War",
    any=("war", "ceasefire"),
    not_=("price war", "star wars"),
    match=("Ceasefire signed after 44-day war",),
    reject=("Supermarkets open a price war",),
)


def entry(title="", summary="", text="", categories=()):
    return Entry(None, None, title, summary=summary, text=text, categories=tuple(categories))


def topic(**rule):
    return Topic("t", "Some topic", **rule)


def met(rule, item):
    return bool(Tagger((rule,)).hits(item, "s", ()))


def test_the_article_this_project_was_born_from_is_tagged_with_reasons():
    item = entry(
        "Minister tells how the president spared encircled soldiers",
        "In the 44-day war Azerbaijan had surrounded 15 to 18 thousand men.",
        "“Azərbaycan and\nIlham Aliyev showed humanity,” he said of Nagorno–Karabakh.",
        ["War", "Azerbaijan"],
    )
    assert Tagger((AZERBAIJAN, WAR)).hits(item, "s", ()) == (
        TopicHit(
            "azerbaijan",
            (
                Evidence(Rule.PLACE, "summary", "Azerbaijan", "Azerbaijan"),
                Evidence(Rule.PLACE, "text", "Azərbaycan", "Azərbaycan"),
                Evidence(Rule.ANY, "text", "Aliyev", "Aliyev"),
                Evidence(Rule.ANY, "text", "Nagorno–Karabakh", "Nagorno-Karabakh"),
                Evidence(Rule.ANY, "text", "Karabakh", "Karabakh"),
                Evidence(Rule.CATEGORY, "categories", "Azerbaijan", "Azerbaijan"),
            ),
        ),
        TopicHit(
            "war",
            (
                Evidence(Rule.ANY, "summary", "war", "war"),
                Evidence(Rule.CATEGORY, "categories", "War", "war"),
            ),
        ),
    )


LANGUAGES = [
    "Azərbaycan prezidenti bəyan etdi",
    "Азербайджан и Армения подписали договор",
    "Azerbaycan'da seçim",
    "Արցախ և Ադրբեջան",
    "آذربایجان و ایران",
    "阿塞拜疆总统表示",
    "アゼルバイジャンの首都",
    "Präsident in BAKU",
]


@pytest.mark.parametrize("title", LANGUAGES)
def test_a_place_is_found_in_the_languages_of_the_news(title):
    assert met(AZERBAIJAN, entry(title))


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
    assert met(topic(**rule), entry(title)) is expected


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
    tagger = Tagger((AZERBAIJAN, WAR))
    given_ = Evidence(Rule.SOURCE, "source", "bbc", "war")
    assert tagger.hits(entry("x"), "bbc", ("war",)) == (TopicHit("war", (given_,)),)
    (hit,) = tagger.hits(entry("A war"), "bbc", ("war",))
    assert hit.why == (Evidence(Rule.ANY, "title", "war", "war"), given_)
    assert tagger.hits(entry("price war"), "bbc", ("war",))


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
    (hit,) = Tagger((topic(any=("war", "War", "peace talks")),)).hits(item, "s", ())
    assert hit.why == (
        Evidence(Rule.ANY, "title", "WAR", "war"),
        Evidence(Rule.ANY, "summary", "Peace talks", "peace talks"),
        Evidence(Rule.ANY, "summary", "war", "war"),
    )


@pytest.mark.parametrize("rule", [{"any": ("!!!",)}, {"all": ("",)}, {"not_": ("–",)}])
def test_a_term_without_letters_is_refused(rule):
    with pytest.raises(ValueError, match="no letters or digits"):
        Tagger((topic(**rule),))


def test_an_unknown_country_is_refused():
    with pytest.raises(ValueError, match="“QX” is no country code"):
        Tagger((topic(place=("QX",)),))


# --- examples -----------------------------------------------------------------------------------


def test_right_examples_have_nothing_to_say():
    assert check_examples(WAR) == ()


EXAMPLES = [
    ({"any": ("war",), "match": ("peace",)}, "none of its words stand in it"),
    ({"any": ("war",), "not_": ("price war",), "match": ("a price war",)},
     "“price war” (not) takes its words away"),
    ({"any": ("war",), "not_": ("football",), "match": ("football war",)},
     "“football” (not) stands in it"),
    ({"all": ("war", "sea"), "match": ("war",)}, "it lacks “sea” (all)"),
    ({"all": ("sea",), "any": ("war",), "match": ("sea",)},
     "none of the words of “any” and “place” stand in it"),
    ({"any": ("war",), "place": ("AZ",), "reject": ("War in Azərbaycan",)},
     "matched by “War” (any: war), “Azərbaycan” (place: Azərbaycan)"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "reason"), EXAMPLES)
def test_a_wrong_example_says_why(rule, reason):
    (message,) = check_examples(topic(**rule))
    assert message.endswith(reason)
    assert (rule.get("match") or rule["reject"])[0] in message


def test_a_reject_that_only_comes_near_is_right():
    assert check_examples(topic(all=("war", "sea"), reject=("war", "x"))) == ()


# --- any text, many topics ----------------------------------------------------------------------

WORDS = st.lists(st.sampled_from(["war", "peace", "price", "talks"]), max_size=8)


@given(WORDS, st.lists(WORDS.filter(bool), min_size=1, max_size=3))
def test_terms_are_found_where_a_plain_search_finds_them(words, terms):
    phrases = tuple(" ".join(term) for term in terms)
    expected = any(f" {phrase} " in f" {' '.join(words)} " for phrase in phrases)
    assert met(topic(any=phrases), entry(" ".join(words))) is expected


def test_the_cost_hardly_grows_with_the_number_of_topics():
    item = entry("War in Baku", "Karabakh " * 20, "lorem ipsum dolor sit amet " * 200)
    others = tuple(Topic(f"t{n}", f"T{n}", any=(f"word{n}", f"more{n} words")) for n in range(998))

    def cost(topics):
        tagger = Tagger(topics)
        times = []
        for _ in range(15):
            begin = process_time()
            assert len(tagger.hits(item, "s", ())) == 2
            times.append(process_time() - begin)
        return min(times)

    few, many = (AZERBAIJAN, WAR, *others[:8]), (AZERBAIJAN, WAR, *others)
    assert cost(many) < 1.5 * cost(few) + 0.001
    assert len(tokens(item.text)) == 1000
