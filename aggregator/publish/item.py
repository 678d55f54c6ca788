"""What every format says of an entry, decided once for articles; not how it is written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from aggregator.model import Article, Channel, Enclosure, Image, Story
from aggregator.publish.content import body
from aggregator.publish.identity import article_uri, source_uri
from aggregator.publish.safe import address

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")  # the shape that RFC 5646 gives
_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)
UNTITLED = "Untitled"
_TITLE_WIDTH = 100  # characters of the text that stand in for a missing title


@dataclass(frozen=True, slots=True)
class Category:
    """``term`` is for programs, ``label`` for people; no commas, at which FreshRSS would split."""

    term: str
    label: str


@dataclass(frozen=True, slots=True)
class Origin:
    """The source that speaks for an article."""

    uri: str
    name: str
    feed_url: str | None
    site_url: str | None


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """An article or a story as it goes out. Every string is legal in XML, every address http(s).

    url: the original article; where there is none, our page.
    authors: the outlet where the article names nobody; a feed entry without author shows none.
    published, updated: UTC, whole seconds, since some readers know no fractions.
    article: what was kept, for the facts that only JSON Feed has room for; of a story the article
    that leads it, with the topics, categories and appearances of all.
    story: where the entry is one, else None; with so many tellings left out.
    """

    uri: str
    url: str
    page: str
    title: str
    summary: str
    content: str
    language: str | None
    published: datetime
    updated: datetime
    authors: tuple[str, ...]
    categories: tuple[Category, ...]
    image: Image | None
    enclosures: tuple[Enclosure, ...]
    origin: Origin | None
    article: Article
    story: Story | None = None
    left_out: int = 0


def item(channel: Channel, article: Article, content: str = "") -> FeedEntry:
    """The article as it goes out in this channel. Both hold legal characters only.

    content: clean HTML, in the place of what the article's own would be.
    """
    origin = _origin(article)
    page = channel.pages + article.id
    title = _title(article, origin)
    return FeedEntry(
        uri=article_uri(article.id),
        url=address(article.link) or page,
        page=page,
        title=f"{origin.name}: {title}" if channel.title_prefix and origin else title,
        summary=article.summary.strip(),
        content=content or body(article),
        language=language_tag(article.language),
        published=second(article.published),
        updated=second(article.updated),
        authors=_authors(article, origin),
        categories=_categories(channel, article),
        image=_image(article.image),
        enclosures=tuple(e for e in map(_enclosure, article.enclosures) if e),
        origin=origin,
        article=article,
    )


def newest(entries: Sequence[FeedEntry]) -> datetime | None:
    """When anything in the feed last changed; None for an empty feed."""
    return max((item.updated for item in entries), default=None)


def language(entries: Sequence[FeedEntry]) -> str | None:
    """The language of the whole feed: the one on which all its articles agree."""
    found = {item.language for item in entries}
    return found.pop() if len(found) == 1 else None


def _title(article: Article, origin: Origin | None) -> str:
    """One line, never empty: the formats demand it, and a reader must have something to click."""
    title = _line(article.title)
    if title:
        return title
    said = _line((article.summary or article.text)[: 4 * _TITLE_WIDTH])
    if said:
        return said if len(said) <= _TITLE_WIDTH else said[: _TITLE_WIDTH - 1] + "…"
    return origin.name if origin else UNTITLED


def _line(text: str) -> str:
    return " ".join(text.split())


def _origin(article: Article) -> Origin | None:
    if not article.appearances:
        return None
    outlet = article.appearances[0].outlet
    return Origin(
        uri=source_uri(outlet.key),
        name=_line(outlet.name) or _line(outlet.key) or UNTITLED,
        feed_url=address(outlet.feed_url),
        site_url=address(outlet.site_url),
    )


def _authors(article: Article, origin: Origin | None) -> tuple[str, ...]:
    named = tuple(dict.fromkeys(name for name in map(_line, article.authors) if name))
    return named or ((origin.name,) if origin else ())


def _categories(channel: Channel, article: Article) -> tuple[Category, ...]:
    """Our topics, then the publishers' own categories that say something else."""
    ours = tuple(
        Category(hit.topic, _plain(channel.topic_names.get(hit.topic, "")) or hit.topic)
        for hit in article.topics
    )
    taken = {word.casefold() for category in ours for word in (category.term, category.label)}
    theirs = {name.casefold(): name for name in map(_plain, article.categories) if name}
    return ours + tuple(Category(n, n) for key, n in theirs.items() if key not in taken)


def _plain(label: str) -> str:
    return _line(label.replace(",", " "))


def _image(image: Image | None) -> Image | None:
    url = address(image.url) if image else None
    return replace(image, url=url, alt=_line(image.alt)) if image and url else None


def _enclosure(enclosure: Enclosure) -> Enclosure | None:
    url = address(enclosure.url)
    if url is None:
        return None
    known = _MEDIA_TYPE.fullmatch(enclosure.type)
    return replace(enclosure, url=url, type=enclosure.type if known else "")


def language_tag(tag: str | None) -> str | None:
    """The tag, if it has the shape of one."""
    return tag if tag and _LANGUAGE.fullmatch(tag) else None


def second(moment: datetime) -> datetime:
    """The moment in UTC, whole seconds."""
    return moment.astimezone(UTC).replace(microsecond=0)
