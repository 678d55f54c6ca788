"""The table of place names is what its script makes, and its cities are cities."""

from __future__ import annotations

import runpy
import sys
from collections import defaultdict
from importlib.resources import files

import pytest
from tagging import about, entry, met

from aggregator.model import Kind
from aggregator.tag import gazetteer
from aggregator.tag.words import tokens


def test_the_shipped_table_is_the_one_that_the_script_makes(tmp_path, monkeypatch):
    target = tmp_path / "places.tsv"
    monkeypatch.setattr(sys, "argv", ["gazetteer", str(target)])
    runpy.run_module("aggregator.tag.gazetteer", run_name="__main__")
    shipped = files("aggregator.tag.gazetteer") / "places.tsv"
    assert target.read_bytes() == shipped.read_bytes(), "run `make gazetteer`"


CITIES = [row for row in gazetteer.place_names() if row.kind in (Kind.CAPITAL, Kind.CITY)]
OTHERWISE = [
    # words: rubbish, people, plague, eighth, the years, tyrant, tunes, the faithful, of the donkey
    "basura", "pirate", "Pueblo", "Peste", "Ottava", "Jaren", "Tiran", "Tunes", "Верный", "Осла",
    # a scene, naval, a spur, after, midfielder, volleyball
    "مشهد", "بحري", "דרבן", "후에", "中卫", "バレー",
    # people
    "Bruni", "Parisi", "Juarez", "Sophia", "Douglas", "Ahmadi", "Мадина",
]  # fmt: skip
OF_ANOTHER_COUNTRY = [
    ("BD", "Islamabad"), ("AO", "Ruanda"), ("AO", "ruanda"), ("NG", "Benin"), ("NG", "Бенин"),
    ("AL", "Trnava"), ("JP", "קובה"), ("BR", "Сальвадор"), ("CN", "تاییوان"), ("JO", "عمان"),
]  # fmt: skip
MAIN = [
    ("PK", "Islamabad"), ("IQ", "Basrah"), ("AO", "Luanda"), ("BN", "Bandar Seri Begawan"),
    ("CA", "Ottawa"), ("MX", "Puebla"), ("FR", "Paris"), ("AT", "Vienna"), ("CN", "Peking"),
    ("UA", "Odessa"), ("RU", "Москва"), ("SA", "Мекка"), ("JP", "東京"), ("EG", "القاهرة"),
]  # fmt: skip


@pytest.mark.parametrize("word", OTHERWISE)
def test_a_city_bears_no_name_that_is_a_word_or_a_person(word):
    assert tokens(word) not in {tokens(row.name) for row in CITIES}


@pytest.mark.parametrize(("code", "name"), OF_ANOTHER_COUNTRY)
def test_a_city_bears_no_name_that_means_another_country(code, name):
    assert (code, tokens(name)) not in {(row.code, tokens(row.name)) for row in CITIES}


@pytest.mark.parametrize(("code", "name"), MAIN)
def test_cities_keep_the_names_that_they_are_known_by(code, name):
    assert (code, tokens(name)) in {(row.code, tokens(row.name)) for row in CITIES}


def test_no_city_bears_the_name_of_another_country():
    countries = defaultdict(set)
    for row in gazetteer.place_names():
        if row.kind is Kind.NAME:
            countries[tokens(row.name)].add(row.code)
    further = [row for row in CITIES if row.code not in countries[tokens(row.name)]]
    wrong = {(r.code, r.name) for r in further if countries[tokens(r.name)]}
    assert wrong == {("BR", "Salvador")}, "its main name"


def test_names_in_latin_letters_are_written_large():
    small = {row.name for row in CITIES if row.name[0].isascii() and row.name[0].islower()}
    assert small == set()


# Each language calls the city so; most of these names are far from the English one.
IN_THEIR_OWN_LANGUAGE = [
    ("AT", "de", "Wien"), ("AT", "pl", "Wiedeń"), ("AT", "hu", "Bécs"), ("AT", "nl", "Wenen"),
    ("AT", "hr", "Beč"), ("AT", "cs", "Vídeň"), ("DE", "de", "Köln"), ("DE", "es", "Colonia"),
    ("DE", "nl", "Keulen"), ("DE", "it", "Monaco di Baviera"), ("DE", "pl", "Monachium"),
    ("DE", "az", "Münxen"), ("PL", "pl", "Warszawa"), ("CN", "de", "Peking"),
    ("CN", "fr", "Pékin"), ("CN", "pt", "Pequim"), ("CN", "it", "Pechino"), ("RU", "it", "Mosca"),
    ("RU", "fi", "Pietari"), ("RU", "ru", "Питере"), ("RU", "ru", "Сталинград"),
    ("SY", "fr", "Damas"), ("SY", "tr", "Şam"), ("IL", "tr", "Kudüs"), ("AF", "tr", "Kabil"),
    ("AL", "tr", "Tiran"), ("SA", "bg", "Мека"), ("CA", "sr", "Отава"), ("CZ", "sr", "Праг"),
    ("IT", "ru", "Милан"), ("PE", "ru", "Лима"), ("IR", "fa", "مشهد"),
    ("IR", "ar", "مشهد الإيرانية"),
    ("IL", "ar", "القدس"), ("ZA", "fi", "Kapkaupunki"), ("GR", "tr", "Atina"),
    ("DZ", "es", "Argel"), ("SK", "hu", "Pozsony"), ("VN", "en", "Saigon"), ("IN", "en", "Madras"),
]  # fmt: skip


@pytest.mark.parametrize(("of", "language", "name"), IN_THEIR_OWN_LANGUAGE)
def test_a_language_finds_a_city_by_its_own_name(of, language, name):
    assert met(about(of, at_least=0.3), entry(f"xyz 12 {name}, 15"), language)
