"""Brings a database to the newest schema, and refuses what isn't ours; not what the tables hold."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect, text

from aggregator.errors import NewerSchema, StoreError
from aggregator.store.dialect import is_postgres
from aggregator.store.tables import meta

_MIGRATIONS: Final = Path(__file__).with_name("migrations")

REVISIONS: Final = tuple(
    sorted(path.name.partition("_")[0] for path in (_MIGRATIONS / "versions").glob("[0-9]*.py"))
)
"""The numbers of all migrations, oldest first."""

_LOCK = 0x616767  # any number that every process of ours takes for "I am migrating"


def revision(connection: Connection) -> str | None:
    """Return the number of the schema that is there; None where there is no table at all.

    Raises NewerSchema, and StoreError where the tables are another program's.
    """
    tables = inspect(connection).get_table_names()
    if not tables:
        return None
    number: str | None = None
    if "alembic_version" in tables and "meta" in tables:
        number = connection.scalar(text("SELECT version_num FROM alembic_version"))
    if number is None:
        message = (
            "this database holds tables of another program; "
            "give service.database a file that isn't there yet, or an empty database"
        )
        raise StoreError(message)
    if number not in REVISIONS:
        message = (
            f"the database has schema {number}, written by a newer version of this program "
            f"(this one knows schemas up to {REVISIONS[-1]}); install the newer version, "
            "or restore a backup that was made before the upgrade"
        )
        raise NewerSchema(message)
    return number


def upgrade(connection: Connection, now: datetime, to: str = REVISIONS[-1]) -> None:
    """Apply the migrations up to ``to``, with their record, in the transaction under way."""
    # Takes 0.2 s to import, and at most starts there is nothing to do.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    if is_postgres(connection):
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        encoding = connection.scalar(text("SHOW server_encoding"))
        if encoding != "UTF8":
            message = (
                f"the database's encoding is {encoding}, which can't hold the news of the world; "
                "make one with: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0"
            )
            raise StoreError(message)
    present = revision(connection)
    if present is not None and present >= to:  # another process was faster
        return
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, to)
    if present is None:
        facts = {"installation": os.urandom(4).hex(), "revision": "1", "created": now.isoformat()}
        rows = [{"key": key, "value": value} for key, value in facts.items()]
        connection.execute(meta.insert(), rows)
