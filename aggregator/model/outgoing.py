"""What goes out: pages of articles and of stories, and what a feed says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from aggregator.model.article import Article
from aggregator.model.story import Story


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of articles, newest first. ``next`` is an opaque cursor to older ones."""

    articles: tuple[Article, ...]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class StoryPage:
    """A stretch of stories, newest first. ``next`` is an opaque cursor to older ones."""

    stories: tuple[Story, ...]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Channel:
    """What a republished feed says of itself.

    urls: format ("atom", "rss", "json") → the address of this feed in that format.
    pages: the address before an article's id of our page about it, e.g. ``…/articles/``.
    """

    id: str
    title: str
    description: str
    home: str
    urls: Mapping[str, str]
    pages: str
    icon: str | None = None
    next_url: str | None = None
    """Where older entries are, in the format that is being rendered."""
    title_prefix: bool = False
    topic_names: Mapping[str, str] = field(default_factory=dict)
    """Topic slug → what people call it; a slug that isn't here stands for itself."""
    hub: str | None = None
    """Who tells of this feed's changes (WebSub)."""
    stylesheet: str | None = None
    """The CSS with which a browser shows the Atom and the RSS of this feed."""
