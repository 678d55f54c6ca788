"""A rule that could never match, or would match everything, is refused at its place."""

# ruff: noqa: E501  a table of messages reads best with one message in one line

from __future__ import annotations

from collections.abc import Callable

import pytest

from aggregator.config import Config, json_schema
from aggregator.tag import gazetteer

Loads = Callable[..., Config]
Problems = Callable[..., list[str]]

NO_RULE = "has no rule and no source gives it: add 'any:', 'place:' or 'subject:'"
EMPTY = "is an empty list: write something in it, or delete the key"
COMMON = "text: write the words around it, too, or delete it"
LETTER = "is a single letter or digit: write a whole word"
IDLE = "does nothing beside 'all:' alone, which makes no score: delete it"
RANGE = "must be a number from 0.1 to 100 (1 is usual)"
FORMS = "a star stands for the ending or the beginning of one word; write at least 4 letters before or after it"

# The topic, with a mark before the place that is blamed → the problem.
RULES = [
    ("▸a: ", f"a: {NO_RULE}"),
    ("▸a: {}", f"a: {NO_RULE}"),
    ("▸a: {name: A, at_least: 2}", f"a: {NO_RULE}"),
    ("▸a: {any: , place: }", f"a: {NO_RULE}"),
    ("a: ▸{not: x}", "a: has a 'not:' but nothing that could match: add 'any:', 'all:', 'place:' or 'subject:'"),
    ("a: {any: ▸[]}", f"a.any: {EMPTY}"),
    ("a: {any: xyz, place: ▸[]}", f"a.place: {EMPTY}"),
    ("a: {any: xyz, not: ▸[]}", f"a.not: {EMPTY}"),
    ("a: {any: ▸''}", "a.any: has no value: write one, or delete the key"),
    ("a: {regex: [a b, ▸'']}", "a.regex[1]: has no value: write one, or delete the key"),
    ("a: {any: ▸'!?'}", "a.any: “!?” has no letters or digits"),
    ("a: {any: xyz, not: [▸'the*']}", f"a.not[0]: “the*”: {FORMS}"),
    # words that tell nothing
    ("a: {any: ▸the}", f"a.any: 'the' stands in nearly every English {COMMON}"),
    ("a: {any: [war, ▸The]}", f"a.any[1]: 'The' stands in nearly every English {COMMON}"),
    ("a: {any: ▸'=und'}", f"a.any: '=und' stands in nearly every German {COMMON}"),
    ("a: {any: ▸üçün}", f"a.any: 'üçün' stands in nearly every Azerbaijani {COMMON}"),
    ("a: {any: ▸的}", f"a.any: '的' stands in nearly every {gazetteer.language('zh').name} {COMMON}"),
    ("a: {any: ▸nicht, place: DE}", f"a.any: 'nicht' stands in nearly every German {COMMON}"),
    ("a: {all: ▸the}", f"a.all: 'the' stands in nearly every English {COMMON}"),
    ("a: {any: [war, ▸x]}", f"a.any[1]: 'x' {LETTER}"),
    ("a: {any: ▸a}", f"a.any: 'a' {LETTER}"),
    ("a: {any: ▸'=7'}", f"a.any: '=7' {LETTER}"),
    ("a: {any: ▸ж, place: AZ}", f"a.any: 'ж' {LETTER}"),
    ("a: {all: ▸İ}", f"a.all: 'İ' {LETTER}"),
    # the score
    ("a: {all: war, ▸at_least: 2}", f"a.at_least: {IDLE}"),
    ("a: {all: [war, talks], not: wars, ▸at_least: 1}", f"a.at_least: {IDLE}"),
    ("a: {any: xyz, at_least: ▸0}", f"a.at_least: {RANGE}"),
    ("a: {any: xyz, at_least: ▸100.5}", f"a.at_least: {RANGE}"),
    ("a: {any: xyz, at_least: ▸-1}", f"a.at_least: {RANGE}"),
    ("a: {any: xyz, at_least: ▸much}", "a.at_least: must be a number, not 'much'"),
    # countries and subjects
    ("a: {place: ▸Azerbaijan}", "a.place: “Azerbaijan” is no country code; write AZ"),
    ("a: {place: [AZ, ▸Azerbaidjan]}", "a.place[1]: “Azerbaidjan” is no country code; did you mean AZ?"),
    ("a: {place: ▸azerbaijan}", "a.place: “azerbaijan” is no country code; write AZ"),
    ("a: {place: ▸AZE}", "a.place: “AZE” is no country code; write AZ"),
    ("a: {place: ▸deu}", "a.place: “deu” is no country code; write DE"),
    ("a: {place: ▸UK}", "a.place: “UK” is no country code; write GB"),
    ("a: {place: ▸USA}", "a.place: “USA” is no country code; write US"),
    ("a: {place: ▸Türkiye}", "a.place: “Türkiye” is no country code; write TR"),
    ("a: {place: ▸QQ}", "a.place: “QQ” is no country code; write two letters such as AZ (ISO 3166)"),
    ("a: {subject: ▸wars}", "a.subject: “wars” is no subject; did you mean war?"),
    ("a: {subject: ▸Human interest}", "a.subject: “Human interest” is no subject; did you mean human_interest?"),
    ("a: {subject: ▸football}", "a.subject: “football” is no subject; did you mean sport?"),
    ("a: {subject: ▸xyzzy}", f"a.subject: “xyzzy” is no subject; there are {', '.join(gazetteer.subject_keys())}"),
    ("a: {▸country: AZ}", "a.country: unknown key, did you mean 'place'?"),
    # expressions
    ("a: {regex: 'war ▸(?=x)'}", "a.regex: '(?=' is not supported: there are no lookaheads or lookbehinds"),
    ("a: {regex: [x y, ▸(war]}", "a.regex[1]: a '(' is not closed by a ')'"),
    (r"a: {regex: '(war) ▸\1'}", r"a.regex: '\1' is not supported: there are no backreferences"),
    ("a: {regex: ▸wa*|x*}", "a.regex: matches the empty string, hence every article: make something in it obligatory"),
    ("a: {regex: ▸.+}", "a.regex: matches nearly every text: write some of the words that you look for"),
    (r"a: {regex: ▸'\pL{1,900}q'}", "a.regex: is too large: write several expressions, or repeat less in it"),
    (r"a: {regex: ▸'\bвойна'}", r"a.regex: '\b' knows only the letters a to z: beside 'в' write (^|\PL)"),
    (r'a: {regex: ▸"\bwar\b"}', "a.regex: contains the control character U+0008: put the expression in single quotes, in which a backslash is a backslash"),
    ("a: {regex: ▸{a: b}}", "a.regex: must be a list"),
    ("a: {regex: ▸'[.,!?]'}", "a.regex: matches signs that stand in any text: write words, too"),
    ("a: {regex: ▸th}", "a.regex: matches in nearly every English text (the, that, with): write more of what you look for"),
    ("a: {regex: ▸the|of|and}", "a.regex: matches in nearly every English text (the, of, and): write more of what you look for"),
    ("a: {any: [war, peace], not: [▸=peace]}", "a.not[0]: '=peace' takes away what 'peace' finds: delete one of the two"),
    ("a: {any: ▸" + "x" * 201 + "}", "a.any: “xxxxxxxxxxxxxxxxxxxx…” is too long: 200 characters are the most"),
    ("a: {▸regexp: x}", "a.regexp: unknown key, did you mean 'regex'?"),
    ("a: {regex: 'COP[0-9]+', examples: {match: ▸cops}}", "a.examples.match: “cops” should match, but none of the topic's words count in it: add one of its own to “any”"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "problem"), RULES)
def test_a_bad_rule_is_told_with_its_place(problems: Problems, rule: str, problem: str) -> None:
    text = f"topics:\n  {rule.replace('▸', '')}\n"
    assert problems(text) == [f"x.yaml:2:{rule.index('▸') + 3}: topics.{problem}"]


def test_all_bad_terms_are_told_at_once(problems: Problems) -> None:
    text = "topics:\n  a: {any: [the, '-'], not: ['!'], place: X, subject: y, regex: ['(', '.']}\n"
    found = [problem.split(": ")[1] for problem in problems(text)]
    assert found == [
        "topics.a.any[0]", "topics.a.any[1]", "topics.a.not[0]", "topics.a.place",
        "topics.a.subject", "topics.a.regex[0]", "topics.a.regex[1]",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "rule",
    [
        "{all: the, place: AZ}",  # harmless beside another
        "{all: [the, of]}",
        "{all: [x, war]}",
        "{any: [战, 물, น, x y]}",  # words of one character
        "{all: war, any: talks, at_least: 2}",
        "{any: [the war, war in]}",
        "{any: [war, war, WAR]}",  # twice is no mistake
        "{any: [UN, IT]}",  # common in one language, telling in another
        "{not: the, any: war}",
        "{place: az}",
        r"{regex: ['\bCOP[0-9]+\b', 'climate (talks|summit)'], at_least: 0.1}",
        "{any: , subject: war, at_least: 100}",
    ],
)
def test_what_looks_like_a_mistake_and_is_none_is_taken(loads: Loads, rule: str) -> None:
    assert [topic.slug for topic in loads(f"topics:\n  a: {rule}\n").topics] == ["a"]


def test_expressions_are_taken_as_they_are_written(loads: Loads) -> None:
    text = r"""
topics:
  a:
    regex: [' war ', '\bCOP[0-9]+', 1989]
  b:
    regex: |
      COP[0-9]+
    examples: {match: COP29 opens, reject: cops}
"""
    topics = loads(text).topics
    assert [topic.regex for topic in topics] == [
        (" war ", r"\bCOP[0-9]+", "1989"),
        ("COP[0-9]+",),
    ]


SOURCE = "sources: [{url: https://a.example/, topics: [a]}]\n"


def test_a_topic_that_a_source_gives_needs_no_rule(loads: Loads, problems: Problems) -> None:
    assert [topic.slug for topic in loads(f"topics: {{a: {{}}}}\n{SOURCE}").topics] == ["a"]
    assert problems(f"topics: {{a: {{}}, b: }}\n{SOURCE}") == [f"x.yaml:1:17: topics.b: {NO_RULE}"]


def test_a_topic_without_a_rule_is_not_blamed_for_a_file_that_can_not_be_read(
    problems: Problems,
) -> None:
    files = {"sources.yaml": f"{SOURCE}feeds: [\n", "topics.yaml": "topics: {a: {}}\n"}
    assert [problem.partition(":")[0] for problem in problems(files)] == ["sources.yaml"]


def test_the_schema_offers_the_subjects() -> None:
    rule = json_schema()["$defs"]["TopicShape"]["properties"]
    assert rule["subject"]["anyOf"][0]["enum"] == list(gazetteer.subject_keys())
    assert rule["place"]["anyOf"][0]["pattern"] == "^[A-Za-z]{2}$"
    assert (rule["at_least"]["minimum"], rule["at_least"]["maximum"]) == (0.1, 100)
    assert "regex" in rule
