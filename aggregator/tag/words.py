"""Text → folded words, the one notion of "same word" for tags and queries; knows no language.

Two spellings that a reader takes for the same word fold to the same string: case, width, accents,
Arabic harakat, Hebrew niqqud, the dot of the Turkish i, the forms of yeh and kaf, ё and the
digits of any script make no difference. What is a letter of its own stays: vowel signs of the
Indic scripts, Hangul, the voicing of kana.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import NamedTuple

BARRIER = "¶"
"""Keeps neighbours apart in a row of tokens; punctuation, hence no text yields it as a token."""

MAX_TOKEN = 200
"""Characters; a longer word is cut into several tokens."""

# Marks without which readers still write and find the word. Others (matras, virama) are letters.
_DROPPED_MARKS = (
    (0x0300, 0x036F),  # Latin, Greek and Cyrillic accents
    (0x0483, 0x0489),  # Cyrillic titlo
    # Hebrew niqqud
    (0x0591, 0x05BD), (0x05BF, 0x05BF), (0x05C1, 0x05C2), (0x05C4, 0x05C5), (0x05C7, 0x05C7),
    # Arabic harakat, hamza and madda
    (0x0610, 0x061A), (0x064B, 0x065F), (0x0670, 0x0670), (0x06D6, 0x06DC), (0x06DF, 0x06E4),
    (0x06E7, 0x06E8), (0x06EA, 0x06ED), (0x08CA, 0x08E1), (0x08E3, 0x08FF),
    (0x0711, 0x0711), (0x0730, 0x074A),  # Syriac points
    (0x093C, 0x093C),  # Devanagari nukta, which many writers leave out
    (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE20, 0xFE2F),
)  # fmt: skip

# Signs that stand inside a word and are no part of it.
_DROPPED_SIGNS = (
    "\u00ad\u200c\u200d\u2060\ufeff\u034f\u061c\u180e\u200e\u200f"  # soft hyphen, joiners, bidi
    "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    "\u0640"  # tatweel
    "\u02b9\u02ba\u02be\u02bf"  # primes and half rings of transliteration
    "\u055b\u055c\u055e\u055f"  # Armenian emphasis, !, ? and abbreviation, set on a word's vowel
    + "".join(map(chr, range(0xFE00, 0xFE10)))  # variation selectors
)

# Letters that Unicode does not decompose, and pairs that writers mix.
_LETTERS = {
    "ı": "i", "ə": "e", "ǝ": "e", "đ": "d", "ð": "d", "ø": "o", "ł": "l", "ħ": "h", "ŧ": "t",
    "æ": "ae", "œ": "oe", "þ": "th", "ŋ": "n", "ĸ": "k",
    "ґ": "г",
    "ی": "ي", "ى": "ي", "ک": "ك", "ة": "ه", "ہ": "ه", "ە": "ه",
    "ʼ": "'", "ʻ": "'", "ʽ": "'", "ˈ": "'",
}  # fmt: skip

# Scripts written without spaces: each character is a token, so a phrase is a substring search.
_UNSPACED = (
    "\u0e01-\u0eff"  # Thai, Lao
    "\u1000-\u109f\ua9e0-\ua9ff\uaa60-\uaa7f"  # Myanmar
    "\u1780-\u17ff"  # Khmer
    "\u3005-\u3007\u3021-\u3029\u3038-\u303b\u3041-\u312f\u31a0-\u31bf\u31f0-\u31ff"  # kana
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
)


def _folding() -> tuple[dict[str, str], str]:
    """Return the characters that fold to others, and the marks that belong to words.

    Walks the planes that hold scripts once, at import (about 20 ms), so that no list of ours can
    disagree with the Unicode of this Python.
    """
    folds = dict(_LETTERS)
    kept: list[str] = []
    for point in range(0x300, 0x1F000):
        character = chr(point)
        category = unicodedata.category(character)
        if category == "Nd":
            folds[character] = str(unicodedata.decimal(character))
        elif category[0] == "M":
            kept.append(character)
    folds |= dict.fromkeys(_DROPPED_SIGNS, "")
    folds |= {chr(p): "" for first, last in _DROPPED_MARKS for p in range(first, last + 1)}
    return folds, "".join(mark for mark in kept if folds.get(mark) != "")


_RARE = "\U00010000"
"""From here on: the planes that few texts use."""


def _one_of(characters: str) -> str:
    """Return a pattern for one of many characters, which asks for rare planes only in them.

    A class of a few hundred ranges past the first plane would be walked at every miss.
    """
    common = "".join(character for character in characters if character < _RARE)
    rare = "".join(character for character in characters if character >= _RARE)
    return f"(?:[{common}]|(?=[{_RARE}-\U0001efff])[{rare}])"


_FOLDS, _MARKS = _folding()
# A joiner that keeps Arabic letters apart is a word's edge to the eye; ™ would fold to letters.
_EDGE_SIGNS = "\u200c\u2120\u2122"
_EDGES = re.compile("(?<=[\u0600-\u06ff])\u200c|[\u2120\u2122]")
_LETTER = rf"[^\W_{_UNSPACED}]"
# Each is one group, so that ``split`` keeps the tokens between what separates them.
_ASCII_TOKEN = re.compile(rf"([a-z0-9]{{1,{MAX_TOKEN}}})")
_PLAIN_TOKEN = re.compile(rf"({_LETTER}{{1,{MAX_TOKEN}}})")
_TOKEN = re.compile(
    rf"((?=\w)[{_UNSPACED}]{_one_of(_MARKS)}{{0,{MAX_TOKEN - 1}}}"
    rf"|{_LETTER}(?:{_LETTER}|{_one_of(_MARKS)}){{0,{MAX_TOKEN - 1}}})"
)
# Where none of these stands, the plain pattern finds the same tokens, and faster.
_INTRICATE = re.compile(
    f"[{_UNSPACED}{''.join(mark for mark in _MARKS if mark < _RARE)}{_RARE}-\U0001efff]"
)
# What stands between ASCII signs folds by itself, whatever stands around it.
_STRETCH = re.compile(r"[^\x00-/:-@\[-`{-\x7f]+")
# A character with all that may be reordered before it or folds together with it: marks, Korean
# jamo, the second half of Armenian digraphs.
_NOTHING = "".join(sign for sign, to in _FOLDS.items() if not to)
_CLUSTER = re.compile(
    f".(?:[\u1160-\u11ff\uff9e\uff9fւՒ]|{_one_of(_MARKS + _NOTHING)})*",
    re.DOTALL,
)

_MOST_MARKS = 30
"""Marks on one letter; no script needs so many (Unicode's stream-safe text format has them)."""
_HALF_WIDTH_MARKS = "\uff9e\uff9f"
_REORDERED = re.compile(
    _one_of(_HALF_WIDTH_MARKS + "".join(filter(unicodedata.combining, map(chr, range(0x1F000)))))
)
_HEAP = re.compile(f"({_REORDERED.pattern}{{{_MOST_MARKS}}}){_REORDERED.pattern}+")


_MOST_REMEMBERED = 16
"""Characters of a letter with its marks whose folding is remembered."""


class Span(NamedTuple):
    """A token and where it stands in the text as written: ``text[start:end]``."""

    token: str
    start: int
    end: int


def fold(text: str) -> str:
    """Return ``text`` without what makes no difference; folding twice changes nothing.

    Of a heap of marks on one letter only the first ``_MOST_MARKS`` are looked at.

    >>> fold("BAKI") == fold("Bakı") == fold("bakİ")
    True
    """
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKD", _without_heaps(_with_edges(text))).casefold()
    folded = unicodedata.normalize("NFKD", folded)
    for character in _FOLDS.keys() & set(folded):  # few, and each replacement is a memory scan
        folded = folded.replace(character, _FOLDS[character])
    # Armenian "ev" is written եւ, և, and ԵՎ in capitals.
    return unicodedata.normalize("NFC", _without_heaps(folded.replace("եւ", "եվ")))


def _with_edges(text: str) -> str:
    """Return ``text`` with a space for what is a word's edge to the eye."""
    if any(map(text.__contains__, _EDGE_SIGNS)):  # rare; the pattern walks the text slowly
        return _EDGES.sub(" ", text)
    return text


def _without_heaps(text: str) -> str:
    """Return ``text`` with short runs of marks: Unicode sorts a run in the square of its length."""
    if not _REORDERED.search(text[::_MOST_MARKS]):  # a longer run has one of these characters
        return text
    return _HEAP.sub(r"\1", text)


def tokens(text: str) -> tuple[str, ...]:
    """Return the whole words of the folded text, in order.

    A token holds only ASCII letters and digits and non-ASCII characters. Hyphens and apostrophes
    separate; a character of a script without spaces is a token of its own.

    >>> tokens("Nagorno-Karabakh’s")
    ('nagorno', 'karabakh', 's')
    """
    folded = fold(text)
    return tuple(_pattern(folded).findall(folded))


def spans(text: str) -> tuple[Span, ...]:
    """Return ``tokens(text)`` with their places, so that what matched can be quoted as written.

    Slower than ``tokens``. Where one character folds to several words ("½"), they share its place.
    """
    text = _with_edges(text)
    found: list[Span] = []
    for stretch in _STRETCH.finditer(text):
        found += _located(stretch[0], stretch.start())
    return tuple(found)


class Text:
    """A text with its tokens, and where they stand; that is only found out when it is asked for."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._folded = folded = fold(text)
        # What separates, a token, what separates, a token … what separates.
        self._parts = _pattern(folded).split(folded)
        self.tokens: tuple[str, ...] = tuple(self._parts[1::2])

    @cached_property
    def places(self) -> Sequence[tuple[int, int]]:
        """Where each token stands, ``text[start:end]``: what ``spans`` says, but faster."""
        text, folded = self.text, self._folded
        edges = list(accumulate(map(len, self._parts)))
        found = list(zip(edges[::2], edges[1::2], strict=False))
        if text.isascii():
            return found
        characters = set(text)
        folds = dict(zip(characters, map(_remembered, characters), strict=True))
        if len(folded) == len(text) and set(map(len, folds.values())) == {1}:
            return found
        pieces = list(map(folds.__getitem__, text))
        if "".join(pieces) != folded:  # marks that fold together with the letter before them
            return [(start, end) for _, start, end in spans(text)]
        starts = list(accumulate(map(len, pieces), initial=0))
        return [
            # With the marks after it that fold to nothing; "¼" is the place of two tokens.
            (
                bisect_right(starts, start) - 1,
                max(bisect_right(starts, end) - 1, bisect_right(starts, end - 1)),
            )
            for start, end in found
        ]


def _located(stretch: str, at: int) -> Iterator[Span]:
    """Yield the spans of a stretch of text that begins at ``at``."""
    if stretch.isascii():
        pieces, places = [stretch.lower()], [(n, n + 1) for n in range(len(stretch))]
    else:
        pieces, places = [], []
        for cluster in _CLUSTER.finditer(stretch):
            piece = _folded_cluster(cluster[0])
            pieces.append(piece)
            places += [cluster.span()] * len(piece)
    folded = "".join(pieces)
    for match in _pattern(folded).finditer(folded):
        yield Span(match[0], at + places[match.start()][0], at + places[match.end() - 1][1])


def _folded_cluster(cluster: str) -> str:
    return _remembered(cluster) if len(cluster) <= _MOST_REMEMBERED else fold(cluster)


@lru_cache(4096)
def _remembered(cluster: str) -> str:
    return fold(cluster)


def _pattern(folded: str) -> re.Pattern[str]:
    if folded.isascii():
        return _ASCII_TOKEN
    return _TOKEN if _INTRICATE.search(folded) else _PLAIN_TOKEN
