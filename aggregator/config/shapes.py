"""The shape of the files: which keys there are and what they take; the JSON Schema is made of it.

Shapes check one mapping at a time. What needs a second look (other keys, other files, the
environment) is checked by ``sources``, ``rules`` and ``service``.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from aggregator.config.types import (
    BaseUrl,
    Contact,
    Database,
    Duration,
    HeaderName,
    HeaderValue,
    Host,
    Language,
    Networks,
    Number,
    Proxy,
    PublicSlug,
    Slug,
    Slugs,
    Text,
    Timezone,
    Truth,
    User,
    Variable,
    WebAddress,
    Whole,
    Words,
    mapping,
)
from aggregator.config.values import Fetch, Parse, Poll, Service


class Shape(BaseModel):
    """A mapping in a file. Keys that aren't listed are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    later: ClassVar[frozenset[str]] = frozenset()
    """Keys of the design that a later version will know: refused by name, not as a typo."""

    @classmethod
    def keys(cls) -> tuple[str, ...]:
        return tuple(field.alias or name for name, field in cls.model_fields.items())


def _only_one(shape: Shape, *names: str) -> None:
    given = [name for name in names if getattr(shape, name) is not None]
    if len(given) > 1:
        message = f"has both '{given[0]}:' and '{given[1]}:': keep one of them"
        raise ValueError(message)


class AuthShape(Shape):
    """A user and a password; the password itself is better kept out of the file."""

    user: User
    password: Text | None = Field(None, description="Better: password_env or password_file.")
    password_env: Variable | None = Field(
        None, description="Environment variable that holds the password (or NAME_FILE, its file)."
    )
    password_file: Text | None = Field(
        None, description="File that holds the password, relative to this directory."
    )

    @model_validator(mode="after")
    def _one_password(self) -> Self:
        _only_one(self, "password", "password_env", "password_file")
        if self.password is self.password_env is self.password_file is None:
            message = "has no password: add 'password_env:' or 'password_file:'"
            raise ValueError(message)
        return self


class SourceShape(Shape):
    """One feed to watch."""

    later = frozenset({"site", "page", "item", "title", "link", "date", "full_text"})

    url: WebAddress | None = Field(None, description="Address of the feed (RSS, Atom, JSON Feed).")
    file: Text | None = Field(None, description="A feed on disk, relative to this directory.")
    key: Slug | None = Field(
        None, description="Stable id; default: made from host and path. Keep it when url changes."
    )
    name: Text | None = Field(None, description="Name of the outlet; default: the feed's title.")
    topics: Slugs = Field((), description="Topics that every article of this source gets.")
    every: Duration | None = Field(
        None, description="How often to look, such as 10m, 2h, 1d (1m to 30d)."
    )
    language: Language | None = Field(
        None, description="Language tag such as az or pt-BR; default: the feed's own word."
    )
    headers: Annotated[dict[HeaderName, HeaderValue], BeforeValidator(mapping)] = Field(
        {}, description="Further request headers."
    )
    auth: AuthShape | None = Field(None, description="User and password of the feed.")
    proxy: Proxy | None = Field(None, description="Fetch through this http(s) proxy.")
    allow_private: Truth = Field(
        default=False, description="true: this source may live at a private address."
    )

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        _only_one(self, "url", "file")
        if self.url is self.file is None:
            message = "has no address: add 'url:' (or 'file:' for a feed on disk)"
            raise ValueError(message)
        return self


class ExamplesShape(Shape):
    """Tests of the rule: texts that it must match and texts that it must not."""

    match: Words = Field((), description="Texts that must get this topic.")
    reject: Words = Field((), description="Texts that must not get it.")


class TopicShape(Shape):
    """A rule that tags articles."""

    later = frozenset({"subject", "at_least", "regex"})

    name: Text | None = Field(None, description="Shown to readers; default: made from the slug.")
    place: Words = Field(
        (), description="Country codes (ISO 3166): their names in all languages match."
    )
    any: Words = Field((), description="Words and phrases; one of them is enough.")
    all: Words = Field((), description="Words and phrases that must all occur.")
    not_: Words = Field((), alias="not", description="Phrases in which a match doesn't count.")
    examples: Annotated[ExamplesShape, BeforeValidator(mapping)] = Field(
        ExamplesShape(), description="Tests of the rule, run at every start and by `check`."
    )
    formerly: Slugs = Field((), description="Earlier slugs of this topic: their feeds redirect.")

    @model_validator(mode="after")
    def _can_match(self) -> Self:
        if self.not_ and not (self.any or self.all or self.place):
            message = "has a 'not:' but nothing that could match: add 'any:', 'all:' or 'place:'"
            raise ValueError(message)
        return self


class FeedShape(Shape):
    """One output feed, beside the one that every topic has anyway."""

    later = frozenset({"per", "min_sources", "at_least"})

    title: Text | None = Field(None, description="Default: made from the slug.")
    description: Text | None = Field(None, description="One sentence for readers.")
    where: Text | None = Field(
        None, description="A query, e.g. 'topic:war -source:example'; default: everything."
    )
    token_env: Variable | None = Field(
        None, description="Private feed: environment variable with the secret of its address."
    )
    token_file: Text | None = Field(
        None, description="Private feed: file with the secret of its address."
    )
    title_prefix: Annotated[
        Text | None, WithJsonSchema({"type": "string", "enum": ["source"]})
    ] = Field(None, description="source: put the outlet's name before each title.")
    formerly: Slugs = Field((), description="Earlier slugs of this feed: they redirect.")

    @model_validator(mode="after")
    def _right_choice(self) -> Self:
        _only_one(self, "token_env", "token_file")
        if self.title_prefix not in (None, "source"):
            message = "'title_prefix:' can only be 'source'"
            raise ValueError(message)
        return self


class PollShape(Shape):
    """How sources are polled."""

    every: Duration = Field(
        Poll().every,
        description="Interval of sources without their own.",
        json_schema_extra={"default": "30m"},
    )
    workers: Whole = Field(Poll().workers, ge=1, le=64, description="Fetches at the same time.")


class FetchShape(Shape):
    """The limits of one fetch."""

    seconds: Number = Field(Fetch().seconds, ge=1, le=600, description="Total time.")
    max_bytes: Whole = Field(
        Fetch().max_bytes, ge=1_000, le=1_000_000_000, description="Size after decompression."
    )
    redirects: Whole = Field(Fetch().redirects, ge=0, le=20, description="Most redirects.")
    allow_private: Networks = Field(
        (), description="Private networks that sources may live in, e.g. 10.0.0.0/8."
    )


class ParseShape(Shape):
    """The limits of one parse, which runs in a child process."""

    seconds: Number = Field(Parse().seconds, ge=1, le=600, description="Processor time.")
    memory_mb: Whole = Field(Parse().memory_mb, ge=128, le=65_536, description="Memory.")
    processes: Whole = Field(Parse().processes, ge=1, le=64, description="Child processes.")


class ServiceShape(Shape):
    """The service itself. Every value can come from the environment: AGGREGATOR_SERVICE__PORT."""

    later = frozenset({"retention", "mail"})

    database: Database | None = Field(
        None, description="Default: SQLite in the data directory. Or postgresql://…"
    )
    host: Host = Field(Service().host, description="Address to listen at.")
    port: Whole = Field(Service().port, ge=1, le=65_535, description="Port to listen at.")
    base_url: BaseUrl | None = Field(
        None, description="Where the world finds the service; default: http://host:port."
    )
    title: Text = Field(Service().title, description="Name of the whole service.")
    contact: Contact | None = Field(
        None, description="Mail address or page, told to publishers in the User-Agent."
    )
    timezone: Timezone = Field(Service().timezone, description="Where the digest's days begin.")
    auth: AuthShape | None = Field(
        None,
        description="User and password of all pages, or none: open to whoever reaches it.",
        json_schema_extra={"anyOf": [{"$ref": "#/$defs/AuthShape"}, {"const": "none"}]},
    )
    poll: Annotated[PollShape, BeforeValidator(mapping)] = PollShape()
    fetch: Annotated[FetchShape, BeforeValidator(mapping)] = FetchShape()
    parse: Annotated[ParseShape, BeforeValidator(mapping)] = ParseShape()


class FileShape(Shape):
    """A configuration file: any of the four keys."""

    sources: list[WebAddress | SourceShape] = Field([], description="The feeds to watch.")
    topics: dict[PublicSlug, TopicShape] = Field({}, description="Rules that tag articles.")
    feeds: dict[PublicSlug, FeedShape] = Field({}, description="Output feeds.")
    service: ServiceShape = Field(ServiceShape(), description="The service itself.")


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a configuration file, for editors (``config/schema.json``)."""
    schema: dict[str, Any] = _tidy(FileShape.model_json_schema(by_alias=True))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Configuration of the news feed aggregator",
        **schema,
    }


def _tidy(schema: Any) -> Any:
    """Drop what repeats names or defaults, and write "nothing" as the reader takes it.

    pydantic offers null for every optional key; the reader takes it where a key holds other
    keys or a list (all of them commented out), and nowhere else.
    """
    if isinstance(schema, list):
        return [_tidy(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    tidy = {key: _tidy(part) for key, part in schema.items() if not _is_noise(key, part)}
    if "anyOf" in tidy and {"type": "null"} in tidy["anyOf"]:
        tidy["anyOf"].remove({"type": "null"})
    if tidy.get("$ref", "").removeprefix("#/$defs/") in _MAY_BE_EMPTY:
        tidy["anyOf"] = [{"$ref": tidy.pop("$ref")}, {"type": "null"}]
    if tidy.get("type") in ("array", "object") and "properties" not in tidy:
        tidy["type"] = [tidy["type"], "null"]
    if len(tidy.get("anyOf", ())) == 1:
        tidy |= tidy.pop("anyOf")[0]
    return tidy


def _is_noise(key: str, part: Any) -> bool:
    name = key == "title" and isinstance(part, str)
    return name or (key == "default" and (part is None or isinstance(part, list | dict)))


_MAY_BE_EMPTY = {
    shape.__name__
    for shape in (
        *(TopicShape, ExamplesShape, FeedShape),
        *(ServiceShape, PollShape, FetchShape, ParseShape),
    )
}
