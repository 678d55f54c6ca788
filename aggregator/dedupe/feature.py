"""What can be compared of two articles: features, each a number; not where they come from."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple
from zlib import crc32

KIND = 7
"""The lowest bits of a feature's number are its ``Kind``."""


class Kind(IntEnum):
    """What a feature is."""

    WORD = 0
    NAME = 1  # the consonants of a word that may be a name
    NUMBER = 2
    PLACE = 3  # a country code
    SUBJECT = 4  # a key of the gazetteer


class Told(NamedTuple):
    """How an article tells a feature. shown: as it has it."""

    shown: str
    weight: float


def number(kind: Kind, key: str) -> int:
    """Return the number of a feature: the same in every process, of 29 bits and its kind."""
    return (crc32(key.encode("utf-8", "surrogatepass")) & ~KIND) | kind
