"""Which network addresses may be connected to, and looking them up. Not connecting itself.

A name is looked up once per connection, every answer is checked, and the connection goes to the
very address that passed (``connection``): a second look-up could answer differently.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from aggregator.fetch.address import Address, literal
from aggregator.fetch.failure import Failure
from aggregator.model import Reason

Network = IPv4Network | IPv6Network
Endpoint = tuple[socket.AddressFamily, tuple[Any, ...]]
"""What ``socket.connect`` takes: the family and its socket address."""
Resolver = Callable[..., list[tuple[Any, ...]]]
"""``socket.getaddrinfo``, or what behaves like it."""

# https://www.iana.org/assignments/iana-ipv4-special-registry (RFC 6890), unless said otherwise.
_REFUSED_V4 = {
    "0.0.0.0/8": "this network",
    "10.0.0.0/8": "private use",
    "100.64.0.0/10": "shared by a provider's customers (CGNAT)",
    "127.0.0.0/8": "loopback",
    "168.63.129.16/32": "cloud metadata",  # Azure: learn.microsoft.com, "What is 168.63.129.16?"
    "169.254.0.0/16": "link local",
    "172.16.0.0/12": "private use",
    "192.0.0.0/24": "protocol assignments",
    "192.0.2.0/24": "documentation",
    "192.31.196.0/24": "AS112",
    "192.52.193.0/24": "AMT relays",
    "192.88.99.0/24": "6to4 relays",
    "192.168.0.0/16": "private use",
    "192.175.48.0/24": "AS112",
    "198.18.0.0/15": "benchmarking",
    "198.51.100.0/24": "documentation",
    "203.0.113.0/24": "documentation",
    "224.0.0.0/4": "multicast",  # https://www.iana.org/assignments/multicast-addresses
    "240.0.0.0/4": "reserved",
}
# https://www.iana.org/assignments/iana-ipv6-special-registry (RFC 6890), unless said otherwise.
# The prefixes that carry an IPv4 address would lead around the list above. On a network that
# reaches IPv4 through NAT64 only, the operator allows its prefix.
_REFUSED_V6 = {
    "::/128": "unspecified",
    "::1/128": "loopback",
    "::/96": "IPv4-compatible",  # RFC 4291, 2.5.5.1, deprecated
    "::ffff:0:0/96": "IPv4-mapped",
    "::ffff:0:0:0/96": "IPv4-translated",  # RFC 2765, 2.1
    "64:ff9b::/96": "NAT64",
    "64:ff9b:1::/48": "NAT64, local use",
    "100::/64": "discard only",
    "2001::/32": "Teredo",
    "2001::/23": "protocol assignments",  # benchmarking, ORCHID and others
    "2001:db8::/32": "documentation",
    "2002::/16": "6to4",
    "2620:4f:8000::/48": "AS112",
    "3fff::/20": "documentation",
    "5f00::/16": "SRv6 segment identifiers",
    "fc00::/7": "unique local",
    "fe80::/10": "link local",
    "fec0::/10": "site local",  # RFC 3879, deprecated
    "ff00::/8": "multicast",  # https://www.iana.org/assignments/ipv6-multicast-addresses
    # Only 2000::/3 is given out: https://www.iana.org/assignments/ipv6-address-space
    "::/3": "not global",
    "4000::/2": "not global",
    "8000::/1": "not global",
}
REFUSED: tuple[tuple[Network, str], ...] = tuple(
    (ip_network(network), kind) for network, kind in (_REFUSED_V4 | _REFUSED_V6).items()
)
"""Networks that no source may lead to unless the operator allows it, the most telling first."""

# Names that mean something inside a network only.
# https://www.iana.org/assignments/special-use-domain-names: localhost, local, home.arpa. ICANN
# resolution 2024.07.29.06: internal. RFC 6762, appendix G: intranet, private, corp, home, lan.
# By habit: localdomain on Linux, tencentyun.com for a cloud's metadata.
_INSIDE = (
    *(".localhost", ".local", ".home.arpa", ".internal", ".intranet", ".private", ".corp"),
    *(".home", ".lan", ".localdomain", ".tencentyun.com"),
)

EVERYWHERE: tuple[Network, ...] = (ip_network("0.0.0.0/0"), ip_network("::/0"))


def inside_name(host: str) -> bool:
    """Tell whether a name means something inside a network only.

    >>> [inside_name(host) for host in ("router", "nas.local.", "example.org")]
    [True, True, False]
    """
    name = host.rstrip(".").lower()
    return "." not in name or name.endswith(_INSIDE)


def refusal(address: IPv4Address | IPv6Address) -> str | None:
    """Return what kind of address this is, if it is of a kind that is refused."""
    return next((kind for network, kind in REFUSED if address in network), None)


@dataclass(frozen=True, slots=True)
class Guard:
    """Public addresses, and the networks that the operator allows.

    A name that means something inside only (``inside_name``) has to lead into those networks.
    """

    networks: tuple[Network, ...] = ()
    resolver: Resolver = socket.getaddrinfo

    def check(self, address: Address) -> None:
        """Raise Failure(PRIVATE) for what needs no look-up to be refused."""
        literal_ = address.literal
        if literal_ is not None:
            self._check_all(address.host, [literal_])
        elif inside_name(address.host) and not self.networks:
            detail = f"{address.host} is a name inside a private network; {_HOW_TO_ALLOW}"
            raise Failure(Reason.PRIVATE, detail)

    def resolve(self, host: str, port: int, seconds: float) -> tuple[Endpoint, ...]:
        """Return where to connect to, in the resolver's order; only addresses that pass.

        host: a name or an address literal.  seconds: the most that looking it up may take.
        Raises Failure(DNS), Failure(TIMEOUT), or Failure(PRIVATE) if no address passes.
        """
        host = host.strip("[]")
        address = literal(host)
        if address is not None:
            self._check_all(host, [address])
            # IPv6 needs no more than these two; flow and scope are 0.
            family = socket.AF_INET if address.version == 4 else socket.AF_INET6
            return ((family, (str(address), port)),)
        found = list(_look_up(self.resolver, host, port, seconds))
        self._check_all(host, [address for address, _ in found])
        return tuple(
            endpoint for address, endpoint in found if self._why_not(host, address) is None
        )

    def _check_all(self, host: str, addresses: list[IPv4Address | IPv6Address]) -> None:
        """Raise unless one of them passes; the others are simply not used."""
        refused = [(address, self._why_not(host, address)) for address in addresses]
        if any(kind is None for _, kind in refused):
            return
        address, kind = refused[0]
        where = f"{host} is no" if literal(host) else f"{host} leads to {address}, no"
        raise Failure(Reason.PRIVATE, f"{where} public address ({kind}); {_HOW_TO_ALLOW}")

    def _why_not(self, host: str, address: IPv4Address | IPv6Address) -> str | None:
        if any(address in network for network in self.networks):
            return None
        if literal(host) is None and inside_name(host):
            return "by a name that means something inside a network only"
        return refusal(address)


_HOW_TO_ALLOW = (
    "private addresses have to be allowed, by allow_private for the source's own host, "
    "by service.fetch.allow_private for networks"
)


def _look_up(
    resolver: Resolver, host: str, port: int, seconds: float
) -> Iterator[tuple[IPv4Address | IPv6Address, Endpoint]]:
    """Look a name up within ``seconds``.

    getaddrinfo can't be interrupted, so it runs in a thread of its own, which is left behind when
    the time is up. What bounds those: the system's resolver gives up by itself (resolv.conf,
    5 s × 2 attempts × name servers by default), and each fetch waits for one at a time.
    """
    answer: list[list[tuple[Any, ...]] | OSError | UnicodeError] = []

    def ask() -> None:
        try:
            answer.append(resolver(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            answer.append(error)

    thread = threading.Thread(target=ask, name=f"dns {host}", daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        raise Failure(Reason.TIMEOUT, f"looking up {host} took longer than the time left")
    [rows] = answer
    if isinstance(rows, Exception):
        why = getattr(rows, "strerror", None) or "no valid name"
        raise Failure(Reason.DNS, f"{host} can't be looked up: {why}") from rows
    if not rows:
        raise Failure(Reason.DNS, f"{host} has no address")
    for family, _type, _protocol, _name, where in rows:
        yield ip_address(where[0]), (family, where)
