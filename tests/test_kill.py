"""Killed at any moment, the next start goes on; every item that was served is there once."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from contextlib import ExitStack, closing
from pathlib import Path
from threading import Lock

import pytest
from feeds import item, rss
from origin import Origin
from service import environment, run, words


class Growing:
    """Feeds that have one more item each time they are asked."""

    def __init__(self, feeds: int) -> None:
        self.lengths = dict.fromkeys(range(feeds), 5)
        self._lock = Lock()

    def body(self, feed: int) -> bytes:
        with self._lock:
            self.lengths[feed] += 1
            length = self.lengths[feed]
        site = f"https://feed{feed}.example"
        return rss(
            (item(number, f"Item {number} of feed {feed}", site=site) for number in range(length)),
            title=f"Feed {feed}",
            link=f"{site}/",
        )

    def titles(self) -> set[str]:
        return {
            f"Item {number} of feed {feed}"
            for feed, length in self.lengths.items()
            for number in range(length)
        }


def kill_while_polling(place: Path, *, feeds: int, kills: int, seed: int) -> None:
    dice = random.Random(seed)
    growing = Growing(feeds)
    with ExitStack() as stack:
        origins = [stack.enter_context(Origin(f"127.0.0.{2 + n}")) for n in range(8)]
        urls = [
            origins[feed % 8].serve(f"/{feed}", lambda feed=feed: growing.body(feed))  # type: ignore[misc]
            for feed in range(feeds)
        ]
        config = place / "config"
        config.mkdir()
        lines = "".join(f"  - {{url: '{url}', key: feed{n}}}\n" for n, url in enumerate(urls))
        rules = "service: {fetch: {allow_private: [127.0.0.0/8]}, poll: {gap: 0s}}\n"
        (config / "all.yaml").write_text(f"sources:\n{lines}{rules}", encoding="utf-8")
        whole = _seconds_of_a_round(place)
        for _ in range(kills):
            _kill_after(place, dice.uniform(0.2, whole))
        final = run(place, "poll", "--all")
        assert final.returncode == 0, final.stderr
        assert f"{feeds} polled, 0 failed" in final.stdout
    with closing(sqlite3.connect(place / "data" / "aggregator.db")) as db:
        found = Counter(title for (title,) in db.execute("SELECT title FROM articles"))
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert {title: count for title, count in found.items() if count > 1} == {}
    assert set(found) == growing.titles()


def _seconds_of_a_round(place: Path) -> float:
    started = time.monotonic()
    first = run(place, "poll", "--all")
    assert first.returncode == 0, first.stderr
    return time.monotonic() - started


def _kill_after(place: Path, seconds: float) -> None:
    with subprocess.Popen(
        words(place, "poll", "--all"),
        # What is killed can't finish writing its coverage.
        env={k: v for k, v in environment().items() if not k.startswith("COVERAGE")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)


@pytest.mark.timeout(400)
def test_nothing_is_lost_or_doubled_when_a_poll_is_killed(tmp_path: Path) -> None:
    kill_while_polling(tmp_path, feeds=24, kills=3, seed=1)


@pytest.mark.torture
@pytest.mark.timeout(3600)
def test_nothing_is_lost_or_doubled_in_fifty_kills_of_two_hundred_feeds(tmp_path: Path) -> None:
    kill_while_polling(tmp_path, feeds=200, kills=50, seed=2)
