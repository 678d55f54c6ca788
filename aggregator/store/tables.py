"""The tables as the newest migration leaves them (a test compares); not how they come to be.

Times are microseconds since 1970 in UTC. The search index is not here: its shape depends on the
engine, see ``fts5`` and ``gin``.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    false,
)

from aggregator.store.dialect import Json, Key, Moment, microseconds

NEVER = datetime(9999, 1, 1, tzinfo=UTC)

metadata = MetaData()

meta = Table(
    "meta",
    metadata,
    Column("key", Key, primary_key=True),
    Column("value", Text, nullable=False),
)
"""``installation``, ``revision``, ``created``, ``tagged_with``, ``gathered``, ``kept_apart``,
``preferred``; and, by a job's name, who does it (``leases``)."""

hosts = Table(
    "hosts",
    metadata,
    Column("host", Key, primary_key=True),
    Column("source", Key, unique=True),
    Column("worker", Key),
    Column("lease_until", Moment),
    Column("free_at", Moment, nullable=False, server_default="0"),  # nothing is asked before
    Column("why", Text, nullable=False, server_default="gap"),  # it is left alone until then
    # When its first source can be polled: it is due, the host free and nobody there.
    Column("ready_at", Moment, nullable=False, server_default=str(microseconds(NEVER))),
    Column("failing", Boolean, nullable=False, server_default=false()),  # that source does
    # The ledger. Here and not in a table of its own: it costs no statement more.
    Column("day", Moment, nullable=False, server_default="0"),  # midnight before, UTC
    Column("today", Integer, nullable=False, server_default="0"),  # requests of that day
    Column("requests", BigInteger, nullable=False, server_default="0"),
    Column("unmodified", BigInteger, nullable=False, server_default="0"),
    Column("bytes", BigInteger, nullable=False, server_default="0"),
    Column("waits", BigInteger, nullable=False, server_default="0"),  # polls that came due earlier
    Column("waited", BigInteger, nullable=False, server_default="0"),  # microseconds, all of them
    Column("polls_ok", BigInteger, nullable=False, server_default="0"),
    Column("polls_unchanged", BigInteger, nullable=False, server_default="0"),
    Column("polls_failed", BigInteger, nullable=False, server_default="0"),
    Index("hosts_ready", "failing", "ready_at", "host"),
)
"""Where feeds are found. The lease is the host's, so two workers can't be at one host at once."""

sources = Table(
    "sources",
    metadata,
    Column("key", Key, primary_key=True),
    Column("host", Key, ForeignKey("hosts.host"), nullable=False),  # where it was found last
    Column("url", Text, nullable=False),
    Column("public_url", Text),  # None where the address is a secret or a path
    Column("name", Text),  # the operator's
    Column("title", Text),  # the feed's own
    Column("site_url", Text),
    Column("active", Boolean, nullable=False),  # stands in the configuration
    Column("config_hash", Text, nullable=False),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("body_hash", Text),
    Column("failures", Integer, nullable=False),
    Column("first_success", Moment),
    Column("last_success", Moment),
    Column("last_polled", Moment),
    Column("result", Text),
    Column("detail", Text),
    Column("next_due", Moment, nullable=False),
    Column("pace", LargeBinary),  # what the package of that name learned, as it packs it
    Column("full_at", Moment),  # a server last sent a body
    Column("gone_at", Moment),  # since then it answers 410
    Column("moved_to", Text),  # where the url redirects to for good,
    Column("moves", Integer, nullable=False, server_default="0"),  # on so many days,
    Column("moved_at", Moment),  # the last of them
    *(Column(name, Text) for name in ("hub", "topic")),  # as ``model.Offer``
    *(Column(name, Moment) for name in ("told_until", "told_at")),  # as ``model.PollState``
)
_named = sources.c.hub != ""
Index("sources_hub", sources.c.key, sqlite_where=_named, postgresql_where=_named)
Index(
    "sources_of_host",
    *(sources.c[name] for name in ("host", "next_due", "key")),
    sqlite_where=sources.c.active,
    postgresql_where=sources.c.active,
)

seen = Table(
    "seen",
    metadata,
    Column("source", Key, ForeignKey("sources.key"), primary_key=True),
    Column("entries", LargeBinary, nullable=False),
)
"""Entries of a source's last document that needn't be read again, see ``polls.seen``. Apart from
the source: it is long, and most polls need none of it."""

articles = Table(
    "articles",
    metadata,
    Column("id", Key, primary_key=True),
    # What queries compare comes first: SQLite reads a long row only as far as it needs to.
    Column("listed", Moment, nullable=False),
    Column("lang", Key, nullable=False),  # "en-gb-", "-" where unknown: a prefix is a language
    Column("domain", Key, nullable=False),  # "org.example.": a prefix is a parent domain
    Column("speaker", Key, ForeignKey("sources.key"), nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("link_key", Text),  # the canonical key of the link
    Column("given", Moment),  # the date as the publisher gave it
    Column("title", Text, nullable=False),
    Column("link", Text),
    Column("first_seen", Moment, nullable=False),
    Column("published", Moment, nullable=False),
    Column("updated", Moment, nullable=False),
    Column("language", Text),
    Column("authors", Json, nullable=False),
    Column("image", Json, nullable=False),
    Column("enclosures", Json, nullable=False),
    Column("categories", Json, nullable=False),
    Column("summary", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("certainty", Float),  # of the language, 0 to 1
    Column("declared", Text),  # the language as the publisher gave it
    # What is in no article, or only in old ones, is found out without reading any of them.
    Index("articles_listed", "listed", "id", "lang", "domain"),
)

identities = Table(
    "identities",
    metadata,
    Column("key", Key, primary_key=True),
    # Deferred: a commit first claims identities, which settles who is first, then adds articles.
    Column(
        "article",
        Key,
        ForeignKey("articles.id", deferrable=True, initially="DEFERRED"),
        nullable=False,
    ),
    # Where the reference is deferred, SQLite looks here for every article that is added.
    Index("identities_article", "article"),
    sqlite_with_rowid=False,
)

appearances = Table(
    "appearances",
    metadata,
    Column("article", Key, ForeignKey("articles.id"), primary_key=True),
    Column("source", Key, ForeignKey("sources.key"), primary_key=True),
    Column("listed", Moment, nullable=False),  # the article's, which never moves
    Column("seen", Moment, nullable=False),
    Column("told", Moment),  # when it was published there, as far as that can be believed
    Column("guid", Text),
    Column("link", Key),
    Column("title", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("why", Text, nullable=False),
    Index("appearances_source", "source", "listed", "article"),
    Index("appearances_link", "link"),
)

hits = Table(
    "hits",
    metadata,
    Column("article", Key, ForeignKey("articles.id"), primary_key=True),
    Column("topic", Key, primary_key=True),
    Column("listed", Moment, nullable=False),  # the article's, which never moves
    Column("position", Integer, nullable=False),
    Column("why", Json, nullable=False),
    Index("hits_topic", "topic", "listed", "article"),
)

revisions = Table(
    "revisions",
    metadata,
    Column("article", Key, ForeignKey("articles.id"), primary_key=True),
    Column("until", Moment, primary_key=True),
    Column("source", Key, ForeignKey("sources.key"), nullable=False),
    *(Column(name, Text, nullable=False) for name in ("why", "title", "summary", "content")),
)

stories = Table(
    "stories",
    metadata,
    Column("id", Key, primary_key=True),
    Column("listed", Moment, nullable=False),  # of its newest article
    Column("leading", Key, nullable=False),  # stays when its articles go: it leads to their story
    Column("outlets", Integer, nullable=False),
    Column("led", Moment),  # since when that article leads, if not from the beginning
    Column("told", Moment),  # when an outlet was last added, if one was since
    Column("published", Moment),  # when the earliest of those with which it began was told
)

members = Table(
    "members",
    metadata,
    Column("article", Key, ForeignKey("articles.id"), primary_key=True),
    Column("story", Key, ForeignKey("stories.id"), nullable=False),
    Column("generation", Integer, nullable=False),  # moves when all are gathered again
    Column("joined", Moment, nullable=False),
    Column("why", Json, nullable=False),
    Column("vector", LargeBinary),  # what the sentence encoder made of it
    Index("members_story", "story"),
)

rulings = Table(
    "rulings",
    metadata,
    Column("article", Key, ForeignKey("articles.id"), primary_key=True),
    Column("other", Key, ForeignKey("articles.id"), primary_key=True),
    Column("together", Boolean, nullable=False),
    Column("at", Moment, nullable=False),
)
"""What people decided about two articles; the smaller id comes first."""

ungathered = Table(
    "ungathered",
    metadata,
    Column("article", Key, ForeignKey("articles.id"), primary_key=True),
    Column("listed", Moment, nullable=False),
    Index("ungathered_listed", "listed", "article"),
)
"""Articles for which no story has been looked for yet."""

polls = Table(
    "polls",
    metadata,
    Column("source", Key, ForeignKey("sources.key"), primary_key=True),
    Column("at", Moment, primary_key=True),
    Column("result", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("entries", Integer, nullable=False),
    *(Column(name, Integer, nullable=False) for name in ("new", "changed", "skipped")),
    Column("skips", Json, nullable=False),  # the first of them, with their reasons
    Column("bytes", BigInteger, nullable=False),
    Column("milliseconds", BigInteger, nullable=False),
    Index("polls_at", "at"),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", Key, primary_key=True),
    Column("source", Key, ForeignKey("sources.key"), nullable=False),
    Column("host", Key, nullable=False),  # the hub's, with its port
    *(Column(name, Text, nullable=False) for name in ("hub", "topic", "base", "secret", "detail")),
    Column("standing", Key, nullable=False),
    Column("until", Moment),
    Column("next_try", Moment, nullable=False),
    Column("failures", Integer, nullable=False),
    Index("subscriptions_source", "source"),
)
"""Of which sources hubs are to tell us (``model.Subscription``)."""

hubs = Table(
    "hubs",
    metadata,
    Column("host", Key, primary_key=True),  # with its port
    Column("failures", Integer, nullable=False),
    Column("free_at", Moment, nullable=False),
)

pings = Table(
    "pings",
    metadata,
    Column("slug", Key, primary_key=True),
    Column("hub", Text, nullable=False),
    Column("mark", Text, nullable=False),  # of the articles that it was told of last
    Column("at", Moment, nullable=False),
)
"""What our hub was last told of our own feeds."""

dropped = Table("dropped", metadata, Column("mark", Key, primary_key=True))
"""Identities of articles that retention dropped (``retention.refused``)."""

outputs = Table(
    "outputs",
    metadata,
    Column("slug", Key, primary_key=True),
    Column("gone_at", Moment),
)
