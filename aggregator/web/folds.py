"""Lists in which each story stands once, under the article that leads it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from aggregator.model import Article
from aggregator.store import stories
from aggregator.store.stories import Summary
from aggregator.tag.query import Query
from aggregator.web.site import current


@dataclass(slots=True)
class Fold:
    """An entry of a list.

    at: of the newest article that stands here.  story: None where the article stands by itself.
    others: what of the story stands in the same lists beside the article shown, newest first.
    """

    article: Article
    at: datetime
    story: Summary | None = None
    others: tuple[Article, ...] = ()

    @property
    def also(self) -> tuple[str, ...]:
        """Names of the outlets that tell it by the folded articles; who only links isn't named."""
        seen = {one.outlet.key for one in self.article.appearances[:1]}
        names = {
            one.outlet.key: one.outlet.name
            for article in self.others
            for one in article.appearances[:1]
            if one.outlet.key not in seen
        }
        return tuple(names.values())


def folded(
    *lists: Sequence[Article], led: bool = True, after: tuple[Query, str] | None = None
) -> tuple[tuple[Fold, ...], ...]:
    """The lists of one page, each newest first; a story stands where its newest article does.

    Nothing is lost: what is left out is counted by the fold and stands on the story's page.
    led: the article that leads a story is shown; else the newest one of the list, for who looks
    for certain words.  after: a query and a cursor; stories that stood before it are left out.
    """
    db, now = current().db, current().clock()
    of = stories.of(db, [article.id for articles in lists for article in articles])
    known = stories.summaries(db, set(of.values()))
    told = stories.told_before(db, after[0], now, after[1], known) if after and led else ()
    first: dict[str, Fold] = {}
    found = []
    for articles in lists:
        shown = []
        for article in articles:
            story = known.get(of.get(article.id, ""))
            if story is None:
                shown.append(Fold(article, article.listed))
            elif story.id in first:
                _fold(first[story.id], article)
            elif story.id not in told:
                shown.append(Fold(story.leading if led else article, article.listed, story))
                first[story.id] = shown[-1]
                _fold(shown[-1], article)
        found.append(tuple(shown))
    return tuple(found)


def _fold(fold: Fold, article: Article) -> None:
    if article.id != fold.article.id:
        fold.others += (article,)


def unfolded(articles: Iterable[Article]) -> tuple[Fold, ...]:
    """A list in which every article stands by itself."""
    return tuple(Fold(article, article.listed) for article in articles)
