"""The table of a bench: figures beside those to reach, printed and kept as JSON."""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

DATA = Path(__file__).parents[2] / "shared" / "data" / "quality"
Row = dict[str, Any]


@dataclass(frozen=True)
class Figure:
    """at_most: ``reach`` is the most that it may be, not the least."""

    set: str
    measure: str
    value: float
    reach: float | None
    items: int
    at_most: bool = False


def read(data: Path, name: str) -> list[Row]:
    """The rows of a labelled set."""
    with gzip.open(data / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def print_table(about: str, figures: Callable[[Path], Iterable[Figure]]) -> None:
    """Print figures as they are measured; ``--data`` names another directory of sets."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--data", type=Path, default=DATA, help="directory of the labelled sets")
    parser.add_argument("--json", type=Path, help="write the figures to this file, too")
    options = parser.parse_args()
    tell(figures(options.data), options.json)


def tell(figures: Iterable[Figure], kept: Path | None) -> None:
    """Print figures as they come; keep them in a file, if one is named."""
    found = []
    for figure in figures:
        found.append(figure)
        print(line(figure), flush=True)
    if kept:
        kept.write_text(json.dumps([asdict(each) for each in found], indent=1))


def line(figure: Figure) -> str:
    """A figure as a line of the table."""
    reached = ""
    if figure.reach is not None:
        most = figure.at_most
        good = figure.value <= figure.reach if most else figure.value >= figure.reach
        reached = f"{'≤' if most else '≥'} {figure.reach:g} {'ok' if good else 'MISSED'}"
    value = f"{figure.value:,.3f}" if figure.value < 100 else f"{figure.value:,.0f}"
    return f"{figure.set:19} {figure.measure:74} {value:>8}  {reached:14} n={figure.items:,}"
