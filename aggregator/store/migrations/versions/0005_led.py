"""Since when a story's leading article leads it, and when an outlet was last added."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_TIMES = "FROM members WHERE members.story = stories.id"


def upgrade() -> None:
    op.add_column("stories", sa.Column("led", sa.BigInteger()))
    op.add_column("stories", sa.Column("told", sa.BigInteger()))
    # What was taken for both until now: when the article came in, if the story had begun before.
    lead = f"SELECT joined {_TIMES} AND members.article = stories.leading"
    last = f"SELECT max(joined) {_TIMES}"
    began = f"SELECT min(joined) {_TIMES}"
    op.execute(f"UPDATE stories SET led = ({lead}) WHERE ({lead}) > ({began})")  # noqa: S608
    op.execute(f"UPDATE stories SET told = ({last}) WHERE ({last}) > ({began})")  # noqa: S608
