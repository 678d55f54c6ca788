"""Which spellings are the same word, in the languages of the news."""

from __future__ import annotations

import re
import unicodedata

import pytest
from effort import no_explosion
from hypothesis import given
from hypothesis import strategies as st

from aggregator.tag.words import BARRIER, MAX_TOKEN, Text, fold, spans, tokens

SAME = [
    ("az: the dotted and the dotless i", ["Bakı", "BAKI", "Baki", "BAKİ", "bakı"]),
    ("az: schwa, which keyboards lack", ["Azərbaycan", "AZƏRBAYCAN", "Azerbaycan"]),
    ("tr", ["İstanbul", "ISTANBUL", "istanbul", "ıstanbul", "İSTANBUL"]),
    ("ru: ё", ["Ещё", "еще", "ЕЩЁ"]),
    ("ru: a stress mark", ["войны\u0301", "войны"]),
    ("uk: ґ, ї", ["Україна", "УКРАЇНА", "Украіна"]),
    ("uk: the apostrophes", ["п'ять", "п’ять", "пʼять", "п`ять"]),
    ("hy: capitals, the ligature", ["ԵՐԵՎԱՆ", "Երևան", "Երեւան"]),
    ("hy: emphasis within the word", ["ինչո՞ւ", "ինչու"]),
    ("ka: Mtavruli capitals", ["აზერბაიჯანი", "ᲐᲖᲔᲠᲑᲐᲘᲯᲐᲜᲘ"]),
    ("ar: harakat, tatweel, hamza", ["أَذْرَبَيْجَان", "اذربيجان", "أذربيجـــان"]),
    ("ar: ta marbuta", ["القاهرة", "القاهره"]),
    ("fa: yeh and kaf", ["ایران", "ايران"]),
    ("fa: kaf", ["باکو", "باكو"]),
    ("fa: a joiner is a space", ["کتاب‌ها", "کتاب ها"]),
    ("he: niqqud", ["שָׁלוֹם", "שלום"]),
    ("hi: nukta", ["अज़रबैजान", "अजरबैजान", "अज\u093cरबैजान"]),
    ("ja: width", ["ﾊﾞｸｰ", "バクー"]),
    ("ko: jamo", ["전쟁", unicodedata.normalize("NFD", "전쟁")]),
    ("zh: width of Latin and digits", ["Ｇ２０峰会", "G20峰会"]),
    ("vi", ["Chiến tranh", "CHIẾN TRANH", "chien tranh"]),
    ("vi: đ", ["Đông", "dong"]),
    ("el: accents, final sigma", ["Πόλεμος", "ΠΟΛΕΜΟΣ", "πολεμοσ"]),
    ("de", ["Straße", "STRASSE", "strasse"]),
    ("de: umlaut", ["Tübingen", "Tubingen", "TÜBINGEN"]),
    ("da, pl, fr", ["Ærø Łódź cœur", "aero lodz coeur"]),
    ("digits of any script", ["٤٤", "۴۴", "४४", "44"]),
    ("ligatures, soft hyphens, joiners", ["ﬁre\u00adfight", "firefight", "fire\u200dfight"]),
    ("a hyphen separates", ["Nagorno-Karabakh", "Nagorno Karabakh", "Nagorno–Karabakh"]),
    ("composed or not", ["Azərbaycan é", unicodedata.normalize("NFD", "Azərbaycan é")]),
]

TOKENS = [
    ("", ()),
    (" !? … 🔥 ", ()),
    ("The 44-day war.", ("the", "44", "day", "war")),
    ("Azerbaijan's “war”", ("azerbaijan", "s", "war")),
    ("Bakı’da", ("baki", "da")),
    ("snake_case", ("snake", "case")),
    ("युद्ध में", ("युद्ध", "में")),
    ("阿塞拜疆战争", tuple("阿塞拜疆战争")),
    ("バクーで", ("バ", "ク", "ー", "で")),
    ("カ゛", ("カ",)),
    ("สงคราม", ("ส", "ง", "ค", "ร", "า", "ม")),
    ("ที่นี่", ("ที่", "นี่")),
    ("G20在巴库", ("g20", "在", "巴", "库")),
    ("전쟁이", ("전쟁이",)),
    ("½ km²", ("1", "2", "km2")),
    ("Brand™ news", ("brand", "news")),
    ("नेपाल काठमाडौं", ("नेपाल", "काठमाडौं")),
    ("𑄌𑄋𑄴𑄟 a", ("𑄌𑄋𑄴𑄟", "a")),
    ("\u093e lone", ("lone",)),
    ("\ud800x\x00y", ("x", "y")),
    (BARRIER, ()),
]

DIFFERENT = [
    ("hi: vowel signs are letters", "कि", "की"),
    ("ja: voicing is a letter", "か", "が"),
    ("ko", "전쟁", "전장"),
    ("th: vowels are letters", "ที", "ที่"),
    ("bn: nukta letters", "য়", "য"),
]


@pytest.mark.parametrize("spellings", [row[1] for row in SAME], ids=[row[0] for row in SAME])
def test_spellings_of_one_word_fold_to_one(spellings):
    assert {tokens(spelling) for spelling in spellings} == {tokens(spellings[0])}
    assert tokens(spellings[0])


@pytest.mark.parametrize(("why", "one", "other"), DIFFERENT)
def test_other_letters_are_another_word(why, one, other):
    assert tokens(one) != tokens(other), why


@pytest.mark.parametrize(("text", "expected"), TOKENS)
def test_tokens_are_whole_words(text, expected):
    assert tokens(text) == expected


@pytest.mark.parametrize("unit", ["x", "ы", "क", "ส\u0e31"])
def test_long_words_are_cut(unit):
    found = tokens(unit * 450)
    assert max(map(len, found)) <= MAX_TOKEN
    assert "".join(found) == fold(unit * 450)


def test_a_letter_with_a_thousand_marks_is_cut():
    assert tokens("ส" + "\u0e31" * 1000 + " x") == ("ส" + "\u0e31" * (MAX_TOKEN - 1), "x")


HEAPS = [
    "а" + "\u0316\u0301\u093c\u094d\u0345" * 20_000,
    "カ" + "ﾞ\u093c" * 50_000,
    "क" + "\u094d\u200d\u093c\u0301\u200d" * 20_000,
    "a" + "\u0301\U0001e130\U0001d165" * 30_000,
]


@pytest.mark.parametrize("text", HEAPS)
def test_a_heap_of_marks_costs_no_more_than_its_length(text):
    with no_explosion():
        found = Text(text)
    assert [found.text[start:end] for start, end in found.places] == [
        text[start:end] for _, start, end in spans(text)
    ]
    assert found.tokens == tokens(text)
    assert fold(fold(text)) == fold(text)


def test_what_a_script_heaps_up_is_kept():
    assert fold("ཧྐྵྨླྺྼྻྂ") == unicodedata.normalize("NFC", "ཧྐྵྨླྺྼྻྂ")


QUOTES = [
    ("Война в Баку́.", 2, "Баку́"),
    ("ŞƏHİDLƏR", 0, "ŞƏHİDLƏR"),
    ("о Straße!", 1, "Straße"),
    ("«Bakı’da»", 0, "Bakı"),
    ("阿塞拜疆", 1, "塞"),
    ("١٢٣ ½", 2, "½"),
    ("שָׁלוֹם", 0, "שָׁלוֹם"),
    ("war", 0, "war"),
]


@pytest.mark.parametrize(("text", "number", "words"), QUOTES)
def test_spans_quote_the_text_as_it_stands(text, number, words):
    span = spans(text)[number]
    assert text[span.start : span.end] == words


SCRIPTS = (
    "aZéıİßŁ9٤ёґї'’ʼ-_ \u0301\u093c\u0640\u200c\u200d\u00ad"
    "եԵւՒև՞کيىةहिीあ゛ｶﾞ한\u1112\u1161\u11ab中ก\u0e31ำ™½ﬁ\ud800\x00𑄌𑄴"
)
TEXTS = st.text() | st.text(SCRIPTS)


@given(TEXTS)
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)
    assert tokens(fold(text)) == tokens(text)


@given(TEXTS)
def test_tokens_suit_a_search_index_that_splits_at_spaces(text):
    for token in tokens(text):
        assert 0 < len(token) <= MAX_TOKEN
        assert not re.search(r"[\x00-/:-`{-\x7f\s]", token)
        assert BARRIER not in token


@given(TEXTS)
def test_spans_are_the_tokens_in_order(text):
    found = spans(text)
    assert tuple(span.token for span in found) == tokens(text)
    starts = [(span.start, span.end) for span in found]
    assert starts == sorted(starts)
    assert all(0 <= start < end <= len(text) for start, end in starts)


@pytest.mark.parametrize(("text", "number", "words"), QUOTES)
def test_a_text_quotes_its_tokens_as_they_stand(text, number, words):
    start, end = Text(text).places[number]
    assert text[start:end] == words


@given(TEXTS)
def test_a_text_knows_its_tokens_and_their_places(text):
    known = Text(text)
    assert known.tokens == tokens(text)
    assert len(known.places) == len(known.tokens)
    assert sorted(known.places) == list(known.places)
    for token, (start, end) in zip(known.tokens, known.places, strict=True):
        assert 0 <= start < end <= len(text)
        assert token[0] in fold(text[start:end])
