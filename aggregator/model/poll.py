"""One poll: what the last ones left behind, what this one changes; how sources and hosts are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from aggregator.model.article import Appearance, Article
from aggregator.model.document import Skipped
from aggregator.model.hub import Offer
from aggregator.model.network import Validators
from aggregator.model.sameness import Verdict

MOVED = 3
"""On so many days an address has to redirect to the same one for good before that is asked."""


@dataclass(frozen=True, slots=True)
class PollState:
    """What the last polls of a source left behind."""

    source: str
    validators: Validators = field(default_factory=Validators)
    body_hash: str | None = None
    """SHA-256 (hex) of the last body whose articles are stored."""
    config_hash: str | None = None
    """Of what the operator said about the source: a change voids validators and body hash."""
    failures: int = 0
    """Failed polls in a row."""
    first_success: datetime | None = None
    last_success: datetime | None = None
    host: str = ""
    """Where its feed was found last; the host that a poll of it has a lease on."""
    full_at: datetime | None = None
    """When a server last sent a body and not only word that nothing has changed."""
    gone_at: datetime | None = None
    """Since when its server says that it is gone for good."""
    moved_to: str | None = None
    """Where its address redirects to for good: on ``moves`` days, the last one ``moved_at``."""
    moves: int = 0
    moved_at: datetime | None = None
    pace: bytes = b""
    """What ``pace`` learned of when to ask, as it packs it; empty: nothing yet."""
    told_until: datetime | None = None
    """Until then a hub tells when it changes; ``told_at`` it did so last."""
    told_at: datetime | None = None


class Rest(StrEnum):
    """Why a host is left alone for a while."""

    GAP = "gap"  # between any two requests
    ASKED = "asked"  # it said when to come again, or that we come too often
    BUDGET = "budget"  # the day's requests are used up


@dataclass(frozen=True, slots=True)
class Stay:
    """What a poll asked of one host, and from when on that may be asked again.

    budget: how many requests it may get on one day, UTC; None: any number.
    """

    host: str
    requests: int = 0
    unmodified: int = 0
    bytes: int = 0
    free_at: datetime | None = None
    why: Rest = Rest.GAP
    budget: int | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """One decision as it will be stored: the article as it is to be, and its appearance.

    For ``Verdict.ALSO`` only the appearance, identities and topics are added to what is stored.
    For ``Verdict.CHANGED`` the stored article keeps ``first_seen`` and ``listed``; ``published``
    follows the publisher, but not past ``first_seen``; ``updated`` becomes the arrival's if that
    is later than the stored one, else the commit's time: an edit must be seen even if the
    publisher does not move the date.
    ``UNCHANGED`` decisions are no arrivals.
    """

    verdict: Verdict
    why: str
    article: Article
    appearance: Appearance
    identities: tuple[str, ...]
    link: str | None
    published: datetime | None
    """As the publisher gave it."""
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Commit:
    """All that one poll changes, written in one transaction."""

    source: str
    at: datetime
    result: str
    """"ok", "unchanged" (304 or the same bytes), or a ``Reason``."""
    detail: str
    next_due: datetime
    state: PollState
    title: str | None = None
    """The feed's own title and home page, where a body was read."""
    site_url: str | None = None
    entries: int = 0
    arrivals: tuple[Arrival, ...] = ()
    identities: tuple[tuple[str, str], ...] = ()
    """Further keys of articles that are known already: key, article id."""
    seen: Mapping[bytes, str] | None = None
    """Marks of entries that needn't be read again, with their articles; None: as before."""
    skipped: tuple[Skipped, ...] = ()
    bytes: int = 0
    milliseconds: int = 0
    stays: tuple[Stay, ...] = ()
    """One for each host that was asked."""
    worker: str = ""
    """Whose leases end with it."""
    offer: Offer | None = None
    """None: as before."""


@dataclass(frozen=True, slots=True)
class PollRecord:
    """One line of a source's history of polls."""

    source: str
    at: datetime
    result: str
    detail: str
    entries: int
    new: int
    changed: int
    skipped: int
    bytes: int
    milliseconds: int


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """How a source is doing, for the status page."""

    key: str
    url: str
    name: str
    site_url: str | None
    last_polled: datetime | None
    last_success: datetime | None
    next_due: datetime | None
    failures: int
    result: str | None
    detail: str
    articles: int
    newest: datetime | None
    pace: bytes = b""
    gone_at: datetime | None = None
    moved_to: str | None = None
    """Where it is asked instead of at ``url``, which has moved for good."""
    host: str = ""
    free_at: datetime | None = None
    """Until when its host is left alone, and why; None where that is no longer than a gap."""
    why: Rest | None = None


@dataclass(frozen=True, slots=True)
class HostStatus:
    """How politely a host was treated: what it was asked since it is known, and what waited for it.

    today: requests of the day (UTC) that last had some.  bytes: of bodies, over the wire.
    waits: polls that were due and had to wait for the host, ``waited`` in all.
    free_at: before that it is not asked, because of ``why``.
    """

    host: str
    sources: int
    requests: int
    today: int
    bytes: int
    unmodified: int
    waits: int
    waited: timedelta
    free_at: datetime
    why: Rest
