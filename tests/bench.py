"""`make bench`: what a poll and a request cost, beside peers and floors of the same minutes.

CPU is that of the whole process tree. Quote the ratios: milliseconds depend on the machine and on
what else it does. Walls need two free cores, for the publishers take part of one.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench_origin import publishers
from bench_polling import hanging, polling
from bench_serving import serving
from figures import Figure, tell


def measured(place: Path, only: str | None, feeds: int, rounds: int) -> Iterator[Figure]:
    if only != "serving":
        with publishers() as answering:
            yield from polling(place / "polling", answering, feeds, rounds)
            yield from hanging(place / "hanging", answering)
    if only != "polling":
        yield from serving(place)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--json", type=Path, help="keep the figures in this file")
    arguments.add_argument("--only", choices=("polling", "serving"))
    arguments.add_argument("--feeds", type=int, default=300)
    arguments.add_argument("--rounds", type=int, default=2)
    said = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tell(measured(Path(folder), said.only, said.feeds, said.rounds), said.json)


if __name__ == "__main__":
    main()
