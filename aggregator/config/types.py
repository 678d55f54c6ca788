"""The kinds of values that keys take: a check (``checks``, ``addresses``) and its JSON Schema."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from aggregator.config import addresses, checks
from aggregator.config.checks import MAX_SCORE, MIN_SCORE, SLUG
from aggregator.model import Per, Updates
from aggregator.tag import gazetteer


def _kind(check: Callable[[object], Any], **schema: Any) -> Any:
    return BeforeValidator(check), WithJsonSchema({"type": "string"} | schema)


def _one_of(*words: str) -> Any:
    return _kind(checks.one_of(*words), enum=[str(word) for word in words])


_TEXT = {"type": ["string", "number", "boolean"]}

Text = Annotated[str, *_kind(checks.text, **_TEXT)]
Slug = Annotated[str, *_kind(checks.slug, pattern=f"^{SLUG}$")]
PublicSlug = Annotated[str, *_kind(checks.public_slug, pattern=f"^{SLUG}$")]
WebAddress = Annotated[str, *_kind(addresses.web_address, pattern="^https?://")]
BaseUrl = Annotated[str, *_kind(addresses.base_url, pattern="^https?://[^?#]+$")]
TitlePrefix = Annotated[str, *_kind(checks.title_prefix, enum=["source"])]
PerEntry = Annotated[str, *_one_of(*Per)]
Moves = Annotated[str, *_one_of(*Updates)]
Proxy = Annotated[str, *_kind(addresses.proxy, pattern="^https?://")]
Duration = Annotated[timedelta, *_kind(checks.duration, pattern="^[0-9]+[smhdw]$")]
Period = Annotated[timedelta, *_kind(checks.period, pattern="^[0-9]+[dw]$")]
Pause = Annotated[timedelta, *_kind(checks.pause, pattern="^[0-9]+[sm]$")]
Language = Annotated[str, *_kind(checks.language)]
HeaderName = Annotated[str, *_kind(checks.header_name)]
HeaderValue = Annotated[str, *_kind(checks.header_value, **_TEXT)]
User = Annotated[str, *_kind(checks.user, **_TEXT)]
Host = Annotated[str, *_kind(addresses.host)]
Database = Annotated[str, *_kind(addresses.database)]
Contact = Annotated[str, *_kind(addresses.contact)]
Timezone = Annotated[str, *_kind(checks.timezone)]
Network = Annotated[IPv4Network | IPv6Network, *_kind(addresses.network)]
Variable = Annotated[str, *_kind(checks.variable)]
Truth = Annotated[bool, BeforeValidator(checks.truth)]
Whole = Annotated[int, BeforeValidator(checks.whole)]
Number = Annotated[float, BeforeValidator(checks.number)]
Score = Annotated[float, *_kind(checks.score, type="number", minimum=MIN_SCORE, maximum=MAX_SCORE)]
Expression = Annotated[str, *_kind(checks.expression)]


def _list(kind: Any, schema: dict[str, Any]) -> Any:
    either = {"anyOf": [schema, {"type": "array", "items": schema}]}
    return Annotated[tuple[kind, ...], BeforeValidator(checks.several), WithJsonSchema(either)]


_SUBJECT = {"type": "string", "enum": list(gazetteer.subject_keys())}
_PLACE = {"type": "string", "pattern": "^[A-Za-z]{2}$"}

if TYPE_CHECKING:
    Words = tuple[str, ...]
    Expressions = tuple[str, ...]
    Places = tuple[str, ...]
    Subjects = tuple[str, ...]
    Slugs = tuple[str, ...]
    PublicSlugs = tuple[str, ...]
    Networks = tuple[IPv4Network | IPv6Network, ...]
else:
    Words = _list(Text, _TEXT)
    Expressions = _list(Expression, {"type": "string"})
    Places = _list(Text, _PLACE)
    Subjects = _list(Text, _SUBJECT)
    Slugs = _list(Slug, {"type": "string", "pattern": f"^{SLUG}$"})
    PublicSlugs = _list(PublicSlug, {"type": "string", "pattern": f"^{SLUG}$"})
    Networks = _list(Network, {"type": "string"})
