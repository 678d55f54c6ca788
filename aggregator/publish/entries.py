"""What a feed may hold, articles and stories, as its entries. Not how either is decided."""

from __future__ import annotations

from collections.abc import Sequence

from aggregator.model import Article, Channel
from aggregator.publish.item import FeedEntry, item
from aggregator.publish.safe import legal
from aggregator.publish.story import StoryEntry, story_item

Outgoing = Article | StoryEntry


def items(channel: Channel, entries: Sequence[Outgoing]) -> tuple[FeedEntry, ...]:
    """The entries as they go out in this channel, in the order given. ``channel`` is legal."""
    ready = (legal(one) for one in entries)
    return tuple(
        story_item(channel, one) if isinstance(one, StoryEntry) else item(channel, one)
        for one in ready
    )
