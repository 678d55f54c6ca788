"""The last look at what goes out: legal characters and web addresses only. Repairs, never raises.

``parse`` has cleaned everything already. This is the second lock on the same door: one bad string
that got into the store must never make a whole feed unreadable, or run in a reader.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from functools import cache
from operator import is_not
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit, urlunsplit

T = TypeVar("T")

# XML 1.0, production 2 (https://www.w3.org/TR/xml/#charsets), less the carriage return and the
# controls that it discourages.
_ILLEGAL = re.compile("[^\t\n -~\u00a0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0010ffff]")

# What may stand as it is (RFC 3986), and "%" since it may be encoded already. Brackets belong to
# numeric hosts only, "#" begins the fragment.
_URL_SAFE = "%/:?@!$&'()*+,;=-._~"

# Most addresses are such and would be left as they are: no brackets, no empty part.
_PART = r"[\w%/:@!$&'()*+,;=.~-]+"
_USUAL = re.compile(
    rf"https?://[a-z0-9][a-z0-9.-]*(?:/{_PART})?(?:\?{_PART})?(?:#{_PART})?", re.ASCII
)


def legal(value: T) -> T:
    r"""The same value, its strings at every depth without characters that XML can't hold.

    Goes through dataclasses, tuples and mappings (their values); leaves anything else alone.

    >>> legal(("a\x00b", "\ud800c"))
    ('ab', 'c')
    """
    return _legal(value)  # type: ignore[no-any-return]


def _legal(value: Any) -> Any:
    """Return the very value where there is nothing to mend: a feed has thousands of them."""
    if isinstance(value, str):
        return _ILLEGAL.sub("", value) if _ILLEGAL.search(value) else value
    if isinstance(value, tuple):
        parts = tuple(map(_legal, value))
        return parts if any(map(is_not, parts, value)) else value
    if names := _fields(value.__class__):
        now = {name: _legal(getattr(value, name)) for name in names}
        changes = {name: part for name, part in now.items() if part is not getattr(value, name)}
        return dataclasses.replace(value, **changes) if changes else value
    if isinstance(value, Mapping):
        return {key: _legal(item) for key, item in value.items()}
    return value


@cache
def _fields(kind: type) -> tuple[str, ...]:
    """Return the names of a dataclass's fields; none for any other type."""
    if not dataclasses.is_dataclass(kind):
        return ()
    return tuple(field.name for field in dataclasses.fields(kind))


def address(url: str | None) -> str | None:
    """``url`` with what RFC 3986 doesn't allow percent-encoded; None unless it is http(s).

    >>> address("https://example.org/Bakı")
    'https://example.org/Bak%C4%B1'
    >>> address("javascript:alert(1)") is None
    True
    """
    if not url:
        return None
    if _USUAL.fullmatch(url):
        return url
    try:
        parts = urlsplit(url.strip())
        host = parts.hostname
        if parts.scheme not in {"http", "https"} or not host:
            return None
        netloc = parts.netloc
        if not netloc.isascii():
            netloc = host.encode("idna").decode() + (f":{parts.port}" if parts.port else "")
    except ValueError:  # a UnicodeError is one
        return None
    netloc = quote(netloc, safe=_URL_SAFE + "[]")
    rest = (quote(part, safe=_URL_SAFE, errors="replace") for part in parts[2:])
    return urlunsplit((parts.scheme, netloc, *rest))
