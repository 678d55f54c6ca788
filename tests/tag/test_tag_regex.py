"""The operator's regular expressions: what they match, what they count, and that none can hang."""

from __future__ import annotations

import re

import pytest
import re2
from effort import no_explosion
from hypothesis import given
from hypothesis import strategies as st
from tagging import entry, met, reasons, score, topic

from aggregator.model import Entry, Rule
from aggregator.tag.examples import check_examples
from aggregator.tag.expressions import BadExpression, Expressions, compiled, literal_words
from aggregator.tag.rows import Row
from aggregator.tag.rules import Tagger

COP = topic(regex=("COP[0-9]+",))


def said(*expressions: str, text: str) -> list[tuple[str, str]]:
    """What each expression matches in a text."""
    found = Expressions([(each, each) for each in expressions]).find(Row("title", text))
    return sorted((match.term, match.said) for match in found)


def test_an_expression_is_found_in_every_field_and_quoted_as_it_stands_there() -> None:
    item = entry("Cop29 opens", "After cop28\nin Dubai", "COP27 was in Egypt.", ["cop30", "UN"])
    found = reasons(COP, item)
    assert [(why.rule, why.field, why.words, why.term) for why in found] == [
        (Rule.REGEX, "title", "Cop29", "COP[0-9]+"),
        (Rule.REGEX, "summary", "cop28", "COP[0-9]+"),
        (Rule.REGEX, "text", "COP27", "COP[0-9]+"),
        (Rule.CATEGORY, "categories", "cop30", "COP[0-9]+"),
    ]
    assert all(why.score > 0 for why in found)


@pytest.mark.parametrize(
    ("expression", "text", "matched"),
    [
        ("cop[0-9]+", "COP29", "COP29"),
        ("бакы?", "БАКЫ", "БАКЫ"),
        ("Bakı", "BAKI", None),  # as it is written: ı is not i
        ("Ali[yj]ev", "Əliyev", None),
        ("(?-i:UN)", "un accord", None),
        ("(?-i:UN)", "the UN said", "UN"),
        (r"\bwar\b", "warm", None),
        (r"\d+-day war", "the 44-day war ended", "44-day war"),
        ("war.*peace", "War and\nPeace", None),
        (r"war\s+peace", "war\n  peace", "war peace"),
        (r"\pL+stan\b", "in Қазақstan", "Қазақstan"),
        ("ceasefire", "unceasefired", "ceasefire"),  # a part of a word
        (r"\$[0-9]+|€+", "costs € € €€", "€"),  # no word at all
        ("停火|停戦", "双方同意停火協議", "停火"),
        ("½ dozen", "a ½ dozen", "½ dozen"),
        (" war", "post war", "war"),
        (r"x\C", "axé", "xé"),
    ],
)
def test_what_an_expression_matches(expression: str, text: str, matched: str | None) -> None:
    found = reasons(topic(regex=(expression,)), entry(text))
    assert [why.words for why in found] == ([] if matched is None else [matched])


def test_nothing_is_matched_across_the_border_of_a_field_or_category() -> None:
    item = entry("The war", "in Karabakh", "", ["war", "in Karabakh"])
    assert not met(topic(regex=(r"war\s*in",)), item)


@pytest.mark.parametrize(
    "item",
    [
        entry("the war"),
        entry("", "the war"),
        entry("", "", "word " * 200 + "war"),
        entry("", "", "war " + "word " * 200 + "war"),
        entry("War after war", "War", "word " * 200 + "war", ["war", "wars"]),
    ],
)
def test_an_expression_counts_by_its_place_and_number_as_a_word_does(item: Entry) -> None:
    by_word = score(topic(any=("=war", "=wars")), item)
    assert score(topic(regex=(r"\bwar\b", r"\bwars\b")), item) == by_word > 0


def test_further_matches_of_one_expression_count_less_and_less() -> None:
    item, several = entry("COP29, COP30 and COP31"), ("COP29", "COP30", "COP31")
    assert score(COP, entry("COP29")) < score(COP, item) < score(topic(regex=several), item)


def test_words_that_several_terms_claim_count_once() -> None:
    item = entry("Nagorno-Karabakh")
    both = topic(regex=("karabakh", "nagorno.karabakh"), any=("Karabakh", "Nagorno-Karabakh"))
    assert score(both, item, "en") == score(topic(regex=("karabakh",)), item)


def test_an_expression_is_one_of_the_options_beside_all() -> None:
    rule = topic(all=("Baku",), regex=("COP[0-9]+",))
    assert met(rule, entry("COP29 in Baku"))
    assert not met(rule, entry("Baku"))
    assert not met(rule, entry("COP29"))


@pytest.mark.parametrize(
    ("expression", "phrase", "text", "is_met"),
    [
        ("wars?", "price war", "A price war", False),
        ("wars?", "price war", "A price war amid the war", True),
        ("A[il]+yev", "Aliyev street", "On Aliyev Street", False),
        ("A[il]+yev", "Aliyev street", "Aliyev on Aliyev Street", True),
        # It doesn't match the phrase, but shares a word with it.
        ("war (in|on) .+", "price war", "Price war on milk, war in Sudan", False),
        ("war (in|on) [a-z]+", "price war", "Price war on milk, war in Sudan", True),
        # Shares nothing: then the phrase speaks of the article.
        ("wars?", "football", "War and football", False),
        ("[0-9]{4}-day", "not this", "1000-day", True),
        ("[0-9]{4}-day", "not this", "1000-day, not this", False),
        ("[0-9]{4}", "not this", "1000, not this", False),
    ],
)
def test_not_covers_what_an_expression_matches(
    expression: str, phrase: str, text: str, is_met: bool
) -> None:
    assert met(topic(regex=(expression,), not_=(phrase,)), entry(text), "en") is is_met


def test_a_match_of_signs_alone_stands_on_no_word() -> None:
    found = Expressions([("[€$]+", "money")]).find(Row("title", "a € b $$"))
    assert [(each.start, each.length, each.said) for each in found] == [(1, 0, "€"), (2, 0, "$$")]


def test_what_not_takes_away_makes_no_other_match_count_less() -> None:
    rule = topic(regex=("wars?",), not_=("price war",))
    assert score(rule, entry("A price war", "A war"), "en") == score(rule, entry("", "A war"), "en")


def test_blanks_alone_are_no_match() -> None:
    assert said(r"\n|war", text="the\nwar") == [(r"\n|war", "war")]


def test_long_matches_are_cut_where_they_are_quoted() -> None:
    (why,) = reasons(topic(regex=("war.*peace",)), entry(f"war {'and ' * 100} peace"))
    assert len(why.words) == 200
    assert why.words.endswith("and…")


def test_examples_are_run() -> None:
    rule = topic(regex=(r"\bCOP[0-9]+",), match=("Cop29 opens", "Climate"), reject=("COP30",))
    wrong = check_examples(rule)
    assert [text.partition(",")[0] for text in wrong] == [
        "“Climate” should match",
        "“COP30” should be rejected",
    ]


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        (r"\bwars? (in|on) \pL+", ("wars",)),
        (r"\p{Cyrillic}+abc\x{0431}def", ("abc", "def")),
        ("[a-z]{3,5}", ()),
        ("Ali[yj]ev", ("Ali",)),
    ],
)
def test_words_that_an_expression_writes_out(expression: str, words: tuple[str, ...]) -> None:
    assert literal_words(expression) == words


# --- what is refused --------------------------------------------------------------------------

FOREIGN = "knows only the letters a to z: beside"
REFUSED = [
    ("a (?=b)", 2, "'(?=' is not supported: there are no lookaheads or lookbehinds"),
    ("a (?<!b)c", 2, "'(?<!' is not supported: there are no lookaheads or lookbehinds"),
    (r"(war) \1", 6, r"'\1' is not supported: there are no backreferences"),
    ("(?P<a>x)(?P=a)", 0, "'(?P=' is not supported: there are no backreferences"),
    (r"war\Z", 3, r"'\Z' is not supported: write '\z' or '$'"),
    (r"a\u0431", 1, r"'\u' is not supported: write the character itself, or '\x{0431}'"),
    ("(?x) war", 0, "'(?x' is not supported"),
    (r"\q", 0, r"'\q' means nothing here: a sign stands for itself after one \ "),
    ("(war", 0, "a '(' is not closed by a ')'"),
    ("war)", 0, "a ')' closes no '('"),
    ("war [a", 4, "this '[' is not closed by a ']'"),
    ("*war", 0, "there is nothing before '*' that it could repeat"),
    ("wa++r", 2, "'++' repeats a repetition: keep one of the signs"),
    ("wa{1001}r", 2, "'{1001}' repeats too often: 1000 times is the most, also when nested"),
    ("a[z-a]", 2, "'z-a' is no range or class of characters"),
    (r"a\p{Foo}", 1, r"'\p{Foo}' is no range or class of characters"),
    ("(?P<a b>x)", 0, "'(?P<a b>' is no group with a name: write (?P<name>…)"),
    ("war\\", 0, "ends with a backslash that escapes nothing"),
    (r"\pL{1,200}q", 0, "is too large: write several expressions, or repeat less in it"),
    (r"\bвойна", 0, rf"'\b' {FOREIGN} 'в' write (^|\PL)"),
    (r"(мир|война)\b", 11, rf"'\b' {FOREIGN} 'а' write (\PL|$)"),
    (r"Алиев\w*", 5, rf"'\w' {FOREIGN} 'в' write \pL"),
    *(
        (each, 0, "matches the empty string, hence every article: make something in it obligatory")
        for each in ("a*", "^", "$", "(?m)^", r"\b", r"\B", r"a*\b", r"\w*\b", "war|", "(?i)")
    ),
    *(
        (each, 0, "matches nearly every text: write some of the words that you look for")
        for each in (
            ".",
            ".+",
            r"\w",
            r"\b\w{3,}\b",
            "[a-z]",
            "e",
            "war|ы",
            r"\d",
            r"\s",
            r"(?s).{3,}",
            r"\C",
        )
    ),
]


@pytest.mark.parametrize(("expression", "position", "reason"), REFUSED)
def test_an_expression_that_can_not_be_used_is_refused_with_the_place(
    expression: str, position: int, reason: str
) -> None:
    with pytest.raises(BadExpression) as caught:
        compiled(expression)
    assert (str(caught.value), caught.value.position) == (reason.rstrip(), position)
    with pytest.raises(ValueError, match=re.escape(reason.rstrip())):
        Tagger([topic(regex=("war", expression))])


@pytest.mark.parametrize("expression", [r"Baku\b|мир", r"\\bвойна", r"\bwar\b", r"\pLов", "战"])
def test_what_looks_like_a_mistake_and_is_none_is_taken(expression: str) -> None:
    assert compiled(expression)


def test_the_library_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    for expression, _, _ in REFUSED:
        with pytest.raises(BadExpression):
            compiled(expression)
    many = [(f"(expression|ausdruck) number-{n} (foo|bar) Алиев{n}", n) for n in range(1_000)]
    Expressions(many)
    assert capfd.readouterr() == ("", "")


# --- many, and hostile ------------------------------------------------------------------------


def test_more_expressions_than_one_filter_holds_are_all_found() -> None:
    many = [(f"(expression|ausdruck) number-{n} (foo|bar) Алиев{n}", n) for n in range(1_000)]
    text = "Ausdruck number-7 foo алиев7, expression number-993 bar Алиев993"
    found = Expressions(many).find(Row("title", text))
    assert sorted(match.term for match in found) == [7, 993]


SOME = [
    "war",
    "stra(ß|ss)e",
    "İİ?s",
    "ır|ır?s",
    "ka",
    "Kb",
    "ſ+t",
    "ΐς",
    "ςσ",
    "[a-c]ǆ",
    "бакы?",
    r"\d{2}",
    "éa|ée",
]


@given(
    st.lists(st.sampled_from(SOME), min_size=1, unique=True),
    st.text("warstrßseİıiIkKKſtTςσΣΐǆǅǄabcбаБАКыЫ0129éÉ́ "),
)
def test_looking_for_all_at_once_finds_what_each_one_finds(
    expressions: list[str], text: str
) -> None:
    options = re2.Options()
    options.case_sensitive = False
    each = {(one, m[0]) for one in expressions for m in re2.finditer(one, text, options)}
    assert set(said(*expressions, text=text)) == {(one, " ".join(m.split())) for one, m in each}


@given(st.text())
def test_matches_stand_on_the_words_that_they_touch(text: str) -> None:
    row = Row("title", text)
    for match in Expressions([("[^a-z ]{2,3}", "some")]).find(row):
        assert match.start + match.length <= len(row.words)


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("(a+)+b", "a" * 100_000),
        ("(x+x+)+y", "x" * 100_000),
        ("xx.*z|xx", "x" * 100_000),  # each match looks through all of the text
        ("(.*)*(.*)*(.*)*qq", "war " * 25_000),
        ("war.{0,100}peace", "war pea " * 12_500),
    ],
)
def test_no_expression_takes_long(expression: str, text: str) -> None:
    with no_explosion():
        list(Expressions([(expression, 0)]).find(Row("text", text)))


def test_many_topics_with_expressions_stay_cheap() -> None:
    wild = ("war.{0,100}peace", r"\pL+ minister of \pL+", r"[0-9]+[- ]day war")
    rules = [topic(regex=(f"(?:city|town) of name{n}s?", *wild)) for n in range(300)]
    tagger = Tagger(rules)
    item = entry("Ministers meet", text="The war and the town of name7 by the lake. " * 50)
    tagger.hits(item, "s", (), ("en",))
    with no_explosion():
        for _ in range(5):
            assert tagger.hits(item, "s", (), ("en",))
