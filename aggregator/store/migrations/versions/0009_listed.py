"""Languages and domains are looked for in the index of what is listed, not in the articles."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.drop_index("articles_domain", "articles", if_exists=True)
    op.drop_index("articles_listed", "articles")
    op.create_index("articles_listed", "articles", ["listed", "id", "lang", "domain"])
