"""Addresses in the configuration: of feeds, proxies, hosts, networks and the database.

Like ``types``: each check returns the value or raises ValueError with what the operator can do.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from aggregator.config.checks import text

_HOST = re.compile(r"(?!-)[a-zA-Z0-9-]{1,63}(\.[a-zA-Z0-9-]{1,63})*\.?")
_MAIL = re.compile(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+")
_DATABASE = re.compile(r"sqlite:///.+|postgresql(\+psycopg)?://.+", re.DOTALL)


def web_address(value: object) -> str:
    """An http(s) address without user and password."""
    url = text(value)
    if re.search(r"[\s<>\"\\^`{|}]", url):
        message = "is not an address: it contains a space or a character that must be %-encoded"
        raise ValueError(message)
    scheme, colon, _ = url.partition("://")
    if not colon:
        message = f"must begin with http:// or https://; did you mean 'https://{url}'?"
        raise ValueError(message)
    if scheme.lower() == "file":
        message = "is a file on this machine: use 'file:' with a path inside this directory"
        raise ValueError(message)
    if scheme.lower() not in ("http", "https"):
        message = f"must begin with http:// or https://, not {scheme}://"
        raise ValueError(message)
    parts = _split(url)
    if "@" in parts.netloc:
        message = "must not contain a user or password; a source has 'auth:' for them"
        raise ValueError(message)
    return url


def _split(url: str) -> SplitResult:
    """Split an address, and make sure that it names a host and a possible port."""
    try:
        parts = urlsplit(url)
        has_host = bool((parts.hostname or "").encode("idna")) and parts.port != 0
    except ValueError:  # UnicodeError is one
        has_host = False
    if not has_host:
        message = "is not an address: its host or port is wrong"
        raise ValueError(message)
    return parts


def base_url(value: object) -> str:
    url = web_address(value)
    if "?" in url or "#" in url:
        message = "must end before any '?' or '#'"
        raise ValueError(message)
    return url.rstrip("/")


def proxy(value: object) -> str:
    """An address that may carry a user and password: a proxy has no other way to be told."""
    url = text(value)
    if not re.match("https?://", url):
        message = "must begin with http:// or https://"
        raise ValueError(message)
    _split(url)
    return url


def host(value: object) -> str:
    name = text(value).strip("[]")
    try:
        ip_address(name)
    except ValueError:
        if not _HOST.fullmatch(name) or re.fullmatch("[0-9.]+", name):
            message = f"'{name}' is not a host name or address; write 127.0.0.1 or 0.0.0.0"
            raise ValueError(message) from None
    return name


def database(value: object) -> str:
    url = text(value)
    if not _DATABASE.fullmatch(url):
        message = "must begin with sqlite:/// and a path, or with postgresql://"
        raise ValueError(message)
    return url


def contact(value: object) -> str:
    word = text(value)
    if _MAIL.fullmatch(word):
        return word
    try:
        return web_address(word)
    except ValueError:
        message = "must be a mail address or a page (https://…) where publishers can reach you"
        raise ValueError(message) from None


def network(value: object) -> IPv4Network | IPv6Network:
    word = text(value)
    try:
        return ip_network(word)
    except ValueError:
        message = f"'{word}' is not a network; write one such as 10.0.0.0/8 or fd00::/8"
        raise ValueError(message) from None
