"""What SQLite and PostgreSQL say differently; all else in the store is said once for both."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    Dialect,
    Insert,
    Row,
    Select,
    Table,
    Text,
    any_,
    bindparam,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

AnyRow = Row[*tuple[Any, ...]]
AnySelect = Select[*tuple[Any, ...]]

Key = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that is compared, sorted and searched by code points, as SQLite does by itself."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Moment(TypeDecorator[datetime]):
    """An aware datetime as microseconds since 1970 in UTC: exact and sortable on both engines."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else microseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else moment(value)


class Latest(FunctionElement[datetime]):
    """The greatest of several moments, none of which is NULL."""

    name = "latest"
    type = Moment()
    inherit_cache = True


@compiles(Latest, "postgresql")
def _greatest(element: Latest, compiler: SQLCompiler, **options: Any) -> str:
    return f"greatest({compiler.process(element.clauses, **options)})"


@compiles(Latest, "sqlite")
def _max(element: Latest, compiler: SQLCompiler, **options: Any) -> str:
    return f"max({compiler.process(element.clauses, **options)})"


# Made once: ``json.dumps`` makes one for each value, which for most takes longer than to write it.
_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


class Json(TypeDecorator[Any]):
    """A value as JSON with sorted keys: equal values are equal texts on both engines."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:
        return _encode(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


def microseconds(at: datetime) -> int:
    """Return microseconds since 1970 in UTC.

    >>> microseconds(datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC))
    1000000
    """
    return (at - _EPOCH) // _MICROSECOND


def moment(value: int) -> datetime:
    """Return the UTC datetime of ``microseconds``."""
    return _EPOCH + value * _MICROSECOND


def is_postgres(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"


def insert(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """Return an INSERT that has ``on_conflict_do_nothing`` and ``on_conflict_do_update``."""
    return postgresql.insert(table) if is_postgres(connection) else sqlite.insert(table)


def add(connection: Connection, table: Table, rows: Collection[dict[str, Any]]) -> int:
    """Insert the rows that aren't there yet, in one statement; return how many those were."""
    if not rows:
        return 0
    return connection.execute(_adding(is_postgres(connection), table), list(rows)).rowcount


@cache
def _adding(postgres: bool, table: Table) -> Insert:
    made: Insert = (postgresql if postgres else sqlite).insert(table).on_conflict_do_nothing()
    # Without the option SQLAlchemy forgets how many rows an INSERT added.
    return made.execution_options(preserve_rowcount=True)


def among(
    connection: Connection, column: ColumnElement[str], values: Collection[str]
) -> ColumnElement[bool]:
    """Return ``column IN values`` with one parameter, so that there is no limit to how many."""
    if is_postgres(connection):
        return column == any_(bindparam(None, list(values), ARRAY(Text)))
    each = func.json_each(json.dumps(list(values))).table_valued("value")
    return column.in_(select(each.c.value))


class _OneOf(FunctionElement[bool]):
    """A column and a parameter: whether the one is among the texts that the other stands for.

    Not of the type Boolean: SQLAlchemy would ask SQLite whether it is 1, which no index answers.
    """

    inherit_cache = True


@compiles(_OneOf, "postgresql")
def _any(element: _OneOf, compiler: SQLCompiler, **options: Any) -> str:
    column, given = (compiler.process(each, **options) for each in element.clauses)
    return f"{column} = ANY ({given})"


@compiles(_OneOf, "sqlite")
def _each(element: _OneOf, compiler: SQLCompiler, **options: Any) -> str:
    column, given = (compiler.process(each, **options) for each in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({given}))"  # noqa: S608 - two expressions


class _Texts(TypeDecorator[Collection[str]]):
    """Several texts as one parameter."""

    impl = ARRAY(Text)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(ARRAY(Text) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Collection[str] | None, dialect: Dialect) -> Any:
        texts = list(value or ())
        return texts if dialect.name == "postgresql" else json.dumps(texts)


def one_of(column: ColumnElement[str], name: str) -> ColumnElement[bool]:
    """Return ``among`` for a statement that is made once: the values come as a parameter.

    To make a statement of a poll takes longer than to ask the database.
    """
    return _OneOf(column, bindparam(name, type_=_Texts))


def storable(text: str) -> bool:
    """Return whether a text from outside can be asked for at all: no NUL, no lone surrogate.

    PostgreSQL refuses both and nothing that is stored holds them.
    """
    return "\0" not in text and not any("\ud800" <= char <= "\udfff" for char in text)
