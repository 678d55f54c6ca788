"""What a poll teaches, and how it is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stored import NOW, also, arrival, changed

from aggregator.model import Document, Entry, Wishes
from aggregator.pace import Pace, learnt, refreshed, unpack
from aggregator.pace.learning import pack
from aggregator.pace.rhythm import DAY, Rhythm

HOUR = timedelta(hours=1)
NO_TIME = timedelta(0)
COUNTS = st.floats(0, 1e6, width=32)
DOCUMENT = Document("", None, None, (Entry("a", None, "A"),), passed=(b"1", b"2"))


def entries(pace: bytes) -> float:
    return sum(unpack(pace).rhythm.hours)


@given(
    rhythm=st.builds(
        Rhythm,
        st.floats(0, 1e10),
        COUNTS,
        COUNTS,
        st.tuples(*[COUNTS] * 24),
        st.tuples(*[COUNTS] * 7),
    ),
    size=st.integers(0, 2**16 - 1),
    apart=st.integers(0, 10**6),
    fresh=st.integers(0, 10**6),
    hours=st.frozensets(st.integers(0, 23)),
    days=st.frozensets(st.integers(0, 6)),
)
def test_what_is_kept_comes_back(
    rhythm: Rhythm, size: int, apart: int, fresh: int, hours: frozenset[int], days: frozenset[int]
) -> None:
    wishes = Wishes(timedelta(seconds=apart), hours, days)
    pace = Pace(rhythm, size, wishes, timedelta(seconds=fresh))
    assert unpack(pack(pace)) == pace
    assert len(pack(pace)) < 160


@pytest.mark.parametrize("kept", [b"", b"\x01", b"\x00" * 156, b"\xff" * 156])
def test_what_another_version_kept_is_nothing(kept: bytes) -> None:
    assert unpack(kept) == unpack(b"")


def test_what_is_too_large_is_kept_as_large_as_may_be() -> None:
    huge = Pace(Rhythm(), 10**9, Wishes(timedelta.max), timedelta.max)
    assert unpack(pack(huge)).size == 65_535
    assert unpack(pack(huge)).wishes.apart > timedelta(days=365)


def test_the_first_document_teaches_by_its_dates() -> None:
    first = learnt(b"", DOCUMENT, [arrival(n) for n in range(1, 41)], None, NOW)
    assert entries(first) == pytest.approx(29, rel=0.1), "but for the oldest quarter"
    assert unpack(first).rhythm.watched == pytest.approx(30 * 3600, rel=0.1)
    assert unpack(first).size == 3


def test_later_only_what_came_teaches() -> None:
    first = learnt(b"", DOCUMENT, (), None, NOW)
    new = arrival(1, listed=NOW + HOUR)
    undated = replace(arrival(2), published=None)
    came = [new, undated, also(new, "two"), changed(new, title="Edited")]
    then = learnt(first, DOCUMENT, came, None, NOW + 2 * HOUR)
    assert entries(then) == pytest.approx(3, rel=0.01)
    assert unpack(then).rhythm.at == (NOW + 2 * HOUR).timestamp()


def test_what_a_document_wishes_holds_until_it_says_otherwise() -> None:
    wishes = Wishes(HOUR, frozenset({3}))
    asked = learnt(b"", replace(DOCUMENT, wishes=wishes), (), None, NOW)
    unread = learnt(asked, DOCUMENT, (), None, NOW + HOUR)
    assert unpack(unread).wishes == wishes
    withdrawn = learnt(unread, replace(DOCUMENT, wishes=Wishes()), (), None, NOW + HOUR)
    assert unpack(withdrawn).wishes == Wishes()


def test_how_long_an_answer_is_fresh_is_the_last_answers_word() -> None:
    first = learnt(b"", DOCUMENT, (), 2 * HOUR, NOW)
    assert unpack(first).fresh_for == 2 * HOUR
    assert refreshed(first, None) == first, "a 304 need not repeat it"
    assert refreshed(first, 2 * HOUR) == first
    assert unpack(refreshed(first, NO_TIME)).fresh_for == NO_TIME
    assert unpack(learnt(first, DOCUMENT, (), None, NOW)).fresh_for == NO_TIME


def test_time_without_polls_is_watched_too() -> None:
    first = learnt(b"", DOCUMENT, [arrival(n) for n in range(1, 41)], None, NOW)
    later = unpack(first).rhythm.later(NOW.timestamp() + 10 * DAY)
    assert later.rate < unpack(first).rhythm.rate / 5
