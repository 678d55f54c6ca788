"""Country codes: which there are."""

from __future__ import annotations

from functools import cache

from aggregator.model import Kind
from aggregator.tag import gazetteer


def is_known(code: str) -> bool:
    """Return whether this is an ISO 3166 alpha-2 code (upper case) with names."""
    return code in codes()


@cache
def codes() -> frozenset[str]:
    """Return the codes of all countries."""
    return frozenset(row.code for row in gazetteer.place_names() if row.kind is Kind.NAME)
