"""One story: what brought articles together, and who decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from aggregator.model.article import Article


class By(StrEnum):
    """What brought an article into a story, or parted it from one."""

    COPY = "copy"  # it holds most of the other's text
    WORDS = "words"  # rare words, names, places and numbers that both have
    MEANING = "meaning"  # what the sentences mean, across languages
    PERSON = "person"  # somebody put them together
    SPLIT = "split"  # nothing: the story in which both were turned out to be two
    APART = "apart"  # nothing: never_with keeps it from what it is like
    BROKEN = "broken"  # nothing: it raised while it was compared, so it stands alone


@dataclass(frozen=True, slots=True)
class Join:
    """Why an article stands in a story: the article of it that is most like it, and in what.

    By ``SPLIT`` and ``APART``: one of the story that it was parted or is kept from, and how alike
    the two are.
    """

    to: str
    """An article's id; its own where it was compared with none."""
    by: By
    likeness: float
    """0 to 1."""
    shared: tuple[str, ...] = ()
    """Words that both have, the most telling first."""
    apart: timedelta = timedelta()
    """Between the two."""


@dataclass(frozen=True, slots=True)
class Move:
    """A placed article that changes its story: two stories are merged, or one is split."""

    article: str
    story: str
    """The one that it goes to."""
    why: Join


@dataclass(frozen=True, slots=True)
class Placed:
    """Which story an article was found to belong to, and which others change theirs by it."""

    article: str
    story: str
    why: Join | None = None
    """None: a story begins with it."""
    moves: tuple[Move, ...] = ()
    vector: bytes | None = None
    """What the sentence encoder makes of the article, to be kept."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What somebody decided about two articles: they are of one story, or they are not."""

    article: str
    other: str
    together: bool


@dataclass(frozen=True, slots=True)
class Member:
    """An article of a story. ``why`` is None for the one that began it.

    Of an article that doesn't lead the story only the head is there: title, link, language, dates,
    categories, topics and appearances.
    """

    article: Article
    joined: datetime
    why: Join | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """One event as all outlets tell it.

    id: 26 characters of [a-z2-7]; minted once; after a merge it leads to the other story.
    members: in the order of publication.  leading: id of the article that stands for the story.
    listed: of the newest member.  published: when the earliest of the articles was told with
    which it began; it never moves.  outlets: how many sources tell it: each speaks for an article
    or has it at a place of its own; who only links to it doesn't count.  led: since when that
    article leads, None: from the beginning.
    told: when an outlet was last added, None: all were there from the beginning.
    """

    id: str
    members: tuple[Member, ...]
    leading: str
    listed: datetime
    published: datetime
    outlets: int
    led: datetime | None = None
    told: datetime | None = None

    @property
    def linking(self) -> int:
        """How many sources carry it without telling it."""
        carrying = {seen.outlet.key for one in self.members for seen in one.article.appearances}
        return len(carrying) - self.outlets
