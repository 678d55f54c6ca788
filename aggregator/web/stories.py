"""The page of a story: who told it when, in which words, why each is there, what was corrected."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from flask import Blueprint, abort, redirect, url_for
from werkzeug.wrappers import Response

from aggregator.model import Article, Story
from aggregator.publish.story import leading
from aggregator.publish.timeline import languages, timeline
from aggregator.store import articles, rulings
from aggregator.store import stories as stored
from aggregator.web import feeds
from aggregator.web.answers import show
from aggregator.web.site import current

stories = Blueprint("stories", __name__)

KEPT_OUT = 50
"""Articles that people pulled out of a story, or kept out of it, that its page shows."""


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
    return show(
        "story.html",
        story=found,
        lead=leading(found).article,
        lines=timeline(found),
        edits=sorted(_edits(found), key=lambda edit: edit.at),
        kept_out=rulings.kept_out(current().db, inside, KEPT_OUT),
        languages=languages(found),
        addresses=feeds.addresses("all"),
    )


def story_of(article: str) -> Story | None:
    """The story that an article stands in."""
    db = current().db
    id_ = stored.of(db, [article]).get(article)
    found = stored.get(db, id_) if id_ else None
    return found if isinstance(found, Story) else None


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
