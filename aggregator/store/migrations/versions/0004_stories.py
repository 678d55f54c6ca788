"""Stories: who belongs to which, what people decided about it, and what is still to be gathered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_TIME = sa.BigInteger()


def upgrade() -> None:
    op.create_table(
        "stories",
        sa.Column("id", _KEY, primary_key=True),
        sa.Column("listed", _TIME, nullable=False),
        sa.Column("leading", _KEY, nullable=False),
        sa.Column("outlets", sa.Integer, nullable=False),
    )
    op.create_table(
        "members",
        sa.Column("article", _KEY, sa.ForeignKey("articles.id"), primary_key=True),
        sa.Column("story", _KEY, sa.ForeignKey("stories.id"), nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("joined", _TIME, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("vector", sa.LargeBinary),
    )
    op.create_index("members_story", "members", ["story"])
    op.create_table(
        "rulings",
        sa.Column("article", _KEY, sa.ForeignKey("articles.id"), primary_key=True),
        sa.Column("other", _KEY, sa.ForeignKey("articles.id"), primary_key=True),
        sa.Column("together", sa.Boolean, nullable=False),
        sa.Column("at", _TIME, nullable=False),
    )
    op.create_table(
        "ungathered",
        sa.Column("article", _KEY, sa.ForeignKey("articles.id"), primary_key=True),
        sa.Column("listed", _TIME, nullable=False),
    )
    op.create_index("ungathered_listed", "ungathered", ["listed", "article"])
    op.execute("INSERT INTO ungathered (article, listed) SELECT id, listed FROM articles")
