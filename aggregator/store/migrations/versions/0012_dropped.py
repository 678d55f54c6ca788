"""What retention dropped is known, so that it doesn't come back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    key = sa.Text()
    if op.get_context().dialect.name == "postgresql":
        key = sa.Text(collation="C")
    op.create_table("dropped", sa.Column("mark", key, primary_key=True))
