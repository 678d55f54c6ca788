"""Country codes: which there are, and which one is meant by something else."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache

from babel.core import get_global

from aggregator.model import Kind
from aggregator.tag import gazetteer
from aggregator.tag.words import fold

_ALIKE = 0.75
"""How much of a name must agree to be the one that was meant."""


def is_known(code: str) -> bool:
    """Return whether this is an ISO 3166 alpha-2 code (upper case) with names."""
    return code in codes()


def check(code: str) -> None:
    """Raise ValueError for what is no country code, with the one that may be meant.

    >>> check("AZE")
    Traceback (most recent call last):
    ValueError: “AZE” is no country code; write AZ
    """
    if is_known(code):
        return
    meant = _countries().get(fold(code)) or _by_other_codes(code)
    near = get_close_matches(fold(code), _countries(), n=1, cutoff=_ALIKE)
    if meant:
        hint = f"write {meant}"
    elif near:
        hint = f"did you mean {_countries()[near[0]]}?"
    else:
        hint = "write two letters such as AZ (ISO 3166)"
    message = f"“{code}” is no country code; {hint}"
    raise ValueError(message)


@cache
def codes() -> frozenset[str]:
    """Return the codes of all countries."""
    return frozenset(row.code for row in gazetteer.place_names() if row.kind is Kind.NAME)


@cache
def _countries() -> Mapping[str, str]:
    """Return the English names of the countries, folded, with their codes."""
    said = gazetteer.language("en").places.get(Kind.NAME, {})
    more = {fold(name): code for code, names in said.items() for name in names}
    rows = (row for row in gazetteer.place_names() if row.kind is Kind.NAME)
    return more | {fold(row.name): row.code for row in rows if "en" in row.languages}


def _by_other_codes(code: str) -> str | None:
    """Return the code for one of three letters or digits (AZE, 031), or one that was given up."""
    # CLDR has them as aliases; some are of states that fell apart into several.
    found = get_global("territory_aliases").get(code.upper(), ())
    return found[0] if len(found) == 1 and is_known(found[0]) else None
