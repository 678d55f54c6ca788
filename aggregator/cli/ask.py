"""`try`, `why`, `retag`: questions about stored articles, and what follows from the answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from aggregator import app, replay
from aggregator import retag as tagging
from aggregator import why as reasons
from aggregator.cli.output import (
    Place,
    console,
    environment,
    json_option,
    now,
    print_json,
    table,
    text,
)
from aggregator.config import Config, load
from aggregator.errors import UsageError
from aggregator.store import articles, search
from aggregator.tag.query import parse_query


@click.command("try")
@click.argument("query", required=False)
@click.option(
    "--config",
    "candidate",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="A changed configuration: what would each topic and feed gain and lose?",
)
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
@json_option
@click.pass_obj
def try_(
    place: Place, query: str | None, candidate: Path | None, limit: int, as_json: bool
) -> None:
    r"""Show which stored articles match QUERY, newest first; nothing is changed.

    With --config DIR instead: replay all stored articles under the configuration in DIR.

    \b
    run.py try 'topic:war -source:example within:7d'
    run.py try --config config-new
    """
    if (query is None) == (candidate is None):
        raise UsageError("`try` needs a query or --config DIR, one of them")
    with app.opened(place.config, place.data, environment()) as opened:
        if candidate is not None:
            new = load(candidate, environment())
            _print_changes(opened, new, limit, as_json=as_json)
            return
        parsed = parse_query(query or "")
        found = search.find(opened.db, parsed, now=now(), limit=limit).articles
        total = search.count(opened.db, parsed, now=now())
    rows = [reasons.brief(article) for article in found]
    if as_json:
        print_json({"total": total, "articles": rows})
        return
    columns = ("listed", "id", "source", "topics", "title")
    table("", columns, ([row[name] for name in columns] for row in rows))
    console.print(f"{total} match, {len(rows)} shown")


def _print_changes(opened: app.App, new: Config, limit: int, *, as_json: bool) -> None:
    changes = replay.compare(
        articles.iterate(opened.db, 200),
        replay.Rules.of(new.topics, new.sources, app.output_feeds(new).values()),
        app.output_feeds(opened.config).values(),
        now(),
        most=limit,
    )
    if as_json:
        print_json([change.as_dict() for change in changes])
        return
    columns = ("what", "slug", "#gains", "#loses")
    table("", columns, ((one.kind, one.slug, one.gained, one.lost) for one in changes))
    for change in changes:
        for sign, examples in (("+", change.gains), ("-", change.losses)):
            for example in examples:
                console.print(f"{change.kind} {change.slug} {sign} {text(example)}")
    if not changes:
        console.print("no topic and no feed would change")


@click.command("why")
@click.argument("article")
@json_option
@click.pass_obj
def why(place: Place, article: str, as_json: bool) -> None:
    """Tell every decision about ARTICLE: its id (6 letters are enough) or its address."""
    with app.opened(place.config, place.data, environment()) as opened:
        found = articles.find(opened.db, article)
        if found is None:
            raise UsageError(f"no article has the id or address {article}; `try` finds articles")
        feeds = app.output_feeds(opened.config).values()
        told = reasons.explain(opened.db, found, feeds, now())
    if as_json:
        print_json(told)
    else:
        _print_reasons(told)


def _print_reasons(told: dict[str, Any]) -> None:
    console.print(f"[bold]{text(told['title'])}[/bold]")
    facts = ("link", "id", "uri", "language", "published", "updated", "first_seen", "listed")
    lists = ("authors", "categories", "feeds")
    rows = [(name.replace("_", " "), told[name]) for name in facts]
    rows += [(name, ", ".join(told[name])) for name in lists]
    table("", ("", ""), ((name, value) for name, value in rows if value))
    for title, columns in _TABLES.items():
        if told[title]:
            console.print()
            table(title, columns, ([row[name] for name in columns] for row in told[title]))


_TABLES = {
    "topics": ("topic", "rule", "words", "field", "term"),
    "sources": ("source", "name", "seen", "title", "link", "guid"),
    "decisions": ("at", "source", "verdict", "why"),
    "edits": ("until", "title", "summary"),
}


@click.command("retag")
@click.pass_obj
def retag(place: Place) -> None:
    """Apply today's topics to stored articles; the running service does it by itself."""
    with app.opened(place.config, place.data, environment()) as opened:
        config = opened.config
        changed = tagging.catch_up(opened.db, opened.tagger, config.topics, config.sources)
    console.print(f"{changed} articles have other topics now")


COMMANDS = {"try": try_, "why": why, "retag": retag}
