"""`serve` and `demo`: the running service."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path

import click

from aggregator import app, demo
from aggregator.cli.output import Place, environment, log_to_stderr, now

_log = logging.getLogger(__name__)

DEMO_PORT = 8099


@click.command("serve")
@click.pass_obj
def serve(place: Place) -> None:
    """Poll on schedule and serve pages and feeds (scheduler and web server in one process)."""
    log_to_stderr()
    with app.opened(place.config, place.data, environment()) as opened:
        app.serve(opened)


@click.command("demo")
@click.option(
    "--for",
    "minutes",
    type=click.IntRange(min=1),
    help="Stop by itself after so many minutes.",
)
@click.pass_obj
def run_demo(place: Place, minutes: int | None) -> None:
    """Run the service on bundled sample feeds; needs no network.

    Its data goes to a folder of its own, beside yours.
    """
    log_to_stderr()
    config = place.config / "demo"
    data = place.data / "demo"
    with (
        demo.served(config / "samples", DEMO_PORT, now()) as base,
        app.opened(config, data, environment()) as opened,
    ):
        _log.info("the sample feeds are served at %s", base)
        app.serve(opened, stop_after=timedelta(minutes=minutes) if minutes else None)


COMMANDS = {"serve": serve, "demo": run_demo}
__all__ = ["COMMANDS", "Path"]
