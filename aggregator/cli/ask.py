"""`try`, `why`, `retag`: questions about stored articles, and what follows from the answers."""

from __future__ import annotations

from pathlib import Path

import click

from aggregator import app, retag as tagging, why as reasons
from aggregator.cli.output import Place, console, environment, json_option, now, print_json, table
from aggregator.config import load
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
    """Show which stored articles match QUERY, newest first; nothing is changed.

    With --config DIR instead: replay all stored articles under the configuration in DIR.

    \b
    run.py try 'topic:war -source:example within:7d'
    run.py try --config config-new
    """
    if (query is None) == (candidate is None):
        raise UsageError("`try` needs a query or --config DIR, one of them")
    with app.opened(place.config, place.data, environment()) as opened:
        if candidate is not None:
            new = load(candidate, environment(), data=place.data)
            _print_differences(tagging.compare(opened, new, now(), examples=limit), as_json=as_json)
            return
        parsed = parse_query(query or "")
        page = search.find(opened.db, parsed, now=now(), limit=limit)
        total = search.count(opened.db, parsed, now=now())
    if as_json:
        print_json({"total": total, "articles": [reasons.brief(a) for a in page.articles]})
        return
    columns = ("listed", "id", "source", "topics", "title")
    rows = ([reasons.brief(article)[name] for name in columns] for article in page.articles)
    table("", columns, rows)
    console.print(f"{total} match, {len(page.articles)} shown")
