"""Plain text: well-formedness, lines, cutting, direction."""

from __future__ import annotations

import pytest

from aggregator.parse.text import line, paragraphs, plain, shorten, strip_tags, well_formed


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("a\x00b", "ab"),
        ("tab\tand\nnewline", "tab\tand\nnewline"),
        ("\x1b[31mred", "[31mred"),
        ("a\x7f\x85\x9fb", "ab"),
        ("lone \ud800 surrogate \udfff", "lone  surrogate "),
        ("\ufeffmark", "mark"),
        ("a\ufffe\uffff\ufdd0b", "ab"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("👩‍👩‍👧 \U0010fffd", "👩‍👩‍👧 \U0010fffd"),
    ],
)
def test_only_characters_that_every_format_can_carry_are_kept(written: str, kept: str) -> None:
    assert well_formed(written) == kept


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("  many \n\t spaces\u2028here ", "many spaces here"),
        ("safe\u202egnp.exe", "safegnp.exe"),
        ("\u202bold\u202c style", "old style"),
        ("open \u2067isolate", "open \u2067isolate\u2069"),
        ("stray \u2069pop", "stray pop"),
        ("\u2066both\u2069 \u2068ends\u2069", "\u2066both\u2069 \u2068ends\u2069"),
        ("mark\u200f stays \u061c", "mark\u200f stays \u061c"),
    ],
)
def test_a_line_is_one_line_whose_direction_ends_with_it(written: str, kept: str) -> None:
    assert line(written, 100) == kept


def test_text_of_html_keeps_blocks_and_cells_apart() -> None:
    markup = (
        "<h2>Key points</h2><ul><li>one</li><li>two <b>bold</b>ly\nwrapped</li></ul>"
        '<table><tr><td>a</td><td dir="ltr">b</td></tr></table>x<br>y &lt;z&gt; &amp;amp;'
    )
    assert plain(markup) == "Key points\none\ntwo boldly wrapped\na b\nx\ny <z> &amp;"


def test_tags_can_be_stripped_without_a_parser() -> None:
    assert strip_tags("<div><p>a&amp;b<p>c < d") == "a&b c < d"


def test_plain_text_becomes_paragraphs() -> None:
    assert paragraphs('one & "two"\n\n<three>') == '<p>one &amp; "two"</p><p>&lt;three&gt;</p>'


@pytest.mark.parametrize(
    ("text", "limit", "sentences", "short"),
    [
        ("short", 5, False, "short"),
        ("several words here", 12, False, "several…"),
        ("several words here", 8, False, "several…"),
        ("comma, then", 8, False, "comma…"),
        ("unbreakable", 6, False, "unbre…"),
        ("First one. Second one. Third one.", 25, True, "First one. Second one."),
        ("First one. Second, a much longer one.", 25, True, "First one. Second, a…"),
        ("Ends at the limit. More", 18, True, "Ends at the limit."),
        ("第一句。第二句很长很长很长", 6, True, "第一句。"),
        ("ab" + "e\u0301" * 4, 6, False, "abe\u0301…"),
    ],
)
def test_text_is_cut_at_a_sentence_or_a_word(
    text: str, limit: int, sentences: bool, short: str
) -> None:
    assert shorten(text, limit, sentences=sentences) == short
    assert len(short) <= limit
