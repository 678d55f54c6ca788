"""The language that the publisher declared, apart from the one that was decided on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("articles", sa.Column("declared", sa.Text()))
    # A certainty of 1, or none yet, is a word that was taken as it was given; where the text
    # overruled the publisher (below 1), what he had said was not kept.
    op.execute("UPDATE articles SET declared = language WHERE certainty IS NULL OR certainty = 1")
