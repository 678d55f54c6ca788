"""How a feed asks to be polled: RSS's ``ttl``, ``skipHours`` and ``skipDays``, and ``sy:``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from aggregator.model import Wishes
from aggregator.parse.dialects import SKIPPED

_PERIODS = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(weeks=1),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def wishes(feed: Mapping[str, Any]) -> Wishes:
    """Return what the data of a feed, as feedparser has it, asks for; what can't be read is left.

    ttl: minutes.  ``sy:updatePeriod``, so often as ``sy:updateFrequency`` says (once).
    """
    ttl = timedelta(minutes=_number(feed.get("ttl")) or 0)
    period = _PERIODS.get(_word(feed.get("sy_updateperiod")), timedelta(0))
    skipped = [_word(one) for one in feed.get(SKIPPED, ())]
    hours = frozenset(int(one) % 24 for one in skipped if _number(one) in range(25))
    days = frozenset(_DAYS.index(one[:3]) for one in skipped if one[:3] in _DAYS)
    return Wishes(
        max(ttl, period / (_number(feed.get("sy_updatefrequency")) or 1)),
        # Who names all of them has not understood it; nobody can be asked for nothing.
        hours if len(hours) < 24 else frozenset(),
        days if len(days) < 7 else frozenset(),
    )


def _number(value: object) -> int | None:
    word = _word(value)
    return int(word) if word.isascii() and word.isdigit() and len(word) < 7 else None


def _word(value: object) -> str:
    return str(value or "").strip().lower()
