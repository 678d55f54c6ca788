"""The days of the digest, as they begin and end where the site is at home."""

from __future__ import annotations

import re
from datetime import date, timedelta

from aggregator.store import search, stories
from aggregator.tag.query import After, And, Before, Everything, Query
from aggregator.web.site import current

_AHEAD = (3, 30, 365, 36_500)
"""How many days to look ahead for the next one with articles, step by step."""


def parse(text: str) -> date | None:
    """A day written as 2026-11-22; None for any other text, and for the ends of the calendar."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        return None
    try:
        found = date.fromisoformat(text)
        current().day(found)
    except (ValueError, OverflowError):
        return None
    return found


def query(day: date) -> Query:
    """What is listed on that day."""
    start, end = current().day(day)
    return And((After(start), Before(end)))


def count(day: date) -> int:
    site = current()
    return search.count(site.db, query(day), site.clock())


def told(day: date) -> int:
    """How many stories its articles tell."""
    site = current()
    return stories.count(site.db, query(day), site.clock())


def latest() -> date | None:
    """The last day that has articles."""
    return _newest(Everything())


def previous(day: date) -> date | None:
    """The last day before this one that has articles."""
    return _newest(Before(current().day(day)[0]))


def following(day: date) -> date | None:
    """The first day after this one that has articles."""
    site, now = current(), current().clock()
    _, since = site.day(day)
    if since > now + timedelta(days=1):
        return None  # nothing is listed later than now
    for days in _AHEAD:
        # Near days first: far ones cost a count over all that lies between.
        until = min(since + timedelta(days=days), now + timedelta(days=1))
        found = search.days(
            site.db, Everything(), now=now, since=since, until=until, zone=site.zone
        )
        if found:
            return min(found)
    return None


def _newest(query: Query) -> date | None:
    site = current()
    page = search.find(site.db, query, now=site.clock(), limit=1)
    return page.articles[0].listed.astimezone(site.zone).date() if page.articles else None
