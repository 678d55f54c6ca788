"""Kept bytes: made once per change, bounded, and shared by who waits for them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from aggregator.web.rendered import CODINGS, Kept, Rendered, packed, rendered


class Press:
    """Renders, and counts how often it was asked to."""

    def __init__(self, body: bytes = b"news") -> None:
        self.body, self.runs = body, 0

    def __call__(self) -> Rendered:
        self.runs += 1
        return rendered(self.body, None)


def test_bytes_are_made_again_only_at_another_stamp() -> None:
    kept, press = Kept(9, 999), Press()
    for stamp in (1, 1, 1, 2, 2):
        kept.get("a", stamp, press)
    assert press.runs == 2


def test_the_etag_follows_the_bytes() -> None:
    assert rendered(b"a", None).etag == rendered(b"a", None).etag != rendered(b"b", None).etag


def test_a_first_article_dates_what_was_empty() -> None:
    now = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)
    assert rendered(b"a", now).after(rendered(b"", None)).modified == now
    assert rendered(b"", None).after(rendered(b"a", now)).modified is None


def test_the_least_recently_used_go_first() -> None:
    kept, press = Kept(2, 999), Press()
    for key in ("a", "b", "a", "c"):
        kept.get(key, 1, press)
    assert press.runs == 3
    kept.get("a", 1, press)
    assert press.runs == 3
    kept.get("b", 1, press)
    assert press.runs == 4


def test_no_more_bytes_are_kept_than_allowed() -> None:
    kept, small, large = Kept(99, 100), Press(b"x" * 30), Press(b"x" * 90)
    for key in "abc":
        kept.get(key, 1, small)
    kept.get("large", 1, large)
    kept.get("large", 1, large)
    assert large.runs == 1
    kept.get("c", 1, small)
    assert small.runs == 4


def test_a_body_larger_than_the_store_is_served_all_the_same() -> None:
    kept, press = Kept(9, 10), Press(b"x" * 50)
    assert len(kept.get("a", 1, press).body) == 50


def test_a_growing_body_counts_once() -> None:
    kept, other = Kept(9, 100), Press(b"x" * 20)
    kept.get("other", 1, other)
    for stamp in range(50):
        kept.get("a", stamp, Press(b"x" * 60))
    kept.get("other", 1, other)
    assert other.runs == 1


def at_once(count: int, call: Callable[[], object]) -> None:
    threads = [threading.Thread(target=call) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_herd_waits_for_one_render() -> None:
    kept, gate, press = Kept(9, 999), threading.Barrier(8), Press()

    def call() -> None:
        gate.wait()
        kept.get("a", 1, press)

    at_once(8, call)
    assert press.runs == 1


def test_a_failing_render_keeps_nothing_and_blocks_nobody() -> None:
    kept, press = Kept(9, 999), Press()

    def fail() -> Rendered:
        raise RuntimeError("no ink")

    with pytest.raises(RuntimeError, match="no ink"):
        kept.get("a", 1, fail)
    assert kept.get("a", 1, press).body == b"news"


def test_what_was_dropped_while_it_was_rendered_is_not_counted() -> None:
    kept, small = Kept(1, 100), Press(b"x" * 10)

    def slow() -> Rendered:
        kept.get("b", 1, small)
        return rendered(b"x" * 95, None)

    kept.get("a", 1, slow)
    kept.get("b", 1, small)
    assert small.runs == 1


# --- who comes while it is made -----------------------------------------------------------------


def slow_change(kept: Kept, until: threading.Event) -> threading.Thread:
    """Another caller has begun to render ``new`` at stamp 2, and goes on until it is let."""
    begun = threading.Event()

    def render() -> Rendered:
        begun.set()
        until.wait()
        return rendered(b"new", None)

    thread = threading.Thread(target=kept.get, args=("a", 2, render))
    thread.start()
    begun.wait()
    return thread


def test_a_long_render_stops_nobody_who_knows_what_was_there_a_moment_ago() -> None:
    kept, done = Kept(9, 999, patience=0), threading.Event()
    kept.get("a", 1, Press(b"old"))
    thread = slow_change(kept, done)
    assert kept.get("a", 2, Press(b"never")).body == b"old"
    done.set()
    thread.join()
    assert kept.get("a", 2, Press(b"never")).body == b"new"


def test_a_short_render_is_waited_for() -> None:
    kept, done = Kept(9, 999, patience=60), threading.Event()
    kept.get("a", 1, Press(b"old"))
    thread = slow_change(kept, done)
    found: list[bytes] = []
    reader = threading.Thread(target=lambda: found.append(kept.get("a", 2, Press(b"never")).body))
    reader.start()
    done.set()
    reader.join()
    thread.join()
    assert found == [b"new"]


def test_what_nobody_asked_for_lately_is_not_served_late(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("aggregator.web.rendered.monotonic", lambda: now[0])
    kept, done = Kept(9, 999, patience=0), threading.Event()
    kept.get("a", 1, Press(b"old"))
    now[0] += 60
    thread = slow_change(kept, done)
    threading.Timer(0.1, done.set).start()
    assert kept.get("a", 2, Press(b"never")).body == b"new"
    thread.join()


def test_what_is_kept_can_be_looked_at_without_making_it() -> None:
    kept = Kept(9, 999)
    assert kept.at("a", 1) is None
    made = kept.get("a", 1, Press())
    assert (kept.at("a", 1), kept.at("a", 2)) == (made, None)


@pytest.mark.parametrize("coding", CODINGS)
def test_a_packed_body_has_a_validator_of_its_own(coding: str) -> None:
    plain = rendered(b"news " * 200, datetime(2026, 11, 22, tzinfo=UTC))
    small = packed(plain, coding)
    assert small.etag == f"{plain.etag}:{coding}"
    assert small.modified == plain.modified
    assert len(small.body) < len(plain.body) / 10
    assert packed(plain, coding) == small
