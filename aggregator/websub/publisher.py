"""Tells our hub which of our public feeds have changed. What stands in them it comes and asks."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from aggregator.fetch.session import Fetcher
from aggregator.model import Failed, Feed, Per
from aggregator.store import hubs, pings
from aggregator.store.database import Database
from aggregator.tag.query import parse_query
from aggregator.websub import rules
from aggregator.websub.subscriber import SECONDS

APART = timedelta(minutes=1)
"""Between two words of one feed: what changes meanwhile is told together."""


_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Crier:
    """What it takes to tell a hub. feeds: each public one with its addresses, one per format."""

    db: Database
    open: Callable[[], Fetcher]
    hub: str
    feeds: Mapping[str, tuple[Feed, Sequence[str]]]
    clock: Callable[[], datetime]
    dice: Callable[[], float]


def tell(crier: Crier, stop: Callable[[], bool]) -> bool:
    """Tell the hub what has changed since it was told last; return whether that is all.

    stop: asked before each feed. Where the hub doesn't answer, it is left alone for a while.
    """
    now, told = crier.clock(), pings.told(crier.db, crier.hub)
    if hubs.rests(crier.db, crier.hub, now):
        return False
    lately = {slug for slug, (_, at) in told.items() if now - APART < at <= now}
    moved = list(_moved(crier, {slug: mark for slug, (mark, _) in told.items()}, lately))
    if moved:
        with crier.open() as fetcher:
            for slug, mark in moved:
                if stop() or not _tell(crier, fetcher, slug):
                    return False
                pings.tell(crier.db, crier.hub, slug, mark, now)
        hubs.answered(crier.db, crier.hub)
    return not lately and not moved


def _moved(
    crier: Crier, told: Mapping[str, str], lately: Collection[str]
) -> Iterator[tuple[str, str]]:
    for slug, (feed, _) in crier.feeds.items():
        if slug in lately:
            continue
        query, stories = parse_query(feed.where), feed.per is Per.STORY
        mark = pings.mark(crier.db, query, crier.clock(), stories=stories)
        if mark is not None and mark != told.get(slug):
            yield slug, mark


def _tell(crier: Crier, fetcher: Fetcher, slug: str) -> bool:
    for url in crier.feeds[slug][1]:
        answer = fetcher.post(crier.hub, {"hub.mode": "publish", "hub.url": url}, SECONDS)
        if isinstance(answer, Failed):
            _log.warning("service.hub was not told of a change: %s", answer.detail)
            _leave_alone(crier, answer)
            return False
    return True


def _leave_alone(crier: Crier, failed: Failed) -> None:
    failures = hubs.failures(crier.db, crier.hub) + 1
    wait = rules.retry(failures, refused=False, dice=crier.dice())
    wait = max(wait, failed.retry_after or timedelta(0))
    hubs.rest(crier.db, crier.hub, failures, crier.clock() + wait)
