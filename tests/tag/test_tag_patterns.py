"""Terms as they are written, the forms of words, and where terms stand in a row of words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.tag import patterns
from aggregator.tag.patterns import Bending, Finder, Form, Lexicon, Word, Words, pattern
from aggregator.tag.words import fold, tokens

BENT, EXACT, STEM, TAIL = Form.BENT, Form.EXACT, Form.STEM, Form.TAIL

NOTATION = [
    ("war", ((BENT, "war"),)),
    ("  War  ", ((BENT, "war"),)),
    ("peace talks", ((BENT, "peace"), (BENT, "talks"))),
    ("Nagorno-Karabakh", ((BENT, "nagorno"), (BENT, "karabakh"))),
    ("Bakı’da", ((BENT, "baki"), (BENT, "da"))),
    ("44-day war", ((BENT, "44"), (BENT, "day"), (BENT, "war"))),
    ("=Mali", ((EXACT, "mali"),)),
    ("=price war", ((EXACT, "price"), (BENT, "war"))),
    ("price =war", ((BENT, "price"), (EXACT, "war"))),
    ("=Nagorno-Karabakh", ((EXACT, "nagorno"), (EXACT, "karabakh"))),
    ("terror*", ((STEM, "terror"),)),
    ("*krieg", ((TAIL, "krieg"),)),
    ("Əliy*", ((STEM, "eliy"),)),
    ("peace negotiat* =in *stadt", ((BENT, "peace"), (STEM, "negotiat"), (EXACT, "in"),
                                   (TAIL, "stadt"))),
    ("战争", ((BENT, "战"), (BENT, "争"))),
    ("!? war", ((BENT, "war"),)),
]  # fmt: skip

EMPTY = ["", "  ", "!?", "=", "☮ …"]
STARS = ["war*", "*war", "*", "**", "*anti*", "peace * talks", "Nagorno-Karab*", "战争*"]


@pytest.mark.parametrize(("text", "words"), NOTATION)
def test_a_term_is_read(text, words):
    assert pattern(text) == words


@pytest.mark.parametrize("text", EMPTY)
def test_a_term_without_letters_is_refused(text):
    with pytest.raises(ValueError, match="has no letters or digits") as caught:
        pattern(text)
    assert f"“{text}”" in str(caught.value)


@pytest.mark.parametrize("text", STARS)
def test_a_star_needs_four_letters_of_one_word_beside_it(text):
    with pytest.raises(ValueError, match=r"a star stands for .* at least 4 letters"):
        pattern(text)


# --- the forms of a word ------------------------------------------------------------------------

RUSSIAN = Bending({"": ("а", "у", "ом"), "а": ("ы", "е", ""), "ие": ("ия", "ий")})
HEBREW = Bending({"": ("ים",), "ה": ("ות",)}, ("ה", "וב", "ב"))
TURKISH = Bending({"": ("da", "lar", "ların", "ın"), "k": ("ğı",)})
ENGLISH = Bending({"": ("s",), "y": ("ies",)})

FORMS = [
    ("itself", ENGLISH, "war", "war"),
    ("something is appended", ENGLISH, "wars", "war"),
    ("an ending is another", ENGLISH, "armies", "army"),
    ("an ending falls away", RUSSIAN, "войн", "война"),
    ("one of several", RUSSIAN, "перемирий", "перемирие"),
    ("the longest ending", TURKISH, "askerların", "asker"),
    ("endings are folded as words are", TURKISH, "ÇOCUĞI", "çocuk"),
    ("a prefix", HEBREW, "המלחמה", "מלחמה"),
    ("a prefix of two letters", HEBREW, "ובמלחמה", "מלחמה"),
    ("a prefix and an ending", HEBREW, "המלחמות", "מלחמה"),
]  # fmt: skip
NO_FORMS = [
    ("another word", ENGLISH, "warm", "war"),
    ("the ending of another language", ENGLISH, "войны", "война"),
    ("two endings, one after the other", ENGLISH, "warss", "war"),
    ("a word too short to bend", ENGLISH, "uns", "un"),
    ("a word that would be too short", RUSSIAN, "ты", "та"),
    ("a word too short behind a prefix", HEBREW, "האש", "אש"),
    ("prefixes don't add up", HEBREW, "בהמלחמה", "מלחמה"),
    ("a language that bends nothing", Bending(), "wars", "war"),
]


@pytest.mark.parametrize(("why", "bending", "form", "word"), FORMS)
def test_a_form_leads_to_its_word(why, bending, form, word):
    assert fold(word) in bending.dictionary_forms(fold(form)), why


@pytest.mark.parametrize(("why", "bending", "form", "word"), NO_FORMS)
def test_what_is_no_form_leads_elsewhere(why, bending, form, word):
    found = bending.dictionary_forms(fold(form))
    assert fold(word) not in found, why
    assert fold(form) in found


ENDINGS = st.text("ab", max_size=2)


@given(
    st.dictionaries(ENDINGS, st.lists(ENDINGS, max_size=3), max_size=3), st.text("ab", min_size=1)
)
def test_whatever_a_language_makes_of_a_word_leads_back_to_it(bends, word):
    bending = Bending(bends)
    for ending, forms in bends.items():
        stem = word.removesuffix(ending)
        if word.endswith(ending) and len(word) >= 3 and len(stem) >= 2:
            for form in forms:
                assert word in bending.dictionary_forms(stem + form)


# --- finding terms ------------------------------------------------------------------------------


def finder(*terms: str, bending: Bending = ENGLISH) -> Finder[str]:
    lexicon = Lexicon[str](Words())
    for term in terms:
        lexicon.add(pattern(term), term)
    return Finder([lexicon], bending)


FOUND = [
    ("nothing", ("war",), "a peace", []),
    ("no words", ("war",), "", []),
    ("whole words", ("war",), "a warm ward", []),
    ("every place", ("war",), "war or wars", [("war", 0, 1), ("war", 2, 1)]),
    ("a phrase", ("peace talks",), "on peace talks now", [("peace talks", 1, 2)]),
    ("each word of a phrase bends", ("peace talk",), "peaces talks", [("peace talk", 0, 2)]),
    ("not each exact one", ("=peace talk",), "peaces talks", []),
    ("a phrase within a longer one", ("peace", "peace talks"), "peace talks",
     [("peace", 0, 1), ("peace talks", 0, 2)]),
    ("phrases that overlap", ("a b", "b c"), "a b c", [("a b", 0, 2), ("b c", 1, 2)]),
    ("a phrase that begins anew", ("a b", ), "a a b", [("a b", 1, 2)]),
    ("a phrase of one word twice", ("a a",), "a a a", [("a a", 0, 2), ("a a", 1, 2)]),
    ("a phrase of three words", ("a b c",), "a b a b c", [("a b c", 2, 3)]),
    ("a phrase cut by the end", ("peace talks",), "on peace", []),
    ("a phrase cut by a word", ("peace talks",), "peace of talks", []),
    ("a stem", ("terror*",), "terror terrorists terra",
     [("terror*", 0, 1), ("terror*", 1, 1)]),
    ("a tail", ("*krieg",), "krieg bürgerkrieg krieger", [("*krieg", 0, 1), ("*krieg", 1, 1)]),
    ("stars in a phrase", ("anti* *rieg",), "antique krieg", [("anti* *rieg", 0, 2)]),
    ("a word in several forms at once", ("=wars", "war", "wars"), "wars",
     [("=wars", 0, 1), ("war", 0, 1), ("wars", 0, 1)]),
]  # fmt: skip


@pytest.mark.parametrize(("why", "terms", "row", "expected"), FOUND)
def test_terms_are_found_where_they_stand(why, terms, row, expected):
    assert sorted(finder(*terms).find(row.split())) == expected, why


def test_terms_of_several_lexicons_are_found_in_one_pass():
    words = Words()
    names, subjects = Lexicon[str](words), Lexicon[str](words)
    names.add(pattern("Sudan"), "place")
    names.add(pattern("South Sudan"), "longer place")
    subjects.add(pattern("Sudan war"), "subject")
    found = Finder([names, subjects], ENGLISH).find(["south", "sudan", "wars"])
    assert sorted(found) == [("longer place", 0, 2), ("place", 1, 1), ("subject", 1, 2)]


def test_a_term_added_later_is_found_by_a_new_finder():
    words = Words()
    one, other = Lexicon[str](words), Lexicon[str](words)
    one.add(pattern("war"), "one")
    assert Finder([one], ENGLISH).find(["war"]) == [("one", 0, 1)]
    other.add(pattern("war zone"), "other")
    assert Finder([other], ENGLISH).find(["war", "zones"]) == [("other", 0, 2)]


def test_it_forgets_forms_before_they_are_too_many_and_finds_the_same(monkeypatch):
    monkeypatch.setattr(patterns, "_MOST_FORMS", 2)
    small = finder("war", "peace talks")
    row = tokens("wars peace talk war talks peace talks a b c wars peace talks")
    assert [small.find(row) for _ in range(3)] == [finder("war", "peace talks").find(row)] * 3
    assert len(small._met) <= 2


def test_all_finders_share_what_may_be_remembered(monkeypatch):
    monkeypatch.setattr(patterns, "_MOST_FORMS", 50)
    many = [finder("war") for _ in range(10)]
    for number, each in enumerate(many):
        assert each.find([f"w{number}n{n}" for n in range(20)] + ["war"]) == [("war", 20, 1)]
    assert sum(len(each._met) for each in many) <= 50


WORDS = st.sampled_from(["ab", "aba", "abab", "ababa", "ba", "baba"])
FORMED = st.tuples(st.sampled_from(Form), WORDS).map(lambda each: Word(*each))
PATTERNS = st.lists(FORMED, min_size=1, max_size=3).map(tuple)
BENDS = st.dictionaries(st.text("ab", max_size=1), st.lists(st.text("ab", max_size=2), max_size=2))


def naive(terms, row, bending):
    """Every term at every place, word for word, as the notation says."""
    ways = {
        BENT: lambda text, word: text in bending.dictionary_forms(word),
        EXACT: lambda text, word: text == word,
        STEM: lambda text, word: word.startswith(text),
        TAIL: lambda text, word: word.endswith(text),
    }
    for number, term in enumerate(terms):
        for start in range(len(row) - len(term) + 1):
            here = zip(term, row[start:], strict=False)
            if all(ways[form](text, word) for (form, text), word in here):
                yield number, start, len(term)


@given(st.lists(PATTERNS, max_size=6), st.lists(WORDS, max_size=8), BENDS)
def test_a_plain_search_finds_the_same(terms, row, bends):
    terms = [term for term in terms if all(f in (BENT, EXACT) or len(t) >= 4 for f, t in term)]
    bending, words = Bending(bends), Words()
    halves = Lexicon[int](words), Lexicon[int](words)
    for number, term in enumerate(terms):
        halves[number % 2].add(term, number)
    found = Finder(halves, bending).find(row)
    assert sorted(found) == sorted(naive(terms, row, bending))
