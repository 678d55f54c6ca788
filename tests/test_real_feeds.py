"""Real feeds, as publishers made them, through the whole program."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from origin import Origin
from service import run

_TYPES = {".json": "application/json", ".atom": "application/atom+xml"}


@pytest.fixture
def real(shared: Path, tmp_path: Path) -> Iterator[tuple[Path, Origin, dict[str, int]]]:
    """The program's place, the server of the feeds, and how many entries each feed has."""
    folder = shared / "data" / "feeds"
    with (folder / "manifest.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    with Origin() as origin:
        lines, entries = [], {}
        for number, row in enumerate(rows):
            path = folder / row["file"]
            kind = _TYPES.get(path.suffix, "application/rss+xml")
            url = origin.serve(f"/{number}", path.read_bytes(), content_type=kind)
            lines.append(f"  - {{url: '{url}', key: f{number}}}\n")
            entries[f"f{number}"] = int(row["entries"])
            if path.suffix == ".json":
                entries[f"f{number}"] = len(json.loads(path.read_bytes())["items"])
        config = tmp_path / "config"
        config.mkdir()
        rules = "service: {fetch: {allow_private: [127.0.0.0/8]}, poll: {gap: 0s}}\n"
        (config / "all.yaml").write_text(f"sources:\n{''.join(lines)}{rules}", encoding="utf-8")
        yield tmp_path, origin, entries


@pytest.mark.timeout(600)
def test_every_real_feed_is_polled_once_and_nothing_comes_twice(
    real: tuple[Path, Origin, dict[str, int]],
) -> None:
    place, origin, entries = real
    first = {row["source"]: row for row in json.loads(run(place, "poll", "--json").stdout)}
    assert set(first) == set(entries)
    assert {key: row["detail"] for key, row in first.items() if row["failed"]} == {}
    fewer = {
        key: (row["entries"], entries[key])
        for key, row in first.items()
        if row["entries"] + row["skipped"] < entries[key]
    }
    assert fewer == {}
    before, asked = _articles(place), len(origin.requests)
    for _ in range(2):  # each in a process of its own: the second and the third after a restart
        again = json.loads(run(place, "poll", "--json").stdout)
        assert {row["result"] for row in again} == {"unchanged"}
    assert {seen.status for seen in origin.requests[asked:]} == {304}
    assert _articles(place) == before


def _articles(place: Path) -> int:
    with closing(sqlite3.connect(place / "data" / "aggregator.db")) as db:
        count: int = db.execute("SELECT count(*) FROM articles").fetchone()[0]
    return count
