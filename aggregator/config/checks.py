"""Checks of single values: from the text in YAML to the value, or a plain refusal.

Each check raises ValueError with a clause that an operator can act on ("must be …"); ``read``
adds the place. No file, environment or other key is looked at. Addresses: ``addresses``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from difflib import get_close_matches
from zoneinfo import ZoneInfo

from aggregator.tag.language import code_of

MIN_EVERY = timedelta(minutes=1)
MAX_EVERY = timedelta(days=30)
MAX_PAUSE = timedelta(minutes=1)
"""A worker may wait so long between two requests of one fetch."""
MIN_KEPT, MAX_KEPT = timedelta(days=30), timedelta(days=36_500)
MIN_SCORE, MAX_SCORE = 0.1, 100
RESERVED_SLUGS = frozenset({"all", "search"})
SLUG = "[a-z0-9-]{1,64}"

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_DURATION = re.compile(r"([0-9]{1,9})([smhdw])")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", re.IGNORECASE)
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110 §5.1
_OURS = frozenset({"host", "content-length", "transfer-encoding", "connection", "accept-encoding"})
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class _Empty:
    """Stands for a key without a value, which must not pass for a key that isn't there."""


EMPTY = _Empty()


def text(value: object) -> str:
    if value is EMPTY or (isinstance(value, str) and not value.strip()):
        message = "has no value: write one, or delete the key"
        raise ValueError(message)
    if not isinstance(value, str):
        message = f"must be text, not {'a list' if isinstance(value, list) else 'a mapping'}"
        raise ValueError(message)
    if bad := _CONTROL.search(value):
        message = f"contains the control character U+{ord(bad[0]):04X}"
        raise ValueError(message)
    return value.strip()


def expression(value: object) -> str:
    """A regular expression, whose spaces at both ends count; only of YAML's block text
    (``|``) the line's end is cut off.
    """
    if isinstance(value, str) and (bad := _CONTROL.search(value)):
        message = (
            f"contains the control character U+{ord(bad[0]):04X}: "
            "put the expression in single quotes, in which a backslash is a backslash"
        )
        raise ValueError(message)
    text(value)
    return str(value).strip("\r\n")


def slug(value: object) -> str:
    word = text(value)
    if not re.fullmatch(SLUG, word):
        better = re.sub("[^a-z0-9]+", "-", word.lower()).strip("-")[:64]
        hint = f", did you mean '{better}'?" if better else ""
        message = f"must be 1 to 64 lower-case letters (a-z), digits and hyphens{hint}"
        raise ValueError(message)
    return word


def public_slug(value: object) -> str:
    word = slug(value)
    if word in RESERVED_SLUGS:
        message = f"'{word}' is the name of a built-in feed: choose another"
        raise ValueError(message)
    return word


def one_of(*words: str) -> Callable[[object], str]:
    """Return the check of a key that takes one of these words."""

    def check(value: object) -> str:
        word = text(value)
        if word not in words:
            near = get_close_matches(word.lower(), words, n=1, cutoff=0.6)
            hint = f", did you mean '{near[0]}'?" if near else ""
            message = f"must be {', '.join(words[:-1])} or {words[-1]}{hint}"
            raise ValueError(message)
        return word

    return check


def title_prefix(value: object) -> str:
    word = text(value)
    if word != "source":
        message = "can only be 'source'"
        raise ValueError(message)
    return word


def duration(value: object) -> timedelta:
    seconds = _seconds(value, "m", "10m, 2h or 1d")
    if not MIN_EVERY.total_seconds() <= seconds <= MAX_EVERY.total_seconds():
        message = "must be at least 1m and at most 30d"
        raise ValueError(message)
    return timedelta(seconds=seconds)


def period(value: object) -> timedelta:
    seconds = _seconds(value, "d", "90d or 52w")
    if not MIN_KEPT.total_seconds() <= seconds <= MAX_KEPT.total_seconds():
        message = "must be at least 30d and at most 36500d"
        raise ValueError(message)
    return timedelta(seconds=seconds)


def pause(value: object) -> timedelta:
    seconds = _seconds(value, "s", "1s or 1m")
    if seconds > MAX_PAUSE.total_seconds():
        message = "must be at most 1m"
        raise ValueError(message)
    return timedelta(seconds=seconds)


def _seconds(value: object, unit: str, such_as: str) -> int:
    word = text(value)
    match = _DURATION.fullmatch(word)
    if not match:
        hint = f", did you mean '{word}{unit}'?" if re.fullmatch("[1-9][0-9]{0,3}", word) else ""
        message = f"must be a number and a unit, such as {such_as}{hint}"
        raise ValueError(message)
    return int(match[1]) * _UNITS[match[2]]


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


def score(value: object) -> float:
    found = number(value)
    if not MIN_SCORE <= found <= MAX_SCORE:
        message = f"must be a number from {MIN_SCORE:g} to {MAX_SCORE:g} (1 is usual)"
        raise ValueError(message)
    return found


def language(value: object) -> str:
    """A BCP 47 tag, written the usual way (``az``, ``pt-BR``, ``zh-Hant``)."""
    word = text(value)
    tag = word.replace("_", "-")
    if not _LANGUAGE.fullmatch(tag):
        better = code_of(word) or "one such as en, az or pt-BR"
        message = f"'{word}' is not a language tag; write {better}"
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


def timezone(value: object) -> str:
    name = text(value)
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # it looks for a file of that name
        message = f"'{name}' is not a time zone; write one such as UTC or Asia/Baku"
        raise ValueError(message) from None
    return name


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
