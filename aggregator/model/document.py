"""What a feed says: its entries, what was left out, how it wants to be asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from aggregator.model.hub import Offer


@dataclass(frozen=True, slots=True)
class Image:
    url: str
    alt: str = ""
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that belongs to an entry. ``length`` in bytes, None if unknown."""

    url: str
    type: str = ""
    length: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as a feed brings it, cleaned. What identifies it: guid, else link, else content."""

    guid: str | None
    link: str | None
    title: str
    summary: str = ""
    """The standfirst, plain."""
    content: str = ""
    """Clean HTML; empty if the feed brings no more than the summary."""
    text: str = ""
    """``content`` as plain text."""
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    updated: datetime | None = None
    image: Image | None = None
    enclosures: tuple[Enclosure, ...] = ()
    categories: tuple[str, ...] = ()
    language: str | None = None


class SkipReason(StrEnum):
    """Why one entry of a feed was left out while the others came in."""

    EMPTY = "empty"  # neither title nor text nor link
    BROKEN = "broken"  # raised while it was read
    TOO_MANY = "too-many"  # past the limit of entries in a document


@dataclass(frozen=True, slots=True)
class Skipped:
    """An entry that was left out. ``position`` counts from 0 in the document."""

    position: int
    reason: SkipReason
    detail: str


MARK_BYTES = 8
"""A mark stands for an entry as it is written, with all that it inherits (``parse.raw``)."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a feed asks to be polled.

    apart: the least between two polls (``ttl``, ``sy:updatePeriod``).  hours: of the day, UTC, in
    which to stay away (``skipHours``).  days: of the week, Monday is 0 (``skipDays``).
    """

    apart: timedelta = timedelta(0)
    hours: frozenset[int] = frozenset()
    days: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Document:
    """One parsed feed document, entries in document order."""

    title: str
    link: str | None
    language: str | None
    entries: tuple[Entry, ...]
    skipped: tuple[Skipped, ...] = ()
    marks: tuple[bytes, ...] = ()
    """By what each of the entries is known when it comes again; none where that can't be told."""
    passed: tuple[bytes, ...] = ()
    """The marks of further entries, which were known and so not read."""
    wishes: Wishes | None = None
    """None: as they were, since nothing around the entries was read again."""
    offer: Offer | None = None
    """None: as it was."""
