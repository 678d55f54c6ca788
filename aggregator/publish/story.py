"""A story as one entry: the article that leads it, and every outlet that tells it beneath.

Which articles are one story, and which of them leads, is decided elsewhere (``dedupe``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape

from aggregator.model import Appearance, Article, Channel, Member, Story, Updates
from aggregator.publish.content import framed
from aggregator.publish.identity import story_uri
from aggregator.publish.item import Item, item, language_tag, second
from aggregator.publish.safe import address


@dataclass(frozen=True, slots=True)
class Telling:
    """A story that goes out as one entry.

    page: the address of our page about it.  updates: when it is shown as changed.
    """

    story: Story
    page: str
    updates: Updates = Updates.QUIET


def story_item(channel: Channel, telling: Telling) -> Item:
    """The story as it goes out in this channel. Both hold legal characters only."""
    story = telling.story
    lead = leading(story)
    content = framed(lead.article, _outlets(story, lead.article))
    return replace(
        item(channel, _whole(story, lead.article), content),
        uri=story_uri(story.id),
        url=address(lead.article.link) or telling.page,
        page=telling.page,
        published=second(story.published),
        updated=second(updated(story, telling.updates)),
        story=story,
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


def _outlets(story: Story, lead: Article) -> str:
    """A line per outlet and article, in the order of publication.

    Times are in UTC and languages codes, so that the bytes depend on no table of words.
    """
    lines = [line for one in story.members for line in _lines(one.article, lead)]
    return f"<ul>{''.join(lines)}</ul>" if lines else ""


def _lines(article: Article, lead: Article) -> Iterator[str]:
    for number, seen in enumerate(article.appearances):
        link = seen.link or (article.link if number == 0 else None)
        tag = _foreign(article, seen, lead)
        name = f"<b>{escape(seen.outlet.name or seen.outlet.key)}</b>"
        told = article.published if number == 0 else seen.seen
        time = f"{second(told):%Y-%m-%d %H:%M} UTC"
        parts = (name, _headline(link, seen.title or article.title, tag), tag or "", time)
        yield f'<li dir="auto">{" · ".join(part for part in parts if part)}</li>'


def _foreign(article: Article, seen: Appearance, lead: Article) -> str | None:
    """The headline's language, where it is known and is not the leading article's."""
    tag = language_tag(article.language)
    if tag is None or seen.title not in ("", article.title):
        return None
    return None if tag.split("-")[0] == (lead.language or "").split("-")[0] else tag


def _headline(link: str | None, title: str, tag: str | None) -> str:
    href, lang = address(link), f' lang="{tag}"' if tag else ""
    words = escape(title or ("original article" if href else ""))
    if not words:
        return ""
    if href is None:
        return f'<span dir="auto"{lang}>{words}</span>'
    return f'<a href="{escape(href)}" dir="auto"{lang}>{words}</a>'
