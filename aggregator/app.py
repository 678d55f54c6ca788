"""The wiring: configuration → parts. The only place that knows all of them.

``opened`` gives an App with configuration and database, enough for most commands; ``reading`` and
``polling`` add what sources are read with.
"""

from __future__ import annotations

import gc
import logging
import os
import random
import secrets
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Self

from aggregator import __version__, gather
from aggregator import config as configuration
from aggregator.asking import PATIENCE
from aggregator.config import Config, Service
from aggregator.dedupe.encoder import encoder
from aggregator.errors import ConfigError, StoreError
from aggregator.fetch.session import Fetcher, Limits
from aggregator.gather import Gatherer
from aggregator.model import Feed, Topic
from aggregator.politeness import Manners
from aggregator.poll import Parts
from aggregator.sandbox import Sandbox
from aggregator.store import feeds, leading, poller, sources
from aggregator.store.database import Database
from aggregator.tag.rules import Tagger
from aggregator.web import create_app
from aggregator.web.site import Site

_log = logging.getLogger(__name__)

_SETTLE = timedelta(minutes=1)
"""What a lease allows for storing, beyond the limits of fetching and parsing."""


def utc_now() -> datetime:
    """The service's clock."""
    return datetime.now(UTC)


def output_feeds(config: Config) -> dict[str, Feed]:
    """Every feed that we publish by its slug: ``all``, one per topic, those of feeds.yaml.

    A feed of feeds.yaml takes the place of a topic's of the same slug.
    """
    made = [Feed("all", "All articles", description="Every article of every source")]
    made += [_topic_feed(topic) for topic in config.topics]
    return {feed.slug: feed for feed in (*made, *config.feeds)}


def _topic_feed(topic: Topic) -> Feed:
    return Feed(topic.slug, topic.name, f"topic:{topic.slug}", former=topic.former)


@dataclass(frozen=True, slots=True)
class InForce:
    """A configuration and what tags by it: one value, so that nobody sees parts of two."""

    config: Config
    tagger: Tagger

    @classmethod
    def of(cls, config: Config) -> Self:
        return cls(config, Tagger(config.topics))


@dataclass(slots=True)
class App:
    """A loaded configuration with its open database. ``reload`` replaces the configuration.

    Who needs configuration and tagger, or either of them twice, takes ``in_force`` once.
    """

    directory: Path
    data: Path
    environ: Mapping[str, str]
    clock: Callable[[], datetime]
    in_force: InForce
    db: Database
    stamp: str
    problems: tuple[str, ...] = ()
    generation: int = 0
    _site: tuple[int, Site] | None = None

    @property
    def config(self) -> Config:
        return self.in_force.config

    def site(self) -> Site:
        """What the web server shows now; the same value until the configuration changes."""
        if self._site is None or self._site[0] != self.generation:
            self._site = (self.generation, self._new_site())
        return self._site[1]

    def _new_site(self) -> Site:
        config = self.config
        service = config.service
        return Site(
            db=self.db,
            base_url=service.base_url,
            title=service.title,
            topics=config.topics,
            feeds=output_feeds(config),
            sources=config.sources,
            timezone=service.timezone,
            pacing=service.poll,
            auth=service.auth,
            problems=self.problems,
            clock=self.clock,
            generation=self.generation,
            version=__version__,
            per_host_per_day=service.poll.per_host_per_day,
            hub=service.hub,
            networks=service.fetch.allow_private,
        )

    def reload(self) -> bool:
        """Take up a changed configuration; keep the old one if the new one is broken.

        Return whether a new configuration is in force.
        """
        stamp = configuration.fingerprint(self.directory)
        if stamp == self.stamp:
            return False
        try:
            new = configuration.load(self.directory, self.environ)
        except ConfigError as error:
            self.stamp, self.problems = stamp, tuple(map(str, error.problems))
            self.generation += 1
            _log.error("the changed configuration is refused, the old one stays:\n%s", error)
            return False
        for field in ("database", "host", "port"):
            if getattr(new.service, field) != getattr(self.config.service, field):
                _log.warning("service.%s changed; it takes effect after a restart", field)
        # The stamp comes last: if the database is busy now, the next call tries again.
        announce(self.db, new, self.clock())
        self.in_force, self.problems = InForce.of(new), ()
        self.generation += 1
        self.stamp = stamp
        _log.info("took up the changed configuration: %s", summary(new))
        return True


def announce(db: Database, config: Config, now: datetime) -> None:
    """Tell the store which sources and feeds there are from now on, which lead or keep apart."""
    sources.sync(db, config.sources, now)
    leading.prefer(db, config.service.prefer, now)
    gather.keep_apart(db, config.sources, now)
    # Of a private feed not even its end is told.
    feeds.publish(db, [f.slug for f in output_feeds(config).values() if not f.token], now)


def summary(config: Config) -> str:
    """One line on how much a configuration holds."""
    counts = ((config.sources, "source"), (config.topics, "topic"), (config.feeds, "feed"))
    return ", ".join(f"{len(many)} {noun}{'s'[: len(many) != 1]}" for many, noun in counts)


def database_url(config: Config, data: Path) -> str:
    """Where the database is: as configured, else an SQLite file in the data folder."""
    return config.service.database or f"sqlite:///{data / 'aggregator.db'}"


@contextmanager
def opened(
    directory: Path,
    data: Path,
    environ: Mapping[str, str],
    clock: Callable[[], datetime] = utc_now,
    *,
    run_examples: bool = False,
) -> Iterator[App]:
    """Load the configuration and open the database; close it again.

    run_examples: those of the topics; a command that only asks something needn't wait for them.
    Raises ConfigError and StoreError.
    """
    config = configuration.load(directory, environ, run_examples=run_examples)
    db = Database.open(database_url(config, data), now=clock())
    try:
        in_force = InForce.of(config)
        yield App(directory, data, environ, clock, in_force, db, config.fingerprint)
    finally:
        db.close()


@contextmanager
def reading(config: Config) -> Iterator[tuple[Fetcher, Sandbox]]:
    """Open what reads sources, within the configured limits."""
    service = config.service
    with fetcher(service) as asks, Sandbox(**asdict(service.parse)) as sandbox:
        yield asks, sandbox


def fetcher(service: Service) -> Fetcher:
    """Open what asks other machines, within the configured limits."""
    fetch = service.fetch
    limits = Limits(seconds=fetch.seconds, max_bytes=fetch.max_bytes, redirects=fetch.redirects)
    agent = f"Aggregator/{__version__} (+{service.contact or service.base_url})"
    return Fetcher(limits, agent, utc_now, fetch.allow_private)


@contextmanager
def polling(app: App) -> Iterator[Callable[[], Parts]]:
    """Open what polls need; yield a function that gives the parts as configured at its call.

    Not to be called while a round is under way: a change of limits opens the parts anew.
    Raises StoreError if another process polls into this SQLite database.
    """
    _collect_rarely()
    with poller.admitted(app.db) as alone, ExitStack() as last, ExitStack() as stack:
        if alone:  # after a crash the sources under way would wait for their leases to run out
            _release(app, *sources.lease_holders(app.db))
        announce(app.db, app.config, app.clock())
        opened_for: tuple[object, ...] = ()
        tools: tuple[Fetcher, Sandbox]

        def parts() -> Parts:
            nonlocal opened_for, tools
            config = app.config
            service = config.service
            wanted = (service.fetch, service.parse, service.contact, service.base_url)
            if wanted != opened_for:
                stack.close()
                tools = stack.enter_context(reading(config))
                opened_for = wanted
            return Parts(
                db=app.db,
                fetcher=tools[0],
                sandbox=tools[1],
                tagger=lambda: app.in_force.tagger,
                sources={source.key: source for source in config.sources},
                pacing=service.poll,
                worker=worker_name(),
                lease=poll_lease(service),
                workers=service.poll.workers,
                clock=app.clock,
                dice=random.random,
                manners=Manners(service.poll.gap, service.poll.per_host_per_day),
                kept=service.retention.articles,
            )

        # The tools are closed before, which may take long, and meanwhile requests may be open.
        last.callback(_release, app, worker_name())
        yield parts


def _release(app: App, *workers: str) -> None:
    for worker in workers:
        sources.release(app.db, worker, app.clock() + app.config.service.poll.gap)
        gather.leave(app.db, worker)


def _collect_rarely() -> None:
    """Look for cycles less often than Python does by itself: polls leave few, and many objects."""
    gc.collect()
    gc.freeze()  # what is loaded stays
    gc.set_threshold(50_000, 20, 50)


def gatherer(app: App, *, stays: bool = False) -> Gatherer:
    """Return what places articles in stories; with the sentence encoder, if one is installed."""
    return Gatherer(app.db, worker_name(), encoder(), stays=stays)


@cache
def worker_name() -> str:
    """Return the name of this process in leases; in two containers the rest may be the same."""
    return f"{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(4)}"


def poll_lease(service: Service) -> timedelta:
    """The longest that a poll can take; while it takes longer, ``rounds`` renews it."""
    work = timedelta(seconds=service.fetch.seconds + service.parse.seconds)
    return work + (service.fetch.redirects + 1) * (service.poll.gap + PATIENCE) + _SETTLE


def document(app: App, path: str) -> bytes:
    """Return the bytes that the web server gives for a public address, such as ``/feeds.opml``.

    Raises StoreError if it can't.
    """
    site = replace(app.site(), auth=None)
    answer = create_app(lambda: site).test_client().get(path)
    if answer.status_code != HTTPStatus.OK:
        raise StoreError(answer.text.strip())
    return bytes(answer.data)
