"""`serve` and `demo`: the running service."""

from __future__ import annotations

import logging
import shlex

import click

from aggregator import app, demo, service
from aggregator.cli.output import Place, environment, log_to_stderr

_log = logging.getLogger(__name__)


@click.command("serve", short_help="Poll on schedule and serve, until stopped.")
@click.pass_obj
def serve(place: Place) -> None:
    """Poll on schedule and serve pages and feeds (scheduler and web server in one process)."""
    log_to_stderr()
    with app.opened(place.config, place.data, environment(), run_examples=True) as opened:
        service.serve(opened)


@click.command("demo")
@click.pass_obj
def run_demo(place: Place) -> None:
    """Run the service on bundled sample feeds; needs no network.

    Its data goes to a folder of its own, below yours.
    """
    log_to_stderr()
    config, data = place.config / "demo", place.data / "demo"
    with app.opened(config, data, environment(), run_examples=True) as opened:
        port = demo.port_of(opened.config.sources)
        with demo.served(config / "samples", port, app.utc_now()) as base:
            _log.info("the sample feeds are served at %s", base)
            options = shlex.join(["--config", str(config), "--data", str(data)])
            _log.info("other commands look at the demo so: run.py %s try war", options)
            service.serve(opened)


COMMANDS = {"serve": serve, "demo": run_demo}
