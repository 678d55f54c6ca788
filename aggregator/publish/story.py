"""A story as one entry: the article that leads it, and every outlet that tells it beneath.

Which articles are one story, and which of them leads, is decided elsewhere (``dedupe``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from html import escape

from aggregator.model import Article, Channel, Member, Story, Updates
from aggregator.publish.content import framed
from aggregator.publish.identity import story_uri
from aggregator.publish.item import FeedEntry, item, language_tag, second
from aggregator.publish.safe import address
from aggregator.publish.timeline import Line, languages, shortened, timeline

MOST_LINES = 50
"""Outlets that an entry names: a notice that thousands copy would weigh half a megabyte."""


@dataclass(frozen=True, slots=True)
class StoryEntry:
    """A story that goes out as one entry.

    page: the address of our page about it.  updates: when it is shown as changed.
    """

    story: Story
    page: str
    updates: Updates = Updates.QUIET


def story_item(channel: Channel, telling: StoryEntry) -> FeedEntry:
    """The story as it goes out in this channel. Both hold legal characters only."""
    story, left_out = shortened(telling.story, MOST_LINES)
    lead = leading(story)
    content = framed(lead.article, _outlets(story, left_out, telling.page))
    return replace(
        item(channel, _whole(story, lead.article), content),
        uri=story_uri(story.id),
        url=address(lead.article.link) or telling.page,
        page=telling.page,
        published=second(story.published),
        updated=second(updated(story, telling.updates)),
        story=story,
        left_out=left_out,
    )


def leading(story: Story) -> Member:
    """The member whose article stands for the story."""
    return next((one for one in story.members if one.article.id == story.leading), story.members[0])


def updated(story: Story, updates: Updates) -> datetime:
    """When the entry changed, as far as its readers are to be told.

    QUIET: when the leading article was edited, or another one took its place.
    EACH_SOURCE: also when a further outlet told it.  NEVER: it stays at ``published``.
    Neither of the first two ever goes back: what led a story, or told it, may have left it.
    """
    moments = [story.published]
    if updates is not Updates.NEVER:
        moments += (leading(story).article.updated, story.led or moments[0])
    if updates is Updates.EACH_SOURCE:
        moments.append(story.told or moments[0])
    return max(moments)


def _whole(story: Story, lead: Article) -> Article:
    """The leading article, bearing also what the others bring: topics, categories, outlets.

    The reasons of a topic are those of the leading article, where it has it.
    """
    order = (lead, *(one.article for one in story.members if one.article is not lead))
    topics = {hit.topic: hit for article in reversed(order) for hit in reversed(article.topics)}
    slugs = dict.fromkeys(hit.topic for article in order for hit in article.topics)
    return replace(
        lead,
        topics=tuple(topics[slug] for slug in slugs),
        categories=tuple(dict.fromkeys(name for one in order for name in one.categories)),
        appearances=tuple(seen for one in order for seen in one.appearances),
        first_seen=min(one.first_seen for one in order),
    )


def _outlets(story: Story, left_out: int, page: str) -> str:
    """A line per outlet and article, in the order in which they told it; how many more there are.

    Times are in UTC and languages codes, so that the bytes depend on no table of words.
    """
    mixed = languages(story) > 1
    lines = [_line(line, mixed=mixed) for line in timeline(story) if line.seen]
    if left_out:
        lines.append(f'<li><a href="{escape(page)}">and {left_out} more</a></li>')
    return f"<ul>{''.join(lines)}</ul>" if lines else ""


def _line(line: Line, *, mixed: bool) -> str:
    """What one outlet says; with its language, where not all are told in the same."""
    assert line.seen is not None  # noqa: S101 - else there is no outlet
    tag = language_tag(line.language) if mixed else None
    name = f"<b>{escape(line.seen.outlet.name or line.seen.outlet.key)}</b>"
    time = f"{second(line.at):%Y-%m-%d %H:%M} UTC"
    parts = (name, _headline(line.link, line.headline, tag), tag or "", time)
    return f'<li dir="auto">{" · ".join(part for part in parts if part)}</li>'


def _headline(link: str | None, title: str, tag: str | None) -> str:
    lang = f' lang="{tag}"' if tag else ""
    words = escape(title or ("original article" if link else ""))
    if not words:
        return ""
    if link is None:
        return f'<span dir="auto"{lang}>{words}</span>'
    return f'<a href="{escape(link)}" dir="auto"{lang}>{words}</a>'
