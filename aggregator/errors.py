"""Expected errors: wrong configuration and wrong use. Failures of the outside are values instead.

AggregatorError
├── ConfigError        one or more problems in config/, each with its place
├── QueryError         a query that does not parse, with the position marked
├── UsageError         a command or address that asks for what isn't there
└── StoreError         the database can't be used
    └── NewerSchema    it was written by a newer version of this program
"""

from __future__ import annotations

from dataclasses import dataclass


class AggregatorError(Exception):
    """An error whose message is meant for the person who can mend it."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in the configuration. Line and column count from 1; line 0: no place in a file.

    >>> str(Problem("config/topics.yaml", 7, 5, "topics.war.sbject", "unknown key"))
    'config/topics.yaml:7:5: topics.war.sbject: unknown key'
    """

    file: str
    line: int
    column: int
    path: str
    message: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return ": ".join(part for part in (where, self.path, self.message) if part)


class ConfigError(AggregatorError):
    """The configuration is wrong; ``problems`` lists every mistake, in order of place."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


class QueryError(AggregatorError):
    """A query does not parse. ``position`` counts characters from 0."""

    def __init__(self, message: str, query: str, position: int) -> None:
        super().__init__(f"{message}\n  {query}\n  {' ' * position}^")
        self.reason = message
        self.query = query
        self.position = position


class UsageError(AggregatorError):
    """A command or an address asks for something that isn't there."""


class StoreError(AggregatorError):
    """The database can't be used; the message says why and what to do."""


class NewerSchema(StoreError):
    """The database was written by a newer version of this program."""
