"""Applying today's topics to stored articles. Not for articles that come in.

Runs beside polls; being stopped and started again is harmless.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence

from aggregator.model import Article, Source, Topic, TopicHit
from aggregator.store import articles
from aggregator.store.database import Database
from aggregator.tag.rules import Tagger, from_source

_log = logging.getLogger(__name__)

_BATCH = 200
_RULES = "1"
"""Moves when ``tag`` decides otherwise than before on the same configuration."""


def topics_of(
    tagger: Tagger, sources: Mapping[str, Source], article: Article
) -> tuple[TopicHit, ...]:
    """Return the topics of a stored article: by its text, and by every source that carries it."""
    found: dict[str, TopicHit] = {}
    for number, appearance in enumerate(article.appearances):
        key = appearance.outlet.key
        source = sources.get(key)
        hits = tagger.hits(article, key, source.topics if source else ())
        # The text is the same for every source: it is evidence once. As when it came in, a
        # further source gives topics that the article has not got yet.
        for hit in hits if number == 0 else from_source(hits):
            found.setdefault(hit.topic, hit)
    return tuple(found.values())


def version(topics: Sequence[Topic], sources: Sequence[Source]) -> str:
    """Return what changes when stored articles have to be tagged again."""
    told = (_RULES, topics, sorted((source.key, source.topics) for source in sources))
    return hashlib.sha256(repr(told).encode()).hexdigest()


def catch_up(
    db: Database,
    tagger: Tagger,
    topics: Sequence[Topic],
    sources: Sequence[Source],
    stop: Callable[[], bool] = lambda: False,
) -> int:
    """Tag stored articles again if the topics changed since it was last done.

    Return how many articles changed. Stops early, without having finished, when ``stop`` is true.
    """
    wanted = version(topics, sources)
    if articles.tagged_with(db) == wanted:
        return 0
    by_key = {source.key: source for source in sources}
    changed, moved = 0, dict[Article, tuple[TopicHit, ...]]()
    for number, article in enumerate(articles.iterate(db, _BATCH), start=1):
        if stop():
            return changed
        hits = topics_of(tagger, by_key, article)
        if set(hits) != set(article.topics):
            moved[article] = hits
        # Written at the end of each batch that was read: the sooner, the less can come between.
        if number % _BATCH == 0:
            changed += articles.retag(db, moved)
            moved = {}
    changed += articles.retag(db, moved)
    articles.set_tagged_with(db, wanted)
    _log.info("tagged stored articles by today's topics: %d changed", changed)
    return changed
