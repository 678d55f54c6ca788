"""How commands print: tables for people, JSON for programs. Not what they print."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from aggregator.errors import AggregatorError, ConfigError

_PIPED_WIDTH = 250
"""Columns of a table that goes to a file or a pipe, where nobody folds lines."""

console = Console(highlight=False, width=None if sys.stdout.isatty() else _PIPED_WIDTH)

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")


_SHORT = frozenset({"id", "listed (UTC)", "seen (UTC)", "at (UTC)", "until (UTC)", "result"})
"""Columns that are never folded."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the configuration and the data are."""

    config: Path
    data: Path


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
    told = [list(row) for row in rows]
    # A count that is zero everywhere takes no room.
    shown = [
        n
        for n, column in enumerate(columns)
        if not column.startswith("#") or not told or any(row[n] for row in told)
    ]
    for n in shown:
        column = columns[n]
        made.add_column(
            column.removeprefix("#"),
            justify="right" if column.startswith("#") else "left",
            overflow="fold",
            no_wrap=column.startswith("#") or column in _SHORT,
        )
    for row in told:
        made.add_row(*(text(row[n]) for n in shown))
    console.print(made)


def progress(total: int, *, hidden: bool = False) -> Progress:
    """Return a bar on stderr that goes when it is done; none for less than two things."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=hidden or total < 2,
    )


def text(value: object) -> str:
    """One cell: nothing for None, minutes for times, and never any markup from a feed."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"  # in UTC, as the headings say
    # What a feed says must not move the cursor or colour the terminal.
    return escape("".join(char if char.isprintable() else " " for char in str(value)))


def complain(error: AggregatorError) -> None:
    """Print an expected error to stderr; each place of the configuration on a line of its own."""
    if isinstance(error, ConfigError):
        count = len(error.problems)
        click.echo(f"error: {count} problem{'s'[: count != 1]} in the configuration", err=True)
        click.echo(str(error), err=True)
    else:
        click.echo(f"error: {error}", err=True)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, frozenset | set):
        return sorted(value)
    return str(value)
