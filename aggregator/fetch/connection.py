"""urllib3's connections with our guard, deadlines and trust. Not what is asked and answered."""

from __future__ import annotations

import ssl
from time import monotonic
from typing import TYPE_CHECKING, ClassVar

import certifi
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from aggregator.fetch.deadline import TotalSocket, TotalTLSSocket, connect

if TYPE_CHECKING:
    from urllib3.response import HTTPResponse

    from aggregator.fetch.guard import Guard


class Stale(Exception):
    """A connection that was kept alive turned out closed before it brought an answer.

    Not an OSError, for the reason that ``Failure`` isn't.
    """


class Guarded(HTTPConnection):
    """Connects to the address that the guard has checked, and to no other."""

    guard: ClassVar[Guard]
    asked = 0

    def _new_conn(self) -> TotalSocket:
        self.asked = 0
        until = monotonic() + float(self.timeout or 0)
        # With the trailing dot, if there is one: that keeps the resolver from adding domains.
        host = self._dns_host
        endpoints = self.guard.resolve(host, self.port, until - monotonic())
        name = f"the proxy {self.host}" if self.proxy else self.host
        sock = connect(name, endpoints, until - monotonic())
        sock.settimeout(max(until - monotonic(), 0.001))
        return sock

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # as urllib3's own
        """Get the response; ``Stale`` if the connection was an old one and is closed."""
        self.asked += 1
        try:
            return super().getresponse()
        except ConnectionError as error:  # http.client.RemoteDisconnected is one
            if self.asked > 1:
                raise Stale from error
            raise


class GuardedTLS(Guarded, HTTPSConnection):
    pass


def guarded(guard_: Guard) -> tuple[type[Guarded], type[GuardedTLS]]:
    """Return the classes of connections, without and with TLS.

    urllib3 makes its connections by class, so a guard needs classes of its own.
    """

    class Plain(Guarded):
        guard = guard_

    class TLS(GuardedTLS):
        guard = guard_

    return Plain, TLS


def pools(plain: type[Guarded], tls: type[GuardedTLS]) -> dict[str, type[HTTPConnectionPool]]:
    """Return the classes of urllib3's pools for such connections, by scheme."""

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = plain

    class TLSPool(HTTPSConnectionPool):
        ConnectionCls = tls

    return {"http": PlainPool, "https": TLSPool}


def tls_context() -> ssl.SSLContext:
    """Trust what Mozilla (certifi) and what this machine trusts.

    The second is where an operator's own authority is found; SSL_CERT_FILE and SSL_CERT_DIR count
    (OpenSSL reads them). Reading the bundles takes tens of milliseconds, so share the result.
    """
    context = ssl.create_default_context(cafile=certifi.where())
    context.load_default_certs()
    context.sslsocket_class = TotalTLSSocket
    return context
