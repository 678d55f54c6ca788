"""`serve`, its two halves `worker` and `web`, and `demo`: the running service."""

from __future__ import annotations

import logging
import shlex
from collections.abc import Callable

import click

from aggregator import app, demo, service
from aggregator.cli.output import Place, environment, log_to_stderr

_log = logging.getLogger(__name__)


def _running(place: Place, run: Callable[[app.App], None]) -> None:
    log_to_stderr()
    service.save_memory()
    with app.opened(place.config, place.data, environment(), run_examples=True) as opened:
        run(opened)


@click.command("serve", short_help="Poll on schedule and serve, until stopped.")
@click.pass_obj
def serve(place: Place) -> None:
    """Poll on schedule and serve pages and feeds (scheduler and web server in one process)."""
    _running(place, service.serve)


@click.command("worker", short_help="Poll on schedule only; any number on PostgreSQL.")
@click.pass_obj
def worker(place: Place) -> None:
    """Poll on schedule, and serve nothing.

    Any number of workers, on any machines, may share a PostgreSQL; SQLite is for one.
    """
    _running(place, service.work)


@click.command("web", short_help="Serve pages and feeds only.")
@click.pass_obj
def web(place: Place) -> None:
    """Serve pages and feeds, and poll nothing: beside a worker, in any number."""
    _running(place, service.serve_web)


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


COMMANDS = {"serve": serve, "worker": worker, "web": web, "demo": run_demo}
