"""Country codes, and the names of countries in the languages of the news."""

from __future__ import annotations

import pytest

from aggregator.model import Kind
from aggregator.tag import gazetteer
from aggregator.tag.places import check, codes, is_known
from aggregator.tag.words import tokens

ROWS = gazetteer.place_names()
EXPECTED = [
    ("AZ", ["Azerbaijan", "Azərbaycan", "Азербайджан", "أذربيجان", "אזרבייג׳ן", "阿塞拜疆",
            "アゼルバイジャン", "Ադրբեջան", "აზერბაიჯანი", "Αζερμπαϊτζάν", "अज़रबैजान", "آذربایجان"]),
    ("US", ["United States", "美国", "美國", "미국"]),
    ("QA", ["Qatar", "قطر"]),
    ("TR", ["Türkiye", "Turkey"]),
    ("XK", ["Kosovo", "Косово"]),
]  # fmt: skip
CITIES = [
    (
        "AZ",
        Kind.CAPITAL,
        ["Баку", "ბაქო", "Բաքու", "باكو", "باکو", "巴库", "バクー"],
    ),
    ("GE", Kind.CAPITAL, ["Tbilisi", "Тбилиси", "თბილისი", "تبليسي"]),
    ("TR", Kind.CITY, ["Istanbul", "Стамбул", "إسطنبول", "伊斯坦布尔"]),
]


def named(code: str, *kinds: Kind) -> set[tuple[str, ...]]:
    return {tokens(row.name) for row in ROWS if row.code == code and row.kind in kinds}


@pytest.mark.parametrize(("code", "some"), EXPECTED)
def test_a_country_is_named_in_many_languages(code, some):
    assert {tokens(name) for name in some} <= named(code, Kind.NAME)


@pytest.mark.parametrize(("code", "kind", "some"), CITIES)
def test_a_city_is_named_in_many_languages(code, kind, some):
    assert {tokens(name) for name in some} <= named(code, kind)


def test_sixty_languages_and_more_name_azerbaijan():
    rows = [row for row in ROWS if row.code == "AZ" and row.kind is Kind.NAME]
    assert len({language for row in rows for language in row.languages}) >= 60


def test_names_of_a_country_that_fold_alike_stand_once_as_english_writes_them():
    rows = [row for row in ROWS if row.kind is Kind.NAME]
    assert len({(row.code, tokens(row.name)) for row in rows}) == len(rows)
    names = {row.name for row in rows if row.code == "AZ"}
    assert "Azerbaijan" in names
    assert "Ázerbáiján" not in names


@pytest.mark.parametrize("name", ["Poo", "USA", "БУ"])
def test_short_names_that_are_words_elsewhere_are_left_out(name):
    assert tokens(name) not in named("US", Kind.NAME) | named("BT", Kind.NAME)


def test_every_country_has_a_name_in_english():
    english = {row.code for row in ROWS if row.kind is Kind.NAME and "en" in row.languages}
    assert codes() - english == set()
    assert {"AZ", "DE", "TD", "IR", "PE", "TW", "PS", "XK"} <= codes()
    assert len(codes()) >= 249


@pytest.mark.parametrize("code", ["AZE", "az", "", "ZZ", "XA", "001", "Q1", "EU"])
def test_what_is_no_country_code_is_not_known(code):
    assert not is_known(code)


def test_a_country_code_is_known():
    assert is_known("AZ")


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("AZE", "write AZ"),
        ("aze", "write AZ"),
        ("031", "write AZ"),
        ("Azerbaijan", "write AZ"),
        ("Azerbaidjan", "did you mean AZ?"),
        ("YU", "write two letters"),  # a state that fell apart into several
        ("", "write two letters"),
    ],
)
def test_what_is_no_country_code_is_told_with_the_one_that_is_meant(written, hint):
    with pytest.raises(ValueError, match="is no country code; ") as caught:
        check(written)
    assert hint in str(caught.value)
