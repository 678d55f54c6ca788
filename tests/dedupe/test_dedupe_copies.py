"""What is a near copy of what: each kind of edit, what is none, and what a hostile text costs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from articles import NOON, article_id, bare
from hypothesis import given
from hypothesis import strategies as st

from aggregator.dedupe import copies
from aggregator.dedupe.copies import Copies, Sketch, sameness
from aggregator.dedupe.stories import WINDOW, Stories
from aggregator.dedupe.telling import Telling, telling
from aggregator.model import By
from aggregator.tag.words import tokens

WORDS = [f"w{n * n}" for n in range(120)]
TEXT = " ".join(WORDS)
CHINESE = "中国科学家周一宣布他们在青藏高原发现了一种新的植物并将继续研究其药用价值"


REPORT = " ".join(f"r{n * n}" for n in range(900))
SERIES = (
    "The EUR/USD exchange rate today is {} at noon, the bank said",
    "Weather in {} today: sunny and dry with light winds from the north",
    "Lottery: the winning numbers drawn on Saturday evening are {}",
    "Obituary: {} of Springfield, beloved mother and friend of many, has died",
    "{}: opening hours of the pharmacies that are on duty this weekend",
    "今日黄金价格最新消息：上海黄金交易所每克报价为{}元人民币",
)
WORD = st.sampled_from(["1.0831", "1.0907", "Baku", "Ganja", "3 14 15", "9 26 53", "Ana", "Eva Li"])
DRAW = (
    "Here are the winning numbers of the draw on {} March: {}, {}, {}, {} and {}, and the extra "
    "number was {}. Nobody had all of them, so the jackpot grows to {} million. Tickets are sold "
    "until nine in the evening at any kiosk of the country. Winners have {} days to come to one "
    "of the offices of the lottery with the ticket and a passport, and pay no tax on the prize."
)


def sketch(text: str) -> Sketch:
    return copies.sketch(tokens(text))


def shared(one: str, other: str) -> float:
    return sameness(sketch(one).shingles, sketch(other).shingles)


def edited(every: int) -> str:
    return " ".join("new" if n % every == 0 else word for n, word in enumerate(WORDS))


@pytest.mark.parametrize(
    "copy",
    [
        TEXT.upper(),
        " ".join(WORDS[:30]),
        " ".join(WORDS[:80]),
        f"(AGENCY) {TEXT} Read more on our site and follow us",
        edited(7),
        f"UPDATE: {TEXT}",
    ],
    ids=["case", "lede", "cut", "boilerplate", "edited", "updated"],
)
def test_an_edited_text_is_a_copy(copy: str) -> None:
    known = Copies()
    known.add(1, sketch(TEXT))
    found = known.nearest(sketch(copy))
    assert [number for number, _ in found] == [1]
    assert found[0][1] >= copies.ENOUGH


@pytest.mark.parametrize(
    "other",
    [
        "",
        "w0 w1 w4",
        " ".join(f"v{n}" for n in range(50)),
        " ".join(reversed(WORDS)),
        edited(3),
        " ".join(WORDS[:10] + [f"v{n}" for n in range(20)]),
    ],
    ids=["empty", "too short", "other words", "other order", "written anew", "one quote"],
)
def test_another_text_is_no_copy(other: str) -> None:
    known = Copies()
    known.add(0, sketch(TEXT))
    assert known.nearest(sketch(other)) == []


@pytest.mark.parametrize("line", SERIES)
@given(st.tuples(WORD, WORD).filter(lambda values: values[0] != values[1]))
def test_lines_of_a_series_are_no_copies(line: str, values: tuple[str, str]) -> None:
    one, other = (line.format(value) for value in values)
    assert shared(one, other) == 0.0


@given(st.lists(st.integers(1, 99), min_size=18, max_size=18, unique=True))
def test_texts_that_differ_in_their_numbers_are_no_copies(numbers: list[int]) -> None:
    one, other = DRAW.format(*numbers[:9]), DRAW.format(*numbers[9:])
    assert shared(one, other) == 0.0
    assert shared(one, f"Lottery news. {one}") == 1.0


def test_a_number_that_was_corrected_leaves_a_copy() -> None:
    numbers = range(11, 20)
    corrected = DRAW.format(*numbers[:8], 21)
    assert shared(DRAW.format(*numbers), corrected) > copies.ENOUGH


def test_texts_around_the_same_passages_are_no_copies() -> None:
    """As many words differ as in a copy with edits, but they stand together."""
    own = [f"v{n}" for n in range(120)]
    other = [*WORDS[:30], *own[30:45], *WORDS[45:75], *own[75:90], *WORDS[90:]]
    assert shared(TEXT, " ".join(other)) == 0.0
    assert shared(TEXT, edited(9)) > copies.ENOUGH


@pytest.mark.parametrize("count", [10, 20, 40, 300])
def test_the_first_words_of_a_long_text_are_a_copy(count: int) -> None:
    known = Copies()
    known.add(0, sketch(REPORT))
    assert known.nearest(sketch(" ".join(REPORT.split()[:count])))[0] == (0, 1.0)


def told(number: int, text: str, after: timedelta) -> Telling:
    at = NOON + after
    one = replace(bare(1), id=article_id(number), title=f"r1 r4: t{number}", text=text)
    return telling(replace(one, published=at, listed=at))


@pytest.mark.parametrize(
    "copy",
    [
        " ".join(REPORT.split()[:40]),
        " ".join(REPORT.split()[:120]),
        f"(AGENCY) {REPORT} Read more on our site and follow us",
        " ".join("new" if n % 7 == 3 else word for n, word in enumerate(REPORT.split())),
        f"UPDATE 2: There is more to tell of what was told before. {REPORT[60:]}",
    ],
    ids=["lede", "cut", "boilerplate", "edited", "updated"],
)
def test_a_copy_joins_within_the_window(copy: str) -> None:
    stories = Stories()
    first = stories.place(told(0, REPORT, timedelta()))
    soon = stories.place(told(1, copy, WINDOW - timedelta(hours=1)))
    assert soon.story == first.story
    assert soon.why is not None
    assert soon.why.by is By.COPY
    late = stories.place(told(2, copy, 2 * WINDOW))
    assert late.story != first.story


def test_a_script_without_spaces_has_shingles_of_characters() -> None:
    assert shared(CHINESE, CHINESE[:20]) == 1.0


def test_the_likest_one_is_found() -> None:
    known = Copies()
    known.add(0, sketch(edited(9)))
    known.add(1, sketch(TEXT))
    known.add(2, sketch(edited(11)))
    assert known.nearest(sketch(TEXT))[0] == (1, 1.0)


def test_what_was_removed_is_not_found() -> None:
    known = Copies()
    known.add(0, sketch(TEXT))
    known.remove(0)
    known.remove(5)
    assert known.nearest(sketch(TEXT)) == []


def test_the_first_texts_are_found_when_there_are_many() -> None:
    known = Copies()
    many = [sketch(" ".join(f"t{text}w{word}" for word in range(40))) for text in range(1_200)]
    for number, one in enumerate(many):
        known.add(number, one)
    assert [known.nearest(one) for one in many] == [[(n, 1.0)] for n in range(len(many))]


def test_a_short_text_is_not_kept() -> None:
    known = Copies()
    known.add(0, sketch("one two three"))
    assert known.nearest(sketch(TEXT)) == []


@given(st.text(max_size=400), st.text(max_size=400))
def test_any_texts_can_be_compared(one: str, other: str) -> None:
    assert shared(one, other) == shared(other, one)
    assert 0.0 <= shared(one, other) <= 1.0


@pytest.mark.parametrize(
    "text",
    ["word " * 100_000, "a" * 500_000, " ".join(map(str, range(100_000)))],
    ids=["one word", "one long word", "many words"],
)
def test_of_a_hostile_text_the_first_words_are_kept(text: str) -> None:
    known = Copies()
    one = sketch(text)
    known.add(0, one)
    known.nearest(one)
    assert len(one.shingles) <= copies.MOST
    assert len(one.keys) <= 24
