"""Addresses: relative made absolute, written as RFC 3986 wants, http and https only.

Says what may stand in an article, not what may be fetched: that is ``fetch.guard``.
"""

from __future__ import annotations

import html
import re
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from aggregator.parse.text import well_formed

MAX_CHARS = 4_096

_PLAIN = re.compile(
    r"https?://[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_.])?"
    r"(?:[/?](?:[A-Za-z0-9\-._~:/?@!$&'()*+,;=\[\]]|%[0-9A-Fa-f]{2})*)?"
    r"(?:#(?:[A-Za-z0-9\-._~:/?@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*)?"
)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_.])?|[0-9a-f.]*:[0-9a-f:.]+")
# What browsers drop before they look at an address (https://url.spec.whatwg.org/#url-parsing),
# and the spaces of Unicode that publishers paste with it.
_INSIDE = re.compile(r"[\t\n\r]")
_EDGES = " \u00a0\u1680\u2000\u200b\u2028\u2029\u202f\u205f\u2060\u3000"
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_SAFE = "/:@!$&'()*+,;=~%[]"


def absolute(address: str, base: str = "") -> str | None:
    r"""Return ``address`` as a clean absolute http(s) address, or None if it can't be one.

    base: what a relative address is relative to; with an empty one it is refused.
    Refused too: other schemes in every disguise that browsers see through, hosts with spaces or
    quotes, addresses with a user name (they look like another host), more than 4,096 characters.

    >>> absolute("../b c?d", "https://example.org/a/x")
    'https://example.org/b%20c?d'
    >>> absolute("java\nscript:alert(1)", "https://example.org/")
    """
    if len(address) > MAX_CHARS:
        return None
    if _PLAIN.fullmatch(address):
        return address
    text = _INSIDE.sub("", well_formed(address)).strip(_EDGES)
    if not text or _disguised(text):
        return None
    try:
        text = _slashes(text)
        own = urlsplit(text)
        # "https:///path" is a mistake, not a path on the base's host.
        return None if own.scheme and not own.netloc else _written(urlsplit(urljoin(base, text)))
    except ValueError:  # a bracket or a port that isn't one, a host that IDNA refuses
        return None


def _disguised(text: str) -> bool:
    """Tell whether a second decoding, as careless software does, makes another scheme of it."""
    scheme = _SCHEME.match(_INSIDE.sub("", html.unescape(text)).strip(_EDGES))
    return scheme is not None and scheme.group().lower() not in ("http:", "https:")


def _slashes(text: str) -> str:
    """Return ``text`` with the backslashes that browsers take for slashes as slashes."""
    end = min((at for at in (text.find("?"), text.find("#")) if at >= 0), default=len(text))
    return text[:end].replace("\\", "/") + text[end:]


def _written(parts: SplitResult) -> str | None:
    if parts.scheme not in ("http", "https") or "@" in parts.netloc:
        return None
    host = (parts.hostname or "").encode("idna").decode("ascii")
    if not _HOST.fullmatch(host):
        return None
    port = f":{parts.port}" if parts.port else ""
    address = f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}{_quoted(parts.path)}"
    if parts.query:
        address += "?" + _quoted(parts.query, "?")
    if parts.fragment:
        address += "#" + _quoted(parts.fragment, "?").replace("[", "%5B").replace("]", "%5D")
    return address if len(address) <= MAX_CHARS else None


def _quoted(part: str, more: str = "") -> str:
    return _STRAY_PERCENT.sub("%25", quote(part, safe=_SAFE + more))
