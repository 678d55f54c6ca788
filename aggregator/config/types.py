"""The kinds of values that keys take: from the text in YAML to the value, or a plain refusal.

Each check raises ValueError with a clause that an operator can act on ("must be …"); the place
is added by ``shapes``' reader. No file, environment or other key is looked at here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, WithJsonSchema

MIN_EVERY = timedelta(minutes=1)
MAX_EVERY = timedelta(days=30)
RESERVED_SLUGS = frozenset({"all", "search"})
SLUG = "[a-z0-9-]{1,64}"

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_DURATION = re.compile(r"([0-9]{1,9})([smhdw])")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_HOST = re.compile(r"(?!-)[a-zA-Z0-9-]{1,63}(\.[a-zA-Z0-9-]{1,63})*\.?")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", re.IGNORECASE)
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110 §5.1
_OURS = frozenset({"host", "content-length", "transfer-encoding", "connection", "accept-encoding"})
_MAIL = re.compile(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+")
_DATABASE = re.compile(r"sqlite:///.+|postgresql(\+psycopg)?://.+", re.DOTALL)
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class _Empty:
    """Stands for a key without a value, which must not pass for a key that isn't there."""


EMPTY = _Empty()


def text(value: object) -> str:
    if value is EMPTY or value == "":
        message = "has no value: write one, or delete the key"
        raise ValueError(message)
    if not isinstance(value, str):
        message = f"must be text, not {'a list' if isinstance(value, list) else 'a mapping'}"
        raise ValueError(message)
    if bad := _CONTROL.search(value):
        message = f"contains the control character U+{ord(bad[0]):04X}"
        raise ValueError(message)
    return value.strip()


def slug(value: object) -> str:
    word = text(value)
    if not re.fullmatch(SLUG, word):
        better = re.sub("[^a-z0-9]+", "-", word.lower()).strip("-")[:64]
        hint = f": '{better}'?" if better else ""
        message = f"must be 1 to 64 lower-case letters (a-z), digits and hyphens{hint}"
        raise ValueError(message)
    return word


def public_slug(value: object) -> str:
    word = slug(value)
    if word in RESERVED_SLUGS:
        message = f"'{word}' is the name of a built-in feed: choose another"
        raise ValueError(message)
    return word


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
    if parts.username is not None or parts.password is not None:
        message = "must not contain a user or password: give them with 'auth:'"
        raise ValueError(message)
    return url


def _split(url: str) -> Any:
    """Split an address, and make sure that it names a host and a possible port."""
    try:
        parts = urlsplit(url)
        has_host = bool(parts.hostname) and parts.port != 0
    except ValueError:
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


def duration(value: object) -> timedelta:
    word = text(value)
    match = _DURATION.fullmatch(word)
    if not match:
        hint = f": '{word}m'?" if word.isascii() and word.isdigit() and word != "0" else ""
        message = f"must be a number and a unit, such as 10m, 2h or 1d{hint}"
        raise ValueError(message)
    seconds = int(match[1]) * _UNITS[match[2]]
    if not MIN_EVERY.total_seconds() <= seconds <= MAX_EVERY.total_seconds():
        message = "must be at least 1m and at most 30d"
        raise ValueError(message)
    return timedelta(seconds=seconds)


def truth(value: object) -> bool:
    word = text(value)
    if word.lower() not in ("true", "false"):
        message = f"must be true or false, not '{word}'"
        raise ValueError(message)
    return word.lower() == "true"


def whole(value: object) -> int:
    word = text(value)
    if not re.fullmatch("[+-]?[0-9]{1,18}", word):
        message = f"must be a whole number, not '{word}'"
        raise ValueError(message)
    return int(word)


def number(value: object) -> float:
    word = text(value)
    if not re.fullmatch(r"[+-]?[0-9]{1,18}(\.[0-9]{1,18})?", word):
        message = f"must be a number, not '{word}'"
        raise ValueError(message)
    return float(word)


def language(value: object) -> str:
    """A BCP 47 tag, written the usual way (``az``, ``pt-BR``, ``zh-Hant``)."""
    tag = text(value).replace("_", "-")
    if not _LANGUAGE.fullmatch(tag):
        message = f"'{tag}' is not a language tag; write one such as en, az or pt-BR"
        raise ValueError(message)
    first, *rest = tag.lower().split("-")
    usual = {2: str.upper, 4: str.capitalize}
    return "-".join([first, *(usual.get(len(part), str)(part) for part in rest)])


def header_name(value: object) -> str:
    name = text(value)
    if not _HEADER.fullmatch(name):
        message = f"'{name}' is not a header name"
        raise ValueError(message)
    if name.lower() in _OURS:
        message = f"'{name}' is set by the service itself: delete it"
        raise ValueError(message)
    return name


def header_value(value: object) -> str:
    word = text(value)
    if not word.isascii() or "\n" in word or "\t" in word:
        message = "must be one line of ASCII"
        raise ValueError(message)
    return word


def user(value: object) -> str:
    name = text(value)
    if ":" in name:
        message = "must not contain ':' (HTTP separates user and password by it)"
        raise ValueError(message)
    return name


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


def timezone(value: object) -> str:
    name = text(value)
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # it looks for a file of that name
        message = f"'{name}' is not a time zone; write one such as UTC or Asia/Baku"
        raise ValueError(message) from None
    return name


def network(value: object) -> IPv4Network | IPv6Network:
    word = text(value)
    try:
        return ip_network(word)
    except ValueError:
        message = f"'{word}' is not a network; write one such as 10.0.0.0/8 or fd00::/8"
        raise ValueError(message) from None


def variable(value: object) -> str:
    name = text(value)
    if not _VARIABLE.fullmatch(name):
        message = "must be the name of an environment variable, not the secret itself"
        raise ValueError(message)
    return name


def several(value: object) -> object:
    """One word passes for a list of one; no value is an empty list."""
    if value is EMPTY:
        return []
    return [value] if isinstance(value, str) else value


def mapping(value: object) -> object:
    """A mapping whose keys are all commented out is an empty one."""
    return {} if value is EMPTY else value


def _kind(check: Callable[[object], Any], **schema: Any) -> Any:
    return BeforeValidator(check), WithJsonSchema({"type": "string"} | schema)


_TEXT = {"type": ["string", "number", "boolean"]}

Text = Annotated[str, *_kind(text, **_TEXT)]
Slug = Annotated[str, *_kind(slug, pattern=f"^{SLUG}$")]
PublicSlug = Annotated[str, *_kind(public_slug, pattern=f"^{SLUG}$")]
WebAddress = Annotated[str, *_kind(web_address, pattern="^https?://")]
BaseUrl = Annotated[str, *_kind(base_url, pattern="^https?://[^?#]+$")]
Proxy = Annotated[str, *_kind(proxy, pattern="^https?://")]
Duration = Annotated[timedelta, *_kind(duration, pattern="^[0-9]+[smhdw]$")]
Language = Annotated[str, *_kind(language)]
HeaderName = Annotated[str, *_kind(header_name)]
HeaderValue = Annotated[str, *_kind(header_value, **_TEXT)]
User = Annotated[str, *_kind(user, **_TEXT)]
Host = Annotated[str, *_kind(host)]
Database = Annotated[str, *_kind(database)]
Contact = Annotated[str, *_kind(contact)]
Timezone = Annotated[str, *_kind(timezone)]
Network = Annotated[IPv4Network | IPv6Network, *_kind(network)]
Variable = Annotated[str, *_kind(variable)]
Truth = Annotated[bool, BeforeValidator(truth)]
Whole = Annotated[int, BeforeValidator(whole)]
Number = Annotated[float, BeforeValidator(number)]


def _list(kind: Any, schema: dict[str, Any]) -> Any:
    either = {"anyOf": [schema, {"type": "array", "items": schema}]}
    return Annotated[tuple[kind, ...], BeforeValidator(several), WithJsonSchema(either)]


if TYPE_CHECKING:
    Words = tuple[str, ...]
    Slugs = tuple[str, ...]
    Networks = tuple[IPv4Network | IPv6Network, ...]
else:
    Words = _list(Text, _TEXT)
    Slugs = _list(Slug, {"type": "string", "pattern": f"^{SLUG}$"})
    Networks = _list(Network, {"type": "string"})
