"""The shape of the files: which keys there are and what they take; the JSON Schema is made of it.

Shapes check one mapping at a time. What needs a second look (other keys, other files, the
environment) is checked by ``sources``, ``rules`` and ``service``.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, ClassVar, Self

from pydantic import BeforeValidator, Field, model_validator

from aggregator.config.checks import mapping
from aggregator.config.shape import Shape
from aggregator.config.types import (
    BaseUrl,
    Contact,
    Database,
    Duration,
    Expressions,
    HeaderName,
    HeaderValue,
    Host,
    Language,
    Moves,
    Networks,
    Number,
    Pause,
    PerEntry,
    Period,
    Places,
    Proxy,
    PublicSlug,
    PublicSlugs,
    Score,
    Slug,
    Slugs,
    Subjects,
    Text,
    Timezone,
    TitlePrefix,
    Truth,
    User,
    Variable,
    WebAddress,
    Whole,
    Words,
)
from aggregator.config.values import Fetch, Parse, Poll, Service
from aggregator.model import ENOUGH


def _maybe(description: str) -> Any:
    return Field(default=None, description=description)


def _some(description: str, **more: Any) -> Any:
    return Field(default=(), description=description, **more)


def _lasts(default: timedelta, written: str, description: str) -> Any:
    return Field(default=default, description=description, json_schema_extra={"default": written})


def _or_none(schema: dict[str, Any]) -> None:
    schema["anyOf"].append({"const": "none"})


def _only_one(shape: Shape, *names: str) -> None:
    given = [name for name in names if getattr(shape, name) is not None]
    if len(given) > 1:
        message = f"has both '{given[0]}:' and '{given[1]}:': keep one of them"
        raise ValueError(message)


class AuthShape(Shape):
    """A user and a password; the password itself is better kept out of the file."""

    user: User
    password: Text | None = _maybe("Better: one of the next two.")
    password_env: Variable | None = Field(
        default=None,
        description="Environment variable with the password (or NAME_FILE with its file).",
    )
    password_file: Text | None = _maybe("File with the password, relative to this directory.")

    @model_validator(mode="after")
    def _one_password(self) -> Self:
        _only_one(self, "password", "password_env", "password_file")
        if self.password is self.password_env is self.password_file is None:
            message = "has no password: add 'password_env:' or 'password_file:'"
            raise ValueError(message)
        return self


class SourceShape(Shape):
    """One feed to watch."""

    later = frozenset({"site", "page", "item", "link", "date", "full_text"})
    meant: ClassVar[dict[str, str]] = {
        "title": "name",
        "id": "key",
        "interval": "every",
        "tags": "topics",
    }

    url: WebAddress | None = _maybe("Address of the feed (RSS, Atom, JSON Feed).")
    file: Text | None = _maybe("A feed on disk, relative to this directory.")
    key: Slug | None = Field(
        default=None,
        description="Stable id; default: made from host and path.",
    )
    name: Text | None = _maybe("Name of the outlet; default: the feed's title.")
    topics: Slugs = _some("Topics that every article of this source gets.")
    every: Duration | None = _maybe("How often to look, such as 10m, 2h, 1d (1m to 30d).")
    language: Language | None = _maybe("Language tag such as az or pt-BR; default: the feed's.")
    headers: Annotated[dict[HeaderName, HeaderValue], BeforeValidator(mapping)] = Field(
        default={}, description="Further request headers."
    )
    auth: AuthShape | None = _maybe("User and password of the feed.")
    proxy: Proxy | None = _maybe("Fetch through this http(s) proxy.")
    allow_private: Truth = Field(
        default=False, description="true: this source may live at a private address."
    )
    never_with: Slugs = _some("Sources, articles or stories that are never of one with these.")

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        _only_one(self, "url", "file")
        if self.url is self.file is None:
            message = "has no address: add 'url:' (or 'file:' for a feed on disk)"
            raise ValueError(message)
        return self


class ExamplesShape(Shape):
    """Tests of the rule: texts that it must match and texts that it must not."""

    match: Words = _some("Texts that must get this topic.")
    reject: Words = _some("Texts that must not get it.")


class TopicShape(Shape):
    """A rule that tags articles."""

    meant: ClassVar[dict[str, str]] = {
        "title": "name",
        "keywords": "any",
        "words": "any",
        "country": "place",
    }

    name: Text | None = _maybe("Shown to readers; default: made from the slug.")
    place: Places = _some(
        "Country codes (ISO 3166): what is about them, in the languages of the news."
    )
    subject: Subjects = _some(
        "Subjects of the news, such as war: built-in words in many languages."
    )
    any: Words = _some("Words and phrases; one of them is enough.")
    all: Words = _some("Words and phrases that must all occur.")
    regex: Expressions = _some("Regular expressions (RE2), as good as a word of 'any'.")
    not_: Words = Field(
        default=(),
        alias="not",
        description="Phrases in which a match doesn't count, or that exclude the article.",
    )
    at_least: Score = Field(
        default=ENOUGH,
        description="Score from which on an article bears the topic; less takes more articles.",
    )
    examples: Annotated[ExamplesShape, BeforeValidator(mapping)] = Field(
        default_factory=ExamplesShape, description="Tests of the rule, run at every start."
    )
    formerly: PublicSlugs = _some("Earlier slugs: their feeds redirect.")

    @model_validator(mode="after")
    def _can_match(self) -> Self:
        if self.not_ and not self.can_match:
            message = (
                "has a 'not:' but nothing that could match: "
                "add 'any:', 'all:', 'place:' or 'subject:'"
            )
            raise ValueError(message)
        return self

    @property
    def can_match(self) -> bool:
        return bool(self.any or self.all or self.place or self.subject or self.regex)


class FeedShape(Shape):
    """One output feed, beside the one that every topic has anyway."""

    later = frozenset({"at_least"})
    meant: ClassVar[dict[str, str]] = {"name": "title", "query": "where", "filter": "where"}

    title: Text | None = _maybe("Default: made from the slug.")
    description: Text | None = _maybe("One sentence for readers.")
    where: Text | None = _maybe("A query, e.g. 'topic:war -source:example'; default: everything.")
    token_env: Variable | None = _maybe("Makes the feed private: variable with that secret.")
    token_file: Text | None = _maybe("Makes the feed private: file with the secret of its address.")
    title_prefix: TitlePrefix | None = _maybe("source: put the outlet's name before each title.")
    formerly: PublicSlugs = _some("Earlier slugs: they redirect.")
    per: PerEntry = Field(default="article", description="What an entry is: article or story.")
    min_sources: Whole = Field(
        default=1, ge=1, le=100, description="Of stories: outlets that must tell one."
    )
    updates: Moves = Field(default="quiet", description="When a story is shown as changed.")

    @model_validator(mode="after")
    def _one_token(self) -> Self:
        _only_one(self, "token_env", "token_file")
        return self


class PollShape(Shape):
    """How sources are polled."""

    every: Duration | None = _maybe("Interval of sources without their own; default: adapts.")
    fastest: Duration = _lasts(Poll().fastest, "5m", "No source that adapts is asked more often.")
    slowest: Duration = _lasts(Poll().slowest, "1d", "None is asked more rarely; at most 1d.")
    price: Duration = _lasts(Poll().price, "5m", "How long new entries wait to save a request.")
    workers: Whole = Field(default=Poll().workers, ge=1, le=256, description="Fetches at a time.")
    gap: Pause = _lasts(Poll().gap, "1s", "Least time between two requests to a host.")
    per_host_per_day: Whole = Field(
        default=Poll().per_host_per_day, ge=1, description="Most requests to a host on a day."
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.fastest <= self.slowest <= Poll().slowest:
            raise ValueError("'fastest:' must be at most 'slowest:', and that at most 1d")
        return self


class FetchShape(Shape):
    """The limits of one fetch."""

    seconds: Number = Field(default=Fetch().seconds, ge=1, le=600, description="Total time.")
    max_bytes: Whole = Field(
        default=Fetch().max_bytes, ge=1_000, le=1_000_000_000, description="After decompression."
    )
    redirects: Whole = Field(default=Fetch().redirects, ge=0, le=20, description="Most redirects.")
    allow_private: Networks = _some("Private networks that sources may live in, e.g. 10.0.0.0/8.")


class ParseShape(Shape):
    """The limits of one parse, which runs in a child process."""

    seconds: Number = Field(default=Parse().seconds, ge=1, le=600, description="Then it is killed.")
    memory_mb: Whole = Field(default=Parse().memory_mb, ge=128, le=65_536, description="Memory.")
    processes: Whole = Field(default=Parse().processes, ge=1, le=64, description="Child processes.")


class RetentionShape(Shape):
    """For how long things are kept."""

    articles: Period | None = _maybe("Older articles are dropped, e.g. 400d; default: none is.")


class ServiceShape(Shape):
    """The service itself. Every value can come from the environment: AGGREGATOR_SERVICE__PORT."""

    later = frozenset({"mail"})

    database: Database | None = _maybe("Default: SQLite in the data directory. Or postgresql://…")
    host: Host = Field(default=Service().host, description="Address to listen at.")
    port: Whole = Field(default=Service().port, ge=1, le=65_535, description="Port to listen at.")
    base_url: BaseUrl | None = _maybe(
        "Where the world finds the service; default: http://host:port."
    )
    title: Text = Field(default=Service().title, description="Name of the whole service.")
    contact: Contact | None = _maybe("Mail address or page, told to publishers in the User-Agent.")
    timezone: Timezone = Field(default=Service().timezone, description="The digest's days.")
    auth: AuthShape | None = Field(
        default=None,
        description="User and password of all pages, or none: open to whoever reaches it.",
        json_schema_extra=_or_none,
    )
    hub: WebAddress | None = _maybe("WebSub hub that is told when a public feed changes.")
    prefer: Slugs = _some("Sources whose articles lead their stories, the first before the others.")
    poll: Annotated[PollShape, BeforeValidator(mapping)] = Field(default_factory=PollShape)
    fetch: Annotated[FetchShape, BeforeValidator(mapping)] = Field(default_factory=FetchShape)
    parse: Annotated[ParseShape, BeforeValidator(mapping)] = Field(default_factory=ParseShape)
    retention: Annotated[RetentionShape, BeforeValidator(mapping)] = Field(
        default_factory=RetentionShape
    )


class FileShape(Shape):
    """A configuration file: any of the four keys."""

    sources: list[WebAddress | SourceShape] = Field(default=[], description="The feeds to watch.")
    topics: dict[PublicSlug, TopicShape] = Field(default={}, description="Rules that tag articles.")
    feeds: dict[PublicSlug, FeedShape] = Field(default={}, description="Output feeds.")
    service: ServiceShape = Field(default_factory=ServiceShape, description="The service itself.")
