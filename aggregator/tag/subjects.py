"""Keys of the built-in subjects: which one is meant by something else."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from aggregator.model import Kind
from aggregator.tag import gazetteer
from aggregator.tag.words import tokens

_ALIKE = 0.75
"""How much of a key must agree to be the one that was meant."""


def check(key: str) -> None:
    """Raise ValueError for what is no subject, with the one that may be meant.

    >>> check("football")
    Traceback (most recent call last):
    ValueError: “football” is no subject; did you mean sport?
    """
    keys = gazetteer.subject_keys()
    if key in keys:
        return
    near = [*get_close_matches(key.lower(), keys, n=1, cutoff=_ALIKE), *_said_by(key)]
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(keys)}"
    message = f"“{key}” is no subject; {hint}"
    raise ValueError(message)


def _said_by(word: str) -> Iterator[str]:
    """Yield the subjects that have an English word: "football" is sport."""
    for kind in (Kind.SURE, Kind.LIKELY):
        for key in gazetteer.subject_keys():
            terms = gazetteer.subject(key).words.get("en", {}).get(kind, ())
            if tokens(word) in map(tokens, terms):
                yield key
