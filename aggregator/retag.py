"""Applying today's topics to stored articles. Not for articles that come in.

Runs beside polls; being stopped and started again is harmless.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from aggregator.arrival import tagged
from aggregator.model import Article, Source, Topic
from aggregator.store import articles
from aggregator.store.database import Database
from aggregator.tag import gazetteer
from aggregator.tag.rules import Tagger

_log = logging.getLogger(__name__)

_BATCH = 200
_RULES = "3"
"""Moves when ``tag`` decides otherwise than before on the same configuration."""


def retagged(tagger: Tagger, sources: Mapping[str, Source], article: Article) -> Article:
    """Return a stored article with the topics and the language that it would get today.

    By its text, and by every source that carries it.
    """
    speaker, *others = (
        sources.get(seen.outlet.key, Source(seen.outlet.key, url=""))
        for seen in article.appearances
    )
    # What was decided may rest on the operator's word of then: only the publisher's still counts.
    as_published = replace(article, language=article.declared)
    language, hits = tagged(tagger, as_published, speaker)
    found = {hit.topic: hit for hit in hits}
    for source in others:
        # The text is the same for every source: it is evidence once. As when it came in, a
        # further source gives topics that the article has not got yet.
        for hit in tagger.given(source.key, source.topics):
            found.setdefault(hit.topic, hit)
    code, certainty = language or (None, None)
    return replace(article, language=code, certainty=certainty, topics=tuple(found.values()))


def version(topics: Sequence[Topic], sources: Sequence[Source]) -> str:
    """Return what changes when stored articles have to be tagged again."""
    by_source = sorted((source.key, source.topics, source.language or "") for source in sources)
    rules = [replace(topic, match=(), reject=(), former=()) for topic in topics]
    told = (_RULES, gazetteer.fingerprint(), rules, by_source)
    return hashlib.sha256(repr(told).encode()).hexdigest()


def catch_up(
    db: Database,
    tagger: Tagger,
    topics: Sequence[Topic],
    sources: Sequence[Source],
    stop: Callable[[], bool] = lambda: False,
) -> int:
    """Tag stored articles again if the rules changed since it was last done.

    Return how many articles changed. Stops early when ``stop`` is true; the next call goes on
    from there.
    """
    wanted = version(topics, sources)
    known, reached = articles.tagged_with(db)
    if known == wanted and not reached:
        return 0
    by_key = {source.key: source for source in sources}
    changed = 0
    for batch in articles.batches(db, _BATCH, reached if known == wanted else ""):
        if stop():
            return changed
        changed += _tag_again(db, tagger, by_key, batch)
        articles.set_tagged_with(db, wanted, batch[-1].id)
    articles.set_tagged_with(db, wanted)
    _log.info("tagged stored articles by today's rules: %d changed", changed)
    return changed


def _tag_again(
    db: Database, tagger: Tagger, sources: Mapping[str, Source], batch: Sequence[Article]
) -> int:
    """Tag articles, those that a poll changes meanwhile once more; return how many changed."""
    changed = 0
    while batch:
        today = [retagged(tagger, sources, article) for article in batch]
        moved = [new for new, old in zip(today, batch, strict=True) if new != old]
        written = articles.retag(db, moved)
        changed += len(written)
        again = [articles.get(db, new.id) for new in moved if new.id not in written]
        batch = [article for article in again if article]
    return changed
