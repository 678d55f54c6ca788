"""Who does a job that one process at a time does, or one in a stretch of time; not what it is."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, or_, update

from aggregator.store.database import Database
from aggregator.store.dialect import add, microseconds
from aggregator.store.tables import meta

_WIDTH = 20
"""Digits of a moment in a lease, so that it sorts as text."""


def take(db: Database, job: str, worker: str, now: datetime, until: datetime) -> bool:
    """Take or prolong the right to do a job; return False while another worker has it.

    One that ends more than a day from now is no lease: a clock went wrong.
    """
    mine = f"{microseconds(until):0{_WIDTH}} {worker}"
    no_lease = f"{microseconds(now + timedelta(days=1)):0{_WIDTH}}"
    with db.write() as connection:
        add(connection, meta, [{"key": job, "value": ""}])
        free = or_(
            meta.c.value < f"{microseconds(now):0{_WIDTH}}",
            meta.c.value > no_lease,
            func.substr(meta.c.value, _WIDTH + 2) == worker,
        )
        taken = update(meta).where(meta.c.key == job, free).values(value=mine)
        done = connection.execute(taken, execution_options={"preserve_rowcount": True})
        return bool(done.rowcount)


def give_back(db: Database, job: str, worker: str) -> None:
    """Let others do a job, if this worker has the right to it."""
    with db.write() as connection:
        own = func.substr(meta.c.value, _WIDTH + 2) == worker
        connection.execute(update(meta).where(meta.c.key == job, own).values(value=""))
