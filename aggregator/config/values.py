"""What a configuration is once it is right: frozen values, nothing that can be wrong any more."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network

from aggregator.model import Feed, Pacing, Source, Topic


@dataclass(frozen=True, slots=True)
class Poll(Pacing):
    """How sources are polled: how often, and how many at a time."""

    workers: int = 96
    """How many sources are fetched at the same time."""
    gap: timedelta = timedelta(seconds=1)
    """From the end of one request to a host to the beginning of the next."""
    per_host_per_day: int = 10_000
    """Requests that a host gets on one day, UTC, at most."""


@dataclass(frozen=True, slots=True)
class Fetch:
    """The limits of one fetch."""

    seconds: float = 30.0
    """For all of it: headers, body and redirects."""
    max_bytes: int = 10_000_000
    """After decompression."""
    redirects: int = 5
    allow_private: tuple[IPv4Network | IPv6Network, ...] = ()
    """Private networks that every source may live in."""


@dataclass(frozen=True, slots=True)
class Parse:
    """The limits of one parse, which runs in a child process."""

    seconds: float = 10.0
    memory_mb: int = 512
    processes: int = 2


@dataclass(frozen=True, slots=True)
class Retention:
    """For how long things are kept; None: for ever."""

    articles: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """The few values of ``service:``."""

    database: str | None = field(default=None, repr=False)
    """A SQLAlchemy address; None: ``aggregator.db`` in the data directory."""
    host: str = "127.0.0.1"
    port: int = 8000
    base_url: str = "http://127.0.0.1:8000"
    """Where the world finds the service; no slash at its end."""
    title: str = "News"
    contact: str | None = None
    """A page or a mail address for publishers, told in the User-Agent."""
    timezone: str = "UTC"
    """An IANA name: where the days of the digest begin."""
    auth: tuple[str, str] | None = field(default=None, repr=False)
    """User and password that every page and public feed asks for; None: open."""
    hub: str | None = None
    """Of WebSub: it is told when a public feed changes, and tells who reads it."""
    prefer: tuple[str, ...] = ()
    """Keys of the sources whose articles lead their stories, the first before the others."""
    poll: Poll = Poll()
    fetch: Fetch = Fetch()
    parse: Parse = Parse()
    retention: Retention = Retention()


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that the operator said, in the order of the files' names."""

    sources: tuple[Source, ...] = ()
    topics: tuple[Topic, ...] = ()
    feeds: tuple[Feed, ...] = ()
    service: Service = Service()
    fingerprint: str = ""
    """What ``fingerprint(directory)`` said before the files were read."""
