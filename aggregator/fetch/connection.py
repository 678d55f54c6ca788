"""requests' transport with our guard, deadlines and trust. Not what is asked and answered."""

from __future__ import annotations

import ssl
from time import monotonic
from typing import TYPE_CHECKING, Any, ClassVar

import certifi
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from aggregator.fetch.deadline import TotalSocket, TotalTLSSocket, connect

if TYPE_CHECKING:
    from urllib3.response import HTTPResponse

    from aggregator.fetch.guard import Guard

# Polls of a host follow one another, so few connections to each; idle ones to this many hosts.
_HOSTS = 64
_PER_HOST = 4


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


def _pools(guard: Guard) -> dict[str, type[HTTPConnectionPool]]:
    plain, tls = guarded(guard)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = plain

    class TLSPool(HTTPSConnectionPool):
        ConnectionCls = tls

    return {"http": PlainPool, "https": TLSPool}


class Adapter(HTTPAdapter):
    """Sends one request through a proxy; follows nothing, retries nothing.

    Connections are kept per adapter: one that was opened under a guard serves no request that
    has another, and it stays at the address that was checked when it was opened.
    """

    def __init__(self, guard: Guard, context: ssl.SSLContext) -> None:
        self._pool_classes = _pools(guard)
        self._context = context
        super().__init__(pool_connections=_HOSTS, pool_maxsize=_PER_HOST)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, ssl_context=self._context, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pool_classes

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        contexts = {"ssl_context": self._context, "proxy_ssl_context": self._context}
        manager = super().proxy_manager_for(proxy, **contexts, **kwargs)
        manager.pool_classes_by_scheme = self._pool_classes
        return manager

    def cert_verify(self, *args: Any, **kwargs: Any) -> None:
        """Leave it to the shared context. requests would read its bundle per connection."""


def tls_context() -> ssl.SSLContext:
    """Trust what Mozilla (certifi) and what this machine trusts.

    The second is where an operator's own authority is found; SSL_CERT_FILE and SSL_CERT_DIR count
    (OpenSSL reads them). Reading the bundles takes tens of milliseconds, so share the result.
    """
    context = ssl.create_default_context(cafile=certifi.where())
    context.load_default_certs()
    context.sslsocket_class = TotalTLSSocket
    return context
