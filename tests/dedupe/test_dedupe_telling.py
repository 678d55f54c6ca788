"""What an article tells: words, names in any alphabet, numbers, countries, subjects."""

from __future__ import annotations

from dataclasses import replace

import pytest
from articles import bare
from effort import no_explosion
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.dedupe.feature import KIND, Kind, number
from aggregator.dedupe.skeleton import skeleton
from aggregator.dedupe.stories import Stories
from aggregator.dedupe.telling import Telling, said, telling
from aggregator.model import Article


def article(title: str, text: str = "", language: str | None = "en", **more: str) -> Article:
    return replace(bare(1), title=title, text=text, language=language, **more)


def of(told: Telling, kind: Kind) -> set[int]:
    return {feature for feature in told.features if feature & KIND == kind}


def numbers(kind: Kind, *keys: str) -> set[int]:
    return {number(kind, key) for key in keys}


def weight(told: Telling, word: str) -> float:
    return told.features[number(Kind.WORD, word)].weight


@pytest.mark.parametrize(
    "spellings",
    [
        {"az": "eliyev", "ru": "алиев", "en": "aliyev", "ka": "ალიევი", "hy": "ալիեվ"},
        {"az": "kelesen", "ru": "келашен", "en": "kelashen", "hy": "քելաշեն"},
        {"en": "fuzuli", "ru": "физули", "az": "fuzuli"},
        {"en": "muscat", "ru": "мускат", "fr": "muscat"},
        {"ru": "молдова", "el": "μολδοβα"},
        {"en": "batumi", "ka": "ბათუმი", "ar": "باتومي", "he": "בטומי"},
    ],
)
def test_a_name_has_one_skeleton_in_all_alphabets(spellings: dict[str, str]) -> None:
    found = {skeleton(word, code).replace("F", "P") for code, word in spellings.items()}
    assert len({each[:3] for each in found}) == 1, found


def test_a_word_of_an_unknown_alphabet_has_no_skeleton() -> None:
    assert skeleton("አዲስ") == ""


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("2,100 were hurt", "2100"),
        ("2.100 Verletzte", "2100"),
        ("2\u00a0100 blessés", "2100"),
        ("a quake of 5,8", "5.8"),
        ("a quake of 5.8", "5.8"),
        ("قوة ٥٫٨", "5.8"),
        ("38 mln", "38"),
    ],
)
def test_numbers_are_one_however_they_are_written(text: str, key: str) -> None:
    assert of(telling(article("", text)), Kind.NUMBER) == numbers(Kind.NUMBER, key)


def test_a_digit_alone_says_nothing() -> None:
    assert of(telling(article("7 days", "In 3 weeks")), Kind.NUMBER) == set()


def test_countries_and_subjects_hold_across_languages() -> None:
    english = telling(article("Ceasefire between Armenia and Azerbaijan"))
    russian = telling(article("Перемирие между Арменией и Азербайджаном", language="ru"))
    for told in (english, russian):
        assert of(told, Kind.PLACE) == numbers(Kind.PLACE, "AM", "AZ")
        assert of(told, Kind.SUBJECT) >= numbers(Kind.SUBJECT, "war")


def test_words_in_passing_are_no_subject() -> None:
    text = f"{'and they walked on ' * 15} by the sea"
    assert of(telling(article("A walk", text)), Kind.SUBJECT) == set()


def test_common_words_and_endings_are_left_out() -> None:
    told = telling(article("The elections of the parliaments"))
    assert of(told, Kind.WORD) == numbers(Kind.WORD, "electi", "parlia")


def test_what_is_written_with_a_word_is_taken_from_it() -> None:
    assert of(telling(article("", "والسلام", "ar")), Kind.WORD) == numbers(Kind.WORD, "سلام")


def test_a_script_without_spaces_has_words_of_two_characters() -> None:
    told = telling(article("地震发生 a", language="zh"))
    assert of(told, Kind.WORD) == numbers(Kind.WORD, "地震", "震发", "发生")


def test_two_characters_make_a_word_across_digits_but_not_across_another_word() -> None:
    across = telling(article("第2章", language="zh"))
    assert of(across, Kind.WORD) == numbers(Kind.WORD, "第章")
    apart = telling(article("第a章", language="zh"))
    assert of(apart, Kind.WORD).isdisjoint(numbers(Kind.WORD, "第章"))


def test_names_count_more_than_words_but_not_in_title_case() -> None:
    told = telling(article("Here minister Novak says he met nobody today in town"))
    assert weight(told, "novak") > weight(told, "minist")
    cased = telling(article("Old Carpet Novak Borrowed"))
    assert weight(cased, "novak") == weight(cased, "carpet")


def test_where_it_was_and_of_what_kind_counts_less_than_who_it_was() -> None:
    told = telling(article("Here the earthquake and its sound frighten Novak in Baku today"))
    weights = [weight(told, word) for word in ("earthq", "baku", "sound", "novak")]
    assert weights[0] == weights[1] < weights[2] < weights[3]


def test_georgian_has_no_capitals_yet_names() -> None:
    told = telling(article("შეხვედრა გაიმართა ლევან კვირიკაძე", language="ka"))
    assert of(told, Kind.NAME) >= numbers(Kind.NAME, skeleton("კვირიკაძე")[:4])


def test_later_words_count_less() -> None:
    told = telling(article("", " ".join(f"word{chr(97 + n % 26)}{n}" for n in range(100))))
    words = [each for each in told.features if each & KIND == Kind.WORD]
    assert told.features[words[-1]].weight < told.features[words[0]].weight


def test_the_standfirst_is_read_once() -> None:
    once, _ = said(article("T", "Standfirst and more.", summary="Standfirst"))
    assert once == "T. Standfirst and more."
    both, _ = said(article("T", "The text.", summary="Standfirst"))
    assert both == "T. Standfirst\nThe text."


def test_an_article_from_nowhere_in_no_language_tells_something() -> None:
    told = telling(replace(article("Bakı 2026", language=None), appearances=()))
    assert (told.source, told.language) == ("", None)
    assert told.features


def test_an_encoder_reads_the_headline_and_the_first_words() -> None:
    assert said(article("Title", "Text", "en-GB")) == ("Title. Text", "en")
    assert said(article("T", "word " * 99, language=None)) == (f"T. {'word ' * 40}", None)


def test_a_telling_keeps_the_vector_that_it_is_given() -> None:
    assert telling(article("Title", "Text"), b"\x01").vector == b"\x01"
    assert telling(article("Title", "Text")).vector is None


HOSTILE = st.text(max_size=200) | st.text(
    "aAəЯبก的\u10d0\u1c90'’-–.,:%$\u0661\u00bd²\u0300\u200d\u202e\ud800\U0001f1e6\n 09",
    max_size=80,
)


@settings(deadline=None)  # the words of a language are read when they are needed first
@given(HOSTILE, HOSTILE, HOSTILE, st.none() | st.sampled_from(["en", "zh-Hant", "ar", "th", "x"]))
def test_any_article_tells_something_and_finds_its_place(
    title: str, summary: str, text: str, language: str | None
) -> None:
    told = telling(article(title, text, language, summary=summary))
    assert told == telling(article(title, text, language, summary=summary))
    assert all(each.weight > 0 for each in told.features.values())
    other = replace(telling(article(text, title, language, summary=summary)), article="other")
    stories = Stories()
    assert stories.place(told).why is None
    assert stories.place(other).article == "other"


@pytest.mark.parametrize(
    "text", ["word " * 100_000, "a" * 500_000, "1 000 " * 80_000, "ა" * 500_000, "A. " * 160_000]
)
def test_a_hostile_text_costs_no_more_than_its_first_words(text: str) -> None:
    telling(article("warm", "up"))
    with no_explosion():
        told = telling(article(text, text))
    assert len(told.features) < 1_000
