"""Time limits over a whole exchange. Not per read, as the libraries' own are.

A server that sends a byte now and then keeps every single read short and the whole endless. So
each time before one of these sockets waits, it gets the time that is left in all. Nothing has to
watch it from outside.
"""

from __future__ import annotations

import socket
import ssl
from time import monotonic
from typing import TYPE_CHECKING, Any

from urllib3 import Timeout

from aggregator.fetch.failure import Failure
from aggregator.model import Reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aggregator.fetch.guard import Endpoint


class Deadline(Timeout):
    """A point in time for everything: looking up, connecting, handshake, tunnel, headers, body.

    urllib3 asks it how long it may wait at each step; every answer is the time that is left.
    """

    def __init__(self, at: float) -> None:
        """at: on the clock of ``time.monotonic``."""
        super().__init__()
        self.at = at

    def clone(self) -> Deadline:
        return Deadline(self.at)

    def left(self) -> float:
        """Seconds left; never 0, which sockets take for "don't wait at all"."""
        return max(self.at - monotonic(), 0.001)

    @property
    def connect_timeout(self) -> float:
        return self.left()

    @property
    def read_timeout(self) -> float:
        return self.left()


class TotalSocket(socket.socket):
    """A socket whose timeout counts from when it was set, over all that it does after."""

    _until: float | None = None

    def settimeout(self, value: float | None) -> None:
        """value: seconds from now; None: no limit."""
        self._until = None if value is None else monotonic() + value
        super().settimeout(value)

    def recv(self, *args: Any) -> bytes:
        self._limit()
        return super().recv(*args)

    def recv_into(self, *args: Any) -> int:
        self._limit()
        return super().recv_into(*args)

    def send(self, *args: Any) -> int:
        self._limit()
        return super().send(*args)

    def _limit(self) -> None:
        if self._until is not None:
            left = self._until - monotonic()
            if left <= 0:
                raise TimeoutError("timed out")
            super().settimeout(left)


class TotalTLSSocket(TotalSocket, ssl.SSLSocket):
    """The same under TLS, for ``SSLContext.sslsocket_class``."""


def connect(name: str, endpoints: Sequence[Endpoint], seconds: float) -> TotalSocket:
    """Connect to the first endpoint that answers; each gets its share of the time left.

    name: what to call it in a message.  Raises Failure(CONNECT) or Failure(TIMEOUT).
    """
    until = monotonic() + seconds
    error = OSError("no address")
    for place, (family, where) in enumerate(endpoints):
        share = max((until - monotonic()) / (len(endpoints) - place), 0.001)
        try:
            return _connect_to(family, where, share)
        except OSError as failed:
            error = failed
    if isinstance(error, TimeoutError):
        raise Failure(Reason.TIMEOUT, f"{name} does not answer on its port") from error
    why = error.strerror or str(error)
    raise Failure(Reason.CONNECT, f"can't connect to {name}: {why}") from error


def _connect_to(
    family: socket.AddressFamily, where: tuple[Any, ...], seconds: float
) -> TotalSocket:
    sock = TotalSocket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.settimeout(seconds)
        sock.connect(where)
    except BaseException:
        sock.close()
        raise
    return sock
