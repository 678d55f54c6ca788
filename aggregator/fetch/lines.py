"""Open connections to hosts under one guard, kept alive between requests. Not what is asked.

A feed is asked every half hour, so nearly every request opens a connection. requests and urllib3's
pools spend four times what the request itself costs on choosing it; here it is a dictionary.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Lock

from urllib3.response import HTTPResponse

from aggregator.fetch.address import Address
from aggregator.fetch.connection import Guarded, Stale, guarded
from aggregator.fetch.deadline import Deadline
from aggregator.fetch.guard import Guard

_IDLE = 64
"""Polls of a host follow one another, so one idle connection to each; to so many hosts at most."""

_Origin = tuple[str, str, int]


class Lines:
    """Asks over connections that it opens, keeps and closes; any number of threads may share it.

    A connection that was opened under a guard serves no request that has another, and it stays at
    the address that was checked when it was opened.
    """

    def __init__(self, guard: Guard, context: ssl.SSLContext) -> None:
        self._plain, self._tls = guarded(guard)
        self._context = context
        self._lock = Lock()
        self._idle: dict[_Origin, Guarded] | None = {}

    def close(self) -> None:
        """Close what is idle, and what is in use when its request is done."""
        with self._lock:
            idle, self._idle = self._idle or {}, None
        for connection in idle.values():
            connection.close()

    @contextmanager
    def ask(
        self,
        address: Address,
        headers: Mapping[str, str | bytes],
        deadline: Deadline,
        body: bytes | None = None,
    ) -> Iterator[HTTPResponse]:
        """Send one GET, or a POST of ``body``; yield the response with its body unread.

        What is not read of it in the block is never read. Follows nothing. Raises what sockets,
        ``ssl``, ``http.client`` and urllib3 raise.
        """
        while True:
            connection = self._take(address)
            try:
                response = _answer(connection, address, headers, deadline, body)
            except Stale:
                connection.close()  # one less that is idle; a new connection is never stale
            except BaseException:
                connection.close()
                raise
            else:
                break
        try:
            yield response
        finally:
            self._give_back(address.origin, connection, response)

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

    def _give_back(self, origin: _Origin, connection: Guarded, response: HTTPResponse) -> None:
        """Keep a connection whose answer was read to its end; close it, if it wasn't."""
        surplus: Guarded | None = connection
        if connection.sock is not None and response.closed:
            with self._lock:
                if self._idle is not None:
                    surplus = self._idle.pop(origin, None)
                    self._idle[origin] = connection
                    if len(self._idle) > _IDLE:
                        surplus = self._idle.pop(next(iter(self._idle)))
        response.close()
        if surplus is not None:
            surplus.close()


def _answer(
    connection: Guarded,
    address: Address,
    headers: Mapping[str, str | bytes],
    deadline: Deadline,
    body: bytes | None,
) -> HTTPResponse:
    connection.timeout = deadline.left()
    try:
        connection.request(
            "GET" if body is None else "POST",
            address.target,
            body=body,
            headers=headers,  # type: ignore[arg-type]  # http.client takes bytes as they are
            preload_content=False,
            decode_content=False,
        )
    except ConnectionError as error:
        if connection.asked:
            raise Stale from error
        raise
    connection.timeout = deadline.left()
    return connection.getresponse()
