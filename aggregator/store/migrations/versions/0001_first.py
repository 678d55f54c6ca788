"""The first schema: sources, articles, topics, polls, outputs and the search index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

_KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_TIME = sa.BigInteger()


def upgrade() -> None:
    _bookkeeping()
    _sources()
    _articles()
    _what_hangs_on_articles()
    if op.get_bind().dialect.name == "postgresql":
        _search_postgresql()
    else:
        _search_sqlite()


def _bookkeeping() -> None:
    op.create_table(
        "meta",
        sa.Column("key", _KEY, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.create_table(
        "outputs",
        sa.Column("slug", _KEY, primary_key=True),
        sa.Column("gone_at", _TIME),
    )


def _sources() -> None:
    op.create_table(
        "hosts",
        sa.Column("host", _KEY, primary_key=True),
        sa.Column("source", _KEY, unique=True),
        sa.Column("worker", _KEY),
        sa.Column("lease_until", _TIME),
    )
    op.create_table(
        "sources",
        sa.Column("key", _KEY, primary_key=True),
        sa.Column("host", _KEY, sa.ForeignKey("hosts.host"), nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("public_url", sa.Text),
        sa.Column("name", sa.Text),
        sa.Column("title", sa.Text),
        sa.Column("site_url", sa.Text),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("config_hash", sa.Text, nullable=False),
        sa.Column("etag", sa.Text),
        sa.Column("last_modified", sa.Text),
        sa.Column("body_hash", sa.Text),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("first_success", _TIME),
        sa.Column("last_success", _TIME),
        sa.Column("last_polled", _TIME),
        sa.Column("result", sa.Text),
        sa.Column("detail", sa.Text),
        sa.Column("next_due", _TIME, nullable=False),
    )
    op.create_index("sources_due", "sources", ["next_due", "key"])
    op.create_index("sources_host", "sources", ["host", "next_due", "key"])
    op.create_table(
        "polls",
        sa.Column("source", _KEY, sa.ForeignKey("sources.key"), primary_key=True),
        sa.Column("at", _TIME, primary_key=True),
        sa.Column("result", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("entries", sa.Integer, nullable=False),
        sa.Column("new", sa.Integer, nullable=False),
        sa.Column("changed", sa.Integer, nullable=False),
        sa.Column("skipped", sa.Integer, nullable=False),
        sa.Column("skips", sa.Text, nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("milliseconds", sa.BigInteger, nullable=False),
    )
    op.create_index("polls_at", "polls", ["at"])


def _articles() -> None:
    op.create_table(
        "articles",
        sa.Column("id", _KEY, primary_key=True),
        sa.Column("listed", _TIME, nullable=False),
        sa.Column("lang", _KEY, nullable=False),
        sa.Column("domain", _KEY, nullable=False),
        sa.Column("speaker", _KEY, sa.ForeignKey("sources.key"), nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("link_key", sa.Text),
        sa.Column("given", _TIME),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("link", sa.Text),
        sa.Column("first_seen", _TIME, nullable=False),
        sa.Column("published", _TIME, nullable=False),
        sa.Column("updated", _TIME, nullable=False),
        sa.Column("language", sa.Text),
        sa.Column("authors", sa.Text, nullable=False),
        sa.Column("image", sa.Text, nullable=False),
        sa.Column("enclosures", sa.Text, nullable=False),
        sa.Column("categories", sa.Text, nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )
    op.create_index("articles_listed", "articles", ["listed", "id"])
    op.create_index("articles_domain", "articles", ["domain"])


def _what_hangs_on_articles() -> None:
    later = sa.ForeignKey("articles.id", deferrable=True, initially="DEFERRED")
    op.create_table(
        "identities",
        sa.Column("key", _KEY, primary_key=True),
        sa.Column("article", _KEY, later, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("identities_article", "identities", ["article"])
    op.create_table(
        "appearances",
        sa.Column("article", _KEY, sa.ForeignKey("articles.id"), primary_key=True),
        sa.Column("source", _KEY, sa.ForeignKey("sources.key"), primary_key=True),
        sa.Column("listed", _TIME, nullable=False),
        sa.Column("seen", _TIME, nullable=False),
        sa.Column("guid", sa.Text),
        sa.Column("link", _KEY),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
    )
    op.create_index("appearances_source", "appearances", ["source", "listed", "article"])
    op.create_index("appearances_link", "appearances", ["link"])
    op.create_table(
        "hits",
        sa.Column("article", _KEY, sa.ForeignKey("articles.id"), primary_key=True),
        sa.Column("topic", _KEY, primary_key=True),
        sa.Column("listed", _TIME, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
    )
    op.create_index("hits_topic", "hits", ["topic", "listed", "article"])
    op.create_table(
        "revisions",
        sa.Column("article", _KEY, sa.ForeignKey("articles.id"), primary_key=True),
        sa.Column("until", _TIME, primary_key=True),
        sa.Column("source", _KEY, sa.ForeignKey("sources.key"), nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
    )


def _search_sqlite() -> None:
    op.create_table(
        "search",
        sa.Column("place", sa.Integer, primary_key=True),
        sa.Column("article", sa.Text, sa.ForeignKey("articles.id"), nullable=False, unique=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("authors", sa.Text, nullable=False),
        sa.Column("categories", sa.Text, nullable=False),
    )
    # The text is tokens already: of ASCII, this tokenizer splits at the spaces between them alone.
    op.execute(
        "CREATE VIRTUAL TABLE search_fts USING fts5("
        "title, body, authors, categories,"
        " content='search', content_rowid='place', tokenize='ascii')"
    )
    op.execute(
        "CREATE TRIGGER search_added AFTER INSERT ON search BEGIN"
        " INSERT INTO search_fts (rowid, title, body, authors, categories)"
        " VALUES (new.place, new.title, new.body, new.authors, new.categories); END"
    )
    op.execute(
        "CREATE TRIGGER search_dropped AFTER DELETE ON search BEGIN"
        " INSERT INTO search_fts (search_fts, rowid, title, body, authors, categories)"
        " VALUES ('delete', old.place, old.title, old.body, old.authors, old.categories); END"
    )


def _search_postgresql() -> None:
    op.create_table(
        "search",
        sa.Column("article", _KEY, sa.ForeignKey("articles.id"), primary_key=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("authors", sa.Text, nullable=False),
        sa.Column("categories", sa.Text, nullable=False),
        sa.Column("words", postgresql.ARRAY(sa.Text), nullable=False),
    )
    op.create_index("search_words", "search", ["words"], postgresql_using="gin")
