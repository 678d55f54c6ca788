"""When to ask a source again, and how that is learned. Pure: time and dice are arguments."""

from __future__ import annotations

from aggregator.pace.learning import Pace, learnt, refreshed, unpack
from aggregator.pace.telling import told
from aggregator.pace.waits import LONGEST, interval, next_due, retry_due

__all__ = [
    "LONGEST",
    "Pace",
    "interval",
    "learnt",
    "next_due",
    "refreshed",
    "retry_due",
    "told",
    "unpack",
]
