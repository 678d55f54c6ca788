"""What the operator asks for: sources, topics, feeds."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from urllib.parse import unquote, urlsplit

ENOUGH = 1.0
"""The score from which on an article is about something, unless its topic says otherwise."""


_SECRET = re.compile(
    r"(?:token|secret|password|signature|jwt)\]?="
    r"|(?:^|[&;_.\[-])(?:auth|(?:api|user)?key|sig|pass|pwd|hash)\]?=",
    re.I,
)


def has_secret(url: str) -> bool:
    """Tell whether an address has something like ``?auth=…``, as paid subscriptions have it.

    >>> has_secret("https://example.org/feed?api_key=x"), has_secret("https://example.org/?key")
    (True, False)
    """
    return _SECRET.search(unquote(urlsplit(url).query)) is not None


@dataclass(frozen=True, slots=True)
class Source:
    """One feed to poll. ``url`` is http(s), or ``file:///…`` for a feed on disk."""

    key: str
    url: str
    name: str | None = None
    topics: tuple[str, ...] = ()
    every: timedelta | None = None
    language: str | None = None
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    auth: tuple[str, str] | None = field(default=None, repr=False)
    proxy: str | None = field(default=None, repr=False)
    allow_private: bool = False
    never_with: tuple[str, ...] = ()
    """Keys of sources, ids of articles and stories: never of one story with its articles."""


@dataclass(frozen=True, slots=True)
class Pacing:
    """How often sources are asked that have no interval of their own.

    every: so often; None: each by its own rhythm, between ``fastest`` and ``slowest``.
    price: what a request costs: new entries may wait so long together before they are worth one.
    """

    every: timedelta | None = None
    fastest: timedelta = timedelta(minutes=5)
    slowest: timedelta = timedelta(days=1)
    price: timedelta = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Topic:
    """A rule that tags articles.

    place: ISO 3166 alpha-2 codes.  subject: keys of ``tag.gazetteer``.  regex: for RE2.
    """

    slug: str
    name: str
    any: tuple[str, ...] = ()
    all: tuple[str, ...] = ()
    not_: tuple[str, ...] = ()
    place: tuple[str, ...] = ()
    subject: tuple[str, ...] = ()
    regex: tuple[str, ...] = ()
    at_least: float = ENOUGH
    """The score from which on an article bears the topic."""
    match: tuple[str, ...] = ()
    """Texts that the rule must match (``examples.match``)."""
    reject: tuple[str, ...] = ()
    """Texts that the rule must not match (``examples.reject``)."""
    former: tuple[str, ...] = ()
    """Slugs that this topic had before; their feeds redirect here."""


class Per(StrEnum):
    """What an entry of a feed is."""

    ARTICLE = "article"
    STORY = "story"


class Updates(StrEnum):
    """When the entry of a story in a feed is shown as changed."""

    QUIET = "quiet"  # when its leading article is edited, or another one leads
    EACH_SOURCE = "each_source"  # also when a further outlet tells it
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Feed:
    """One output feed: every topic has one, every entry of feeds.yaml is one, ``all`` is one."""

    slug: str
    title: str
    where: str = ""
    """A query (see ``tag.query``); empty is everything."""
    description: str = ""
    token: str | None = field(default=None, repr=False)
    """The secret that a private feed's address must carry; None: public."""
    title_prefix: bool = False
    """Put the outlet's name before each title."""
    former: tuple[str, ...] = ()
    per: Per = Per.ARTICLE
    min_sources: int = 1
    """Of stories: outlets that must tell one before it is shown."""
    updates: Updates = Updates.QUIET
