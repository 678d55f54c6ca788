"""`poll`: one round, with a progress bar and a table at the end."""

from __future__ import annotations

import sys
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

import click

from aggregator import app
from aggregator.cli.output import (
    Place,
    console,
    environment,
    json_option,
    print_json,
    progress,
    table,
)
from aggregator.errors import UsageError
from aggregator.model import Commit, Verdict
from aggregator.rounds import run_round
from aggregator.store import sources


@click.command("poll")
@click.argument("keys", metavar="[KEY]…", nargs=-1)
@click.option(
    "--all",
    "waiting",
    is_flag=True,
    help="Also the sources that are backing off after failures.",
)
@json_option
@click.pass_obj
def poll(place: Place, keys: tuple[str, ...], waiting: bool, as_json: bool) -> None:
    """Poll every source once, or those named by KEY.

    Sources that wait after a failure are left alone unless they are named or --all is given.
    Exit code 1 if every poll failed.
    """
    with app.opened(place.config, place.data, environment()) as opened:
        _check_keys(keys, {source.key for source in opened.config.sources})
        results: dict[str, Commit | None] = {}
        total = len(set(keys)) or len(opened.config.sources)
        with app.polling(opened) as parts, progress(total, hidden=as_json) as bar:
            task = bar.add_task("polling", total=total)

            def report(key: str, commit: Commit | None) -> None:
                results[key] = commit
                bar.advance(task)

            started, chosen = app.utc_now(), parts()
            sources.make_due(opened.db, started, keys or None, waiting=waiting or bool(keys))
            if keys:
                chosen = replace(chosen, only=keys)
            run_round(chosen, until=started, report=report)
        app.gatherer(opened).catch_up(opened.config.sources, app.utc_now, at_ease=True)
    _print(results, total, as_json=as_json)
    if results and all(commit is None or commit.state.failures for commit in results.values()):
        sys.exit(1)


def _check_keys(keys: tuple[str, ...], known: set[str]) -> None:
    for key in sorted(set(keys) - known):
        near = get_close_matches(key, known, n=1)
        hint = f", did you mean '{near[0]}'?" if near else "; the page /sources shows the keys"
        raise UsageError(f"no source has the key {key}{hint}")


def _print(results: dict[str, Commit | None], total: int, *, as_json: bool) -> None:
    rows = [_row(key, results[key]) for key in sorted(results)]
    if as_json:
        print_json(rows)
        return
    columns = ("source", "result", *(f"#{name}" for name in _COUNTS), "detail")
    table("", columns, ([row[column.removeprefix("#")] for column in columns] for row in rows))
    failed = sum(bool(row["failed"]) for row in rows)
    new = sum(row["new"] for row in rows)
    left = f", {total - len(rows)} left waiting" if total > len(rows) else ""
    console.print(f"{len(rows)} polled{left}, {failed} failed, {new} new articles")


def _row(key: str, commit: Commit | None) -> dict[str, Any]:
    if commit is None:
        crashed = {"source": key, "result": "crashed", "failed": True, "detail": "see the log"}
        return dict.fromkeys(_COUNTS, 0) | crashed
    verdicts = [arrival.verdict for arrival in commit.arrivals]
    return {
        "source": key,
        "result": commit.result,
        "entries": commit.entries,
        "new": verdicts.count(Verdict.NEW),
        "changed": verdicts.count(Verdict.CHANGED),
        "also": verdicts.count(Verdict.ALSO),
        "skipped": len(commit.skipped),
        "kB": round(commit.bytes / 1000),
        "ms": commit.milliseconds,
        "failed": commit.state.failures > 0,
        "detail": commit.detail,
    }


_COUNTS = ("entries", "new", "changed", "also", "skipped", "kB", "ms")

COMMANDS = {"poll": poll}
