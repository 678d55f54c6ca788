"""Articles and stories → bytes: Atom, RSS, JSON Feed, OPML. Pure: no network, database or clock."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from aggregator.publish.atom import MIME as _ATOM
from aggregator.publish.atom import atom
from aggregator.publish.entries import Outgoing
from aggregator.publish.identity import article_uri, feed_uri, story_uri
from aggregator.publish.jsonfeed import MIME as _JSON
from aggregator.publish.jsonfeed import jsonfeed
from aggregator.publish.opml import MIME as _OPML
from aggregator.publish.opml import Outline, opml
from aggregator.publish.rss import MIME as _RSS
from aggregator.publish.rss import rss
from aggregator.publish.story import StoryEntry

MIME: Mapping[str, str] = MappingProxyType(
    {"atom": _ATOM, "rss": _RSS, "json": _JSON, "opml": _OPML}
)
"""Format → content type; each is UTF-8 and says so itself."""

__all__ = [
    "MIME",
    "Outgoing",
    "Outline",
    "StoryEntry",
    "article_uri",
    "atom",
    "feed_uri",
    "jsonfeed",
    "opml",
    "rss",
    "story_uri",
]
