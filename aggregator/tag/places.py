"""Country codes → the country's names in every language that Babel knows, but not inflected."""

from __future__ import annotations

import pickle
import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from babel import localedata

from aggregator.tag.words import tokens

_CODE = re.compile("[A-Z]{2}")
_NO_PLACE = frozenset({"XA", "XB", "ZZ"})  # CLDR's pseudo-locales and "unknown region"
# Shorter names are most of the false hits: they are words, too, in some other language.
_LEAST_LETTERS = {"LATIN": 4, "CJK": 2, "HANGUL": 2, "KATAKANA": 2}
_LEAST_LETTERS_ELSE = 3


def is_known(code: str) -> bool:
    """Return whether this is an ISO 3166 alpha-2 code (upper case) with names."""
    return code in _gazetteer()


def names(code: str) -> tuple[str, ...]:
    """Return the names of a country in all languages, sorted, without those that fold alike.

    code: ISO 3166 alpha-2, upper case; ValueError if it is none. Left out are names of less than
    four letters (Latin), two (Han, Hangul, kana) or three (any other script).
    """
    try:
        return _gazetteer()[code]
    except KeyError:
        message = f"“{code}” is no country code; write two letters such as AZ (ISO 3166)"
        raise ValueError(message) from None


@cache
def _gazetteer() -> Mapping[str, tuple[str, ...]]:
    """Read the territories of all languages once: about half a second, then 4 MB.

    Babel's own loader would keep every locale it has read, 180 MB of them.
    """
    found: dict[str, dict[tuple[str, ...], str]] = {}
    languages = set(filter(_is_language, localedata.locale_identifiers())) - {"en"}
    for language in ("en", *sorted(languages)):  # of names that fold alike, the English one stays
        file = Path(localedata.resolve_locale_filename(language))
        locale = pickle.loads(file.read_bytes())  # noqa: S301 - the library's own file
        for code, name in locale.get("territories", {}).items():
            if _CODE.fullmatch(code) and code not in _NO_PLACE:
                words = tokens(name)
                if _is_safe(words):
                    found.setdefault(code, {}).setdefault(words, name)
    return {code: tuple(sorted(by_words.values())) for code, by_words in found.items()}


def _is_language(identifier: str) -> bool:
    """Return whether this is a language or a script of one (zh_Hant), not a region's variant."""
    _, _, rest = identifier.partition("_")
    return not rest or (len(rest) == 4 and rest.isalpha())


def _is_safe(words: tuple[str, ...]) -> bool:
    letters = "".join(words)
    script = unicodedata.name(letters[:1], "").partition(" ")[0]
    return len(letters) >= _LEAST_LETTERS.get(script, _LEAST_LETTERS_ELSE)
