"""Fetching a feed: one conditional GET with its redirects. Not when, and not what it means.

Everything that the network or a server can do comes back as a ``Failed``. What raises is a bug or
a configuration that should not have passed (a line break in a header).
"""

from __future__ import annotations

import base64
import socket
import ssl
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http import HTTPStatus
from time import monotonic
from typing import Self

import requests
import urllib3
from requests import exceptions
from requests.structures import CaseInsensitiveDict

from aggregator.fetch import answer, body, files
from aggregator.fetch.address import Address, parse
from aggregator.fetch.connection import Adapter, Stale, tls_context
from aggregator.fetch.deadline import Deadline
from aggregator.fetch.failure import Failure
from aggregator.fetch.guard import EVERYWHERE, Guard, Network, Resolver
from aggregator.model import Fetched, NotModified, Outcome, Reason, Source, Validators

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.5"
)


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one fetch. seconds: from looking up the name to the last byte, redirects included.

    max_bytes: of the body after decompression, and before it.
    """

    seconds: float = 30.0
    max_bytes: int = 10_000_000
    redirects: int = 5


@dataclass(frozen=True, slots=True)
class _Hop:
    """One request on the way from a source's address to its feed.

    own_origin: never left the source's scheme, host and port: its headers and auth may go along.
    own_host: at the source's own host: its ``allow_private`` counts.
    redirects: the statuses that led here.
    """

    address: Address
    own_origin: bool = True
    own_host: bool = True
    redirects: tuple[int, ...] = ()

    def then(self, address: Address, status: int, start: Address) -> _Hop:
        """The next hop. Headers and auth that were dropped stay dropped on the way back."""
        return _Hop(
            address,
            own_origin=self.own_origin and address.origin == start.origin,
            own_host=address.host == start.host,
            redirects=(*self.redirects, status),
        )


@dataclass(frozen=True, slots=True)
class _Redirect:
    status: int
    location: str


class Fetcher:
    """Connections to sources; any number of threads may share one.

    user_agent: says who asks and where to complain; a source's own header overrides it.
    allow_networks: private networks that any source may lead to.
    resolve: looks names up, as ``socket.getaddrinfo`` does.
    """

    def __init__(
        self,
        limits: Limits,
        user_agent: str,
        allow_networks: tuple[Network, ...] = (),
        *,
        resolve: Resolver = socket.getaddrinfo,
    ) -> None:
        self._limits = limits
        self._guard = Guard(allow_networks, resolve)
        context = tls_context()
        self._guarded = _session(self._guard, context, user_agent)
        # For the hosts and proxies that the operator vouches for.
        self._trusting = _session(Guard(EVERYWHERE, resolve), context, user_agent)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close what is kept alive. Fetches under way go on, to their deadline at the latest."""
        self._guarded.close()
        self._trusting.close()

    def fetch(self, source: Source, validators: Validators) -> Outcome:
        """Ask for a source's feed.

        validators: of the last body that was stored; they go along at every redirect, since it is
        the last server there that gave them. A 304 is believed only if some were sent.
        """
        try:
            if source.url[:5].lower() == "file:":
                return files.read(source.url, self._limits.max_bytes, validators)
            return self._follow(source, validators)
        except Failure as failure:
            return failure.failed

    def _follow(self, source: Source, validators: Validators) -> Outcome:
        deadline = Deadline(monotonic() + self._limits.seconds)
        start = parse(source.url)
        hop, seen = _Hop(start), {start.url}
        while True:
            outcome = self._visit(source, validators, hop, deadline)
            if not isinstance(outcome, _Redirect):
                return outcome
            address = hop.address.join(outcome.location)
            hop = hop.then(address, outcome.status, start)
            if address.url in seen:
                raise Failure(Reason.REDIRECTS, f"{address.host} redirects in a circle")
            if len(hop.redirects) > self._limits.redirects:
                detail = f"more than {self._limits.redirects} redirects, the last to {address.host}"
                raise Failure(Reason.REDIRECTS, detail)
            seen.add(address.url)

    def _visit(
        self, source: Source, validators: Validators, hop: _Hop, deadline: Deadline
    ) -> Outcome | _Redirect:
        try:
            with self._ask(source, validators, hop, deadline) as response:
                location = answer.redirect(response.raw)
                if location is not None:
                    return _Redirect(response.status_code, location)
                return self._outcome(response.raw, source, validators, hop)
        except Failure as failure:
            return replace(failure.failed, detail=_with_the_way(failure.failed.detail, hop))

    def _ask(
        self, source: Source, validators: Validators, hop: _Hop, deadline: Deadline
    ) -> requests.Response:
        """Send one request; return the response with its body unread."""
        host = hop.address.host
        session = self._session_for(source, hop)
        headers = _conditions(validators) | (_own_headers(source) if hop.own_origin else {})
        request = session.prepare_request(requests.Request("GET", hop.address.url, headers))
        request.url = hop.address.url  # as it was checked; requests writes it in its own way
        proxies = _proxies(source)
        adapter = session.get_adapter(hop.address.url)
        while True:
            if monotonic() >= deadline.at:
                raise answer.too_late(host, self._limits.seconds)
            try:
                return adapter.send(
                    request,
                    stream=True,
                    timeout=deadline,  # type: ignore[arg-type]  # one of urllib3's is fine, too
                    proxies=proxies,
                )
            except Stale:
                continue  # one less in the pool; a new connection is never stale
            except (exceptions.RequestException, urllib3.exceptions.HTTPError) as error:
                raise answer.broken(error, host, self._limits.seconds) from error

    def _session_for(self, source: Source, hop: _Hop) -> requests.Session:
        """Choose whose word counts for where this request may go: ours or the operator's.

        A proxy looks names up itself. The operator named it, so it may be anywhere; what can be
        told from the address alone is still checked.
        """
        vouched = source.allow_private and hop.own_host
        if not vouched:
            self._guard.check(hop.address)
        return self._trusting if vouched or source.proxy else self._guarded

    def _outcome(
        self, response: urllib3.BaseHTTPResponse, source: Source, validators: Validators, hop: _Hop
    ) -> Fetched | NotModified:
        host, now = hop.address.host, datetime.now(UTC)
        fresh_for = answer.fresh_for(response, now)
        if response.status == HTTPStatus.NOT_MODIFIED and validators != Validators():
            response.drain_conn()  # it has no body; this gives the connection back
            return NotModified(answer.validators(response, validators), fresh_for)
        if response.status not in _WITH_A_FEED:
            failure = answer.refused(response, host, now)
            raise _without_credentials(failure, source, hop)
        return Fetched(
            url=hop.address.url,
            body=body.read(response, host, self._limits.max_bytes, self._limits.seconds),
            content_type=response.headers.get("Content-Type", ""),
            validators=answer.validators(response, Validators()),
            moved_to=hop.address.url if answer.moved(hop.redirects) else None,
            fresh_for=fresh_for,
        )


_WITH_A_FEED = (HTTPStatus.OK, HTTPStatus.NON_AUTHORITATIVE_INFORMATION)


def _session(guard: Guard, context: ssl.SSLContext, user_agent: str) -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # neither .netrc nor proxies that the operator did not name here
    session.headers = CaseInsensitiveDict(
        {"User-Agent": user_agent, "Accept": ACCEPT, "Accept-Encoding": body.ACCEPT_ENCODING}
    )
    adapter = Adapter(guard, context)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session


def _conditions(validators: Validators) -> dict[str, str | bytes]:
    # As bytes: requests takes some Latin-1 characters for white space and refuses them.
    given = {"If-None-Match": validators.etag, "If-Modified-Since": validators.last_modified}
    return {name: value.encode("latin-1") for name, value in given.items() if value}


def _own_headers(source: Source) -> dict[str, str | bytes]:
    headers: dict[str, str | bytes] = {name: value.encode() for name, value in source.headers}
    if source.auth is not None:
        # In UTF-8, RFC 7617 section 2.1; requests would fail beyond Latin-1.
        headers["Authorization"] = b"Basic " + base64.b64encode(":".join(source.auth).encode())
    return headers


def _proxies(source: Source) -> dict[str, str] | None:
    """Check the proxy's address, apart from its user name; requests would fail in many ways."""
    if source.proxy is None:
        return None
    scheme, _, rest = source.proxy.partition("://")
    try:
        parse(f"{scheme}://{rest.rpartition('@')[2]}")
    except Failure as failure:
        detail = f"the source's proxy: {failure.failed.detail}"
        raise Failure(Reason.ADDRESS, detail) from failure
    return {"http": source.proxy, "https": source.proxy}


def _with_the_way(detail: str, hop: _Hop) -> str:
    """Tell the operator where a host comes from that the configuration does not name."""
    return detail if hop.own_host else f"{detail} (the source redirects there)"


def _without_credentials(failure: Failure, source: Source, hop: _Hop) -> Failure:
    """Say so where a refusal may be due to headers and auth that were held back."""
    if hop.own_origin or failure.failed.reason is not Reason.CLIENT_ERROR:
        return failure
    if not (source.headers or source.auth):
        return failure
    detail = f"{failure.failed.detail}; headers and auth stay behind at a redirect elsewhere"
    return Failure(Reason.CLIENT_ERROR, detail)
