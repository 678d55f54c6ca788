"""The page of a story: who told it when, in which words, why each is there, what was corrected."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from flask import Blueprint, abort, redirect, url_for
from werkzeug.wrappers import Response

from aggregator.model import Article, Member, Story
from aggregator.publish.safe import address
from aggregator.publish.story import leading
from aggregator.store import articles, rulings
from aggregator.store import stories as stored
from aggregator.web import feeds
from aggregator.web.answers import show
from aggregator.web.site import current

stories = Blueprint("stories", __name__)

KEPT_OUT = 50
"""Articles that people pulled out of a story, or kept out of it, that its page shows."""


@dataclass(frozen=True, slots=True)
class Line:
    """One outlet's telling: an article, or a further appearance of one.

    speaks: it is the outlet that speaks for the article.  own: the headline is the article's, and
    so in its language.
    """

    at: datetime
    lag: timedelta
    member: Member
    outlet: str
    link: str | None
    headline: str
    speaks: bool
    own: bool

    @property
    def article(self) -> Article:
        return self.member.article


@dataclass(frozen=True, slots=True)
class Edit:
    """A headline that its publisher changed."""

    at: datetime
    article: Article
    before: str
    after: str

    @property
    def outlet(self) -> str:
        return next((seen.outlet.name for seen in self.article.appearances), "")


@stories.get("/stories/<story>")
def story(story: str) -> Response:
    """A story; 302 to the one it was merged into, 404 for one that never was.

    Never 301, which browsers keep for good: a split or a person may give the id its articles
    back. 302 also while its last article waits to be gathered anew: to that, which says so.
    """
    found = stored.get(current().db, story)
    if found is None:
        waiting = stored.led(current().db, story)
        if waiting is None:
            abort(404)
        return redirect(url_for("pages.article", article=waiting), 302)
    if isinstance(found, str):
        return redirect(url_for("stories.story", story=found), 302)
    inside = [one.article.id for one in found.members]
    spoken = {one.article.language.split("-")[0] for one in found.members if one.article.language}
    return show(
        "story.html",
        story=found,
        lead=leading(found).article,
        lines=timeline(found),
        edits=sorted(_edits(found), key=lambda edit: edit.at),
        kept_out=rulings.kept_out(current().db, inside, KEPT_OUT),
        languages=len(spoken),
        addresses=feeds.addresses("all"),
    )


def story_of(article: str) -> Story | None:
    """The story that an article stands in."""
    db = current().db
    id_ = stored.of(db, [article]).get(article)
    found = stored.get(db, id_) if id_ else None
    return found if isinstance(found, Story) else None


def timeline(story: Story) -> list[Line]:
    """Who told it, from the first on.

    An outlet that speaks for an article told it when that was published; another one that carries
    the same article, when it was seen there.
    """
    first = min(one.article.published for one in story.members)
    lines = [line for one in story.members for line in _lines(one, first)]
    return sorted(lines, key=lambda line: (line.at, not line.speaks))


def _lines(one: Member, first: datetime) -> Iterator[Line]:
    article = one.article
    if not article.appearances:
        late = article.published - first
        yield Line(article.published, late, one, "", None, article.title, speaks=True, own=True)
    for number, seen in enumerate(article.appearances):
        at = article.published if number == 0 else max(seen.seen, first)
        title = article.title if number == 0 else seen.title or article.title
        yield Line(
            at=at,
            lag=at - first,
            member=one,
            outlet=seen.outlet.name,
            link=address(seen.link or article.link),
            headline=title,
            speaks=number == 0,
            own=title == article.title,
        )


def _edits(story: Story) -> Iterator[Edit]:
    """Every change of a headline. What was never updated was never edited: it isn't asked for."""
    for one in story.members:
        article = one.article
        if article.updated == article.published:
            continue
        old = articles.revisions(current().db, article.id)
        titles = [*(revision.title for revision in old), article.title]
        for revision, (before, after) in zip(old, pairwise(titles), strict=True):
            if before != after:
                yield Edit(revision.until, article, before, after)
