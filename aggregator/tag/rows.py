"""An article → the rows of words in which terms are looked for, and how they are written there."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import cached_property

from aggregator.model import Article, Entry
from aggregator.tag.words import Text

# What a word counts, by where it stands: in the headline or a category, among the first words of
# the running text, later, far below.
_HEADLINE, _CATEGORY, _EARLY, _LATE, _FAR = 1.3, 1.0, 1.0, 0.65, 0.25
_LEAD, _NEAR = 40, 150
_MOST = 0.6
"""A row of which more words than this are capitalised is a headline in capitals or Title Case."""
KATAKANA = re.compile("[\u30a1-\u30fa\u30fc-\u30ff]")
_SHORT = 3
"""Letters of a word that may be capitalised at the start of a sentence without being a name."""


_MOST_READ = 60_000
"""Characters of the text in which words are looked for: ten thousand words. What stands further
down counts next to nothing, and a hostile text of half a million would hold a poll for seconds."""
_MOST_QUOTED = 200
"""Characters of the words that are kept as a reason."""


def quoted(text: str) -> str:
    """Return words as they are written, on one line, cut if they are long."""
    said = " ".join(text[: 4 * _MOST_QUOTED].split())
    return said if len(said) <= _MOST_QUOTED else f"{said[: _MOST_QUOTED - 1]}…"


class Row:
    """One stretch of an article: its title, summary, text or one of its categories.

    before: how many words of the running text stand in the rows before it.
    """

    def __init__(self, field: str, text: str, before: int = 0) -> None:
        self.field = field
        self.text = text
        self._written = Text(text)
        self.words = self._written.tokens
        self._before = before

    def weight(self, start: int) -> float:
        """Return what a word at this place counts."""
        if self.field == "title":
            return _HEADLINE
        if self.field == "categories":
            return _CATEGORY
        at = self._before + start
        return _EARLY if at < _LEAD else _LATE if at < _NEAR else _FAR

    @property
    def places(self) -> Sequence[tuple[int, int]]:
        """Where each word stands in the text."""
        return self._written.places

    def word_at(self, place: int) -> int:
        """Return which word stands at a place in the text, or is the next one."""
        return bisect_left(self.places, (place, 0))

    def quote(self, start: int, length: int) -> str:
        """Return words as they are written."""
        first, end = self.places[start]
        if length == 1:
            return self.text[first:end][:_MOST_QUOTED]
        return quoted(self.text[first : self.places[start + length - 1][1]])

    def has_capitals(self, of_words: Iterable[int], start: int) -> bool:
        """Return whether these words, counted from ``start``, begin with capital letters.

        True where the row has no capitals, or nothing else, so that they say nothing.
        """
        if not self._has_case:
            return True
        text, places = self.text, self.places
        for word in of_words:  # noqa: SIM110 - asked of every name: a generator takes twice as long
            if text[places[start + word][0]].islower():
                return False
        return True

    def is_in_capitals(self, start: int, *, for_sure: bool) -> bool:
        """Return whether a word is an acronym as it stands.

        for_sure: not in a headline in capitals or in small letters, where any word may be one.
        """
        if not self._has_case and not for_sure:
            return True
        first, last = self.places[start]
        word = self.text[first:last]
        return word.isupper() if self._has_case else word.upper() == word.lower()

    def is_beside_a_name(self, start: int, length: int) -> bool:
        """Return whether a capitalised word stands directly before or after these words.

        False where so many words are capitalised that it says nothing.
        """
        if self._is_title_case:
            return False
        before, after = start - 1, start + length
        return (before >= 0 and self._is_name(before) and self._adjoin(before)) or (
            after < len(self.words) and self._is_name(after) and self._adjoin(after - 1)
        )

    def goes_on_in_katakana(self, start: int, length: int) -> bool:
        """Return whether these words are only a part of a longer one in katakana."""
        before, after = self.places[start][0] - 1, self.places[start + length - 1][1]
        text = self.text
        return any(0 <= at < len(text) and KATAKANA.match(text[at]) for at in (before, after))

    @cached_property
    def _has_case(self) -> bool:
        return not (self.text == self.text.lower() or self.text == self.text.upper())

    @cached_property
    def _is_title_case(self) -> bool:
        large = sum(map(self._begins_large, range(len(self.words))))
        return large > _MOST * len(self.words)

    def _begins_large(self, at: int) -> bool:
        return not self.text[self.places[at][0]].islower()

    def _is_name(self, at: int) -> bool:
        return self.text[self.places[at][0]].isupper() and len(self.words[at]) > _SHORT

    def _adjoin(self, at: int) -> bool:
        """Return whether nothing but a space stands between a word and the next."""
        return self.text[self.places[at][1] : self.places[at + 1][0]] == " "


def rows(item: Entry | Article) -> tuple[Row, ...]:
    """Return title, summary, text and categories, as far as they have words.

    Summary and text are one running text.
    """
    summary = Row("summary", item.summary)
    text = Row("text", item.text[:_MOST_READ], before=len(summary.words))
    found = [Row("title", item.title), summary, text]
    found += [Row("categories", category) for category in item.categories]
    return tuple(row for row in found if row.words)
