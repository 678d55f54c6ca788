"""The operator's own words → terms that are looked for, and what each of them does for a topic."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from aggregator.model import Rule, Topic
from aggregator.tag import gazetteer, places, subjects
from aggregator.tag.expressions import compiled, literal_words
from aggregator.tag.patterns import Pattern, pattern
from aggregator.tag.vocabulary import family
from aggregator.tag.words import tokens


class Role(Enum):
    """What it means for a topic that a term stands in the article."""

    ANY = Rule.ANY
    ALL = Rule.ALL
    REGEX = Rule.REGEX  # an expression; ``tag.expressions`` looks for it
    NAMED = Rule.CATEGORY  # a category that is the topic's name or slug, and nothing else
    COVERS = "covers"  # a ``not`` phrase that takes away the words it overlaps
    FORBIDS = "forbids"  # a ``not`` phrase that speaks of the whole article


NEGATIVE = frozenset({Role.COVERS, Role.FORBIDS})


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """A phrase of a topic. ``topic`` counts the topics; ``text`` is as the operator wrote it.

    words: of an expression those that it writes out.
    """

    topic: int
    role: Role
    text: str
    words: Pattern
    of: ClassVar[str] = ""
    kind: ClassVar[None] = None

    @property
    def rule(self) -> Rule:
        """The part of the rule that it meets; a ``not`` phrase meets none."""
        return Rule(self.role.value)


def terms(number: int, topic: Topic) -> Iterator[Term]:
    """Yield the terms of a topic, those that categories are compared with among them.

    Raises ValueError, saying which, for a term or expression that can't be looked for and for a
    country or subject that there is not.
    """
    _check(topic)
    positive = [
        *(Term(number, Role.ALL, text, pattern(text)) for text in topic.all),
        *(Term(number, Role.ANY, text, pattern(text)) for text in topic.any),
        *(Term(number, Role.REGEX, text, _written_out(text)) for text in topic.regex),
    ]
    expressions = [compiled(text) for text in topic.regex]
    yield from positive
    for text in topic.not_:
        words = pattern(text)
        shares = (
            any(_akin(words, term.words) for term in positive if term.words)
            or any(expression.search(text) for expression in expressions)
            or _is_akin_to(topic, words)
        )
        yield Term(number, Role.COVERS if shares else Role.FORBIDS, text, words)
    for text in (topic.name, topic.slug):
        if tokens(text):
            yield Term(number, Role.NAMED, text, pattern(text.replace("*", " ")))


def _check(topic: Topic) -> None:
    for code in topic.place:
        places.check(code)
    for key in topic.subject:
        subjects.check(key)


def _written_out(expression: str) -> Pattern:
    return tuple(word for text in literal_words(expression) for word in pattern(text))


def _akin(phrase: Pattern, term: Pattern) -> bool:
    """Return whether they can overlap, or hold a word in two forms (one begins with the other)."""
    one, other = [word.text for word in phrase], [word.text for word in term]
    for shift in range(1 - len(other), len(one)):
        start, end = max(0, shift), min(len(one), shift + len(other))
        if one[start:end] == other[start - shift : end - shift]:
            return True
    return any(_same_family(a, b) for a in one for b in other)


def _same_family(one: str, other: str) -> bool:
    return min(len(one), len(other)) > 2 and (one.startswith(other) or other.startswith(one))


def _is_akin_to(topic: Topic, phrase: Pattern) -> bool:
    """Return whether a phrase holds a word of the topic's countries or subjects, in any form."""
    families = [family(of) for of in meanings(topic)]
    return any(known.holds(text) for known in families for _, text in phrase)


def meanings(topic: Topic) -> Iterator[str]:
    """Yield the country codes and subjects whose words count for a topic."""
    yield from topic.place
    for key in topic.subject:
        yield from (key, *gazetteer.subject(key).includes)
