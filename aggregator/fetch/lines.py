"""requests' transport: asks over connections that it keeps, or through a proxy. Not what is asked.

A feed is asked every half hour, so nearly every request opens a connection. requests' sessions and
urllib3's pools spend three times what the request itself costs on choosing one; here that is a
dictionary (docs/decisions/012-cost-of-a-poll.md). Proxies are few: theirs are urllib3's pools.
"""

from __future__ import annotations

import ssl
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict

from aggregator.fetch.address import Address
from aggregator.fetch.connection import Guarded, Stale, guarded, pools
from aggregator.fetch.deadline import Deadline
from aggregator.fetch.guard import Guard

if TYPE_CHECKING:
    from urllib3.response import HTTPResponse

_IDLE = 64
"""Polls of a host follow one another, so one idle connection to each; to so many hosts at most."""

_Origin = tuple[str, str, int]


class Request(PreparedRequest):
    """One GET, or POST of a body, of an address as it was checked; requests would rewrite it."""

    def __init__(
        self,
        address: Address,
        headers: CaseInsensitiveDict[str | bytes],
        body: bytes | None = None,
    ) -> None:
        super().__init__()
        self.method = "GET" if body is None else "POST"
        self.body = body
        self.address = address
        self.url = address.url
        self.headers = headers  # type: ignore[assignment]  # http.client takes bytes as they are


class Lines(HTTPAdapter):
    """Opens, keeps and closes connections; follows nothing. Any number of threads may share it.

    A connection that was opened under a guard serves no request that has another, and it stays at
    the address that was checked when it was opened.
    """

    def __init__(self, guard: Guard, context: ssl.SSLContext) -> None:
        self._plain, self._tls = guarded(guard)
        self._context = context
        self._lock = Lock()
        self._idle: dict[_Origin, Guarded] | None = {}
        super().__init__()

    def close(self) -> None:
        """Close what is idle, and what is in use when its request is done."""
        with self._lock:
            idle, self._idle = self._idle or {}, None
        for connection in idle.values():
            connection.close()
        super().close()

    def send(self, request: PreparedRequest, *args: Any, **told: Any) -> Response:
        """Send a request; return the response with its body unread, to be closed.

        timeout: a ``Deadline``.  proxies: None, or what to go through.  The rest of requests'
        arguments is for proxies only.
        Raises what requests, sockets, ``ssl``, ``http.client`` and urllib3 raise.
        """
        while True:
            try:
                if isinstance(request, Request) and not told.get("proxies"):
                    return self._send(request, told["timeout"])
                return super().send(request, *args, **told)
            except Stale:
                continue  # one less that is idle; a new connection is never stale

    def _send(self, request: Request, deadline: Deadline) -> Response:
        connection = self._take(request.address)
        try:
            return _Answer(self, connection, request, _answer(connection, request, deadline))
        except BaseException:
            connection.close()
            raise

    def _take(self, address: Address) -> Guarded:
        with self._lock:
            idle = self._idle.pop(address.origin, None) if self._idle else None
        if idle is not None:
            if idle.is_connected:
                return idle
            idle.close()
        if address.scheme == "https":
            return self._tls(address.host, address.port, ssl_context=self._context)
        return self._plain(address.host, address.port)

    def take_back(self, connection: Guarded, request: Request, raw: HTTPResponse) -> None:
        """Keep a connection whose answer was read to its end; close it, if it wasn't."""
        surplus: Guarded | None = connection
        if connection.sock is not None and raw.closed:
            with self._lock:
                if self._idle is not None:
                    surplus = self._idle.pop(request.address.origin, None)
                    self._idle[request.address.origin] = connection
                    if len(self._idle) > _IDLE:
                        surplus = self._idle.pop(next(iter(self._idle)))
        raw.close()
        if surplus is not None:
            surplus.close()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, ssl_context=self._context, **kwargs)
        self.poolmanager.pool_classes_by_scheme = pools(self._plain, self._tls)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        contexts = {"ssl_context": self._context, "proxy_ssl_context": self._context}
        manager = super().proxy_manager_for(proxy, **contexts, **kwargs)
        manager.pool_classes_by_scheme = pools(self._plain, self._tls)
        return manager

    def cert_verify(self, *args: Any, **kwargs: Any) -> None:
        """Leave it to the shared context. requests would read its bundle per connection."""


class _Answer(Response):
    """A response that gives its connection back when it is closed."""

    def __init__(
        self, lines: Lines, connection: Guarded, request: Request, raw: HTTPResponse
    ) -> None:
        super().__init__()
        self.connection = lines
        self.request = request
        self.url = request.address.url
        self.status_code = raw.status
        self.raw = raw
        self._close = partial(lines.take_back, connection, request, raw)

    def close(self) -> None:
        self._close()


def _answer(connection: Guarded, request: Request, deadline: Deadline) -> HTTPResponse:
    connection.timeout = deadline.left()
    try:
        connection.request(
            str(request.method),
            request.address.target,
            body=request.body,
            headers=request.headers,
            preload_content=False,
            decode_content=False,
        )
    except ConnectionError as error:
        if connection.asked:
            raise Stale from error
        raise
    connection.timeout = deadline.left()
    return connection.getresponse()
