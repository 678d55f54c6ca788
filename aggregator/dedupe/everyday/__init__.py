"""How common words are in ordinary text, by language: tables beside this module; decides nothing.

``<code>.tsv``: how often a word stands among 10⁹ (the power of ten), and the words, as ``telling``
cuts them. Made by ``tests/make_everyday.py``; README.md says from what, and under which licence.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from math import exp

from aggregator.tag import gazetteer

_LENGTH = 100
"""Words of an article that are counted on: most bring a title and a standfirst."""


def shares(language: str) -> Iterator[tuple[str, float]]:
    """Yield words and the share of the articles of a language that hold them.

    The rarer ones are missing. A language without a table has that of its kin, or nothing.
    """
    of = (code for code in (language, *gazetteer.language(language).kin) if code in codes())
    for line in _lines(next(of, None)):
        power, words = line.split("\t")
        share = 1.0 - exp(-_LENGTH * 10.0 ** (float(power) - 9.0))
        for word in words.split():
            yield word, share


@cache
def codes() -> frozenset[str]:
    """Return the languages that have a table."""
    names = (entry.name for entry in files(__name__).iterdir())
    return frozenset(name.removesuffix(".tsv") for name in names if name.endswith(".tsv"))


def _lines(code: str | None) -> list[str]:
    return files(__name__).joinpath(f"{code}.tsv").read_text("utf-8").splitlines() if code else []
