"""Hubs, which tell of a feed's changes (WebSub), and what was agreed with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Offer:
    """What a feed says of WebSub: the hub that tells of its changes, and its own name there.

    Addresses; "" where it doesn't say.
    """

    hub: str = ""
    topic: str = ""


class Standing(StrEnum):
    """How far a subscription has come."""

    WANTED = "wanted"  # the hub is to be asked
    ASKED = "asked"  # it has not called back yet
    ACTIVE = "active"
    DENIED = "denied"
    LEAVING = "leaving"  # the hub is to be told that we want no more


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a hub is to tell us of one source.

    id: the unguessable end of the address that it calls.  base: what stands before that.
    until: the end of the lease.  next_try: when the hub is asked (again).
    failures: requests in a row that led to nothing.  detail: what the hub said last.
    """

    id: str
    source: str
    hub: str
    topic: str
    base: str
    secret: str = field(repr=False)
    standing: Standing
    next_try: datetime
    until: datetime | None = None
    failures: int = 0
    detail: str = ""
