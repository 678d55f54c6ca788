"""What the web shows, as one value, and the little that follows from it. Not how it is shown."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import request

from aggregator.fetch.reach import reachable
from aggregator.model import Feed, Pacing, Source, Topic

if TYPE_CHECKING:
    from aggregator.fetch.guard import Network
    from aggregator.store.database import Database

ENVIRON = "aggregator.site"
"""Where a request carries its Site, so that all of it sees the same configuration."""


@dataclass(frozen=True, slots=True)
class Site:
    """The configuration of the moment, as far as the web needs it; replaced whole on a reload.

    base_url: where readers reach us, http(s), perhaps with a path; no address comes from elsewhere.
    feeds: by slug, every feed there is, private ones too.
    timezone: an IANA name; days begin at its midnight.
    pacing: how often sources are asked.
    auth: user and password of everything but health checks, static files and private feeds.
    problems: of a refused newer configuration, for people.
    hub: is to be told of changes of our public feeds (WebSub).  networks: private ones in which
    hubs may be.
    generation: moves with every reload, so that kept bytes are made again.
    """

    db: Database
    base_url: str
    title: str
    topics: tuple[Topic, ...]
    feeds: Mapping[str, Feed]
    sources: tuple[Source, ...]
    timezone: str
    clock: Callable[[], datetime]
    pacing: Pacing = field(default_factory=Pacing)
    auth: tuple[str, str] | None = field(default=None, repr=False)
    problems: tuple[str, ...] = ()
    generation: int = 0
    version: str = ""
    per_host_per_day: int = 10_000
    hub: str | None = None
    networks: tuple[Network, ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def today(self) -> date:
        return self.clock().astimezone(self.zone).date()

    @property
    def public_feeds(self) -> tuple[Feed, ...]:
        """What may stand in lists: the feeds without a token."""
        return tuple(feed for feed in self.feeds.values() if feed.token is None)

    @property
    def topic_names(self) -> dict[str, str]:
        return {topic.slug: topic.name for topic in self.topics}

    @property
    def own_hub(self) -> str | None:
        """The hub that our feeds name: one that is able to read them."""
        reads = self.hub and self.auth is None and self.reached(self.hub)
        return self.hub if reads else None

    def reached(self, hub: str) -> bool:
        """Whether a hub can call us."""
        return reachable(self.networks, self.base_url, hub)

    def topic(self, slug: str) -> Topic | None:
        return next((topic for topic in self.topics if topic.slug == slug), None)

    def renamed_topic(self, slug: str) -> Topic | None:
        return next((topic for topic in self.topics if slug in topic.former), None)

    def renamed_feed(self, slug: str) -> Feed | None:
        return next((feed for feed in self.feeds.values() if slug in feed.former), None)

    def day(self, day: date) -> tuple[datetime, datetime]:
        """First moment of a day here and of the next one, in UTC.

        Raises OverflowError at the two ends of the calendar.
        """
        midnight = datetime.combine(day, time.min, self.zone)
        after = datetime.combine(day + timedelta(days=1), time.min, self.zone)
        return midnight.astimezone(UTC), after.astimezone(UTC)


def current() -> Site:
    """The Site of the request under way."""
    site: Site = request.environ[ENVIRON]
    return site


def opens(feed: Feed, token: str) -> bool:
    """Whether a caller with this token may read the feed; as quick to say for every wrong one."""
    if feed.token is None:
        return True
    return bool(feed.token) and hmac.compare_digest(feed.token.encode(), token.encode())


@lru_cache(maxsize=8)
def base(base_url: str) -> tuple[str, str, str]:
    """Scheme, host with port, and path without a closing slash.

    >>> base("https://example.org/news/")
    ('https', 'example.org', '/news')
    """
    parts = urlsplit(base_url)
    return parts.scheme, parts.netloc, parts.path.rstrip("/")
