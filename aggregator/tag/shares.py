"""Codes of shares in a text → the countries where they are listed: (7203.T) speaks of Japan.

A report on a company often says no more of its country than where its shares are traded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

from aggregator.model import Kind
from aggregator.tag import gazetteer
from aggregator.tag.patterns import Found
from aggregator.tag.rows import Row
from aggregator.tag.vocabulary import Meaning, meaning

# Two signs at least before the point: (U.N) is no share.
_CODE = re.compile(r"[<(]([A-Z0-9]{2,6})\.([A-Z]{1,3})[>)]")
_WORDS = 2
"""A code is two words, what stands before the point and what stands after it."""


def listed(row: Row) -> Iterator[Found[Meaning]]:
    """Yield the codes of shares in a row that say a country."""
    for code in _CODE.finditer(row.text):
        says = _exchanges().get(code[2])
        if says:
            yield says, row.word_at(code.start(1)), _WORDS


@cache
def _exchanges() -> Mapping[str, Meaning]:
    return {
        suffix: meaning(country, Kind.STANDS_FOR, f".{suffix}")._replace(is_acronym=False)
        for country, suffixes in gazetteer.exchanges().items()
        for suffix in suffixes
    }
