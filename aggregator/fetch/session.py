"""Fetching a feed: one conditional GET with its redirects. Not when, and not what it means.

Everything that the network or a server can do comes back as a ``Failed``. What raises is a bug or
a configuration that should not have passed (a line break in a header).
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus
from http.client import HTTPException
from time import monotonic
from typing import Self

import urllib3

from aggregator.fetch import answer, body, files, hub
from aggregator.fetch.address import parse
from aggregator.fetch.connection import tls_context
from aggregator.fetch.deadline import Deadline
from aggregator.fetch.failure import Failure
from aggregator.fetch.guard import EVERYWHERE, Guard, Network, Resolver
from aggregator.fetch.headers import request_headers
from aggregator.fetch.hop import Hop, Redirect
from aggregator.fetch.lines import Lines, Request
from aggregator.fetch.links import offer
from aggregator.model import (
    Failed,
    Fetched,
    NotModified,
    Outcome,
    Reason,
    Source,
    Validators,
    Visit,
)

Admit = Callable[[str], Failed | None]
"""Called with the host before each request: waits for its turn; a Failed where that is too far."""


def _at_once(_host: str) -> None:
    """Admit everywhere without a wait."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one fetch. seconds: from looking up the name to the last byte, redirects included.

    max_bytes: of the body after decompression, and before it.
    """

    seconds: float = 30.0
    max_bytes: int = 10_000_000
    redirects: int = 5


class Fetcher:
    """Connections to sources; any number of threads may share one.

    user_agent: says who asks and where to complain; a source's own header overrides it.
    clock: against which dates in answers are held.
    allow_networks: private networks that any source may lead to.
    resolve: looks names up, as ``socket.getaddrinfo`` does.
    """

    def __init__(
        self,
        limits: Limits,
        user_agent: str,
        clock: Callable[[], datetime],
        allow_networks: tuple[Network, ...] = (),
        *,
        resolve: Resolver = socket.getaddrinfo,
    ) -> None:
        self._limits = limits
        self._guard = Guard(allow_networks, resolve)
        context = tls_context()
        self._guarded = Lines(self._guard, context)
        # For the hosts and proxies that the operator vouches for.
        self._trusting = Lines(Guard(EVERYWHERE, resolve), context)
        self._user_agent = user_agent
        self._clock = clock

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close what is kept alive. Fetches under way go on, to their deadline at the latest."""
        self._guarded.close()
        self._trusting.close()

    def fetch(
        self,
        source: Source,
        validators: Validators,
        *,
        moved_to: str | None = None,
        admit: Admit = _at_once,
    ) -> Outcome:
        """Ask for a source's feed.

        validators: of the last body that was stored; they go along at every redirect, since it is
        the last server there that gave them. A 304 is believed only if some were sent.
        moved_to: the address to ask instead of the source's own. It is as strange as one that a
        redirect leads to: headers, auth and ``allow_private`` hold where the configuration says.
        admit: its waits don't count as the fetch's time.
        """
        visits: list[Visit] = []
        try:
            if source.url[:5].lower() == "file:":
                return files.read(source.url, self._limits.max_bytes, validators)
            outcome = self._follow(source, validators, moved_to, admit, visits)
        except Failure as failure:
            outcome = failure.failed
        return replace(outcome, visits=tuple(visits))

    def post(
        self, url: str, form: Mapping[str, str], seconds: float, *, admit: Admit = _at_once
    ) -> int | Failed:
        """Send a form to a hub; return the status, if that is well.

        seconds: for all of it, if a fetch may take as long.  admit: asked at redirects only.
        """
        headers = {"User-Agent": self._user_agent}
        seconds = min(seconds, self._limits.seconds)
        asks = hub.Asks(self._guarded, self._guard, self._clock)
        return hub.post(asks, headers, url, form, seconds, admit)

    def _follow(
        self,
        source: Source,
        validators: Validators,
        moved_to: str | None,
        admit: Admit,
        visits: list[Visit],
    ) -> Outcome:
        deadline = Deadline(monotonic() + self._limits.seconds)
        home = parse(source.url)
        start = parse(moved_to) if moved_to else home
        hop, seen = Hop(start, home, own_origin=start.origin == home.origin), {start.url}
        while True:
            before = monotonic()
            if (not_now := admit(hop.address.host)) is not None:
                return not_now
            deadline.at += monotonic() - before
            outcome = self._visit(source, validators, hop, deadline, visits)
            if not isinstance(outcome, Redirect):
                return outcome
            address = hop.address.join(outcome.location)
            hop = hop.then(address, outcome.status)
            if address.url in seen:
                raise Failure(Reason.REDIRECTS, f"{address.host} redirects in a circle")
            if len(hop.redirects) > self._limits.redirects:
                detail = f"more than {self._limits.redirects} redirects, the last to {address.host}"
                raise Failure(Reason.REDIRECTS, detail)
            seen.add(address.url)

    def _visit(
        self,
        source: Source,
        validators: Validators,
        hop: Hop,
        deadline: Deadline,
        visits: list[Visit],
    ) -> Outcome | Redirect:
        host, visit = hop.address.host, len(visits)
        try:
            with self._ask(source, validators, hop, deadline) as response:
                visits.append(Visit(host, response.status == HTTPStatus.NOT_MODIFIED))
                location = answer.redirect(response)
                if location is not None:
                    return Redirect(response.status, location)
                try:
                    return self._outcome(response, source, validators, hop)
                finally:
                    visits[visit] = replace(visits[visit], bytes=response.tell())
        except Failure as failure:
            if len(visits) == visit and failure.failed.reason not in _NOT_ASKED:
                visits.append(Visit(host))
            return replace(failure.failed, detail=_with_the_way(failure.failed.detail, hop))

    @contextmanager
    def _ask(
        self, source: Source, validators: Validators, hop: Hop, deadline: Deadline
    ) -> Iterator[urllib3.BaseHTTPResponse]:
        """Send one request; yield the response with its body unread."""
        host = hop.address.host
        if monotonic() >= deadline.at:
            raise answer.too_late(host, self._limits.seconds)
        own = source if hop.own_origin else None
        headers = request_headers(self._user_agent, validators, own)
        lines = self._lines_for(source, hop)
        proxies = _proxies(source.proxy) if source.proxy else None
        try:
            request = Request(hop.address, headers)
            with lines.send(request, stream=True, timeout=deadline, proxies=proxies) as answered:
                yield answered.raw
        except (OSError, HTTPException, urllib3.exceptions.HTTPError) as error:
            raise answer.broken(error, host, self._limits.seconds) from error

    def _lines_for(self, source: Source, hop: Hop) -> Lines:
        """Choose whose word counts for where this request may go: ours or the operator's.

        A proxy looks names up itself. The operator named it, so it may be anywhere; what can be
        told from the address alone is still checked.
        """
        vouched = source.allow_private and hop.own_host
        if not vouched:
            self._guard.check(hop.address)
        return self._trusting if vouched or source.proxy else self._guarded

    def _outcome(
        self, response: urllib3.BaseHTTPResponse, source: Source, validators: Validators, hop: Hop
    ) -> Fetched | NotModified:
        host, now = hop.address.host, self._clock()
        fresh_for = answer.fresh_for(response, now)
        if response.status == HTTPStatus.NOT_MODIFIED and validators != Validators():
            response.drain_conn()  # it has no body; this gives the connection back
            return NotModified(answer.validators(response, validators), fresh_for, hop.moved_to)
        if response.status not in _WITH_A_FEED:
            failure = answer.refused(response, host, now)
            raise _without_credentials(failure, source, hop)
        return Fetched(
            url=hop.address.url,
            body=body.read(response, host, self._limits.max_bytes, self._limits.seconds),
            content_type=response.headers.get("Content-Type", ""),
            validators=answer.validators(response, Validators()),
            fresh_for=fresh_for,
            moved_to=hop.moved_to,
            offer=offer(response.headers.get("Link", ""), hop.address),
        )


_NOT_ASKED = (Reason.ADDRESS, Reason.PRIVATE, Reason.DNS, Reason.CONNECT, Reason.TLS)
"""What ends a fetch before a server gets a request to see."""

_WITH_A_FEED = (HTTPStatus.OK, HTTPStatus.NON_AUTHORITATIVE_INFORMATION)


def _proxies(proxy: str) -> dict[str, str]:
    """Check the proxy's address, apart from its user name; requests would fail in many ways."""
    scheme, _, rest = proxy.partition("://")
    try:
        parse(f"{scheme}://{rest.rpartition('@')[2]}")
    except Failure as failure:
        detail = f"the source's proxy: {failure.failed.detail}"
        raise Failure(Reason.ADDRESS, detail) from failure
    return {"http": proxy, "https": proxy}


def _with_the_way(detail: str, hop: Hop) -> str:
    """Tell the operator where a host comes from that the configuration does not name."""
    return detail if hop.own_host else f"{detail} (the source redirects there)"


def _without_credentials(failure: Failure, source: Source, hop: Hop) -> Failure:
    """Say so where a refusal may be due to headers and auth that were held back."""
    if hop.own_origin or failure.failed.reason is not Reason.CLIENT_ERROR:
        return failure
    if not (source.headers or source.auth):
        return failure
    detail = f"{failure.failed.detail}; headers and auth stay behind at a redirect elsewhere"
    return Failure(Reason.CLIENT_ERROR, detail)
