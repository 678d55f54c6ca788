"""An article → what it tells, in features that can be compared; it compares nothing.

Words are compared within a language. Across languages hold: names by their consonants
(``skeleton``), numbers, the countries and subjects of the word lists, and the vector of a
sentence encoder where one is installed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from aggregator.dedupe.copies import Sketch, sketch
from aggregator.dedupe.skeleton import LEAST, skeleton
from aggregator.model import Article
from aggregator.tag import about, gazetteer
from aggregator.tag.language import base
from aggregator.tag.rows import Row
from aggregator.tag.vocabulary import vocabulary
from aggregator.tag.words import fold, tokens

Said = tuple[str, str | None]
"""A text for an encoder, and its language."""
Encoder = Callable[[Sequence[Said]], Sequence[bytes | None]]
"""Texts → their vectors; see ``encoder``."""

_MOST_READ = 2_000
"""Characters of a text that are compared: news says first what happened."""
_LEAD = 200
"""Characters of the first words of a text, which an encoder reads with the headline."""
_TITLE = 300


class Kind(IntEnum):
    """What a feature is."""

    WORD = 0
    NAME = 1  # the consonants of a word that may be a name
    NUMBER = 2
    PLACE = 3  # a country code
    SUBJECT = 4  # a key of the gazetteer


class Feature(NamedTuple):
    """Something that an article tells. shown: as the article has it."""

    kind: Kind
    key: str
    shown: str
    weight: float


@dataclass(frozen=True, slots=True)
class Telling:
    """What an article tells, and when.

    at: of publication.  listed: one that turns up late is remembered as long as others.
    language: the bare code.  headline: how many words, the first of the features, the title tells.
    vector: of what is ``said``.
    """

    article: str
    source: str
    at: datetime
    listed: datetime
    language: str | None
    features: tuple[Feature, ...]
    headline: int
    sketch: Sketch
    vector: bytes | None = None


def said(article: Article) -> Said:
    """Return what an encoder reads of an article."""
    title, text, language = _read(article)
    return f"{title}. {text[:_LEAD]}", language


def telling(article: Article, vector: bytes | None = None) -> Telling:
    """Return what an article tells. vector: what an encoder makes of what is ``said``."""
    title, text, language = _read(article)
    rows = Row("title", title), Row("text", text[:_MOST_READ])
    features, headline = _features(rows, language or "")
    return Telling(
        article=article.id,
        source=article.appearances[0].outlet.key if article.appearances else "",
        at=article.published,
        listed=article.listed,
        language=language,
        features=features,
        headline=headline,
        sketch=sketch(chain.from_iterable(row.words for row in rows)),
        vector=vector,
    )


def _read(article: Article) -> tuple[str, str, str | None]:
    """Return the title, the text with its standfirst, and the bare language."""
    text = article.text
    if not text.startswith(article.summary[:_LEAD]):
        text = f"{article.summary}\n{text}"
    return article.title[:_TITLE], text, base(article.language) if article.language else None


# --- features ----------------------------------------------------------------------------------

_EARLY = 60
"""Words of a text that count in full."""
_WORD = Kind.WORD  # asking an enumeration takes longer than asking for a name
_STEM = 6
"""Letters of a word that are compared: the rest is mostly its ending."""
_NAME = 4
_HEADLINE, _LATE, _UNSURE, _SHORT = 2.0, 0.5, 0.5, 0.4
_OF_A_NAME = 3.0
"""What a word with a capital counts, where others have none: who did it tells events apart."""
_LISTED = 0.5
"""What a word of the word lists counts: its country or subject is counted, too, and others share
where it happened and of what kind it is."""
_MOST_LARGE = 0.6
_IN_PASSING = 0.3
"""Score of a country or subject that is hardly mentioned (``tag.about``)."""
Mentioned = tuple[Kind, str, str, float]
"""What a ``Feature`` is made of, as it stands at one place."""
_UNSPACED = "\u0e00"
"""From here on a token of one character is one of a script without spaces."""


def _features(rows: tuple[Row, Row], language: str) -> tuple[tuple[Feature, ...], int]:
    """Return what a title and a text tell, and how many words the title has: they come first."""
    found: dict[tuple[Kind, str], str] = {}
    sums: dict[tuple[Kind, str], float] = {}
    mentions = about.read(rows, [vocabulary(language)])
    for row, listed in zip(rows, _listed(rows, mentions), strict=True):
        for kind, key, shown, weight in _of_row(row, language, listed):
            feature = kind, key
            if feature in sums:
                sums[feature] += weight
            else:
                found[feature], sums[feature] = shown, weight
        if row.field == "title":
            headline = sum([kind is _WORD for kind, _ in found])
    told = [
        Feature(kind, key, shown, sums[kind, key] ** 0.5) for (kind, key), shown in found.items()
    ]
    return (*told, *_about(rows, mentions)), headline


def _listed(rows: tuple[Row, Row], mentions: about.Mentions) -> tuple[set[int], ...]:
    """Return which words of each row say a country or subject."""
    words: tuple[set[int], ...] = tuple(set() for _ in rows)
    for of in mentions.scores:
        for mention in mentions.of(of):
            words[mention.row].update(range(mention.start, mention.start + mention.length))
    return words


def _about(rows: tuple[Row, Row], mentions: about.Mentions) -> Iterator[Feature]:
    """Yield the countries and subjects that an article speaks of."""
    for of, score in mentions.scores.items():
        first = next(iter(mentions.of(of)), None)
        if score > _IN_PASSING and first is not None:
            kind = Kind.PLACE if of.isupper() else Kind.SUBJECT  # codes are capitals, keys are not
            yield Feature(kind, of, rows[first.row].quote(first.start, first.length), score)


def _of_row(row: Row, language: str, listed: Collection[int]) -> Iterator[Mentioned]:
    """Yield words, what names each may be, and numbers; quick, since all that comes in is read."""
    full = _HEADLINE if row.field == "title" else 1.0
    is_title_case = _is_title_case(row)
    before, text = "", row.text
    for at, (word, (start, end)) in enumerate(zip(row.words, row.places, strict=True)):
        if word[0].isdecimal():
            continue
        weight = full if at < _EARLY else full * _LATE
        if len(word) == 1:
            if word >= _UNSPACED and before >= _UNSPACED:  # two characters make a word
                yield _WORD, before + word, before + word, weight
            before = word
            continue
        before = ""
        stem, names = _compared(word, language)
        if stem:
            shown = text[start:end]
            is_name = not is_title_case and shown[0].isupper() and _goes_on(text, start)
            if at in listed:
                is_name, weight = False, weight * _LISTED
            yield _WORD, stem, shown, weight * _OF_A_NAME if is_name else weight
            if names and (not shown[0].islower() or _is_caseless(shown[0])):
                sure = weight if is_name else weight * _UNSURE
                for consonants, share in names:
                    yield Kind.NAME, consonants, shown, sure * share
    yield from _numbers(text, full)


def _numbers(text: str, full: float) -> Iterator[Mentioned]:
    for number in _NUMBER.finditer(text):
        key = _normal(number[0])
        if len(key) > 1:
            weight = full if len(key) > 2 else full * _UNSURE
            yield Kind.NUMBER, key, number[0], weight


def _is_title_case(row: Row) -> bool:
    """Return whether so many words have a capital that it says nothing."""
    text = row.text
    large = sum([text[start].isupper() for start, _ in row.places])
    return large > _MOST_LARGE * len(row.words)


def _is_caseless(letter: str) -> bool:
    """Return whether it is Georgian, whose capitals are of all-capital lines only."""
    return "\u10d0" <= letter <= "\u10ff"


_INNER = frozenset(" -'’\"«„“(")
_ENDS = frozenset(".!?:։؟。…\n")


def _goes_on(text: str, start: int) -> bool:
    """Return whether a word does not begin a sentence, where any word has a capital."""
    return start > 1 and text[start - 1] in _INNER and text[start - 2] not in _ENDS


_NUMBER = re.compile(r"\d+(?:[.,\u066b\u066c\u00a0\u202f ]\d+)*")
_NO_DIGIT = re.compile(r"[^0-9]+")
_MOST_DIGITS = 20


def _normal(number: str) -> str:
    """Return a number as it is written without separators: 2 100, 2.100 and 2,100 are one.

    >>> _normal("2,100"), _normal("5,8"), _normal("5.8")
    ('2100', '5.8', '5.8')
    """
    parts = [part for part in _NO_DIGIT.split(fold(number[:_MOST_DIGITS])) if part]
    if len(parts) > 1 and all(len(part) == 3 for part in parts[1:]):
        return "".join(parts)
    return ".".join(parts[:2])


@lru_cache(1 << 15)  # news repeats its words
def _compared(word: str, language: str) -> tuple[str, tuple[tuple[str, float], ...]]:
    """Return the stem of a word, and what names it may be with what each of these counts.

    Where the script has capitals, only a word with one is a name. "" for a word that says nothing.
    """
    bare = _bare(word, language)
    consonants = skeleton(bare, language)
    if len(consonants) < LEAST:
        return bare[:_STEM], ()
    if len(consonants) == LEAST:
        return bare[:_STEM], ((consonants, 1.0),)
    # The fourth may be an ending's.
    return bare[:_STEM], ((consonants[:_NAME], 1.0), (consonants[:LEAST], _SHORT))


def _bare(word: str, language: str) -> str:
    """Return a word without what its language writes together with its front (Arabic, Hebrew).

    "" for a word that says nothing since every text has it.
    """
    if word in _common(language):
        return ""
    for prefix in _prefixes(language):
        if word.startswith(prefix) and len(word) >= len(prefix) + LEAST:
            return word[len(prefix) :]
    return word


@lru_cache(128)  # feeds may invent codes
def _common(language: str) -> frozenset[str]:
    return frozenset(word for term in gazetteer.language(language).common for word in tokens(term))


@lru_cache(128)
def _prefixes(language: str) -> tuple[str, ...]:
    return tuple(sorted(map(fold, gazetteer.language(language).prefixes), key=len, reverse=True))
