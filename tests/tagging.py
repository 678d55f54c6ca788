"""What the tests of tags share: entries, rules, and a look at what one rule finds in a text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from aggregator.model import Entry, Evidence, Topic
from aggregator.tag.rules import Tagger


def entry(
    title: str = "",
    summary: str = "",
    text: str = "",
    categories: Sequence[str] = (),
    language: str | None = None,
) -> Entry:
    said = {"summary": summary, "text": text, "categories": tuple(categories)}
    return Entry(None, None, title, **said, language=language)


def topic(**rule: Any) -> Topic:
    return Topic("t", "Some topic", **rule)


def about(of: str, **rule: Any) -> Topic:
    """The topic of a country ("AZ") or of a subject ("war")."""
    return topic(**{"place" if of.isupper() else "subject": (of,)}, **rule)


def reasons(rule: Topic, item: Entry, *languages: str) -> tuple[Evidence, ...]:
    """Why an article bears a topic; read in these languages, else in those that it seems to be."""
    found = Tagger((rule,)).hits(item, "s", (), languages or None)
    return found[0].why if found else ()


def met(rule: Topic, item: Entry, *languages: str) -> bool:
    return bool(reasons(rule, item, *languages))


def score(rule: Topic, item: Entry, *languages: str) -> float:
    """What an article scores for a topic, also where it is not enough."""
    found = Tagger((replace(rule, at_least=0.001),)).hits(item, "s", (), languages or None)
    return found[0].score if found else 0.0
