"""Entry → the article that it is when it comes in: dates, list, language, topics. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from aggregator.model import (
    Appearance,
    Arrival,
    Article,
    Decision,
    Document,
    Entry,
    Outlet,
    Source,
    TopicHit,
    Verdict,
)
from aggregator.tag import language
from aggregator.tag.language import Language
from aggregator.tag.rules import Tagger

LATE = timedelta(hours=24)
"""An entry that turns up later than this in a source already followed is listed as this old."""

LAG = timedelta(hours=1)
"""A feed may show an article so long after it was published: it lay in somebody's cache."""


def article_of(entry: Entry, id_: str, now: datetime, *, first_poll: bool) -> Article:
    """Make the article that an entry is when it comes in at ``now``.

    No date lies in the future. On the first poll of a source its archive is listed by its own
    dates; later an entry is news when it turns up, so it is listed at most ``LATE`` ago.
    """
    published = _published(entry, now)
    updated = max(published, min(entry.updated or published, now))
    return Article(
        id=id_,
        title=entry.title,
        link=entry.link,
        first_seen=now,
        published=published,
        updated=updated,
        listed=published if first_poll else max(published, now - LATE),
        summary=entry.summary,
        content=entry.content,
        text=entry.text,
        authors=entry.authors,
        image=entry.image,
        enclosures=entry.enclosures,
        categories=entry.categories,
        language=entry.language,
        declared=entry.language,
    )


def told(entry: Entry, now: datetime, looked: datetime | None) -> datetime:
    """Return when an entry that comes in at ``now`` was published, as far as that can be believed.

    looked: when its source was last read, and hadn't got it; None: never before. Whatever date an
    entry claims, what wasn't there then was told after it.
    """
    claimed = _published(entry, now)
    return claimed if looked is None else max(claimed, looked - LAG)


def _published(entry: Entry, now: datetime) -> datetime:
    return min(entry.published or entry.updated or now, now)


def tagged(
    tagger: Tagger, item: Entry | Article, source: Source
) -> tuple[Language | None, tuple[TopicHit, ...]]:
    """Return the language and the topics of an article by its text and by the source it is from."""
    spoken, languages = language.read(item, source.language)
    return spoken, tagger.hits(item, source.key, source.topics, languages)


def too_old(decision: Decision, since: datetime) -> bool:
    """Whether what a decision is about is from before; what has no date never is."""
    date = decision.entry.published or decision.entry.updated
    return date is not None and date < since


def arrivals(
    tagger: Callable[[], Tagger],
    source: Source,
    document: Document,
    decisions: Iterable[Decision],
    now: datetime,
    looked: datetime | None,
) -> tuple[Arrival, ...]:
    """Return what a document's entries are when they come in, but for those that are known.

    looked: when the source was last read; None: never before.
    """
    name = source.name or document.title or source.key
    outlet = Outlet(source.key, name, source.url, document.link)
    return tuple(
        _arrival(tagger, source, outlet, decision, now, looked)
        for decision in decisions
        if decision.verdict is not Verdict.UNCHANGED
    )


def _arrival(
    tagger: Callable[[], Tagger],
    source: Source,
    outlet: Outlet,
    decision: Decision,
    now: datetime,
    looked: datetime | None,
) -> Arrival:
    entry = decision.entry
    at = told(entry, now, looked)
    appearance = Appearance(outlet, entry.guid, entry.link, entry.title, now, at)
    article = article_of(entry, decision.article, now, first_poll=looked is None)
    if decision.verdict is Verdict.ALSO:  # another source speaks for what the article says
        hits = tagger().given(source.key, source.topics)
    else:
        language, hits = tagged(tagger(), entry, source)
        if language:
            article = replace(article, language=language.code, certainty=language.certainty)
    return Arrival(
        verdict=decision.verdict,
        why=decision.why,
        article=replace(article, appearances=(appearance,), topics=hits),
        appearance=appearance,
        identities=decision.identities,
        link=decision.link,
        published=entry.published,
        fingerprint=decision.fingerprint,
    )
