"""An article → what it tells, in features that can be compared; it compares nothing.

Words are compared within a language. Across languages hold: names by their consonants
(``skeleton``), numbers, the countries and subjects of the word lists, and the vector of a
sentence encoder where one is installed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from itertools import chain, repeat

from aggregator.dedupe.copies import Sketch, sketch
from aggregator.dedupe.feature import KIND, Kind, Told, number
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


@dataclass(frozen=True, slots=True)
class Telling:
    """What an article tells, and when.

    at: of publication.  listed: one that turns up late is remembered as long as others.
    language: the bare code.  features: by their numbers.  headline: the words among them that the
    title tells, in its order.  vector: of what is ``said``.
    """

    article: str
    source: str
    at: datetime
    listed: datetime
    language: str | None
    features: Mapping[int, Told]
    headline: tuple[int, ...]
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
_UNSPACED = "\u0e00"
"""From here on a token of one character is one of a script without spaces."""


def _features(rows: tuple[Row, Row], language: str) -> tuple[Mapping[int, Told], tuple[int, ...]]:
    """Return what a title and a text tell, and the words of the title."""
    mentions = about.read(rows, [vocabulary(language)])
    listed: tuple[set[int], ...] = tuple(set() for _ in rows)
    spoken_of: dict[int, Told] = {}
    for of, score in mentions.scores.items():
        counted = mentions.counted(of)
        for _, row, start, length, _, _ in counted:
            listed[row].update(range(start, start + length))
        if score > _IN_PASSING and counted:
            _, row, start, length, _, _ = counted[0]
            spoken_of[_meaning(of)] = Told(rows[row].quote(start, length), score)
    reading = _Reading(language)
    reading.read(rows[0], listed[0], _HEADLINE)
    headline = tuple(each for each in reading.sums if each & KIND == _WORD)
    reading.read(rows[1], listed[1], 1.0)
    return reading.told() | spoken_of, headline


@cache
def _meaning(of: str) -> int:
    """Return the number of a country or subject: codes are capitals, keys are not."""
    return number(Kind.PLACE if of.isupper() else Kind.SUBJECT, of)


class _Reading:
    """Words, what names each may be, and numbers; quick, since all that comes in is read.

    sums: of the weights of each at all of its places.
    """

    def __init__(self, language: str) -> None:
        self._language = language
        self._shown: dict[int, str] = {}
        self.sums: dict[int, float] = {}

    def told(self) -> dict[int, Told]:
        """Return what was read: a further place counts less than the one before."""
        weights = [weight**0.5 for weight in self.sums.values()]
        return dict(zip(self._shown, map(Told, self._shown.values(), weights), strict=True))

    def _add(self, feature: int, shown: str, weight: float) -> None:
        if feature in self.sums:
            self.sums[feature] += weight
        else:
            self._shown[feature], self.sums[feature] = shown, weight

    def read(self, row: Row, listed: Collection[int], full: float) -> None:
        """Read a row.

        listed: which of its words say a country or subject.  full: what a word counts.
        """
        text, words, add = row.text, row.words, self._add
        large = [text[start].isupper() for start, _ in row.places]
        is_telling = sum(large) <= _MOST_LARGE * len(words)  # so many capitals say nothing
        before = ""
        compared = map(_compared, words, repeat(self._language))
        for at, (found, (start, end)) in enumerate(zip(compared, row.places, strict=True)):
            weight = full if at < _EARLY else full * _LATE
            if found is None:
                if before or words[at] >= _UNSPACED:
                    before = self._characters(before, words[at], weight)
                continue
            before = ""
            word, names = found
            shown = text[start:end]
            is_name = is_telling and large[at] and _goes_on(text, start)
            if at in listed:
                is_name, weight = False, weight * _LISTED
            add(word, shown, weight * _OF_A_NAME if is_name else weight)
            if names and (large[at] or not shown[0].islower() or _is_caseless(shown[0])):
                sure = weight if is_name else weight * _UNSURE
                for name, share in names:
                    add(name, shown, sure * share)
        self._numbers(text, full)

    def _characters(self, before: str, word: str, weight: float) -> str:
        """Take in that two characters of a script without spaces make a word.

        before: the one before, "" if there is none.  Return what is before the next word.
        """
        if word[0].isdecimal():
            return before
        if len(word) > 1 or word < _UNSPACED:
            return ""
        if before:
            self._add(number(_WORD, before + word), before + word, weight)
        return word

    def _numbers(self, text: str, full: float) -> None:
        for found in _NUMBER.finditer(text):
            key = _normal(found[0])
            if len(key) > 1:
                weight = full if len(key) > 2 else full * _UNSURE
                self._add(number(Kind.NUMBER, key), found[0], weight)


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
def _compared(word: str, language: str) -> tuple[int, tuple[tuple[int, float], ...]] | None:
    """Return a word as a feature, and what names it may be with what each of these counts.

    Where the script has capitals, only a word with one is a name. None for digits, for a single
    character and for a word that says nothing.
    """
    bare = "" if len(word) == 1 or word[0].isdecimal() else _bare(word, language)
    if not bare:
        return None
    stem, consonants = number(_WORD, bare[:_STEM]), skeleton(bare, language)
    if len(consonants) < LEAST:
        return stem, ()
    short = number(Kind.NAME, consonants[:LEAST])
    if len(consonants) == LEAST:
        return stem, ((short, 1.0),)
    # The fourth may be an ending's.
    return stem, ((number(Kind.NAME, consonants[:_NAME]), 1.0), (short, _SHORT))


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
