"""Strict reading of http(s) addresses. Not whether one may be visited: that is ``guard``.

Every program reads a strange address in its own way, and what one checks another visits. So what
is not plain is refused: user names, percent signs or zones in the host, IPv4 in any but its
canonical form, control characters anywhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import quote, urljoin

import idna

from aggregator.fetch.failure import Failure
from aggregator.model import Reason

MAX_LENGTH = 8_000
_DEFAULT_PORTS = {"http": 80, "https": 443}

# Ports on which other protocols live, which a request could be made to speak to by a feed's
# redirect. The list that browsers block: https://fetch.spec.whatwg.org/#port-blocking
# fmt: off
BLOCKED_PORTS = frozenset({
    0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95,
    101, 102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161,
    179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563,
    587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061,
    6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
})
# fmt: on

_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_URL = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*):(?://(?P<authority>[^/?#]*))?(?P<rest>[^#]*)", re.I
)
_AUTHORITY = re.compile(r"(?P<host>\[[0-9a-f:.]*\]|[^\[\]:@%\\]+)(?::(?P<port>[0-9]{1,5}))?", re.I)
_NAME = re.compile(r"(?=.{1,253}\.?$)(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}\.?")
# What the WHATWG URL standard takes for an IPv4 address, and so some resolvers do.
_ENDS_IN_A_NUMBER = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)\.?")


@dataclass(frozen=True, slots=True)
class Address:
    """An http(s) address in parts that are ASCII and lower-case where case means nothing.

    host: a name, or a canonical IPv4 or IPv6 literal, without brackets.
    target: path and query, percent-encoded; starts with "/".
    """

    scheme: str
    host: str
    port: int
    target: str

    @property
    def origin(self) -> tuple[str, str, int]:
        return self.scheme, self.host, self.port

    @property
    def literal(self) -> IPv4Address | IPv6Address | None:
        """The host, if it is an address and no name."""
        return literal(self.host)

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.target}"

    def join(self, location: str) -> Address:
        """The address that a redirect from here leads to; ``Failure`` if it is none."""
        try:
            return parse(urljoin(self.url, _clean(location)))
        except ValueError as error:  # urljoin, on brackets
            raise Failure(Reason.ADDRESS, f"{self.host} redirects to no address") from error
        except Failure as failure:
            detail = f"{self.host} redirects wrongly: {failure.failed.detail}"
            raise Failure(Reason.ADDRESS, detail) from failure


def parse(url: str) -> Address:
    """Read an address.

    Raises Failure(ADDRESS) saying what is wrong, without repeating what may be a secret.

    >>> parse("HTTPS://Bücher.Example:443/a b#c").url
    'https://xn--bcher-kva.example/a%20b'
    """
    if len(url) > MAX_LENGTH:
        raise Failure(Reason.ADDRESS, f"the address is longer than {MAX_LENGTH:,} characters")
    match = _URL.fullmatch(_clean(url).partition("#")[0])
    if match is None:
        raise _malformed("the address has no scheme; it has to start with http:// or https://")
    scheme = match["scheme"].lower()
    if scheme not in _DEFAULT_PORTS:
        raise Failure(
            Reason.ADDRESS, f"the address is {scheme[:20]}:, only http:// and https:// are fetched"
        )
    if not match["authority"]:
        raise _malformed("the address has no host")
    host, port = _authority(match["authority"], _DEFAULT_PORTS[scheme])
    # The safe characters of RFC 3986, and "%": what is encoded already stays as it is.
    target = quote(match["rest"], safe="!$&'()*+,/:;=?@[]~%")
    return Address(scheme, host, port, target if target.startswith("/") else f"/{target}")


def literal(host: str) -> IPv4Address | IPv6Address | None:
    """Read a host that is an address; None if it is a name."""
    try:
        return IPv6Address(host) if ":" in host else IPv4Address(host)
    except AddressValueError:
        return None


def _clean(url: str) -> str:
    if _FORBIDDEN.search(url):
        raise _malformed("the address contains control characters")
    return url


def _authority(authority: str, default_port: int) -> tuple[str, int]:
    if "@" in authority:
        raise _malformed("the address contains a user name; credentials belong in auth:")
    match = _AUTHORITY.fullmatch(authority)
    if match is None:
        raise _malformed("the address has a malformed host or port")
    port = int(match["port"] or default_port)
    if port in BLOCKED_PORTS or port > 65_535:
        raise Failure(Reason.ADDRESS, f"port {port} is not one for the web")
    return _host(match["host"]), port


def _host(host: str) -> str:
    if host.startswith("["):
        address = literal(host[1:-1])
        if not isinstance(address, IPv6Address):
            raise _malformed("the address has a malformed IPv6 host")
        return str(address)
    name = host.lower()
    if not name.isascii():
        try:
            # Characters per label are bounded here: idna's checks are not linear.
            name = idna.encode(name[:253], uts46=True).decode("ascii")
        except UnicodeError as error:
            raise _malformed("the host is no valid internationalised name") from error
    if not _NAME.fullmatch(name):
        raise _malformed("the address has a malformed host")
    if _ENDS_IN_A_NUMBER.fullmatch(name) and (not host.isascii() or literal(name) is None):
        raise _malformed("the host looks like an IPv4 address but isn't a canonical one")
    return name


def _malformed(detail: str) -> Failure:
    return Failure(Reason.ADDRESS, detail)
