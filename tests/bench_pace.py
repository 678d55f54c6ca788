"""What requests buy: ``make bench-pace [DATA=DIR]`` polls real publication times by several rules.

Each source starts with the first half of its entries published, its newest stand in the document
(so many as the source's own holds, 30 where that isn't known), and the rest appears at its time;
at most the last three weeks are polled. Ours is the shipped code: ``learnt`` and ``next_due``.
"""

from __future__ import annotations

import argparse
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from figures import DATA, read

from aggregator.model import Document, Failed, Pacing, Verdict
from aggregator.pace import learnt, next_due
from aggregator.parse import parse

MINUTE, DAY = 60.0, 86_400.0
WINDOW = 30
"""Entries in the document of a source of which only times are known."""
POLLED = 21 * DAY
LEAST = 10
"""Entries that a feed must have, with times of day, to tell anything."""


@dataclass(frozen=True)
class Source:
    """times: of publication, oldest first, in seconds.  window: entries in its document."""

    times: list[float]
    window: int


# --- rules --------------------------------------------------------------------------------------


@dataclass
class Feed:
    """What a rule may know at a poll: all that was published, the document, what of it is new."""

    published: list[float]
    document: list[float]
    new: list[float]


Rule = Callable[[Feed, float], float]
"""At every poll, what stands there and the time → seconds until the next poll."""


def fixed(minutes: float) -> Callable[[], Rule]:
    return lambda: lambda _feed, _now: minutes * MINUTE


def by_weekly_count() -> Rule:
    """Miniflux's entry_frequency: a week by the entries of the last week, 5 minutes to a day."""

    def rule(feed: Feed, now: float) -> float:
        count = len(feed.published) - bisect_right(feed.published, now - 7 * DAY)
        return min(max(7 * DAY / count if count else DAY, 5 * MINUTE), DAY)

    return rule


def by_mean_gap() -> Rule:
    """CommaFeed's: half the mean gap between the document's entries, 5 minutes to an hour."""

    def rule(feed: Feed, _now: float) -> float:
        gaps = max(1, len(feed.document) - 1)
        gap = (feed.document[-1] - feed.document[0]) / gaps
        return min(max(gap / 2, 5 * MINUTE), 60 * MINUTE)

    return rule


@dataclass(frozen=True)
class Arrived:
    """As much of an ``Arrival`` as teaches."""

    published: datetime
    verdict: Verdict = Verdict.NEW


@dataclass
class Ours:
    pacing: Pacing
    dice: Random = field(default_factory=lambda: Random(7))
    learned: bytes = b""

    def __call__(self, feed: Feed, now: float) -> float:
        at = datetime.fromtimestamp(now, UTC)
        arrivals: Any = [Arrived(datetime.fromtimestamp(one, UTC)) for one in feed.new]
        document: Any = Document("", None, None, tuple(feed.document))  # type: ignore[arg-type]
        self.learned = learnt(self.learned, document, arrivals, None, at)
        due = next_due(at, self.learned, self.pacing, dice=self.dice.random())
        return due.timestamp() - now


def ours(minutes: float) -> Callable[[], Rule]:
    return lambda: Ours(Pacing(price=timedelta(minutes=minutes)))


RULES: tuple[tuple[str, Callable[[], Rule]], ...] = (
    ("fixed, 15 min", fixed(15)),
    ("fixed, 60 min", fixed(60)),
    ("Miniflux: week / weekly count", by_weekly_count),
    ("CommaFeed: half the mean gap", by_mean_gap),
    *((f"ours, price {price:g} min", ours(price)) for price in (0.5, 1, 2, 5, 10, 20, 60)),
)


# --- polling ------------------------------------------------------------------------------------


@dataclass
class Spent:
    """Of many sources: requests, days polled, how late each entry was found, entries never."""

    requests: int = 0
    days: float = 0.0
    late: list[float] = field(default_factory=list)
    lost: int = 0

    def quantile(self, part: float) -> float:
        return sorted(self.late)[int(part * (len(self.late) - 1))] / MINUTE


def follow(source: Source, rule: Rule, dice: Random, spent: Spent) -> None:
    """Poll one source until all of its entries have appeared and been found, or are lost."""
    times, window = source.times, source.window
    now = max(times[len(times) // 2 - 1], times[-1] - POLLED) + dice.random() * 10 * MINUTE
    known = bisect_right(times, now)
    if known == len(times):
        return
    spent.days += (times[-1] - now) / DAY
    new = times[max(0, known - window) : known]
    while True:
        spent.requests += 1
        wait = rule(Feed(times[:known], times[max(0, known - window) : known], new), now)
        if known == len(times):
            return
        now += wait
        before, known = known, bisect_right(times, now)
        new = times[max(before, known - window) : known]
        spent.lost += known - before - len(new)
        spent.late += [now - one for one in new]


def measured(sources: Iterable[Source], make: Callable[[], Rule]) -> Spent:
    dice, spent = Random(1), Spent()
    for source in sources:
        follow(source, make(), dice, spent)
    return spent


# --- data ---------------------------------------------------------------------------------------


def by_publisher(data: Path) -> Iterator[Source]:
    """A day and a half of March 2014: publishers as the UCI news aggregator found them."""
    times = defaultdict(list)
    for row in read(data / "quality", "uci_stories_en"):
        times[row["publisher"]].append(row["ts"] / 1000)
    yield from (Source(sorted(one), WINDOW) for one in times.values() if len(one) >= 5)


def by_subject(data: Path) -> Iterator[Source]:
    """Six weeks of a wire in 1987, a source for each country and topic that it wrote of."""
    times = defaultdict(list)
    for row in read(data / "quality", "reuters21578_places_topics_en"):
        written = row["date"].strip().partition(".")[0]
        try:
            at = datetime.strptime(written, "%d-%b-%Y %H:%M:%S").replace(tzinfo=UTC)
        except ValueError:
            continue
        if at < datetime(1987, 4, 10, tzinfo=UTC):  # later only a few days are there
            for subject in (*row["places"], *row["topics"]):
                times[subject].append(at.timestamp())
    yield from (Source(sorted(one), WINDOW) for one in times.values() if len(one) >= LEAST)


def by_feed(data: Path) -> Iterator[Source]:
    """Real feeds, by the dates of their own entries."""
    now, found = datetime.now(UTC), set()
    for path in sorted((data / "feeds").iterdir()):
        read_ = parse(path.read_bytes(), content_type="", url="https://example.org/", now=now)
        if isinstance(read_, Failed):
            continue
        times = tuple(sorted(one.published.timestamp() for one in read_.entries if one.published))
        timed = sum(one % DAY != 0 for one in times)
        if len(set(times)) >= LEAST and timed > len(times) / 2 and times not in found:
            found.add(times)
            yield Source(list(times), len(times))


def table(name: str, sources: list[Source]) -> None:
    print(f"\n{name} ({len(sources)} sources)")
    print(f"{'':32}{'requests':>10}{'a day':>8}{'median':>9}{'mean':>9}{'p90':>9}{'lost':>6}")
    for rule, make in RULES:
        spent = measured(sources, make)
        mean = sum(spent.late) / len(spent.late) / MINUTE
        print(
            f"{rule:32}{spent.requests:10,}{spent.requests / spent.days:8.1f}"
            f"{spent.quantile(0.5):9.1f}{mean:9.1f}{spent.quantile(0.9):9.1f}{spent.lost:6}",
            flush=True,
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=DATA.parent, help="directory of the data")
    options = parser.parse_args()
    print("Requests a day and source, and how late entries were found, in minutes.")
    for title, load in (
        ("UCI, by publisher", by_publisher),
        ("Reuters-21578, by subject", by_subject),
        ("Real feeds", by_feed),
    ):
        try:
            loaded = list(load(options.data))
        except FileNotFoundError as error:
            print(f"\n{title}: skipped, {error.filename} is not there")
        else:
            table(title, loaded)
