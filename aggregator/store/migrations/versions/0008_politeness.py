"""When a host may be asked again and what it was asked; where feeds moved, which are gone."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_TIME = sa.BigInteger()
_NEVER = 253370764800000000  # the year 9999
_OF_HOST = "FROM sources WHERE sources.host = hosts.host AND sources.active"
_FIRST = f"{_OF_HOST} ORDER BY sources.next_due, sources.key LIMIT 1"


def upgrade() -> None:
    def zero(name: str, kind: type[sa.Integer] = sa.BigInteger) -> sa.Column[Any]:
        return sa.Column(name, kind(), nullable=False, server_default="0")

    columns: tuple[sa.Column[Any], ...] = (
        zero("free_at"),
        sa.Column("why", sa.Text(), nullable=False, server_default="gap"),
        sa.Column("ready_at", _TIME, nullable=False, server_default=str(_NEVER)),
        sa.Column("failing", sa.Boolean(), nullable=False, server_default=sa.false()),
        zero("day"),
        zero("today", sa.Integer),
        *map(zero, ("requests", "unmodified", "bytes", "waits", "waited")),
        *map(zero, ("polls_ok", "polls_unchanged", "polls_failed")),
    )
    for column in columns:
        op.add_column("hosts", column)
    for name in ("full_at", "gone_at", "moved_at"):
        op.add_column("sources", sa.Column(name, _TIME))
    op.add_column("sources", sa.Column("moved_to", sa.Text()))
    op.add_column("sources", zero("moves", sa.Integer))
    op.drop_index("sources_host", "sources")
    op.drop_index("sources_due", "sources")
    op.create_index(
        "sources_of_host",
        "sources",
        ["host", "next_due", "key"],
        sqlite_where=sa.text("active = 1"),
        postgresql_where=sa.text("active"),
    )
    op.create_index("hosts_ready", "hosts", ["failing", "ready_at", "host"])
    due = f"SELECT sources.next_due {_FIRST}"
    fails = f"SELECT sources.failures > 0 {_FIRST}"
    # A host whose lease has not run out is not ready; nor is one without a source to poll.
    op.execute(
        f"UPDATE hosts SET ready_at = ({due}), failing = ({fails}) WHERE EXISTS (SELECT 1 {_OF_HOST})"  # noqa: E501, S608
    )
    op.execute("UPDATE hosts SET ready_at = lease_until WHERE lease_until > ready_at")
