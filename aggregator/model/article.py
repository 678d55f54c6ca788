"""What is kept: articles, where they appeared, and why they bear topics."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from aggregator.model.document import Enclosure, Image


class Rule(StrEnum):
    """Which part of a topic's rule was met."""

    ANY = "any"
    ALL = "all"
    PLACE = "place"
    SUBJECT = "subject"
    REGEX = "regex"
    CATEGORY = "category"  # a publisher's own category bears the topic's name or one of its words
    SOURCE = "source"  # the operator gave this topic to the whole source


class Kind(StrEnum):
    """What a word says of the country or subject that it speaks for."""

    NAME = "name"  # of the country
    PEOPLE = "people"  # demonym or adjective
    CAPITAL = "capital"
    CITY = "city"
    STANDS_FOR = "stands-for"  # an institution, a currency, a seat of government
    NOT = "not"  # a phrase in which a name means something else
    SURE = "sure"  # it can hardly mean anything else
    LIKELY = "likely"
    HINT = "hint"
    NEVER = "never"  # a phrase in which a word of the subject means something else


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason for a topic: these words, as they stand in this field of the article."""

    rule: Rule
    field: str
    """"title", "summary", "text", "categories", or for ``Rule.SOURCE`` "source"."""
    words: str
    """The words as the article has them; for ``Rule.SOURCE`` the source's key."""
    term: str
    """The operator's word or expression, or the word of the gazetteer, that they matched."""
    of: str = ""
    """The country code or subject that the gazetteer has the word for; "" for the operator's."""
    kind: Kind | None = None
    score: float = 0.0
    """What the words, wherever they stand in the field, add to the topic's score; 0 for what is
    no option of the rule: an ``all`` term, a category that names the topic, the source."""


@dataclass(frozen=True, slots=True)
class TopicHit:
    topic: str
    why: tuple[Evidence, ...]

    @property
    def score(self) -> float:
        """How much the article is about it; 1 is enough unless the topic says otherwise."""
        return round(sum(evidence.score for evidence in self.why), 2)


@dataclass(frozen=True, slots=True)
class Outlet:
    """What may be told in public of a source."""

    key: str
    name: str
    feed_url: str | None = None
    site_url: str | None = None


@dataclass(frozen=True, slots=True)
class Appearance:
    """One source that carries an article, with its own guid, link and headline.

    seen: when we found it there.  told: when it was published there, as far as that can be
    believed (``arrival.told``); None: no longer known. Neither ever moves.
    """

    outlet: Outlet
    guid: str | None
    link: str | None
    title: str
    seen: datetime
    told: datetime | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """One article as we keep it and republish it.

    id: 26 characters of [a-z2-7]; minted once, for ever.
    published: the publisher's date, never later than ``first_seen``; without one, ``first_seen``.
    updated: moves only when what a reader would notice moved; never before ``published``.
    listed: where it stands in feeds and digests (newest first): ``published``, but an entry that
    turns up late in a source already followed counts as new when it turns up.
    language, certainty: as decided, and how sure that is, 0 to 1; 1 is the publisher's word or
    the operator's.  declared: the language as the publisher gave it, whatever was decided.
    appearances: oldest first; the first one speaks for the article.
    """

    id: str
    title: str
    link: str | None
    first_seen: datetime
    published: datetime
    updated: datetime
    listed: datetime
    summary: str = ""
    content: str = ""
    text: str = ""
    authors: tuple[str, ...] = ()
    image: Image | None = None
    enclosures: tuple[Enclosure, ...] = ()
    categories: tuple[str, ...] = ()
    language: str | None = None
    certainty: float | None = None
    declared: str | None = None
    appearances: tuple[Appearance, ...] = ()
    topics: tuple[TopicHit, ...] = ()


@dataclass(frozen=True, slots=True)
class Revision:
    """What an article said before its publisher edited it at ``until``."""

    until: datetime
    title: str
    summary: str
    content: str
