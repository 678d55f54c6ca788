"""Articles and stories as JSON Feed 1.1, with our facts beside them.

https://www.jsonfeed.org/version/1.1/
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from aggregator.model import Appearance, Channel, Enclosure, Join, Member, Story
from aggregator.publish.entries import Outgoing, items
from aggregator.publish.item import FeedEntry, language
from aggregator.publish.safe import address, legal
from aggregator.publish.timeline import timeline

MIME = "application/feed+json"


def jsonfeed(channel: Channel, outgoing: Sequence[Outgoing]) -> bytes:
    """The feed as UTF-8, the entries in the order given. The same input gives the same bytes."""
    channel = legal(channel)
    entries = items(channel, outgoing)
    hub = address(channel.hub)
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": channel.title,
        "home_page_url": channel.home,
        "feed_url": channel.urls["json"],
        "description": channel.description,
        "icon": address(channel.icon),
        "language": language(entries),
        "next_url": address(channel.next_url),
        "hubs": [{"type": "WebSub", "url": hub}] if hub else None,
    }
    told = _told(feed) | {"items": [_item(channel, item) for item in entries]}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def _told(members: dict[str, Any]) -> dict[str, Any]:
    """Only the members that say something: the format wants the others left out."""
    return {name: value for name, value in members.items() if value not in (None, "", [])}


def _item(channel: Channel, item: FeedEntry) -> dict[str, Any]:
    return _told(
        {
            "id": item.uri,
            "url": item.url,
            "title": item.title,
            "content_html": item.content,
            "summary": item.summary,
            "image": item.image.url if item.image else None,
            "date_published": item.published.isoformat(),
            "date_modified": item.updated.isoformat(),
            "authors": [{"name": name} for name in item.authors],
            "tags": [category.label for category in item.categories],
            "language": item.language,
            "attachments": [_attachment(file) for file in item.enclosures],
            "_aggregator": _facts(channel, item),
        }
    )


def _attachment(file: Enclosure) -> dict[str, Any]:
    return _told(
        {
            "url": file.url,
            "mime_type": file.type or "application/octet-stream",
            "size_in_bytes": file.length,
        }
    )


def _facts(channel: Channel, item: FeedEntry) -> dict[str, Any]:
    """What no format has a place for: why each topic, and who carries the article since when."""
    article = item.article
    return {
        "page": item.page,
        "language_certainty": article.certainty,
        "first_seen": article.first_seen.isoformat(timespec="seconds"),
        "image_description": item.image.alt if item.image else "",
        "topics": [
            {
                "slug": hit.topic,
                "name": channel.topic_names.get(hit.topic, hit.topic),
                "score": hit.score,
                "why": [_told(asdict(evidence)) for evidence in hit.why],
            }
            for hit in article.topics
        ],
        "sources": [_source(appearance) for appearance in article.appearances],
        **({"story": _story(channel, item.story, item.left_out)} if item.story else {}),
    }


def _source(appearance: Appearance) -> dict[str, Any]:
    return {
        "key": appearance.outlet.key,
        "name": appearance.outlet.name,
        "link": address(appearance.link),
        "headline": appearance.title,
        "seen": appearance.seen.isoformat(timespec="seconds"),
    }


def _story(channel: Channel, story: Story, left_out: int) -> dict[str, Any]:
    """Who tells the story, each with the time after the first and the reason for its place.

    No reason: the story began with it. By "split" or "apart": it was parted, or is
    kept, from the article that is named.
    """
    spoken = (line for line in timeline(story) if line.speaks)
    return {
        "id": story.id,
        "leading": story.leading,
        "outlets": story.outlets,
        "members": [_member(channel, story, line.member, line.lag) for line in spoken],
        "left_out": left_out,
    }


def _member(channel: Channel, story: Story, one: Member, lag: timedelta) -> dict[str, Any]:
    article = one.article
    return {
        "article": article.id,
        "page": channel.pages + article.id,
        "headline": article.title,
        "link": address(article.link),
        "language": article.language,
        "published": article.published.isoformat(timespec="seconds"),
        "lag_seconds": int(lag.total_seconds()),
        "joined": one.joined.isoformat(timespec="seconds"),
        "sources": [_source(appearance) for appearance in article.appearances],
        "why": _why(story, one, one.why) if one.why else None,
    }


def _why(story: Story, one: Member, why: Join) -> dict[str, Any]:
    """The reason; the time between the two as they stand there, since they may have been edited.

    A merge and a person's word come without a time of their own.
    """
    to = next((other.article for other in story.members if other.article.id == why.to), None)
    apart = abs(one.article.published - to.published) if to else why.apart
    return {
        "to": why.to,
        "by": why.by,
        "likeness": round(why.likeness, 3),
        "shared_words": list(why.shared),
        "apart_seconds": int(apart.total_seconds()),
    }
