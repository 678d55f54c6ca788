"""The wiring: configuration → parts → running service. The only place that knows all of them.

``opened`` gives an App with configuration and database, enough for most commands; ``polling`` adds
what polls need; ``serve`` runs everything until it is told to stop.
"""

from __future__ import annotations

import logging
import os
import random
import signal
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from types import FrameType

from waitress.server import create_server

from aggregator import __version__, retag
from aggregator import config as configuration
from aggregator.config import Config
from aggregator.errors import ConfigError, UsageError
from aggregator.fetch.session import Fetcher, Limits
from aggregator.model import Commit, Feed, Topic
from aggregator.poll import Parts, run_round
from aggregator.sandbox import Sandbox
from aggregator.schedule import Job, Schedule
from aggregator.store import feeds, polls, sources
from aggregator.store.database import Database
from aggregator.tag.rules import Tagger
from aggregator.web import create_app
from aggregator.web.site import Site

_log = logging.getLogger(__name__)

HISTORY = timedelta(days=30)
"""How long the lines of a source's poll history are kept."""

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


@dataclass(slots=True)
class App:
    """A loaded configuration with its open database. ``reload`` replaces the configuration."""

    directory: Path
    data: Path
    environ: Mapping[str, str]
    clock: Callable[[], datetime]
    config: Config
    db: Database
    tagger: Tagger
    stamp: str
    problems: tuple[str, ...] = ()
    generation: int = 0

    def site(self) -> Site:
        """What the web server shows now."""
        service = self.config.service
        return Site(
            db=self.db,
            base_url=service.base_url,
            title=service.title,
            topics=self.config.topics,
            feeds=output_feeds(self.config),
            sources=self.config.sources,
            timezone=service.timezone,
            auth=service.auth,
            problems=self.problems,
            clock=self.clock,
            generation=self.generation,
            version=__version__,
        )

    def announce(self) -> None:
        """Tell the store which sources and feeds there are now."""
        now = self.clock()
        sources.sync(self.db, self.config.sources, now)
        feeds.publish(self.db, output_feeds(self.config).keys(), now)

    def reload(self) -> bool:
        """Take up a changed configuration; keep the old one if the new one is broken.

        Return whether a new configuration is in force.
        """
        stamp = configuration.fingerprint(self.directory)
        if stamp == self.stamp:
            return False
        self.stamp = stamp
        try:
            new = configuration.load(self.directory, self.environ)
        except ConfigError as error:
            self.problems = tuple(map(str, error.problems))
            self.generation += 1
            _log.error("the changed configuration is refused, the old one stays:\n%s", error)
            return False
        for field in ("database", "host", "port"):
            if getattr(new.service, field) != getattr(self.config.service, field):
                _log.warning("service.%s changed; it takes effect after a restart", field)
        self.config, self.tagger, self.problems = new, Tagger(new.topics), ()
        self.generation += 1
        self.announce()
        _log.info("took up the changed configuration: %s", summary(new))
        return True


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
) -> Iterator[App]:
    """Load the configuration and open the database; close it again.

    Raises ConfigError and StoreError.
    """
    config = configuration.load(directory, environ)
    db = Database.open(database_url(config, data), now=clock())
    try:
        tagger = Tagger(config.topics)
        app = App(directory, data, environ, clock, config, db, tagger, config.fingerprint)
        app.announce()
        yield app
    finally:
        db.close()


@contextmanager
def reading(config: Config) -> Iterator[tuple[Fetcher, Sandbox]]:
    """Open what reads sources, within the configured limits."""
    service = config.service
    limits = Limits(
        seconds=service.fetch.seconds,
        max_bytes=service.fetch.max_bytes,
        redirects=service.fetch.redirects,
    )
    agent = f"Aggregator/{__version__} (+{service.contact or service.base_url})"
    with (
        Fetcher(limits, agent, service.fetch.allow_private) as fetcher,
        Sandbox(
            processes=service.parse.processes,
            seconds=service.parse.seconds,
            memory_mb=service.parse.memory_mb,
        ) as sandbox,
    ):
        yield fetcher, sandbox


@contextmanager
def polling(app: App) -> Iterator[Callable[[], Parts]]:
    """Open what polls need; yield a function that gives the parts as configured at its call."""
    worker = f"{socket.gethostname()}/{os.getpid()}"
    _free_leases_of_the_dead(app.db)
    service = app.config.service
    lease = timedelta(seconds=service.fetch.seconds + service.parse.seconds) + _SETTLE
    with reading(app.config) as (fetcher, sandbox):

        def parts() -> Parts:
            return Parts(
                db=app.db,
                fetcher=fetcher,
                sandbox=sandbox,
                tagger=app.tagger,
                sources={source.key: source for source in app.config.sources},
                every=app.config.service.poll.every,
                worker=worker,
                lease=lease,
                workers=app.config.service.poll.workers,
                clock=app.clock,
                dice=random.random,
            )

        try:
            yield parts
        finally:
            sources.release(app.db, worker)


def _free_leases_of_the_dead(db: Database) -> None:
    # After a crash the sources under way would wait for their leases to run out.
    host = socket.gethostname()
    for worker in sources.lease_holders(db):
        name, _, pid = worker.rpartition("/")
        if name == host and pid.isdigit() and not _alive(int(pid)):
            sources.release(db, worker)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # another user's
    return True


def serve(app: App) -> None:
    """Poll on schedule and serve pages and feeds, until SIGTERM or Ctrl-C.

    Raises UsageError if the address can't be listened on.
    """
    service = app.config.service
    flask = create_app(app.site)
    try:
        # 150 half-open requests stop waitress at its default limit of 100 connections.
        server = create_server(
            flask,
            host=service.host,
            port=service.port,
            threads=8,
            connection_limit=1000,
            ident=None,
        )
    except OSError as error:
        message = (
            f"can't listen on {service.host}:{service.port}: {error.strerror}; stop the other "
            "program or choose another port: AGGREGATOR_SERVICE__PORT=8001"
        )
        raise UsageError(message) from error
    stop = Event()
    signal.signal(signal.SIGTERM, _interrupt)
    with polling(app) as parts:
        schedule = Schedule(_jobs(app, parts, stop))
        schedule.start()
        _log.info("%s; open %s", summary(app.config), service.base_url)
        try:
            server.run()  # returns at KeyboardInterrupt and SystemExit
        finally:
            _log.info("stopping; polls under way are finished first")
            stop.set()
            schedule.stop()
            server.close()


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def _jobs(app: App, parts: Callable[[], Parts], stop: Event) -> tuple[Job, ...]:
    changed = Event()

    def poll_due() -> None:
        changed.clear()
        run_round(parts(), stop=Either(stop, changed), report=log_poll)

    def take_up_changes() -> None:
        if app.reload():
            changed.set()

    def tag_again() -> None:
        config = app.config
        retag.catch_up(app.db, app.tagger, config.topics, config.sources, Either(stop, changed))

    def prune() -> None:
        polls.prune(app.db, app.clock() - HISTORY)

    return (
        Job("poll", poll_due, timedelta(seconds=2), at_once=True),
        Job("reload", take_up_changes, timedelta(seconds=2)),
        Job("retag", tag_again, timedelta(seconds=10), at_once=True),
        Job("prune", prune, timedelta(hours=6)),
    )


@dataclass(frozen=True, slots=True)
class Either:
    """Set when one of two events is."""

    one: Event
    other: Event

    def is_set(self) -> bool:
        return self.one.is_set() or self.other.is_set()


def log_poll(key: str, commit: Commit | None) -> None:
    """One line for a poll that brought something or failed."""
    if commit is None:
        return
    if commit.state.failures:
        _log.warning(
            "%s: %s: %s; again at %s",
            key,
            commit.result,
            commit.detail,
            f"{commit.next_due:%H:%M} UTC",
        )
    elif commit.arrivals or commit.skipped:
        _log.info(
            "%s: %d entries, %d arrivals, %d skipped",
            key,
            commit.entries,
            len(commit.arrivals),
            len(commit.skipped),
        )
