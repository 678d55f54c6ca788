"""The words that the tagger knows: data files beside this module → values; decides nothing.

``languages/<code>.ini``: how a language bends words and what it calls the places of the world.
``subjects/<key>.ini``: the words of a subject, language by language.
``world.ini``: what says a country in texts of any language.
``places.tsv``: names of countries and cities, made by ``python -m aggregator.tag.gazetteer``.
README.md tells how to mend them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from configparser import ConfigParser
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from importlib.resources import files
from sys import intern

from aggregator.model import Kind

Terms = Mapping[str, tuple[str, ...]]

_APPENDED = "-"
"""Stands for "nothing" in the table of endings."""
_PLACE_KINDS = {
    "people": Kind.PEOPLE,
    "names": Kind.NAME,
    "cities": Kind.CITY,
    "stands for": Kind.STANDS_FOR,
    "not": Kind.NOT,
}
_TIERS = {
    "sure": Kind.SURE,
    "likely": Kind.LIKELY,
    "hint": Kind.HINT,
    "never": Kind.NEVER,
}


@dataclass(frozen=True, slots=True)
class Language:
    """What we know of one language.

    bends: what stands at the end of a dictionary form → what stands there in its other forms; ""
    is appended. prefixes: what is written together with the front of a word. kin: languages that
    a short text is taken for, or that read its words. places: kind → country code → terms.
    cased, person, ignore: names that count only with a capital letter, only where no other
    capitalised word is beside them, or not at all.  common: words that stand in nearly every
    text of the language.
    """

    code: str
    name: str
    bends: Terms = field(default_factory=dict)
    prefixes: tuple[str, ...] = ()
    kin: tuple[str, ...] = ()
    places: Mapping[Kind, Terms] = field(default_factory=dict)
    cased: tuple[str, ...] = ()
    person: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    common: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject of the news. words: language code → tier → terms.

    yields_to: where one of these subjects is the stronger one, words that are less than sure
    don't count.  includes: subjects that are part of it.
    """

    key: str
    name: str
    iptc: str
    words: Mapping[str, Mapping[Kind, tuple[str, ...]]]
    yields_to: tuple[str, ...] = ()
    includes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the lists, as it is written there. code: of a country, or the key of a subject."""

    code: str
    kind: Kind
    name: str


@dataclass(frozen=True, slots=True)
class PlaceName(Term):
    """A row of ``places.tsv``: a name of a country or city in some languages; none: in any."""

    languages: frozenset[str]


@cache
def language_codes() -> tuple[str, ...]:
    """Return the languages that have a file of their own, sorted."""
    return _stems("languages")


@cache
def subject_keys() -> tuple[str, ...]:
    """Return the subjects that ``subject:`` can name, sorted."""
    return _stems("subjects")


def language(code: str) -> Language:
    """Return what we know of a language; nothing but its code where it has no file."""
    return _language(code) if code in language_codes() else Language(code, code)


@cache
def _language(code: str) -> Language:
    read = _read(f"languages/{code}.ini")
    words = read.get("words", {})
    return Language(
        code=code,
        name=read["language"]["name"],
        bends={"" if key == _APPENDED else key: _endings(to) for key, to in _items(read, "bends")},
        prefixes=_list(read["language"].get("prefixes", "")),
        kin=_list(read["language"].get("kin", "")),
        places={
            kind: {place: _list(terms) for place, terms in _items(read, section)}
            for section, kind in _PLACE_KINDS.items()
        },
        cased=_list(words.get("cased", "")),
        person=_list(words.get("person", "")),
        ignore=_list(words.get("ignore", "")),
        common=_list(words.get("common", "")),
    )


@cache
def subject(key: str) -> Subject:
    """Return a subject; KeyError if there is none."""
    if key not in subject_keys():
        raise KeyError(key)
    read = _read(f"subjects/{key}.ini")
    about = read.pop("subject")
    return Subject(
        key=key,
        name=about["name"],
        iptc=about["iptc"],
        words={
            language: {_TIERS[tier]: _list(terms) for tier, terms in tiers.items()}
            for language, tiers in read.items()
        },
        yields_to=_list(about.get("yields to", "")),
        includes=_list(about.get("includes", "")),
    )


@cache
def place_names() -> tuple[PlaceName, ...]:
    """Return the rows of ``places.tsv``."""
    return tuple(_rows())


@cache
def international() -> Terms:
    """Return what stands for a country in every language, by country code."""
    return _of_the_world("stands for")


@cache
def exchanges() -> Terms:
    """Return what the codes of shares end with, by the country of the exchange."""
    return _of_the_world("exchanges")


def _of_the_world(section: str) -> Terms:
    return {code: _list(terms) for code, terms in _items(_read("world.ini"), section)}


@cache
def fingerprint() -> str:
    """Return a hash over all word lists: articles are tagged again when it changes."""
    names = [f"languages/{code}.ini" for code in language_codes()]
    names += [f"subjects/{key}.ini" for key in subject_keys()]
    told = sha256()
    for name in (*names, "world.ini", "places.tsv"):
        told.update(_text(name).encode())
    return told.hexdigest()


def _rows() -> Iterator[PlaceName]:
    text = _text("places.tsv")
    shared: dict[str, frozenset[str]] = {}  # 47,000 rows, 2,300 of these: 15 MB less
    for line in text.splitlines():
        if line and not line.startswith("#"):
            code, kind, languages, name = line.split("\t")
            if languages not in shared:
                shared[languages] = frozenset(map(intern, languages.split()))
            yield PlaceName(intern(code), Kind(kind), name, shared[languages])


def _stems(folder: str) -> tuple[str, ...]:
    names = (entry.name for entry in (files(__name__) / folder).iterdir())
    return tuple(sorted(name.removesuffix(".ini") for name in names if name.endswith(".ini")))


def _text(name: str) -> str:
    return files(__name__).joinpath(name).read_text("utf-8")


def _read(name: str) -> dict[str, dict[str, str]]:
    parser = ConfigParser(
        delimiters=(":",), comment_prefixes=("#",), interpolation=None, default_section=""
    )
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # country codes are capitals
    parser.read_string(_text(name), name)
    return {section: dict(parser[section]) for section in parser.sections()}


def _items(read: Mapping[str, Mapping[str, str]], section: str) -> Iterator[tuple[str, str]]:
    yield from read.get(section, {}).items()


def _list(text: str) -> tuple[str, ...]:
    return tuple(term for part in text.split(",") if (term := " ".join(part.split())))


def _endings(text: str) -> tuple[str, ...]:
    return tuple("" if ending == _APPENDED else ending for ending in _list(text))
