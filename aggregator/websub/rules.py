"""What holds between a hub and us: leases, signatures, when to ask again. No I/O, no clock."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from aggregator.model import Pacing, Source
from aggregator.pace.waits import next_due

LEASE = timedelta(days=10)
"""For how long we ask to be told."""
LONGEST = timedelta(days=30)
"""We ask again after this at the latest, whatever a hub promises: it may have forgotten."""
SHORTEST = timedelta(hours=1)
"""And never sooner than this: for the rest of the time we poll, as where there is no hub."""

ANSWER = timedelta(hours=1)
"""A hub that said yes and hasn't called back by then is asked again."""
DENIED = timedelta(days=1)

_FIRST = timedelta(minutes=5)
_FIRST_REFUSED = timedelta(hours=1)
_LAST = timedelta(days=1)
_JITTER = 0.5

_DIGITS = {"sha1": 40, "sha256": 64, "sha384": 96, "sha512": 128}
"""Hexadecimal digits of each method of section 7."""


def lease(said: str) -> timedelta:
    """Return for how long a hub tells of changes, by its ``hub.lease_seconds``.

    >>> lease("1"), lease("99999999999999999999") == LONGEST
    (datetime.timedelta(seconds=1), True)
    """
    if not (said.isascii() and said.isdigit()):
        return LEASE  # older hubs say nothing
    return min(timedelta(seconds=int(said[:12])), LONGEST)


def renewal(granted: timedelta) -> timedelta:
    """Return when to ask again for a lease of that length, so that a failure can be mended."""
    return max(granted * 0.8, SHORTEST)


def retry(failures: int, *, refused: bool, dice: float) -> timedelta:
    """Return how long to leave a hub alone after so many failures in a row: at most a day.

    refused: it answered, and will hardly think better of it.  dice: 0 ≤ dice < 1.
    """
    first = _FIRST_REFUSED if refused else _FIRST
    longer: timedelta = first * 2 ** min(max(failures - 1, 0), 20) * (1 + dice * _JITTER)
    return min(longer, _LAST)


def due(
    limits: Pacing, sources: Iterable[Source], dice: Callable[[], float]
) -> Callable[[str, bytes, datetime, datetime], datetime]:
    """Return what tells when a source would be due whose hub tells of it for a shorter time.

    By the source's key, what was learned of it, its last poll, and until when it is told of.
    """
    every = {source.key: source.every for source in sources}

    def due(key: str, pace: bytes, polled: datetime, until: datetime) -> datetime:
        return next_due(polled, pace, limits, every.get(key), dice=dice(), told_until=until)

    return due


def genuine(secret: str, header: str, body: bytes) -> bool:
    """Tell whether who sent a body knows the secret, by its X-Hub-Signature."""
    method, _, given = header.strip().partition("=")
    method = method.lower()
    if len(given) != _DIGITS.get(method) or not given.isascii():
        return False
    expected = hmac.new(secret.encode(), body, method).hexdigest()
    return hmac.compare_digest(given.lower(), expected)
