"""What is a near copy of what: each kind of edit, what is none, and what a hostile text costs."""

from __future__ import annotations

import pytest
from effort import no_explosion
from hypothesis import given
from hypothesis import strategies as st

from aggregator.dedupe import copies
from aggregator.dedupe.copies import Copies, sameness, sketch

WORDS = [f"w{n * n}" for n in range(120)]
TEXT = " ".join(WORDS)
CHINESE = "中国科学家周一宣布他们在青藏高原发现了一种新的植物并将继续研究其药用价值"


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
    assert found is not None
    assert found[0] == 1
    assert found[1] >= copies.ENOUGH


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
    assert known.nearest(sketch(other)) is None


def test_a_script_without_spaces_has_shingles_of_characters() -> None:
    assert sameness(sketch(CHINESE), sketch(CHINESE[:20])) == 1.0


def test_the_likest_one_is_found() -> None:
    known = Copies()
    known.add(0, sketch(edited(9)))
    known.add(1, sketch(TEXT))
    known.add(2, sketch(edited(11)))
    assert known.nearest(sketch(TEXT)) == (1, 1.0)


def test_what_was_removed_is_not_found() -> None:
    known = Copies()
    known.add(0, sketch(TEXT))
    known.remove(0)
    known.remove(5)
    assert known.nearest(sketch(TEXT)) is None


def test_a_short_text_is_not_kept() -> None:
    known = Copies()
    known.add(0, sketch("one two three"))
    assert known.nearest(sketch(TEXT)) is None


@given(st.text(max_size=400), st.text(max_size=400))
def test_any_texts_can_be_compared(one: str, other: str) -> None:
    mine, theirs = sketch(one), sketch(other)
    assert sameness(mine, theirs) == sameness(theirs, mine)
    assert 0.0 <= sameness(mine, theirs) <= 1.0


def test_a_hostile_text_costs_no_more_than_its_first_words() -> None:
    with no_explosion():
        for text in ("word " * 100_000, "a" * 500_000, " ".join(map(str, range(100_000)))):
            assert len(sketch(text).hashes) <= 96
