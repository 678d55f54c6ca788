r"""The operator's regular expressions → where they match in an article; knows no topics.

RE2 runs them, in a time that grows only with the text's length, so that none can hang a poll.
They see the text as it is written, not folded, without regard to case. As in all of RE2, ``\b``
and ``\w`` know the letters a to z only; ``\pL`` is a letter of any script.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any, Generic, NamedTuple, TypeVar

import re2

from aggregator.tag.rows import Row, quoted

MAX_BYTES = 1 << 20
"""Memory of one expression with all that it remembers of the texts; bounds its size, too."""
_MOST_MATCHES = 50
"""Of one expression in one row. Each may walk the whole text; later ones count next to nothing."""

# No real expression finds both of these texts, or the empty string at any kind of place.
_STRANGERS = ("xyzzy plugh", "foobar twend")
_LETTERS = "abcdefghijklmnopqrstuvwxyzабвгдежзийклмнопрстуфхцчшщъыьэюяابتثجدرسعفقكلمنهوي0123456789"
"""One of them alone is no word: an expression that it satisfies is in nearly every text."""
_GAPS = ("", "_", " _ ", "__  __", "\n_\n")
# What RE2 says → what to tell the operator of the part {0} that it quotes.
_REASONS = {
    "missing ]": "this '[' is not closed by a ']'",
    "missing )": "a '(' is not closed by a ')'",
    "unexpected )": "a ')' closes no '('",
    "trailing \\": "ends with a backslash that escapes nothing",
    "no argument for repetition operator": "there is nothing before '{0}' that it could repeat",
    "bad repetition operator": "'{0}' repeats a repetition: keep one of the signs",
    "invalid repetition size": "'{0}' repeats too often: 1000 times is the most, also when nested",
    "invalid character class range": "'{0}' is no range or class of characters",
    "invalid named capture group": "'{0}' is no group with a name: write (?P<name>…)",
    "invalid escape sequence": "'{0}' means nothing here: a sign stands for itself after one \\",
    "invalid perl operator": "'{0}' is not supported",
    "pattern too large": "is too large: write several expressions, or repeat less in it",
}  # fmt: skip
_PARTS = {
    r"\(\?<?[=!]$": "'{0}' is not supported: there are no lookaheads or lookbehinds",
    r"\(\?P$": "'(?P=' is not supported: there are no backreferences",
    r"\\[1-9]$": "'{0}' is not supported: there are no backreferences",
    r"\\Z$": "'\\Z' is not supported: write '\\z' or '$'",
    r"\\u$": "'\\u' is not supported: write the character itself, or '\\x{{0431}}'",
}
_FOREIGN = r"(?![\x00-\x7f])[^\W\d_]"
_BEFORE = re.compile(rf"(?<!\\)(\\[bBwW])[*+?]*(?:\((?:\?:)?|\[)*({_FOREIGN})")
_BEHIND = re.compile(rf"({_FOREIGN})[*+?)\]]*(\\[bBwW])")
_ESCAPE = re.compile(r"\\(?:[pPx](?:\{[^}]*\}|.)|.)")


class BadExpression(ValueError):
    """An expression that can't be used; ``position`` counts its characters from 0."""

    def __init__(self, reason: str, position: int = 0) -> None:
        super().__init__(reason)
        self.position = position


@lru_cache(2000)
def compiled(text: str) -> Any:
    """Return the expression ready to be used.

    Raises BadExpression if RE2 can't read it, if it is too large, or if it matches any text.

    >>> compiled("COP[0-9]+").search("after Cop29").span()
    (6, 11)
    """
    try:
        expression = re2.compile(text, _options())
        _filter([text])
    except re2.error as error:
        raise _plain(text, error) from None
    _check_letters(text)
    if any(not match.group() for gap in _GAPS for match in expression.finditer(gap)):
        message = "matches the empty string, hence every article: make something in it obligatory"
        raise BadExpression(message)
    if all(map(expression.search, _STRANGERS)) or any(map(expression.search, _LETTERS)):
        message = "matches nearly every text: write some of the words that you look for"
        raise BadExpression(message)
    return expression


def literal_words(text: str) -> tuple[str, ...]:
    r"""Return the words (three letters or more) that stand as such in an expression.

    >>> literal_words(r"\bwars? (in|on) \pL+")
    ('wars',)
    """
    return tuple(re.findall(r"[^\W\d_]{3,}", _ESCAPE.sub(" ", text)))


def _check_letters(text: str) -> None:
    """Refuse what would silently match nothing: RE2 takes a letter such as é for no letter."""
    if found := _BEFORE.search(text):
        (escape, letter), border = found.groups(), r"(^|\PL)"
    elif found := _BEHIND.search(text):
        (letter, escape), border = found.groups(), r"(\PL|$)"
    else:
        return
    instead = border if escape in (r"\b", r"\B") else r"\pL"
    reason = f"'{escape}' knows only the letters a to z: beside '{letter}' write {instead}"
    raise BadExpression(reason, text.index(escape, found.start()))


T = TypeVar("T")


class Match(NamedTuple, Generic[T]):
    """What an expression matched: the words of a row that it touches, and as it is written.

    length: words; 0 where it matched signs between two words.
    """

    term: T
    start: int
    length: int
    said: str


class Expressions(Generic[T]):
    """Expressions and what each of them stands for, looked for all at once.

    RE2 finds the words that an expression can't do without, for all expressions in one pass; only
    those whose words are there are tried. (One automaton for all, ``re2.Set``, takes fifty times
    longer for a thousand expressions as soon as one of them is like ``war.{0,100}peace``.)

    Raises BadExpression.
    """

    def __init__(self, expressions: Sequence[tuple[str, T]]) -> None:
        for text, _ in expressions:
            compiled(text)
        self._groups = list(_groups(expressions))

    def find(self, row: Row) -> Iterator[Match[T]]:
        """Yield the matches in a row; those of one expression never overlap."""
        found = [
            (terms[number], span)
            for candidates, terms in self._groups
            for number in candidates.Match(row.text, potential=True) or ()
            for span in _spans(candidates.re(number), row.text)
        ]
        words = row.places if found else ()
        for term, (start, end) in found:
            first = bisect_right(words, start, key=_end)
            last = bisect_left(words, end, key=_start)
            yield Match(term, first, max(0, last - first), quoted(row.text[start:end]))


def _groups(expressions: Sequence[tuple[str, T]]) -> Iterator[tuple[Any, list[T]]]:
    """Yield filters with their terms, as few as can hold all expressions."""
    if not expressions:
        return
    try:
        yield _filter([text for text, _ in expressions]), [term for _, term in expressions]
    except re2.error:  # too many words for one; of one expression it can't happen (``compiled``)
        half = len(expressions) // 2
        yield from _groups(expressions[:half])
        yield from _groups(expressions[half:])


def _filter(texts: Sequence[str]) -> Any:
    found = re2.Filter()
    for text in texts:
        found.Add(text, _options())
    found.Compile()
    return found


def _options() -> Any:
    options = re2.Options()
    options.case_sensitive = False
    options.max_mem = MAX_BYTES
    options.log_errors = False
    return options


def _spans(expression: Any, text: str) -> Iterator[tuple[int, int]]:
    for match in islice(expression.finditer(text), _MOST_MATCHES):
        start, end = match.span()
        if text[start:end].strip():
            yield start, end


def _start(place: tuple[int, int]) -> int:
    return place[0]


def _end(place: tuple[int, int]) -> int:
    return place[1]


def _plain(text: str, error: Any) -> BadExpression:
    """Return RE2's refusal in plain words, with the place of the part that it speaks of."""
    said = error.args[0]
    kind, _, part = (said.decode() if isinstance(said, bytes) else str(said)).partition(": ")
    reason = next((why for like, why in _PARTS.items() if re.match(like, part)), None)
    reason = reason or next((why for like, why in _REASONS.items() if kind.startswith(like)), kind)
    at = text.find(part) if part and part != text else 0
    return BadExpression(reason.format(part), max(0, at))
