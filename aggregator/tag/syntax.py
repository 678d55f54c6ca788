"""What a query means, as frozen values; reading one is ``query``, asking one is ``matching``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Field = Literal["any", "title", "author", "category"]


@dataclass(frozen=True, slots=True)
class Phrase:
    """One or more tokens, next to each other, in one column; "any" is the title or the body."""

    field: Field
    tokens: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Topic:
    slug: str


@dataclass(frozen=True, slots=True)
class Source:
    """Any of the article's appearances is from this source."""

    key: str


@dataclass(frozen=True, slots=True)
class Lang:
    """``code`` is lower case with "-"; it holds for ``language`` = code or code-…, any case."""

    code: str


@dataclass(frozen=True, slots=True)
class Domain:
    """``host`` as ``link_host`` gives it; it holds for that host and all below it."""

    host: str


@dataclass(frozen=True, slots=True)
class After:
    """listed >= at"""

    at: datetime


@dataclass(frozen=True, slots=True)
class Before:
    """listed < at"""

    at: datetime


@dataclass(frozen=True, slots=True)
class Within:
    """listed >= now - span"""

    span: timedelta


@dataclass(frozen=True, slots=True)
class Everything:
    """The empty query."""


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Query


Leaf = Phrase | Topic | Source | Lang | Domain | After | Before | Within | Everything
Query = Leaf | And | Or | Not


def leaves(query: Query) -> Iterator[Leaf]:
    """Yield the terms of a query in the order they were written."""
    match query:
        case And(parts) | Or(parts):
            for part in parts:
                yield from leaves(part)
        case Not(part):
            yield from leaves(part)
        case _:
            yield query


def has_clock(query: Query) -> bool:
    """Return whether the answer changes by the mere passing of time (``within:``)."""
    return any(isinstance(leaf, Within) for leaf in leaves(query))


def references(query: Query) -> tuple[tuple[Literal["topic", "source"], str], ...]:
    """Return which topics and sources are named, each once, for the configuration to check."""
    found: dict[tuple[Literal["topic", "source"], str], None] = {}
    for leaf in leaves(query):
        match leaf:
            case Topic(slug):
                found["topic", slug] = None
            case Source(key):
                found["source", key] = None
            case _:
                pass
    return tuple(found)
