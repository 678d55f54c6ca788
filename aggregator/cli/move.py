"""`import`, `export`, `backup`, `restore`: what goes in and out as files."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import click
import yaml

from aggregator import app
from aggregator import config as configuration
from aggregator.cli.output import Place, environment
from aggregator.config.sources import default_key, plain_key
from aggregator.errors import ConfigError, UsageError
from aggregator.model import has_secret
from aggregator.parse.opml import Outline, read_opml
from aggregator.store import backup as backups


@click.command("import", short_help="Take over the feeds of an OPML file.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--to", "name", help="The YAML file to write in config/ [default: FILE's name].")
@click.pass_obj
def import_(place: Place, file: Path, name: str | None) -> None:
    """Take over the feeds of an OPML file as a new YAML file in config/.

    Feeds that are sources already are left out, and outlines without an http(s) address. Folders
    are not taken over. An existing file is never overwritten.
    """
    target = place.config / (name or f"{file.stem}.yaml")
    if target.suffix not in (".yaml", ".yml") or target.parent != place.config:
        raise UsageError(f"{target.name}: the name of a .yaml file in {place.config} is needed")
    if target.exists():
        raise UsageError(f"{target} is there already; choose another name with --to NAME.yaml")
    known = configuration.load(place.config, environment()).sources
    try:
        outlines = read_opml(file.read_bytes())
    except UsageError as error:
        raise UsageError(f"{file}: {error}") from error
    if not outlines:
        raise UsageError(f"{file}: no outline in it has the http(s) address of a feed")
    new = _new_sources(outlines, {source.url for source in known}, {source.key for source in known})
    if not new:
        click.echo(f"{file.name}: all of its {len(outlines)} feeds are sources already")
        return
    body = yaml.safe_dump({"sources": new}, allow_unicode=True, sort_keys=False, width=1000)
    target.write_text(f"# From {file.name}\n{body}", encoding="utf-8")
    try:
        configuration.load(place.config, environment())
    except ConfigError:
        target.unlink()
        raise
    click.echo(f"{target}: {len(new)} new, {len(outlines) - len(new)} known already")


def _new_sources(
    outlines: tuple[Outline, ...], urls: set[str], keys: set[str]
) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for outline in outlines:
        if outline.feed_url in urls:
            continue
        url, usual = outline.feed_url, default_key(outline.feed_url)
        key = base = plain_key(url) if has_secret(url) else usual
        number = 1
        while key in keys:
            number += 1
            key = f"{base}-{number}"
        urls.add(outline.feed_url)
        keys.add(key)
        named = {"name": outline.title} if outline.title else {}
        found.append({"url": url} | ({"key": key} if key != usual else {}) | named)
    return found


@click.command("export", short_help="Print the sources, or the published feeds, as OPML.")
@click.option("--outputs", is_flag=True, help="The feeds that we publish, not our sources.")
@click.option("--to", "file", type=click.File("wb"), default="-", help="A file [default: stdout].")
@click.pass_obj
def export(place: Place, outputs: bool, file: BinaryIO) -> None:
    """Print the sources, or with --outputs the published feeds, as OPML.

    Private feeds are left out.
    """
    with app.opened(place.config, place.data, environment()) as opened:
        file.write(app.document(opened, "/feeds.opml" if outputs else "/sources.opml"))


@click.command("backup", short_help="Copy the whole database, while the service runs.")
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--force", is_flag=True, help="Overwrite PATH.")
@click.pass_obj
def backup(place: Place, path: Path, force: bool) -> None:
    """Copy the whole database to PATH, consistently, while the service runs.

    The copy is an SQLite file, whichever database the service uses.
    """
    with app.opened(place.config, place.data, environment()) as opened:
        backups.backup(opened.db, path, force=force)
    click.echo(f"{path}: {path.stat().st_size / 1e6:.1f} MB")


@click.command("restore", short_help="Put a backup in the place of an empty database.")
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--force", is_flag=True, help="Replace what the database holds.")
@click.pass_obj
def restore(place: Place, path: Path, force: bool) -> None:
    """Put a backup in the place of an empty database; stop the service first."""
    config = configuration.load(place.config, environment())
    backups.restore(path, app.database_url(config, place.data), now=app.utc_now(), force=force)
    click.echo(f"restored {path}")


COMMANDS = {"import": import_, "export": export, "backup": backup, "restore": restore}
