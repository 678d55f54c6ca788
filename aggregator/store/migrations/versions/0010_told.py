"""When an outlet told an article, as far as that can be believed; when a story was published."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_INSIDE = "FROM members JOIN articles ON articles.id = members.article"


def upgrade() -> None:
    op.add_column("appearances", sa.Column("told", sa.BigInteger()))
    op.add_column("stories", sa.Column("published", sa.BigInteger()))
    first = f"SELECT min(articles.published) {_INSIDE} WHERE members.story = stories.id"
    op.execute(f"UPDATE stories SET published = ({first})")  # noqa: S608
