"""The word lists: all of them load, every word in them can be looked for, nothing is mistyped."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from configparser import ConfigParser
from importlib.resources import files
from threading import Barrier

import pytest

from aggregator.model import Kind
from aggregator.tag import gazetteer, places
from aggregator.tag.patterns import Form, pattern
from aggregator.tag.vocabulary import vocabulary
from aggregator.tag.words import fold, tokens

LANGUAGES = gazetteer.language_codes()
SUBJECTS = gazetteer.subject_keys()
# https://cv.iptc.org/newscodes/mediatopic: the first seventeen are its top level.
IPTC = {
    "arts": "01000000", "crime": "02000000", "disaster": "03000000", "economy": "04000000",
    "education": "05000000", "environment": "06000000", "health": "07000000",
    "human_interest": "08000000", "labour": "09000000", "lifestyle": "10000000",
    "politics": "11000000", "religion": "12000000", "science": "13000000", "society": "14000000",
    "sport": "15000000", "conflict": "16000000", "weather": "17000000",
    "war": "20000056", "election": "20000574", "protest": "20000065", "terrorism": "20000103",
}  # fmt: skip
SPOKEN = {"az", "hy", "ka", "ru", "tr", "fa", "ar", "uk", "he"}
SECTIONS = {
    "language": {"name", "prefixes", "kin"},
    "bends": None, "names": None, "people": None, "cities": None, "stands for": None, "not": None,
    "words": {"cased", "person", "ignore", "common"},
}  # fmt: skip


def sections(name: str) -> dict[str, set[str]]:
    """The sections of a data file and their keys; raises for one that stands twice."""
    parser = ConfigParser(delimiters=(":",), comment_prefixes=("#",), interpolation=None)
    parser.optionxform = str
    parser.read_string(files(gazetteer.__name__).joinpath(name).read_text("utf-8"), name)
    return {section: set(parser[section]) for section in parser.sections()}


# --- languages ----------------------------------------------------------------------------------


def test_the_languages_of_the_news_have_their_files():
    assert SPOKEN | {"en", "de", "fr", "es", "pl", "zh", "ja", "kk", "hi", "ko"} <= set(LANGUAGES)
    assert len(LANGUAGES) >= 40


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_file_of_a_language_says_nothing_that_nobody_reads(code):
    found = sections(f"languages/{code}.ini")
    assert set(found) <= set(SECTIONS)
    for section, keys in SECTIONS.items():
        assert keys is None or found.get(section, set()) <= keys, section


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_word_of_a_language_can_be_looked_for(code):
    language = gazetteer.language(code)
    assert language.code == code
    assert language.name
    for of_kind in language.places.values():
        for terms in of_kind.values():
            for term in terms:
                assert pattern(term)
    for term in (*language.cased, *language.person, *language.ignore, *language.common):
        assert tokens(term.lstrip("=")), term
    assert vocabulary(code).code == code


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_code_of_a_language_is_a_country(code):
    kinds = gazetteer.language(code).places.values()
    found = {place for of_kind in kinds for place in of_kind}
    assert {place for place in found if not places.is_known(place)} == set()


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_language_bends_words_by_letters_only(code):
    language = gazetteer.language(code)
    for ending in (*language.bends, *(form for to in language.bends.values() for form in to)):
        assert tokens(f"क{ending}") == (f"क{fold(ending)}",)
    for prefix in language.prefixes:
        assert tokens(prefix) == (fold(prefix),)


def test_a_language_without_a_file_has_nothing_but_its_code():
    assert gazetteer.language("xx") == gazetteer.Language("xx", "xx")


def test_threads_that_begin_at_once_make_the_words_of_a_language_ready_once():
    start = Barrier(4)

    def made(code: str):
        start.wait()
        return vocabulary(code)

    with ThreadPoolExecutor(4) as pool:
        jobs = [pool.submit(made, "qaa") for _ in range(4)]  # a code that no other test uses
        assert len({id(job.result()) for job in jobs}) == 1


def test_every_name_of_the_table_can_be_looked_for():
    for row in gazetteer.place_names():
        assert all(word.form is Form.BENT for word in pattern(row.name)), row
        assert row.kind in (Kind.NAME, Kind.CAPITAL, Kind.CITY)


# --- subjects -----------------------------------------------------------------------------------


def test_there_are_the_top_level_subjects_of_the_iptc_and_four_more():
    assert {key: gazetteer.subject(key).iptc for key in SUBJECTS} == {
        key: f"medtop:{code}" for key, code in IPTC.items()
    }


@pytest.mark.parametrize("key", SUBJECTS)
def test_a_subject_is_known_in_twenty_languages_and_in_those_of_the_region(key):
    known = set(gazetteer.subject(key).words)
    assert len(known) >= 20
    assert known >= SPOKEN | {"en"}
    assert known <= set(LANGUAGES)


@pytest.mark.parametrize("key", SUBJECTS)
def test_every_word_of_a_subject_can_be_looked_for(key):
    subject = gazetteer.subject(key)
    assert (subject.key, bool(subject.name)) == (key, True)
    for language, tiers in subject.words.items():
        assert tiers.get(Kind.SURE), language
        for terms in tiers.values():
            for term in terms:
                assert pattern(term), language


@pytest.mark.parametrize("key", SUBJECTS)
def test_no_word_of_a_subject_is_taken_away_again(key):
    for language, tiers in gazetteer.subject(key).words.items():
        counting = {pattern(t) for tier in tiers for t in tiers[tier] if tier is not Kind.NEVER}
        never = {pattern(term) for term in tiers.get(Kind.NEVER, ())}
        assert counting & never == set(), language


@pytest.mark.parametrize("key", SUBJECTS)
def test_a_subject_speaks_of_others_that_there_are(key):
    subject = gazetteer.subject(key)
    assert {*subject.yields_to, *subject.includes} <= set(SUBJECTS) - {key}


def test_what_is_no_subject_is_refused():
    with pytest.raises(KeyError):
        gazetteer.subject("wars")
