"""`check`: is the configuration right, do the rules pass their examples, do the sources answer?"""

from __future__ import annotations

import sys
from collections import ChainMap
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import sleep
from typing import Any
from urllib.parse import unquote, urlsplit

import click

from aggregator import app
from aggregator.cli.output import Place, console, environment, json_option, print_json, table
from aggregator.config import Config, load
from aggregator.errors import ConfigError
from aggregator.fetch.session import Fetcher
from aggregator.model import Failed, NotModified, Source, Validators
from aggregator.sandbox import Sandbox


@click.command("check")
@click.option("--online", is_flag=True, help="Also try each source once; nothing is stored.")
@json_option
@click.pass_obj
def check(place: Place, online: bool, as_json: bool) -> None:
    """Validate the configuration and run the examples of every rule.

    Exit code 2 if the configuration is wrong, 1 if a source can't be read.
    """
    try:
        config = load(place.config, environment())
    except ConfigError as error:
        if not as_json:
            raise
        print_json({"ok": False, "problems": [str(problem) for problem in error.problems]})
        sys.exit(2)
    warnings = [
        f"{source.key}: there is no file {path}"
        for source in config.sources
        if (path := _on_disk(source)) and not path.is_file()
    ]
    examples = sum(len(topic.match) + len(topic.reject) for topic in config.topics)
    found = _try_all(config) if online else []
    if as_json:
        told = {"ok": True, "problems": [], "warnings": warnings}
        print_json(told | {"examples": examples, "sources": found})
    else:
        console.print(f"{place.config}: {app.summary(config)}, {examples} examples: all right")
        for warning in warnings:  # it may be written later, by another program
            console.print(f"warning: {warning}")
        for feed in config.feeds:
            if feed.token:
                address = f"{config.service.base_url}/feeds/{feed.slug}.atom?token=…"
                console.print(f"private: {address} with its token in the place of the …")
        if online:
            columns = ("source", "result", "#entries", "#skipped", "detail")
            table("", columns, ([row[name.removeprefix("#")] for name in columns] for row in found))
    if any(row["failed"] for row in found):
        sys.exit(1)


def _on_disk(source: Source) -> Path | None:
    parts = urlsplit(source.url)
    return Path(unquote(parts.path)) if parts.scheme == "file" else None


def _try_all(config: Config) -> list[dict[str, Any]]:
    """Try each source, those of one host one after the other and its gap apart."""
    by_host: dict[str, list[Source]] = {}
    for source in config.sources:
        by_host.setdefault(urlsplit(source.url).hostname or source.key, []).append(source)
    gap = config.service.poll.gap.total_seconds()
    with (
        app.reading(config) as (fetcher, sandbox),
        ThreadPoolExecutor(config.service.poll.workers) as pool,
    ):

        def attempt(one_host: list[Source]) -> dict[str, dict[str, Any]]:
            rows = {}
            for number, source in enumerate(one_host):
                sleep(gap if number else 0)
                rows[source.key] = _attempt(fetcher, sandbox, source)
            return rows

        found = dict(ChainMap(*pool.map(attempt, by_host.values())))
    return [found[source.key] for source in config.sources]


def _attempt(fetcher: Fetcher, sandbox: Sandbox, source: Source) -> dict[str, Any]:
    outcome = fetcher.fetch(source, Validators())
    if isinstance(outcome, NotModified):
        return _row(source, "not-modified", "304 to an unconditional request", failed=True)
    if isinstance(outcome, Failed):
        return _row(source, outcome.reason, outcome.detail, failed=True)
    document = sandbox.parse(
        outcome.body, content_type=outcome.content_type, url=outcome.url, now=app.utc_now()
    )
    if isinstance(document, Failed):
        return _row(source, document.reason, document.detail, failed=True)
    moved = f"has moved permanently to {outcome.moved_to}: put that into the configuration"
    return _row(source, "ok", moved if outcome.moved_to else document.title) | {
        "entries": len(document.entries),
        "skipped": len(document.skipped),
    }


def _row(source: Source, result: str, detail: str, *, failed: bool = False) -> dict[str, Any]:
    row: dict[str, Any] = {"source": source.key, "url": source.url, "result": result}
    return row | {"entries": 0, "skipped": 0, "detail": detail, "failed": failed}


COMMANDS = {"check": check}
