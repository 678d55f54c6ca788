"""The commands of `python run.py`: read the arguments, one call, print. No logic of their own.

Exit codes: 0 done · 1 tried, but failed (all sources, an example, a source of `check --online`) ·
2 wrong use or wrong configuration · 3 the database can't be used.
"""

from __future__ import annotations

import sys
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path

import click

from aggregator import __version__
from aggregator.cli.output import Place, complain
from aggregator.errors import AggregatorError, ConfigError, QueryError, StoreError, UsageError

_EXIT: dict[type[AggregatorError], int] = {
    ConfigError: 2,
    QueryError: 2,
    UsageError: 2,
    StoreError: 3,
}

# Command → module; a module is imported when its command is used, so that `--help` is quick.
_COMMANDS = {
    "serve": "serve",
    "worker": "serve",
    "web": "serve",
    "demo": "serve",
    "poll": "poll",
    "check": "check",
    "try": "ask",
    "why": "ask",
    "story": "story",
    "retag": "ask",
    "import": "move",
    "export": "move",
    "backup": "move",
    "restore": "move",
}


def _command(name: str) -> click.Command:
    module = import_module(f"aggregator.cli.{_COMMANDS[name]}")
    command: click.Command = module.COMMANDS[name]
    return command


class _Commands(click.Group):
    """Commands in the order in which a newcomer meets them, each loaded when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        return _command(cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in _COMMANDS:
            near = get_close_matches(args[0], _COMMANDS, n=1)
            hint = f"did you mean '{near[0]}'?" if near else f"there are {', '.join(_COMMANDS)}"
            ctx.fail(f"there is no command '{args[0]}', {hint}")
        return super().resolve_command(ctx, args)


@click.group(
    cls=_Commands, invoke_without_command=True, context_settings={"max_content_width": 110}
)
@click.option(
    "--config",
    "config",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("config"),
    envvar="AGGREGATOR_CONFIG",
    show_default=True,
    help="The folder with the YAML files.",
)
@click.option(
    "--data",
    "data",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("data"),
    envvar="AGGREGATOR_DATA",
    show_default=True,
    help="The folder of the database.",
)
@click.version_option(__version__, prog_name="aggregator")
@click.pass_context
def cli(ctx: click.Context, config: Path, data: Path) -> None:
    """Watch many news feeds, republish them as a few good ones.

    Without a command: serve.
    """
    ctx.obj = Place(config, data)
    if ctx.invoked_subcommand is None:
        ctx.invoke(_command("serve"))


def main() -> None:
    """Run the command line; expected errors become one clear message and an exit code."""
    try:
        cli(prog_name="run.py")
    except AggregatorError as error:
        complain(error)
        sys.exit(next(code for kind, code in _EXIT.items() if isinstance(error, kind)))
