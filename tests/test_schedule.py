"""Recurring jobs: each again and again, none twice at once, a crash ends one run only."""

from __future__ import annotations

import time
from datetime import timedelta
from functools import partial
from threading import Event, Lock

import pytest

from aggregator.errors import StoreError
from aggregator.schedule import Job, Schedule

OFTEN = timedelta(seconds=0.05)


def test_jobs_run_again_and_again_until_stopped() -> None:
    thrice, runs = Event(), []

    def run() -> None:
        runs.append(time.monotonic())
        if len(runs) >= 3:
            thrice.set()

    schedule = Schedule([Job("tick", run, OFTEN, at_once=True)])
    schedule.start()
    assert thrice.wait(10)
    assert schedule.stop(seconds=10)
    ended = len(runs)
    time.sleep(0.2)
    assert len(runs) == ended


def test_a_job_that_crashes_is_logged_and_runs_again(caplog: pytest.LogCaptureFixture) -> None:
    twice, runs = Event(), []

    def run() -> None:
        runs.append(1)
        if len(runs) >= 2:
            twice.set()
        message = "a bug"
        raise ZeroDivisionError(message)

    schedule = Schedule([Job("broken", run, OFTEN)])
    schedule.start()
    assert twice.wait(10)
    assert schedule.stop(seconds=10)
    assert "job broken crashed" in caplog.text
    assert "ZeroDivisionError: a bug" in caplog.text
    assert {record.name for record in caplog.records} == {"aggregator.schedule"}  # not told twice


def test_what_ails_several_jobs_is_logged_once_and_its_end_too(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    mended, runs, well = Event(), {"one": 0, "other": 0}, {"one": Event(), "other": Event()}

    def run(name: str) -> None:
        if mended.is_set():
            well[name].set()
            return
        runs[name] += 1
        if min(runs.values()) >= 3:
            mended.set()
        message = "the disk is full"
        raise StoreError(message)

    schedule = Schedule([Job(name, partial(run, name), OFTEN) for name in runs])
    schedule.start()
    assert all(ended.wait(10) for ended in well.values())
    assert schedule.stop(seconds=10)
    assert caplog.text.count("the disk is full") == 1
    assert caplog.text.count("works again") == 1
    assert "Traceback" not in caplog.text


def test_a_slow_job_runs_once_at_a_time_and_keeps_no_other_waiting() -> None:
    busy, overlaps, go, others = Lock(), [], Event(), []

    def slow() -> None:
        if not busy.acquire(blocking=False):
            overlaps.append(1)
            return
        go.wait(10)
        busy.release()

    def other() -> None:
        others.append(1)
        if len(others) >= 5:
            go.set()

    schedule = Schedule([Job("slow", slow, OFTEN, at_once=True), Job("other", other, OFTEN)])
    schedule.start()
    assert go.wait(10)
    assert schedule.stop(seconds=10)
    assert overlaps == []
