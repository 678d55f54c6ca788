"""What a feed may hold, articles and stories, as its entries. Not how either is decided."""

from __future__ import annotations

from collections.abc import Sequence

from aggregator.model import Article, Channel
from aggregator.publish.item import Item, item
from aggregator.publish.safe import legal
from aggregator.publish.story import Telling, story_item

Outgoing = Article | Telling


def items(channel: Channel, entries: Sequence[Outgoing]) -> tuple[Item, ...]:
    """The entries as they go out in this channel, in the order given. ``channel`` is legal."""
    return tuple(
        story_item(channel, legal(one)) if isinstance(one, Telling) else item(channel, legal(one))
        for one in entries
    )
