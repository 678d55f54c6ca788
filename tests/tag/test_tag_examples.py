"""A rule's own examples: silent where they hold, else the words that would have to change."""

from __future__ import annotations

import pytest
from tagging import topic

from aggregator.model import Topic
from aggregator.tag.examples import check_examples

WAR = Topic(
    "war",
    "War",
    subject=("war",),
    match=("Ceasefire signed after 44-day war", "После войны город отстроили"),
    reject=("Supermarkets open a price war", "The museum opens on Monday"),
)
ADD = "add a word of it to “any”, or lower “at_least”"


def test_right_examples_have_nothing_to_say():
    assert check_examples(WAR) == ()
    assert check_examples(topic(any=("war",))) == ()


UNMATCHED = [
    ("nothing of the topic stands in it", {"any": ("war",)}, "peace",
     "none of the topic's words count in it: add one of its own to “any”"),
    ("a phrase takes its words away", {"any": ("war",), "not_": ("price war",)}, "a price war",
     "“price war” (not) takes its words away"),
    ("two phrases do", {"any": ("war",), "not_": ("price war", "star wars")},
     "star wars and a price war", "“star wars”, “price war” (not) takes its words away"),
    ("a phrase forbids it", {"any": ("war",), "not_": ("football",)}, "football war",
     "“football” (not) stands in it"),
    ("a word that must stand in it lacks", {"all": ("war", "sea")}, "war", "it lacks “sea” (all)"),
    ("several lack", {"all": ("war", "sea", "oil")}, "a war", "it lacks “sea” (all), “oil” (all)"),
    ("only what must stand in it does", {"all": ("sea",), "any": ("war",)}, "sea", None),
    ("it scores too little", {"any": ("war",), "at_least": 50}, "A war in the east",
     f"of 50: {ADD}"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "text", "reason"), [row[1:] for row in UNMATCHED], ids=[row[0] for row in UNMATCHED]
)
def test_an_example_that_should_match_says_what_it_lacks(rule, text, reason):
    (message,) = check_examples(topic(**rule, match=(text,)))
    assert message.startswith(f"“{text}” should match, but ")
    assert reason is None or message.endswith(reason)


def test_an_example_that_scores_too_little_names_its_words_and_what_each_counts():
    (message,) = check_examples(topic(any=("war", "siege"), at_least=9, match=("War and siege",)))
    assert "“War” (any: war, " in message
    assert "“siege” (any: siege, " in message
    assert "of 9" in message


def test_a_score_that_is_enough_is_not_named_as_the_hindrance():
    (message,) = check_examples(topic(all=("sea",), any=("war",), match=("The sea",)))
    assert "score" not in message
    assert "“any”" in message


MATCHED = [
    ("an own word", {"any": ("war",)}, "The war", ["“war” (any: war, "]),
    ("a word that must stand in it", {"all": ("war",)}, "The war", ["“war” (all: war, "]),
    ("a country and a word", {"any": ("siege",), "place": ("AZ",)}, "Siege in Azərbaycan",
     ["“Siege” (any: siege, ", "“Azərbaycan” (place AZ: "]),
    ("a subject", {"subject": ("war",)}, "Both sides sign a ceasefire",
     ["“ceasefire” (subject war: ceasefire, "]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "text", "words"), [row[1:] for row in MATCHED], ids=[row[0] for row in MATCHED]
)
def test_an_example_that_should_be_rejected_names_the_words_that_match(rule, text, words):
    (message,) = check_examples(topic(**rule, reject=(text,)))
    assert message.startswith(f"“{text}” should be rejected, but it is matched by ")
    assert all(word in message for word in words)
    assert message.endswith(": put the words around them under “not”")


def test_each_wrong_example_has_a_sentence_of_its_own_in_order():
    rule = topic(any=("war",), match=("war", "peace", "rest"), reject=("sea", "a war"))
    texts = [message[1 : message.index("”")] for message in check_examples(rule)]
    assert texts == ["peace", "rest", "a war"]


def test_a_reject_that_only_comes_near_is_right():
    assert check_examples(topic(all=("war", "sea"), reject=("war", "x"))) == ()
    assert check_examples(topic(any=("war",), at_least=50, reject=("war",))) == ()


def test_what_a_message_advises_mends_the_example():
    text = "Supermarkets open a milk war"
    assert len(check_examples(topic(any=("war",), reject=(text,)))) == 1
    assert check_examples(topic(any=("war",), not_=("milk war",), reject=(text,))) == ()
    text = "The armistice was signed"
    assert len(check_examples(topic(any=("war",), match=(text,)))) == 1
    assert check_examples(topic(any=("war", "armistice"), match=(text,))) == ()
