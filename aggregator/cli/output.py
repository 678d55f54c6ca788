"""How commands print: tables for people, JSON for programs. Not what they print."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from aggregator.errors import AggregatorError

_PIPED_WIDTH = 250
"""Columns of a table that goes to a file or a pipe, where nobody folds lines."""

console = Console(highlight=False, width=None if sys.stdout.isatty() else _PIPED_WIDTH)

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")


@dataclass(frozen=True, slots=True)
class Place:
    """Where the configuration and the data are."""

    config: Path
    data: Path


def now() -> datetime:
    """The clock of the commands."""
    return datetime.now(UTC)


def environment() -> dict[str, str]:
    return dict(os.environ)


def log_to_stderr() -> None:
    """Send the service's log to stderr, one line an event."""
    logging.basicConfig(
        level=logging.INFO,
        stream=sys.stderr,
        format="%(asctime)s %(levelname)-7s %(message)s",
        datefmt="%H:%M:%S",
    )
    # They report each step, and each odd header of somebody's server.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("urllib3").setLevel(logging.ERROR)


def print_json(value: object) -> None:
    """Print as JSON; times in ISO 8601."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=_plain))


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print rows under their columns; a column named ``#…`` is a number, set to the right."""
    made = Table(title=title or None, title_justify="left", header_style="bold", box=None)
    for column in columns:
        made.add_column(
            column.removeprefix("#"),
            justify="right" if column.startswith("#") else "left",
            overflow="fold",
            # The last column takes what the others leave.
            no_wrap=column != columns[-1],
        )
    for row in rows:
        made.add_row(*(text(cell) for cell in row))
    console.print(made)


def text(value: object) -> str:
    """One cell: nothing for None, minutes for times, and never any markup from a feed."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    # What a feed says must not move the cursor or colour the terminal.
    return escape("".join(char if char.isprintable() else " " for char in str(value)))


def complain(error: AggregatorError) -> None:
    """Print an expected error to stderr."""
    for number, line in enumerate(str(error).splitlines()):
        click.echo(("error: " if number == 0 else "") + line, err=True)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, frozenset | set):
        return sorted(value)
    return str(value)
