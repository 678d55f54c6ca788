"""Tellings, and the stories that they make, one placed after the other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from articles import NOON, article_id, bare

from aggregator.dedupe.stories import Stories
from aggregator.dedupe.telling import Telling, telling
from aggregator.model import Outlet, Placed


def told(number: int, title: str, text: str = "", language: str = "en", **more: object) -> Telling:
    at = NOON + timedelta(minutes=number)
    source = str(more.pop("source", f"s{number}"))
    one = bare(1)
    shown = replace(one.appearances[0], outlet=Outlet(source, source))
    article = replace(
        one,
        id=article_id(number),
        title=title,
        text=text,
        language=language,
        published=at,
        listed=at,
        appearances=(shown,),
    )
    return replace(telling(article), **more)  # type: ignore[arg-type]


def placed(stories: Stories, tellings: Iterable[Telling]) -> list[Placed]:
    return [stories.place(one) for one in tellings]


def final(found: Iterable[Placed]) -> dict[str, str]:
    story: dict[str, str] = {}
    for one in found:
        story[one.article] = one.story
        story.update((move.article, move.story) for move in one.moves)
    return story
