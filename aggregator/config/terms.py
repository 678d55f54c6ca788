"""What a topic looks for: can it be found, and would it tell anything? Each "no" has its place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from unicodedata import normalize

from aggregator.config.document import Node
from aggregator.config.read import texts
from aggregator.errors import Problem
from aggregator.tag import gazetteer, places, subjects
from aggregator.tag.expressions import BadExpression, compiled
from aggregator.tag.patterns import bare, pattern
from aggregator.tag.words import tokens

_OPTIONS = ("any", "place", "subject", "regex")
_CODE_LENGTH = 2
_SIGNS = ".,:;-!?'\"()"
_SEVERAL = 3
"""Of the commonest words of a language; an expression that finds so many finds every text."""


def check_terms(topic: Node, problems: list[Problem]) -> None:
    """Add what is wrong with the terms, countries, subjects and expressions of a topic."""
    problems += _empty(topic)
    problems += _idle_score(topic)
    problems += _cancelled(topic)
    for term in texts(topic, "not"):
        problems += _unfindable(term)
    for term in (*texts(topic, "any"), *texts(topic, "all")):
        problems += _unfindable(term)
    lonely = () if any(texts(topic, key) for key in _OPTIONS) else texts(topic, "all")
    for term in (*texts(topic, "any"), *(lonely if len(lonely) == 1 else ())):
        problems += tuple(_single_letter(term)) or _commonplace(term)
    for code in texts(topic, "place"):
        problems += _no_country(code)
    for key in texts(topic, "subject"):
        problems += _no_subject(key)
    for expression in texts(topic, "regex"):
        problems += _bad_expression(expression)


def country_code(written: str) -> str:
    """Return what stands under ``place:`` as a code is written; anything but a code stays.

    >>> country_code(" az "), country_code("Azerbaijan")
    ('AZ', 'Azerbaijan')
    """
    word = written.strip()
    return word.upper() if len(word) == _CODE_LENGTH else word


def _empty(topic: Node) -> Iterator[Problem]:
    for key in (*_OPTIONS, "all", "not"):
        entry = topic.value.get(key) if isinstance(topic.value, dict) else None
        if entry and entry.value.value == []:
            yield entry.value.problem("is an empty list: write something in it, or delete the key")


def _idle_score(topic: Node) -> Iterator[Problem]:
    """Refuse a score where none is counted: ``all`` terms stand in an article or they don't."""
    entry = topic.value.get("at_least") if isinstance(topic.value, dict) else None
    if entry and texts(topic, "all") and not any(texts(topic, key) for key in _OPTIONS):
        message = "does nothing beside 'all:' alone, which makes no score: delete it"
        yield entry.key.problem(message)


def _unfindable(term: Node) -> Iterator[Problem]:
    try:
        pattern(str(term.value))
    except ValueError as error:
        yield term.problem(str(error))


def _commonplace(term: Node) -> Iterator[Problem]:
    """Refuse a word that would make every article of a language match.

    Not one that says something in another language: German "die", French "un".
    """
    words = _words_of(term)
    codes = _common_in().get(words)
    if codes:
        telling = _telling_in().get(words, set())
        names = [gazetteer.language(code).name for code in codes if not telling - {code}]
        if names:
            of = " or ".join(names[:3])
            message = f"'{term.value}' stands in nearly every {of} text"
            yield term.problem(f"{message}: write the words around it, too, or delete it")


def _single_letter(term: Node) -> Iterator[Problem]:
    """Refuse one letter or digit: it stands in lists, initials and formulas of every kind.

    Not a character that is a word: of a script without spaces, or of Hangul.
    """
    words = _words_of(term)
    if len(words) == 1 and len(normalize("NFD", words[0])) == 1 and len(tokens(words[0] * 2)) == 1:
        yield term.problem(f"'{term.value}' is a single letter or digit: write a whole word")


@cache
def _common_in() -> Mapping[tuple[str, ...], tuple[str, ...]]:
    """Return word → the languages that hardly have a text without it."""
    found: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for code in gazetteer.language_codes():
        for word in gazetteer.language(code).common:
            found[tokens(word)].append(code)
    return {word: tuple(codes) for word, codes in found.items()}


@cache
def _telling_in() -> Mapping[tuple[str, ...], set[str]]:
    """Return word → the languages in which it stands for a subject."""
    found: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for key in gazetteer.subject_keys():
        for code, tiers in gazetteer.subject(key).words.items():
            for terms in tiers.values():
                for term in terms:
                    found[tokens(bare(term))].add(code)
    return found


def _no_country(code: Node) -> Iterator[Problem]:
    try:
        places.check(country_code(str(code.value)))
    except ValueError as error:
        yield code.problem(str(error))


def _no_subject(key: Node) -> Iterator[Problem]:
    try:
        subjects.check(str(key.value).strip())
    except ValueError as error:
        yield key.problem(str(error))


def _bad_expression(expression: Node) -> Iterator[Problem]:
    written = str(expression.value).strip("\r\n")
    try:
        found = compiled(written)
    except BadExpression as error:
        yield expression.problem(str(error), error.position)
        return
    if any(map(found.search, _SIGNS)):
        yield expression.problem("matches signs that stand in any text: write words, too")
        return
    for code in gazetteer.language_codes():
        common = [word for word in gazetteer.language(code).common if found.search(f" {word} ")]
        if len(common) >= _SEVERAL:
            words = ", ".join(common[:_SEVERAL])
            of = gazetteer.language(code).name
            message = (
                f"matches in nearly every {of} text ({words}): write more of what you look for"
            )
            yield expression.problem(message)
            return


def _cancelled(topic: Node) -> Iterator[Problem]:
    """Refuse a ``not`` that takes away all that a term can find."""
    wanted = {_words_of(term): term for key in ("any", "all") for term in texts(topic, key)}
    for term in texts(topic, "not"):
        same = wanted.get(_words_of(term))
        if same is not None and _words_of(term):
            message = f"'{term.value}' takes away what '{same.value}' finds: delete one of the two"
            yield term.problem(message)


def _words_of(term: Node) -> tuple[str, ...]:
    return tokens(bare(str(term.value)))
