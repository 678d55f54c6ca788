"""The gazetteers, made ready to be looked for in texts of one language."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum
from functools import cache
from threading import Lock
from typing import NamedTuple

from aggregator.model import Kind, Rule
from aggregator.tag import gazetteer
from aggregator.tag.gazetteer import PlaceName, Term
from aggregator.tag.patterns import (
    Bending,
    Finder,
    Lexicon,
    Node,
    Pattern,
    Words,
    bare,
    bent,
    pattern,
)
from aggregator.tag.rows import KATAKANA
from aggregator.tag.words import Text, tokens

_INTERNATIONAL = 8
"""A country's name that so many languages write alike is looked for in texts of any language."""
_PLACES = frozenset({Kind.NAME, Kind.PEOPLE, Kind.CAPITAL, Kind.CITY, Kind.STANDS_FOR, Kind.NOT})
_NEGATIVE = frozenset({Kind.NOT, Kind.NEVER})
_PROPER = frozenset({Kind.NAME, Kind.CAPITAL, Kind.CITY})
_ACRONYM = 5
"""Letters at most of a name in capitals that is an acronym."""
_WORDS = Words()
_MAKING = Lock()


# Found by a search over the labelled sets (docs/decisions/007-topics.md), not by reading them.
WEIGHT = {
    Kind.NAME: 2.7,
    Kind.PEOPLE: 2.4,
    Kind.CAPITAL: 1.9,
    Kind.CITY: 1.9,
    Kind.STANDS_FOR: 1.6,
    Kind.SURE: 0.95,
    Kind.LIKELY: 0.92,
    Kind.HINT: 0.35,
}


class Meaning(NamedTuple):
    """What a word says: ``of`` is a country code or the key of a subject.

    text: as the word list writes it.  words: folded.  weight: its points in the first words
    (``rows`` weighs the place).  capitals: which of its words are written with a capital letter.
    is_proper: they are so wherever the script has capitals.
    """

    rule: Rule
    of: str
    kind: Kind
    text: str
    words: tuple[str, ...]
    weight: float
    capitals: tuple[int, ...]
    is_place: bool
    is_negative: bool
    is_proper: bool
    is_acronym: bool
    is_katakana: bool


class Care(Enum):
    """When a name that means something else, too, is the place."""

    CASED = "cased"  # with a capital letter
    PERSON = "person"  # with no other capitalised word beside it
    IGNORE = "ignore"  # never


class Vocabulary:
    """The words of one language and its kin, and names that are the same in all languages."""

    def __init__(self, language: str) -> None:
        self.code = language
        own = gazetteer.language(language)
        self.bending = Bending(own.bends, own.prefixes)
        lexicons = [_of_language(each) for each in (language, *own.kin)]
        self.find = Finder([*lexicons, _of_the_world()], self.bending).find
        self.care = {
            words: care
            for each in (*map(gazetteer.language, own.kin), own)  # the own word is the last
            for words, care in _care(each)
        }


def _care(language: gazetteer.Language) -> Iterator[tuple[tuple[str, ...], Care]]:
    for care, terms in (
        (Care.CASED, language.cased),
        (Care.PERSON, language.person),
        (Care.IGNORE, language.ignore),
    ):
        yield from ((tokens(bare(term)), care) for term in terms)


def vocabulary(language: str) -> Vocabulary:
    """Return the vocabulary for texts of a language (``language.base``); made when first asked.

    A language of which no list has a word shares the one of "": feeds may invent codes.
    By one thread: at the first round of polls all of them ask for the same ones.
    """
    with _MAKING:
        return _vocabulary(language if language in _languages() else "")


@cache
def _languages() -> frozenset[str]:
    subjects = map(gazetteer.subject, gazetteer.subject_keys())
    return frozenset(gazetteer.language_codes()).union(
        *(row.languages for row in gazetteer.place_names()),
        *(subject.words for subject in subjects),
    )


@cache
def _vocabulary(language: str) -> Vocabulary:
    return Vocabulary(language)


class _Lists(Lexicon[Meaning]):
    """Terms of the word lists; what they mean is made when a text has the first word of one.

    There are a quarter of a million, and the news of a month have few of them.
    """

    def __init__(self, terms: Iterable[Term]) -> None:
        super().__init__(_WORDS)
        self.root.next = {}
        self._first: dict[int, Term] = {}
        self._further: dict[int, list[Term]] = {}
        for term in terms:
            number, *_ = map(_WORDS.number, _pattern(term.name))
            if self._first.setdefault(number, term) is not term:
                self._further.setdefault(number, []).append(term)

    def after(self, number: int) -> Node[Meaning] | None:
        """Two threads may make the same at the same time; then one of them is kept."""
        if number not in self.root.next and number in self._first:
            made = Lexicon[Meaning](_WORDS)
            for term in (self._first[number], *self._further.get(number, ())):
                made.add(_pattern(term.name), meaning(term.code, term.kind, term.name))
            self.root.next |= made.root.next
        return super().after(number)


def _pattern(term: str) -> Pattern:
    return bent(tokens(term)) if bare(term) == term else pattern(term)


@cache
def _of_language(code: str) -> _Lists:
    return _Lists((*_names_by_language().get(code.partition("_")[0], ()), *_terms(code)))


@cache
def _names_by_language() -> Mapping[str, Sequence[PlaceName]]:
    found: dict[str, list[PlaceName]] = defaultdict(list)
    for row in gazetteer.place_names():
        for code in row.languages:
            found[code].append(row)
    return found


def _terms(code: str) -> Iterator[Term]:
    """Yield the terms in a language's own file, and its words of the subjects."""
    for kind, by_place in gazetteer.language(code).places.items():
        for place, terms in by_place.items():
            for term in terms:
                is_capital = kind is Kind.CITY and (place, tokens(term)) in _capitals_of_the_world()
                yield Term(place, Kind.CAPITAL if is_capital else kind, term)
    for key in gazetteer.subject_keys():
        for kind, terms in gazetteer.subject(key).words.get(code, {}).items():
            yield from (Term(key, kind, term) for term in terms)


@cache
def _capitals_of_the_world() -> frozenset[tuple[str, tuple[str, ...]]]:
    rows = gazetteer.place_names()
    return frozenset((row.code, tokens(row.name)) for row in rows if row.kind is Kind.CAPITAL)


@cache
def _of_the_world() -> _Lists:
    stands_for = gazetteer.international().items()
    return _Lists(
        (
            *(r for r in gazetteer.place_names() if not 0 < len(r.languages) < _INTERNATIONAL),
            *(Term(place, Kind.STANDS_FOR, term) for place, terms in stands_for for term in terms),
        )
    )


def meaning(of: str, kind: Kind, term: str) -> Meaning:
    """Return what a term of the word lists says."""
    plain = bare(term)
    text = Text(plain)
    return Meaning(
        rule=Rule.PLACE if kind in _PLACES else Rule.SUBJECT,
        of=of,
        kind=kind,
        text=plain,
        words=text.tokens,
        weight=WEIGHT.get(kind, 0.0),
        capitals=_capitals(text),
        is_place=kind in _PLACES,
        is_negative=kind in _NEGATIVE,
        is_proper=kind in _PROPER or (kind is Kind.STANDS_FOR and plain[:1].isupper()),
        is_acronym=plain.isupper() and len(plain) <= _ACRONYM,
        is_katakana=bool(KATAKANA.match(plain)),
    )


def _capitals(text: Text) -> tuple[int, ...]:
    if text.text == text.text.lower():
        return ()
    large = [text.text[start].isupper() for start, _ in text.places]
    return tuple(number for number, is_large in enumerate(large) if is_large)


class Family(NamedTuple):
    """All words of a country or subject in all languages."""

    words: frozenset[str]

    def holds(self, word: str) -> bool:
        """Return whether a word is one of them or begins one, or is one with an ending."""
        cuts = range(max(_STEM, len(word) - _ENDING), len(word))
        return (
            word in self.words
            or any(word[:cut] in self.words for cut in cuts)
            or (len(word) >= _STEM and any(known.startswith(word) for known in self.words))
        )


_STEM = 3
"""Letters at least of a word that others are compared with."""
_ENDING = 3
"""Letters at most of an ending that makes another form of a word, not another word."""


@cache
def family(of: str) -> Family:
    """Return the words of a country or subject."""
    terms = [row.name for row in gazetteer.place_names() if row.code == of]
    terms += gazetteer.international().get(of, ())
    if of in gazetteer.subject_keys():
        languages = gazetteer.subject(of).words.values()
        terms += [term for tiers in languages for words in tiers.values() for term in words]
    for code in gazetteer.language_codes():
        places = gazetteer.language(code).places.values()
        terms += [term for kind in places for term in kind.get(of, ())]
    return Family(frozenset(word for term in terms for word in tokens(term)))
