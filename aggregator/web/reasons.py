"""Why an article stands in its story, and how much later than others, in words. No HTML here."""

from __future__ import annotations

from datetime import timedelta

from aggregator.model import Article, Member, Story


def lag(late: timedelta) -> str:
    """How much later than the first.

    >>> lag(timedelta(minutes=35)), lag(timedelta(hours=26)), lag(timedelta(seconds=9))
    ('+35 min', '+1 d 2 h', '+0 min')
    """
    return f"+{span(late)}"


def span(time: timedelta) -> str:
    """A length of time, its two largest units.

    >>> span(timedelta(hours=2, minutes=5)), span(timedelta(hours=2))
    ('2 h 5 min', '2 h')
    """
    minutes = int(abs(time).total_seconds() // 60)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = ((days, "d"), (hours, "h"), (0 if days else rest, "min"))
    return " ".join(f"{many} {unit}" for many, unit in parts if many) or "0 min"


def apart(one: Member, to: Article | None) -> str:
    """When it came, seen from the article that it was joined to, if that is still there."""
    if to is None:
        return f"{span(one.why.apart) if one.why else span(timedelta())} apart"
    between = one.article.published - to.published
    if abs(between) < timedelta(minutes=1):
        return "at the same time"
    return f"{span(between)} {'later' if between > timedelta() else 'earlier'}"


def member(story: Story, article: str) -> Article | None:
    """The article of this id, if it is in the story."""
    return next((one.article for one in story.members if one.article.id == article), None)
