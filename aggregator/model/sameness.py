"""Deciding what is the same: what is known, and what an entry turns out to be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from aggregator.model.document import Entry


class Verdict(StrEnum):
    NEW = "new"
    CHANGED = "changed"  # the source that speaks for it edited it
    ALSO = "also"  # known, and now seen in a further source
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Known:
    """A stored article, as far as deciding whether an entry is the same needs it."""

    article: str
    speaker: str
    """Key of the source that speaks for it."""
    sources: frozenset[str]
    link: str | None
    """Canonical key of its link (``dedupe.canonical``)."""
    title: str
    published: datetime | None
    """As the publisher gave it; None where it gave none."""
    fingerprint: str
    """Hash over what a reader would notice (``dedupe.identity.fingerprint``)."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What one entry is. ``identities`` are the keys under which it will be known."""

    entry: Entry
    article: str
    verdict: Verdict
    why: str
    identities: tuple[str, ...]
    link: str | None
    fingerprint: str
