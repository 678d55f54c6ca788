"""Which entries of a source's last document needn't be read again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "seen",
        sa.Column("source", _KEY, sa.ForeignKey("sources.key"), primary_key=True),
        sa.Column("entries", sa.LargeBinary, nullable=False),
    )
