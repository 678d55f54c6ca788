"""Everything we know and decided about one article, as plain values to print. Decides nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from aggregator.model import Article, By, Feed, Join, Story
from aggregator.publish import article_uri, story_uri
from aggregator.publish.story import leading
from aggregator.publish.timeline import timeline
from aggregator.store import articles, rulings, stories
from aggregator.store.database import Database
from aggregator.tag.query import Asked, parse_query

SHORT_ID = 10
"""So many letters of an article's id are shown; 6 or more are understood."""
SAID = {
    By.COPY: "a near copy of",
    By.WORDS: "tells the same as",
    By.MEANING: "says the same as",
    By.PERSON: "put there by a person, together with",
    By.SPLIT: "parted from",
    By.APART: "kept apart by never_with in the configuration from",
    By.BROKEN: (
        "it could not be compared with others, so it stands alone until all are gathered again"
    ),
}
"""What put an article where it is, so that the name of the other one can follow."""
_PARTED = 50
"""Stories that are told from which people keep an article apart."""


def likeness(why: Join) -> str:
    """Return how much of a text is a copy; else how likely the two tell the same.

    >>> likeness(Join("a", By.COPY, 1.0)), likeness(Join("a", By.WORDS, 1.0))
    ('100 % alike', 'over 99 % sure')
    """
    percent = f"{100 * why.likeness:.0f} %"
    if why.by is By.COPY:
        return f"{percent} alike"
    if why.by in (By.SPLIT, By.APART):
        return f"{percent} likely to tell the same"
    return "over 99 % sure" if why.likeness > 0.99 else f"{percent} sure"


def said(why: Join) -> str:
    """Return what put an article where it is, so that the name of the other one can follow."""
    return SAID[why.by]


def brief(article: Article) -> dict[str, Any]:
    """Return an article as one line of a list."""
    return {
        "listed": article.listed,
        "id": article.id,
        "sources": [appearance.outlet.key for appearance in article.appearances],
        "topics": [hit.topic for hit in article.topics],
        "title": article.title,
        "link": article.link,
    }


def explain(db: Database, article: Article, feeds: Iterable[Feed], now: datetime) -> dict[str, Any]:
    """Return what is known and was decided about an article.

    feeds: those to tell membership of.  now: for feeds whose query counts back from now.
    """
    asked = Asked(article)
    story = stories.get(db, stories.of(db, [article.id]).get(article.id, ""))
    return _facts(article) | {
        "story": explain_story(story) if isinstance(story, Story) else None,
        "parted": [one._asdict() for one in rulings.parted(db, article.id, _PARTED)],
        "feeds": [feed.slug for feed in feeds if asked.matches(parse_query(feed.where), now)],
        "topics": _topics(article),
        "sources": _sources(article),
        "decisions": [
            {"at": made.at, "source": made.source, "verdict": made.verdict, "why": made.why}
            for made in articles.decisions(db, article.id)
        ],
        "edits": [
            {"until": old.until, "title": old.title, "summary": old.summary}
            for old in articles.revisions(db, article.id)
        ],
    }


def explain_story(story: Story) -> dict[str, Any]:
    """Return who tells a story, when, and what brought each of its articles into it."""
    spoken = [line for line in timeline(story) if line.speaks]
    return {
        "id": story.id,
        "uri": story_uri(story.id),
        "title": leading(story).article.title,
        "outlets": story.outlets,
        "articles": [
            {
                "id": line.article.id,
                "published": line.article.published,
                "lag": line.lag,
                "sources": [seen.outlet.key for seen in line.article.appearances],
                "language": line.article.language,
                "title": line.article.title,
                "why": _join(line.member.why),
            }
            for line in spoken
        ],
    }


def _join(why: Join | None) -> dict[str, Any] | None:
    if why is None:
        return None
    return {
        "to": why.to,
        "by": why.by,
        "said": _told(why),
        "likeness": why.likeness,
        "shared": list(why.shared),
        "apart": why.apart,
    }


def _told(why: Join) -> str:
    """Return a reason in one line; the article that it names by the first letters of its id."""
    if why.by is By.BROKEN:
        return said(why)
    told = f"{said(why)} {why.to[:SHORT_ID]}"
    if why.by is not By.PERSON:
        told += f"; {likeness(why)}"
    return f"{told}; both have {', '.join(why.shared)}" if why.shared else told


def _facts(article: Article) -> dict[str, Any]:
    return {
        "id": article.id,
        "uri": article_uri(article.id),
        "title": article.title,
        "link": article.link,
        "language": article.language,
        "certainty": article.certainty,
        "declared": article.declared,
        "authors": list(article.authors),
        "categories": list(article.categories),
        "published": article.published,
        "updated": article.updated,
        "first_seen": article.first_seen,
        "listed": article.listed,
    }


def _topics(article: Article) -> list[dict[str, Any]]:
    return [
        {
            "topic": hit.topic,
            "rule": evidence.rule,
            "words": evidence.words,
            "field": evidence.field,
            "term": evidence.term,
            "of": evidence.of,
            "kind": evidence.kind or "",
            "score": evidence.score or None,  # None: it makes none, or is older than scores
        }
        for hit in article.topics
        for evidence in hit.why
    ]


def _sources(article: Article) -> list[dict[str, Any]]:
    return [
        {
            "source": appearance.outlet.key,
            "name": appearance.outlet.name,
            "seen": appearance.seen,
            "title": appearance.title,
            "link": appearance.link,
            "guid": appearance.guid,
        }
        for appearance in article.appearances
    ]
