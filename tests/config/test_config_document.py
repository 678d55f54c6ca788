"""YAML is read as it looks, and what can't be read is refused with its place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.config.document import MAX_ALIASED, Node, read_document
from aggregator.errors import Problem


def read(text: str | bytes) -> tuple[Node | None, list[str]]:
    body = text.encode() if isinstance(text, str) else text
    node, problems = read_document("x.yaml", body)
    return node, [str(problem) for problem in problems]


def value(text: str) -> object:
    """The value of the key ``a``."""
    node, problems = read(text)
    assert problems == []
    assert node is not None
    assert isinstance(node.value, dict)
    return node.value["a"].value.value


@pytest.mark.parametrize(
    "written",
    [
        *("no", "NO", "on", "off", "yes", "y", "true", "null?", "=", "1:30", "1.10", "0777", "012"),
        *(
            "0x10",
            "1_000",
            "1e3",
            "+1",
            ".inf",
            ".nan",
            "2024-01-01",
            "2001-12-14t21:59:43.1-05:00",
        ),
    ],
)
def test_a_scalar_is_the_text_it_looks_like(written: str) -> None:
    assert value(f"a: {written}\n") == written


@pytest.mark.parametrize("written", ["", " ~", " null", " Null", " NULL", " # nothing"])
def test_nothing_is_nothing(written: str) -> None:
    assert value(f"a:{written}\n") is None


@pytest.mark.parametrize(
    ("written", "text"),
    [('"null"', "null"), ("'~'", "~"), ('""', ""), ("!!str 1", "1"), ("! 1", "1"), ("|\n  ~", "~")],
)
def test_quotes_and_the_text_tag_make_text(written: str, text: str) -> None:
    assert value(f"a: {written}\n") in (text, f"{text}\n")


def test_keys_are_texts_too() -> None:
    node, _ = read("no: 1\n1.10: 2\n2024-01-01: 3\nnull: 4\n")
    assert node is not None
    assert list(node.value or ()) == ["no", "1.10", "2024-01-01", "null"]


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n", "\ufeff# with a BOM\n", "~\n"])
def test_a_document_may_hold_nothing(text: str) -> None:
    assert read(text) == (None, [])


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_places_count_from_one_in_characters(end: str) -> None:
    node, _ = read(f"# ə{end}a:{end}  - b{end}  - 'ş': [x, y]{end}")
    assert node is not None
    assert isinstance(node.value, dict)
    key, listed = node.value["a"]
    assert (key.line, key.column, key.path) == (2, 1, "a")
    assert isinstance(listed.value, list)
    assert isinstance(listed.value[1].value, dict)
    inner = listed.value[1].value["ş"].value
    assert (inner.line, inner.column, inner.path) == (4, 10, "a[1].ş")


@pytest.mark.parametrize(
    ("written", "column"), [("a: bcd", 6), ("a: 'bcd'", 7), ('a: "bcd"', 7), ("a: |\n  bcd", 4)]
)
def test_a_problem_can_point_into_a_text(written: str, column: int) -> None:
    node, _ = read(written + "\n")
    assert node is not None
    assert isinstance(node.value, dict)
    found = node.value["a"].value.problem("wrong", 2)
    assert found == Problem("x.yaml", 1, column, "a", "wrong")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a:\n\tb: 1\n", "2:1: this line is indented with a tab: YAML wants spaces"),
        ("a: [1, 2\n", "1:4: this '[' is not closed by a ']'"),
        ("a: {b: 1\nc: 2\n", "1:4: this '{' is not closed by a '}'"),
        ("a: 'b\nc: 1\n", "1:4: this quoted text has no closing quote"),
        ("a: @b\n", "1:4: text can't begin with '@': put it in quotes"),
        ("a: `b`\n", "1:4: text can't begin with '`': put it in quotes"),
        ("a: %b\n", "1:4: text can't begin with '%': put it in quotes"),
        (
            "a: b: c\n",
            (
                "1:5: a ':' can't stand here: check the indentation, "
                "or put text that contains ': ' in quotes"
            ),
        ),
        ("a: - b\n", "1:4: a list can't begin here: put each '- ' on a line of its own"),
        (
            "a:\n  - b\n  c: d\n",
            "3:3: expected a '- ' like the other lines of this list: check the indentation",
        ),
        (
            'a: "b" c\n',
            "1:8: expected 'key: value' here: check the indentation and the quotes before it",
        ),
        ("a: [b: [}]\n", "1:9: a value is missing here"),
        ('a: "\\q"\n', "1:5: unknown escape: use single quotes around text with a backslash"),
        ('a: "\\ud800"\n', "1:7: this escape is no character"),
        ("a: !<b\n", "1:7: is not valid YAML: did not find the expected '>'"),
        ("- a\n", "1:1: a file holds keys such as 'sources:' or 'topics:', but this one is a list"),
        ("hello\n", "1:1: a file holds keys such as 'sources:' or 'topics:', but this one is text"),
        ("a: 1\n---\nb: 2\n", "2:1: a second document: delete the '---'"),
        (
            "a: !!python/name:os.system\n",
            "1:4: the YAML tag '!!python/name:os.system' is not allowed: delete it",
        ),
        ("a: !!binary aGk=\n", "1:4: the YAML tag '!!binary' is not allowed: delete it"),
        ("a: !x {}\n", "1:4: the YAML tag '!x' is not allowed: delete it"),
        ("? [a]\n: b\n", "1:3: a key must be one word"),
        ("a: *b\n", "1:4: '*b' refers to nothing before it; put text with a * in quotes"),
        ("a: &b [*b]\n", "1:8: '*b' refers to nothing before it; put text with a * in quotes"),
        ("a: " + "[" * 40 + "]" * 40, "1:20: is nested more than 16 levels deep"),
        ("a: b\x00c\n", "1:5: contains the control character U+0000: delete it"),
        ("a: b\nc: \x1b[0m\n", "2:4: contains the control character U+001B: delete it"),
        (b"\xff\xfea\x00", "1:1: is saved as UTF-16: save it as UTF-8"),
        (b"\xfe\xff\x00a", "1:1: is saved as UTF-16: save it as UTF-8"),
        ("a: ə\nb: ".encode() + b"\xe9\n", "2:4: is not UTF-8 from here on: save it as UTF-8"),
        (b"#" * 16_000_001, "1:1: has more than 16,000,000 bytes: split the file"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(text: str | bytes, problem: str) -> None:
    assert read(text) == (None, [f"x.yaml:{problem}"])


def test_all_doubled_keys_are_reported() -> None:
    _, problems = read("a: 1\nb: {c: 1, c: 2}\na: 2\na: 3\n")
    assert problems == [
        "x.yaml:2:11: b.c: stands here a second time; the first is in line 2",
        "x.yaml:3:1: a: stands here a second time; the first is in line 1",
        "x.yaml:4:1: a: stands here a second time; the first is in line 1",
    ]


def test_an_alias_repeats_a_value() -> None:
    node, problems = read("a: &x [b, c]\nd: *x\n")
    assert problems == []
    assert node is not None
    assert isinstance(node.value, dict)
    assert node.value["d"].value is node.value["a"].value


def test_aliases_that_multiply_are_refused_before_they_do() -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for n in range(1, 30):
        bomb += f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n"
    node, problems = read(bomb)
    assert node is None
    message = f"aliases (*name) add more than {MAX_ALIASED:,} values: write them out"
    assert problems == [f"x.yaml:4:45: {message}"]


@given(
    st.binary(max_size=300)
    | st.text(st.characters(codec="utf-8"), max_size=300).map(lambda text: text.encode())
)
def test_no_bytes_make_it_raise(body: bytes) -> None:
    read_document("x.yaml", body)


@given(st.text(alphabet="a:- []{}'\"\n\t|>&*!%@`#?,\\ə", max_size=60))
def test_no_text_makes_it_raise(text: str) -> None:
    read(text)
