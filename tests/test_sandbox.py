"""Parsing in children that can be killed: hostile documents fail alone, the next one is parsed."""

from __future__ import annotations

import operator
import time
from datetime import UTC, datetime

import pytest
from feeds import item, rss

from aggregator.model import Document, Failed, Reason
from aggregator.sandbox import Sandbox

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ABOUT = {"content_type": "application/rss+xml", "url": "https://x.example/feed", "now": NOW}
GOOD = rss([item(1)])
# It would take many seconds; what hangs for minutes in a regular expression ends the same way.
SLOW = rss(map(item, range(40_000)))


def test_a_document_that_hangs_the_parser_is_given_up_and_the_next_one_read() -> None:
    with Sandbox(processes=1, seconds=1, memory_mb=512) as sandbox:
        assert isinstance(sandbox.parse(GOOD, **ABOUT), Document)  # type: ignore[arg-type]
        started = time.monotonic()
        found = sandbox.parse(SLOW, **ABOUT)  # type: ignore[arg-type]
        assert time.monotonic() - started < 10
        assert isinstance(found, Failed)
        assert found.reason is Reason.PARSE_TIMEOUT
        assert isinstance(sandbox.parse(GOOD, **ABOUT), Document)  # type: ignore[arg-type]


def test_a_document_that_takes_too_much_memory_fails_alone() -> None:
    huge = rss([item(1, "x" * 60_000_000)])
    with Sandbox(processes=1, seconds=20, memory_mb=200) as sandbox:
        found = sandbox.parse(huge, **ABOUT)  # type: ignore[arg-type]
        assert isinstance(found, Failed)
        assert found.reason is Reason.PARSE_CRASH
        assert isinstance(sandbox.parse(GOOD, **ABOUT), Document)  # type: ignore[arg-type]


def test_a_process_that_does_not_start_is_not_blamed_on_the_document(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Sandbox(processes=1, seconds=10, memory_mb=512) as sandbox:
        with monkeypatch.context() as patched:
            patched.setattr("aggregator.sandbox._serve", operator.is_)  # it ends without a word
            for _ in range(2):
                with pytest.raises(EOFError):
                    sandbox.parse(GOOD, **ABOUT)  # type: ignore[arg-type]
        assert isinstance(sandbox.parse(GOOD, **ABOUT), Document)  # type: ignore[arg-type]


def test_a_closed_sandbox_says_so_instead_of_waiting() -> None:
    sandbox = Sandbox(processes=1, seconds=10, memory_mb=512)
    sandbox.close()
    with pytest.raises(RuntimeError, match="closed"):
        sandbox.parse(GOOD, **ABOUT)  # type: ignore[arg-type]


@pytest.mark.parametrize("body", [b"", b"\x00" * 100, b"<html></html>", b"{}"])
def test_what_is_no_feed_is_said_to_be_none(body: bytes) -> None:
    with Sandbox(processes=1, seconds=10, memory_mb=512) as sandbox:
        found = sandbox.parse(body, **ABOUT)  # type: ignore[arg-type]
    assert isinstance(found, Failed)
    assert found.reason is Reason.NOT_A_FEED
