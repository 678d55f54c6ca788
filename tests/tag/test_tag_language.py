"""The language of an article: whose word counts, and in which languages a text is read."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from py3langid.langid import LanguageIdentifier
from tagging import entry

from aggregator.model import Article
from aggregator.tag.language import _NEWS, Language, _identifier, base, read

PORT = "Minister visits the port on Monday"
ACCORD = "Azərbaycan və Ermənistan sülh müqaviləsi imzalayıb, tərəflər bu gün görüşüb"

WRITTEN = [
    ("az", "Azərbaycanda yeni məktəb açılıb"),
    ("ru", "Новая дорога открылась в понедельник"),
    ("uk", "Новий порт відкрили в понеділок"),
    ("hy", "Նոր դպրոց է բացվել քաղաքում"),
    ("ka", "ახალი გზა გაიხსნა ქალაქში"),
    ("tr", "Yeni okul pazartesi günü açıldı"),
    ("fa", "مدرسه‌ای تازه در شهر باز شد"),
    ("ar", "افتتاح مدرسة جديدة في المدينة"),
    ("he", "בית ספר חדש נפתח בעיר"),
    ("kk", "Қалада жаңа мектеп ашылды"),
    ("en", "A new school opens in the town on Monday"),
    ("de", "Eine neue Schule wird am Montag eröffnet"),
    ("fr", "Une nouvelle école ouvre lundi dans la ville"),
    ("es", "Una nueva escuela abre el lunes en la ciudad"),
    ("pl", "W mieście otwarto nową szkołę"),
    ("el", "Ένα νέο σχολείο άνοιξε στην πόλη"),
    ("vi", "Một trường học mới mở cửa vào thứ Hai"),
    ("zh", "市内新学校星期一开学"),
    ("ja", "市内に新しい学校が開校した"),
    ("ko", "시내에 새 학교가 문을 열었다"),
]


@pytest.mark.parametrize(("code", "title"), WRITTEN)
def test_the_language_of_a_text_is_told_from_it(code, title):
    found = read(entry(title))
    assert found.candidates[0] == code
    assert found.language.code == code
    assert 0.5 < found.language.certainty <= 1


# --- whose word counts --------------------------------------------------------------------------

HOLDS = [
    ("the text agrees", "en", PORT, ("en",)),
    ("a variant stays as it is written", "en-GB", PORT, ("en",)),
    (
        "a variant of another name",
        "nb-NO",
        "En ny havn er åpnet i Bergen, sier ministeren",
        ("no",),
    ),
    ("nothing to tell it from", "az", "2026 – 11:30", ("az",)),
    ("nothing at all", "fa", "", ("fa",)),
]


@pytest.mark.parametrize(("why", "told", "title", "candidates"), HOLDS)
def test_the_publishers_word_holds(why, told, title, candidates):
    found = read(entry(title, language=told))
    assert found == (Language(told, 1.0), candidates), why


@pytest.mark.parametrize(
    ("told", "title"), [("tr", "Messi"), ("az", "Baku 2026"), ("ka", "FIFA"), ("fr", "Nobel 2026")]
)
def test_a_doubtful_text_does_not_overrule_the_publisher_but_is_read_in_other_languages(
    told, title
):
    found = read(entry(title, language=told))
    assert found.language == Language(told, 1.0)
    assert found.candidates[0] == told
    assert len(found.candidates) > 1


@pytest.mark.parametrize("told", ["en-US", "de", "ru"])
def test_a_text_that_leaves_no_doubt_overrules_the_publisher(told):
    found = read(entry(ACCORD, language=told))
    assert found.language.code == "az"
    assert found.candidates == ("az",)


def test_a_near_language_is_no_reason_to_overrule_the_publisher():
    found = read(entry("Hrvatska i Slovenija sklopile novi sporazum", language="sr"))
    assert found.language == Language("sr", 1.0)
    assert found.candidates[0] == "sr"


def test_some_common_words_of_the_publishers_language_are_enough_for_it():
    title = "Der und The Return of the King opens in cinemas this Friday in the whole country"
    assert read(entry(title, language="de")) == (Language("de", 1.0), ("de",))
    assert read(entry(title, language="fr")).language.code == "en"


@pytest.mark.parametrize("title", [ACCORD, PORT, "Президент подписал закон", "", "🔥 2026"])
@pytest.mark.parametrize("operators", ["hy", "he-IL"])
def test_the_operators_word_always_holds(title, operators):
    found = read(entry(title, language="en"), operators)
    assert found.language == Language(operators, 1.0)
    assert found.candidates[0] == base(operators)


def test_only_a_word_that_was_given_is_certain():
    assert read(entry(PORT, language="en")).language.certainty == 1
    assert read(entry(ACCORD)).language.certainty < 1
    assert read(entry(ACCORD, language="en-US")).language.certainty < 1


# --- what is looked at --------------------------------------------------------------------------


@pytest.mark.parametrize("title", ["", "2026 – 11:30", "🔥", "— !? —"])
def test_a_text_without_letters_has_no_language(title):
    assert read(entry(title)) == (None, ())


def test_a_short_text_may_be_of_several_languages():
    found = read(entry("Regen in Baku"))
    assert {"de", "nl"} <= set(found.candidates)
    assert found.language.code == found.candidates[0]
    assert found.language.certainty < 0.95


@pytest.mark.parametrize(
    ("code", "title"),
    [("en", "BANK RATE CUT AS JOBLESS FIGURES RISE"), ("de", "REGIERUNG BESCHLIESST NEUES GESETZ")],
)
def test_a_headline_in_capitals_is_read_like_any_other(code, title):
    found = read(entry(title)).language
    assert found is not None
    assert found == read(entry(title.lower())).language
    assert found.code == code


def test_addresses_and_names_of_accounts_say_nothing():
    noise = "https://example.com/the-war-and-the-peace-of-the-world @the_war #andthepeace"
    assert read(entry(f"{noise} Նոր օր")).candidates == ("hy",)


def test_the_summary_tells_what_the_title_does_not():
    assert read(entry("Baku", "Ein neuer Hafen wird am Montag eröffnet")).candidates == ("de",)


def test_the_text_is_read_where_there_is_no_summary():
    assert read(entry("Baku", text="Сегодня открылся новый порт")).candidates == ("ru",)
    summary = "Ein neuer Hafen wird am Montag eröffnet"
    assert read(entry("", summary, "Сегодня открылся новый порт")).candidates == ("de",)


def test_only_the_beginning_of_a_long_text_counts():
    start = "Una nueva carretera se abre en el sur del país esta semana, dice el ministro de obras "
    assert read(entry(start)) == read(entry(start + "the end of the war and of the peace " * 20))


def test_a_stored_article_reads_like_an_entry():
    at = datetime(2026, 11, 22, tzinfo=UTC)
    article = Article(
        "a" * 26, PORT, None, at, at, at, at, summary="The sea is calm", language="en"
    )
    assert read(article) == read(entry(PORT, "The sea is calm", language="en"))


@settings(deadline=None)  # the first one loads the model
@given(st.text(max_size=60), st.sampled_from([None, "en", "az-Latn", "xx", "ku"]))
def test_any_text_can_be_read(title, told):
    found = read(entry(title, language=told))
    assert len(set(found.candidates)) == len(found.candidates)
    assert all(code == base(code) for code in found.candidates)
    assert (found.language is None) == (not found.candidates)
    if found.language:
        assert found.candidates[0] == base(found.language.code)
        assert 0 <= found.language.certainty <= 1


CODES = [
    ("en", "en"),
    ("pt_BR", "pt"),
    ("ZH-Hans-CN", "zh"),
    ("nb-NO", "no"),
    ("nn", "no"),
    ("iw", "he"),
    ("in", "id"),
    ("prs", "fa"),
]


@pytest.mark.parametrize(("code", "bare"), CODES)
def test_codes_of_one_language_are_one(code, bare):
    assert base(code) == bare


def test_the_smaller_model_answers_like_the_whole_one():
    whole = LanguageIdentifier.from_model_file("data/model.npz.xz", norm_probs=True)
    whole.set_languages(_NEWS)
    parallel = (
        "Nach dem Krieg",
        "Sau chiến tranh",
        "После войны",
        "הפסקת אש",
        "停战协定",
        "휴전 협정",
    )
    dice = Random(1)
    noise = [dice.randbytes(dice.randint(1, 200)) for _ in range(200)]
    for text in (*parallel, *noise, b"", bytes(range(256))):
        assert _identifier().rank(text) == whole.rank(text)
