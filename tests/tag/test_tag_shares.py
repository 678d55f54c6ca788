"""What says a country in every language: the code of a share, names that nobody translates."""

from __future__ import annotations

import pytest
from tagging import about, entry, met, reasons, score

from aggregator.tag import gazetteer, places
from aggregator.tag.patterns import pattern
from aggregator.tag.rows import rows
from aggregator.tag.shares import listed


def codes(text: str) -> list[str]:
    (row,) = rows(entry(text))
    return [row.quote(start, length) for _, start, length in listed(row)]


@pytest.mark.parametrize(
    ("country", "text"),
    [
        ("JP", "The car maker (7203.T) said sales rose"),
        ("CA", "ROYAL GOLD <RGS.TO> SIX MONTHS NET"),
        ("GB", "Çelik şirketi (BLND.L) kârını açıkladı"),
        ("DE", "Концерн (VOWG.DE) сообщил о прибыли"),
        ("TW", "台积电 (2330.TW) 公布业绩"),
    ],
)
def test_the_code_of_a_share_says_where_it_is_traded(country, text):
    assert met(about(country), entry(text))


def test_a_code_stands_among_the_reasons_as_it_is_written():
    (why,) = reasons(about("FR"), entry("Rise", "Sales of “Grün” (GRUN.PA) rose"))
    assert (why.words, why.term) == ("GRUN.PA", ".PA")


@pytest.mark.parametrize(
    "text",
    [
        "Talks (U.N) go on",  # one letter and a point: an abbreviation
        "Shares 7203.T rose",
        "Shares (7203) rose",
        "Shares (UNI.A) rose",  # a class of shares
        "see (example.de) or (ry.to)",
        "a price of (10.50) or (5.25 T)",
    ],
)
def test_what_only_looks_like_the_code_of_a_share_says_nothing(text):
    assert codes(text) == []


def test_every_code_of_a_text_is_found_where_it_stands():
    assert codes("Profit of A (7203.T), B <RY.TO> and C (BLND.L)") == ["7203.T", "RY.TO", "BLND.L"]


def test_letters_of_a_code_are_no_name_of_a_country():
    assert met(about("GB"), entry("UNION SETS DIVIDEND IN THE UK"), "en")
    assert score(about("GB"), entry("UNION CARBIDE <UK.N> SETS DIVIDEND"), "en") == 0


@pytest.mark.parametrize("code", ["sw", "pl", "tr", "id", "qaa"])
def test_names_that_nobody_translates_are_found_in_every_language(code):
    assert met(about("DE"), entry("Bundesbank: 2,5 %"), code)
    assert met(about("NO"), entry("Norges Bank 4 %"), code)


def test_what_is_the_same_in_every_language_is_of_countries_and_can_be_looked_for():
    for terms in (gazetteer.international(), gazetteer.exchanges()):
        assert all(map(places.is_known, terms))
        assert all(pattern(term) for some in terms.values() for term in some)
    endings = [ending for some in gazetteer.exchanges().values() for ending in some]
    assert len(endings) == len(set(endings))
    assert all(ending.isalpha() and ending.isupper() for ending in endings)
