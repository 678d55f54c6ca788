"""Lists in which each story stands once: its further articles are folded beneath the newest one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from aggregator.model import Article
from aggregator.store import stories
from aggregator.web.site import current


@dataclass(slots=True)
class Fold:
    """An article of a list, and what of its story stands in the same lists, newest first."""

    article: Article
    story: str | None
    others: tuple[Article, ...] = ()

    @property
    def also(self) -> tuple[str, ...]:
        """Names of the outlets that only the folded articles have."""
        seen = {one.outlet.key for one in self.article.appearances}
        names = {
            one.outlet.key: one.outlet.name
            for article in self.others
            for one in article.appearances
            if one.outlet.key not in seen
        }
        return tuple(names.values())


def folded(*lists: Sequence[Article]) -> tuple[tuple[Fold, ...], ...]:
    """The lists of one page, each newest first; a story stands where its newest article does.

    Nothing is lost: what is left out is named by the fold and stands on the story's page.
    """
    of = stories.of(current().db, [article.id for articles in lists for article in articles])
    first: dict[str, Fold] = {}
    found = []
    for articles in lists:
        shown = []
        for article in articles:
            story = of.get(article.id)
            if story in first:
                first[story].others += (article,)
            else:
                shown.append(Fold(article, story))
                if story:
                    first[story] = shown[-1]
        found.append(tuple(shown))
    return tuple(found)


def unfolded(articles: Iterable[Article]) -> tuple[Fold, ...]:
    """A list in which every article stands by itself."""
    return tuple(Fold(article, None) for article in articles)
