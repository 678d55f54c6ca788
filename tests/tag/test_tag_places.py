"""The names of countries in the languages of the news."""

from __future__ import annotations

import pytest

from aggregator.tag.places import is_known, names
from aggregator.tag.words import tokens

EXPECTED = [
    ("AZ", ["Azerbaijan", "Azərbaycan", "Азербайджан", "أذربيجان", "אזרבייג׳ן", "阿塞拜疆",
            "アゼルバイジャン", "Ադրբեջան", "აზერბაიჯანი", "Αζερμπαϊτζάν", "अज़रबैजान", "آذربایجان"]),
    ("US", ["United States", "美国", "美國", "미국"]),
    ("QA", ["Qatar", "قطر"]),
    ("TR", ["Türkiye", "Turkey"]),
]  # fmt: skip


@pytest.mark.parametrize(("code", "some"), EXPECTED)
def test_a_country_is_named_in_many_languages(code, some):
    words = {tokens(name) for name in names(code)}
    assert {tokens(name) for name in some} <= words


def test_names_that_fold_alike_stand_once_as_english_writes_them():
    assert "Azerbaijan" in names("AZ")
    assert "Ázerbáiján" not in names("AZ")
    assert len({tokens(name) for name in names("AZ")}) == len(names("AZ")) > 100


@pytest.mark.parametrize("name", ["Poo", "USA", "БУ"])
def test_short_names_that_are_words_elsewhere_are_left_out(name):
    assert all(tokens(name) != tokens(other) for code in ("US", "BT") for other in names(code))


def test_every_country_has_an_english_name():
    assert {"Germany", "Chad", "Iran", "Peru"} <= {
        name for code in ("DE", "TD", "IR", "PE") for name in names(code)
    }


@pytest.mark.parametrize("code", ["AZE", "az", "", "ZZ", "XA", "001", "Q1"])
def test_what_is_no_country_code_is_refused(code):
    assert not is_known(code)
    with pytest.raises(ValueError, match="no country code"):
        names(code)


def test_a_country_code_is_known():
    assert is_known("AZ")
