"""What stands in a feed now: articles or stories, as the store has them. Not how it is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from flask import url_for

from aggregator.model import Article, Feed, Per, Story
from aggregator.publish import Outgoing, StoryEntry
from aggregator.publish.story import leading
from aggregator.store import search, stories
from aggregator.tag.query import Query
from aggregator.web.site import current

if TYPE_CHECKING:
    from aggregator.model import Page, StoryPage

MAX_CONTENT_CHARS = 8_000_000
"""Of all entries of a feed together."""

OLDER = 100
"""Entries on the further pages of a feed; the first holds a whole window (``store.search``)."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Entries of a feed, newest first; ``next`` is the cursor to older ones.

    modified: when the newest part of it appeared or changed, as HTTP's Last-Modified. Not merely
    the newest ``updated``: what was published before another and found after it must move this,
    too, or a caller with If-Modified-Since alone would never see it. The same holds for an outlet
    that quietly joins a story.
    """

    entries: tuple[Outgoing, ...]
    next: str | None
    modified: datetime | None


def stretch(feed: Feed, query: Query, now: datetime, before: str | None) -> Stretch:
    """The newest of a feed, or what is older than a cursor: of stories, if it is a feed of them."""
    if feed.per is Per.STORY:
        told = _stories(feed, query, now, before)
        moments = (moment for story in told.stories for moment in _of_story(story))
        return Stretch(_tellings(feed, told.stories), told.next, max(moments, default=None))
    page = _articles(query, now, before)
    moments = (moment for article in page.articles for moment in _of_article(article))
    return Stretch(tuple(_bounded(page.articles)), page.next, max(moments, default=None))


def _articles(query: Query, now: datetime, before: str | None) -> Page:
    db = current().db
    if before:
        return search.find(db, query, now=now, limit=OLDER, before=before)
    return search.window(db, query, now=now)


def _stories(feed: Feed, query: Query, now: datetime, before: str | None) -> StoryPage:
    db, least = current().db, feed.min_sources
    if before:
        return stories.find(db, query, now=now, limit=OLDER, before=before, min_sources=least)
    return stories.window(db, query, now=now, min_sources=least)


def _tellings(feed: Feed, told: Iterable[Story]) -> tuple[StoryEntry, ...]:
    pages = url_for("stories.story", story="-", _external=True).removesuffix("-")
    left, made = MAX_CONTENT_CHARS, []
    for story in told:
        left -= len(leading(story).article.content)
        shown = story if left >= 0 else _emptied(story)
        made.append(StoryEntry(shown, pages + story.id, feed.updates))
    return tuple(made)


def _emptied(story: Story) -> Story:
    bare = (replace(one, article=replace(one.article, content="")) for one in story.members)
    return replace(story, members=tuple(bare))


def _bounded(articles: Iterable[Article]) -> Iterator[Article]:
    """Leave out the content, not the entry, of what is past a feed's weight.

    One source with entries of half a megabyte would otherwise fill the memory of every reader.
    """
    left = MAX_CONTENT_CHARS
    for article in articles:
        left -= len(article.content)
        yield article if left >= 0 else replace(article, content="")


def _of_article(article: Article) -> Iterator[datetime]:
    yield from (article.updated, article.listed, article.first_seen)
    yield from (seen.seen for seen in article.appearances)


def _of_story(story: Story) -> Iterator[datetime]:
    yield story.led or story.listed
    for one in story.members:
        yield one.joined
        yield from _of_article(one.article)
