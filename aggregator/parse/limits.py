"""How much of a feed document is taken in; what to do beyond a limit stands where it is met."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ParseLimits:
    """Upper bounds per document and per entry. Characters are code points.

    Entries past ``max_entries`` are reported as one ``Skipped(TOO_MANY)``; texts are cut at a
    sentence, word or tag; lists keep their first items.
    """

    max_entries: int = 2_000
    max_content_chars: int = 500_000
    max_title_chars: int = 1_000
    max_summary_chars: int = 5_000
    max_categories: int = 100
    max_authors: int = 30
    max_enclosures: int = 50
