"""Which hubs tell us of which sources, which don't answer, and what ours was told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

_TIME = sa.BigInteger()


def upgrade() -> None:
    key = sa.Text()
    if op.get_context().dialect.name == "postgresql":
        key = sa.Text(collation="C")
    for name, kind in (
        ("hub", sa.Text()),
        ("topic", sa.Text()),
        ("told_until", _TIME),
        ("told_at", _TIME),
    ):
        op.add_column("sources", sa.Column(name, kind))
    named = sa.text("hub != ''")
    op.create_index("sources_hub", "sources", ["key"], sqlite_where=named, postgresql_where=named)
    op.create_table(
        "subscriptions",
        sa.Column("id", key, primary_key=True),
        sa.Column("source", key, sa.ForeignKey("sources.key"), nullable=False),
        sa.Column("hub", sa.Text(), nullable=False),
        sa.Column("host", key, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("topic", "base", "secret")),
        sa.Column("standing", key, nullable=False),
        sa.Column("until", _TIME),
        sa.Column("next_try", _TIME, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
    )
    op.create_index("subscriptions_source", "subscriptions", ["source"])
    op.create_table(
        "hubs",
        sa.Column("host", key, primary_key=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("free_at", _TIME, nullable=False),
    )
    op.create_table(
        "pings",
        sa.Column("slug", key, primary_key=True),
        sa.Column("hub", sa.Text(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
    )
