"""The fields of the query language: what may stand before a colon, and how its value is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from aggregator.tag import language
from aggregator.tag.matching import normal_host
from aggregator.tag.syntax import (
    After,
    Before,
    Domain,
    Field,
    Lang,
    Leaf,
    Phrase,
    Source,
    Topic,
    Within,
)
from aggregator.tag.words import tokens

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{1,8})*")
_HOST = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_SPAN = re.compile(r"([1-9][0-9]{0,3})([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def _phrase(field: Field, value: str) -> Phrase:
    words = tokens(value)
    if not words:
        message = f"“{value}” has no letters or digits"
        raise ValueError(message)
    return Phrase(field, words)


def _lang(value: str) -> Lang:
    code = value.lower().replace("_", "-")
    if not _LANGUAGE.fullmatch(code):
        better = language.code_of(value)
        hint = f"lang:{better}" if better else "one like en or pt-BR"
        message = f"“{value}” is no language code; write {hint}"
        raise ValueError(message)
    return Lang(code)


def _domain(value: str) -> Domain:
    host = normal_host(value)
    if not _HOST.fullmatch(host):
        message = f"“{value}” is no host name; write one like example.org"
        raise ValueError(message)
    return Domain(host)


def _moment(value: str) -> datetime:
    upper = value.upper()
    try:
        at = datetime.fromisoformat(upper) if _MOMENT.fullmatch(upper) else None
        if at is not None:
            return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        pass  # a day or an hour that no calendar has
    message = f"“{value}” is no date; write one like 2026-11-30 or 2026-11-30T18:00Z"
    raise ValueError(message)


def _within(value: str) -> Within:
    match = _SPAN.fullmatch(value)
    if not match:
        message = f"“{value}” is no duration; write one like 30m, 12h, 7d or 2w"
        raise ValueError(message)
    return Within(timedelta(**{_UNITS[match[2]]: int(match[1])}))


READERS: Mapping[str, Callable[[str], Leaf]] = {
    "": lambda value: _phrase("any", value),
    "title": lambda value: _phrase("title", value),
    "author": lambda value: _phrase("author", value),
    "category": lambda value: _phrase("category", value),
    "topic": Topic,
    "source": Source,
    "lang": _lang,
    "domain": _domain,
    "after": lambda value: After(_moment(value)),
    "before": lambda value: Before(_moment(value)),
    "within": _within,
}
"""Field (of bare words: "") → reader of its value, which raises ValueError with the reason."""
