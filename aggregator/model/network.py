"""What the network says to one request, and why a poll failed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from aggregator.model.hub import Offer


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server gave us to ask conditionally with, byte for byte as it came."""

    etag: str | None = None
    last_modified: str | None = None


class Reason(StrEnum):
    """Why a poll failed. The list is fixed, so that failures can be counted."""

    ADDRESS = "address"  # the URL is malformed or not http(s)
    PRIVATE = "private"  # it leads to a private address
    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"  # the total deadline for headers and body
    INCOMPLETE = "incomplete"  # the connection or the compression ended early
    PROTOCOL = "protocol"  # not HTTP, or a content coding that we don't know or that is broken
    TOO_LARGE = "too-large"
    REDIRECTS = "redirects"  # more than the limit, or a circle
    GONE = "gone"  # 410
    RATE_LIMITED = "rate-limited"  # 429, or another refusal with Retry-After
    RESTING = "resting"  # it leads to a host that has to be left alone for now
    CLIENT_ERROR = "client-error"  # other 4xx
    SERVER_ERROR = "server-error"  # 5xx and other odd statuses
    FILE = "file"  # a feed on disk can't be read
    NOT_A_FEED = "not-a-feed"
    PARSE_TIMEOUT = "parse-timeout"
    PARSE_CRASH = "parse-crash"  # the parser raised, ran out of memory or died
    BUG = "bug"  # ours


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of a fetch: what it cost the host. No part of what the answer says.

    bytes: of the answer's body, as they came over the wire.
    """

    host: str
    unmodified: bool = False
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class Fetched:
    """A whole body. ``url`` is where it was found, after redirects."""

    url: str
    body: bytes = field(repr=False)
    content_type: str = ""
    validators: Validators = Validators()
    moved_to: str | None = None
    """The new address, if every redirect on the way was permanent (301, 308)."""
    fresh_for: timedelta | None = None
    """For how long there is nothing newer, by Cache-Control or Expires; None: not said."""
    offer: Offer = field(default_factory=Offer)
    """Of the Link headers."""
    visits: tuple[Visit, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class NotModified:
    """The server says that what we have is current. Holds the newest validators."""

    validators: Validators = Validators()
    fresh_for: timedelta | None = None
    moved_to: str | None = None
    visits: tuple[Visit, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Failed:
    """An expected failure of the outside. ``detail`` is one sentence for the operator.

    retry_after: what the host that answered asks for.  visits: in their order, the last one to it.
    """

    reason: Reason
    detail: str
    retry_after: timedelta | None = None
    visits: tuple[Visit, ...] = field(default=(), compare=False)


Outcome = Fetched | NotModified | Failed
