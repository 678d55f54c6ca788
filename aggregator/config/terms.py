"""What a topic looks for: can it be found, and would it tell anything? Each "no" has its place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cache

from aggregator.config.document import Node
from aggregator.config.read import texts
from aggregator.errors import Problem
from aggregator.model import Kind
from aggregator.tag import gazetteer, places
from aggregator.tag.expressions import BadExpression, compiled
from aggregator.tag.patterns import pattern
from aggregator.tag.words import fold, tokens

_OPTIONS = ("any", "place", "subject", "regex")
_ALIKE = 0.75
"""How much of a name must agree to be the one that was meant."""


def check_terms(topic: Node, problems: list[Problem]) -> None:
    """Add what is wrong with the terms, countries, subjects and expressions of a topic."""
    problems += _empty(topic)
    for term in texts(topic, "not"):
        problems += _unfindable(term)
    for term in (*texts(topic, "any"), *texts(topic, "all")):
        problems += _unfindable(term)
    lonely = () if any(texts(topic, key) for key in _OPTIONS) else texts(topic, "all")
    for term in (*texts(topic, "any"), *(lonely if len(lonely) == 1 else ())):
        problems += _commonplace(term)
    for code in texts(topic, "place"):
        problems += _no_country(code)
    for key in texts(topic, "subject"):
        problems += _no_subject(key)
    for expression in texts(topic, "regex"):
        problems += _bad_expression(expression)


def _empty(topic: Node) -> Iterator[Problem]:
    for key in (*_OPTIONS, "all", "not"):
        entry = topic.value.get(key) if isinstance(topic.value, dict) else None
        if entry and entry.value.value == []:
            yield entry.value.problem("is an empty list: write something in it, or delete the key")


def _unfindable(term: Node) -> Iterator[Problem]:
    try:
        pattern(str(term.value))
    except ValueError as error:
        yield term.problem(str(error))


def _commonplace(term: Node) -> Iterator[Problem]:
    """Refuse a word that would make every article of a language match.

    Not one that says something in another language: German "die", French "un".
    """
    words = tokens(str(term.value).strip().strip("=*"))
    codes = _common_in().get(words)
    if codes:
        telling = set(_telling_in(words))
        names = [gazetteer.language(code).name for code in codes if not telling - {code}]
        if names:
            of = " or ".join(names[:3])
            message = f"'{term.value}' stands in nearly every {of} text"
            yield term.problem(f"{message}: write the words around it, too, or delete it")


@cache
def _common_in() -> Mapping[tuple[str, ...], tuple[str, ...]]:
    """Return word → the languages that hardly have a text without it."""
    found: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for code in gazetteer.language_codes():
        for word in gazetteer.language(code).common:
            found[tokens(word)].append(code)
    return {word: tuple(codes) for word, codes in found.items()}


def _telling_in(words: tuple[str, ...]) -> Iterator[str]:
    """Yield the languages in which a word stands for a subject."""
    for key in gazetteer.subject_keys():
        for code, tiers in gazetteer.subject(key).words.items():
            if any(words == tokens(term.strip("=*")) for terms in tiers.values() for term in terms):
                yield code


def _no_country(code: Node) -> Iterator[Problem]:
    written = str(code.value).strip()
    if not places.is_known(written.upper()):
        near = get_close_matches(fold(written), _countries(), n=1, cutoff=_ALIKE)
        hint = (
            f", did you mean '{_countries()[near[0]]}'?"
            if near
            else "; write two letters such as AZ (ISO 3166)"
        )
        yield code.problem(f"'{written}' is no country code{hint}")


@cache
def _countries() -> Mapping[str, str]:
    """Return the English names of the countries, folded, with their codes."""
    said = gazetteer.language("en").places.get(Kind.NAME, {})
    more = {fold(name): code for code, names in said.items() for name in names}
    rows = (row for row in gazetteer.place_names() if row.kind is Kind.NAME)
    return more | {fold(row.name): row.code for row in rows if "en" in row.languages}


def _no_subject(key: Node) -> Iterator[Problem]:
    written, keys = str(key.value).strip(), gazetteer.subject_keys()
    if written not in keys:
        near = [*get_close_matches(written.lower(), keys, n=1, cutoff=_ALIKE), *_said_by(written)]
        hint = f"did you mean '{near[0]}'?" if near else f"there are {', '.join(keys)}"
        yield key.problem(f"'{written}' is no subject; {hint}")


def _said_by(word: str) -> Iterator[str]:
    """Yield the subjects that have an English word: "football" is sport."""
    for kind in (Kind.SURE, Kind.LIKELY):
        for key in gazetteer.subject_keys():
            terms = gazetteer.subject(key).words.get("en", {}).get(kind, ())
            if tokens(word) in map(tokens, terms):
                yield key


def _bad_expression(expression: Node) -> Iterator[Problem]:
    try:
        compiled(str(expression.value).strip("\r\n"))
    except BadExpression as error:
        yield expression.problem(str(error), error.position)
