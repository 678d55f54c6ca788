"""The threads of a crew: where they run. What they do in rounds is in test_rounds."""

from __future__ import annotations

import os
import sys
from contextlib import closing
from datetime import UTC, datetime
from multiprocessing import active_children
from threading import Thread

import pytest
from feeds import item, rss

from aggregator import crew
from aggregator.crew import Crew
from aggregator.sandbox import Sandbox

if sys.platform != "linux":
    pytest.skip("elsewhere the system alone decides where threads run", allow_module_level=True)

CORES = sorted(os.sched_getaffinity(0))

pytestmark = pytest.mark.skipif(len(CORES) < 2, reason="there is one core only")


def _where(_: object) -> set[int]:
    return os.sched_getaffinity(0)


def test_all_threads_keep_to_one_core_and_who_collects_to_none() -> None:
    with closing(Crew(_where, 4)) as four:
        four.hand_out(range(20))
        found = {frozenset(done.result or ()) for done in four.collect(20, seconds=30)}
    assert len(found) == 1
    assert len(found.pop()) == 1
    assert sorted(os.sched_getaffinity(0)) == CORES


def test_threads_follow_who_collects_to_another_core(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "_FOLLOW_SECONDS", 0)
    with closing(Crew(_where, 1)) as one:
        for core in (*CORES, *CORES):
            monkeypatch.setattr(crew, "_core", lambda core=core: core)
            one.collect(1, seconds=0)
            one.hand_out(["task"])
            (done,) = one.collect(1, seconds=30)
            assert done.result == {core}


def test_work_goes_on_where_no_core_is_told_or_it_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "_FOLLOW_SECONDS", 0)
    for core in (None, max(CORES) + 1_000):
        monkeypatch.setattr(crew, "_core", lambda core=core: core)
        with closing(Crew(_where, 1)) as one:
            one.hand_out(["task"])
            (done,) = one.collect(1, seconds=30)
        assert done.result == set(CORES)


def test_a_parser_runs_on_any_core_whoever_starts_it() -> None:
    before = {child.pid for child in active_children()}
    with Sandbox(processes=1, seconds=30, memory_mb=1024) as sandbox:

        def polls() -> None:
            os.sched_setaffinity(0, CORES[:1])
            body = rss(item("a"))
            now = datetime(2026, 3, 1, tzinfo=UTC)
            sandbox.parse(body, content_type="text/xml", url="http://a.example/", now=now)

        thread = Thread(target=polls)
        thread.start()
        thread.join()
        (child,) = (one for one in active_children() if one.pid not in before)
        assert child.pid is not None
        assert sorted(os.sched_getaffinity(child.pid)) == CORES
