"""Who told a story when: a line for each outlet of each article; feeds, pages and commands show it.

Times are those that can be believed (``arrival.told``), as for the question which article leads.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from aggregator.model import Appearance, Article, Member, Story
from aggregator.publish.safe import address


@dataclass(frozen=True, slots=True)
class Line:
    """One outlet's telling: an article, or a further appearance of one.

    at: when it was told.  lag: after the first.  seen: None for an article that no source carries
    any more.  speaks: it is the outlet that speaks for the article.
    """

    at: datetime
    lag: timedelta
    member: Member
    seen: Appearance | None
    speaks: bool

    @property
    def article(self) -> Article:
        return self.member.article

    @property
    def link(self) -> str | None:
        """Where this outlet has it."""
        own = self.seen.link if self.seen else None
        return address(own or (self.article.link if self.speaks else None))

    @property
    def headline(self) -> str:
        if self.speaks or self.seen is None:
            return self.article.title
        return self.seen.title or self.article.title

    @property
    def language(self) -> str | None:
        """The language of the headline, where that is the article's own."""
        return self.article.language if self.headline == self.article.title else None

    @property
    def claimed(self) -> datetime | None:
        """The date that the article bears, if that is too early to be believed."""
        given = self.article.published
        return given if self.speaks and given < self.at else None


def timeline(story: Story) -> tuple[Line, ...]:
    """Who told a story, from the first on."""
    lines = [line for one in story.members for line in _lines(one)]
    first = min(line.at for line in lines)
    lines.sort(key=lambda line: (line.at, not line.speaks))
    return tuple(replace(line, lag=line.at - first) for line in lines)


def _lines(one: Member) -> Iterator[Line]:
    article = one.article
    if not article.appearances:
        yield Line(article.published, timedelta(), one, None, speaks=True)
    for number, seen in enumerate(article.appearances):
        at = seen.told or (seen.seen if number else article.published)
        yield Line(at, timedelta(), one, seen, speaks=number == 0)


def languages(story: Story) -> int:
    """In how many languages a story is told, as far as they are known."""
    spoken = (one.article.language for one in story.members)
    return len({tag.split("-")[0] for tag in spoken if tag})


def shortened(story: Story, most: int) -> tuple[Story, int]:
    """Return the story with its first tellings and the leading one, and how many are left out."""
    lines = timeline(story)
    rest = lines[most:]
    leads = next((line for line in rest if line.speaks and line.article.id == story.leading), None)
    shown = (*lines[: most - 1], leads) if leads else lines[:most]
    kept: dict[str, list[Appearance]] = {}
    for line in shown:
        kept.setdefault(line.article.id, []).extend([line.seen] if line.seen else [])
    members = (one for one in story.members if one.article.id in kept)
    cut = tuple(_carried(one, kept[one.article.id]) for one in members)
    return replace(story, members=cut), len(lines) - len(shown)


def _carried(one: Member, kept: list[Appearance]) -> Member:
    seen = tuple(each for each in one.article.appearances if each in kept)
    return replace(one, article=replace(one.article, appearances=seen))
