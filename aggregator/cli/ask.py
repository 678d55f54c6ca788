"""`try`, `why`, `retag`: questions about stored articles, and what follows from the answers."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches
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
    print_json,
    table,
    text,
)
from aggregator.cli.story import meant, print_story
from aggregator.config import Config, load
from aggregator.errors import UsageError
from aggregator.model import Feed
from aggregator.store import articles, search
from aggregator.tag.query import Query, parse_query, references


@click.command(
    "try",
    context_settings={"ignore_unknown_options": True},  # '-topic:war' is a query
    short_help="Show what a query, or a changed configuration, would match.",
    epilog="\b\nrun.py try 'topic:war -source:example within:7d'\nrun.py try --config config-new",
)
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
    """
    if (query is None) == (candidate is None):
        raise UsageError("`try` needs a query or --config DIR, one of them")
    with app.opened(place.config, place.data, environment()) as opened:
        if candidate is not None:
            new = load(candidate, environment())
            _print_changes(opened, new, limit, as_json=as_json)
            return
        parsed = parse_query(query or "")
        _warn_of_unknown(parsed, opened.config)
        found = search.find(opened.db, parsed, now=app.utc_now(), limit=limit).articles
        total = search.count(opened.db, parsed, now=app.utc_now())
    rows = [reasons.brief(article) for article in found]
    if as_json:
        print_json({"total": total, "articles": rows})
        return
    columns = ("listed (UTC)", "id", "sources", "topics", "title")
    table("", columns, (_line(row) for row in rows))
    console.print(f"{total} match, {len(rows)} shown")


def _line(row: dict[str, Any]) -> list[Any]:
    sources, topics = ", ".join(row["sources"]), ", ".join(row["topics"])
    return [row["listed"], row["id"][: reasons.SHORT_ID], sources, topics, row["title"]]


def _warn_of_unknown(query: Query, config: Config) -> None:
    """Say which topics and sources of the query there aren't: it finds nothing by them."""
    known = {
        "topic": [topic.slug for topic in config.topics],
        "source": [source.key for source in config.sources],
    }
    for kind, value in references(query):
        if value not in known[kind]:
            near = get_close_matches(value, known[kind], n=1)
            hint = f", did you mean '{near[0]}'?" if near else ""
            click.echo(f"there is no {kind} '{value}'{hint}", err=True)


def _print_changes(opened: app.App, new: Config, limit: int, *, as_json: bool) -> None:
    # The feed that a topic has anyway changes as the topic does, and `all` never does.
    told = {feed.slug for feed in (*opened.config.feeds, *new.feeds)}
    changes = replay.compare(
        articles.iterate(opened.db, 200),
        replay.Rules.of(new.topics, new.sources, _feeds(new, told)),
        _feeds(opened.config, told),
        app.utc_now(),
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
                line = f"{example.id[: reasons.SHORT_ID]} {text(example.title)}"
                console.print(f"{change.kind} {change.slug} {sign} {line}")
    if not changes:
        console.print("no topic and no feed would change")


def _feeds(config: Config, slugs: Collection[str]) -> list[Feed]:
    return [feed for feed in app.output_feeds(config).values() if feed.slug in slugs]


@click.command("why", short_help="Tell every decision about an article.")
@click.argument("article")
@json_option
@click.pass_obj
def why(place: Place, article: str, as_json: bool) -> None:
    """Tell every decision about ARTICLE: its id (6 letters are enough) or its address."""
    with app.opened(place.config, place.data, environment()) as opened:
        found = meant(opened.db, article)
        feeds = app.output_feeds(opened.config).values()
        told = reasons.explain(opened.db, found, feeds, app.utc_now())
    if as_json:
        print_json(told)
    else:
        _print_reasons(told)


def _print_reasons(told: dict[str, Any]) -> None:
    console.print(f"[bold]{text(told['title'])}[/bold]")
    facts = (
        "link",
        "id",
        "uri",
        "language",
        "certainty",
        "declared",
        "published",
        "updated",
        "first_seen",
        "listed",
    )
    lists = ("authors", "categories", "feeds")
    joined = told | {name: ", ".join(told[name]) for name in lists}
    _print_facts(joined, facts + lists)
    _print_topics(told["topics"])
    if told["story"]:
        console.print()
        print_story(told["story"])
    for one in told["parted"]:
        since = f"since {text(one['at'])} a person keeps it apart from story {one['story']}"
        console.print(f"\n{since}: {text(one['title'])}")
    for source in told["sources"]:
        console.print(f"\n[bold]source[/bold] {text(source['source'])}, {text(source['name'])}")
        _print_facts(source, ("seen", "title", "link", "guid"))
    for made in told["decisions"]:
        verdict = f"[bold]{text(made['verdict'])}[/bold]"
        console.print(f"\n{verdict} {text(made['at'])} {text(made['source'])}: {text(made['why'])}")
    for old in told["edits"]:
        console.print(f"\n[bold]until[/bold] {text(old['until'])} it said")
        _print_facts(old, ("title", "summary"))


def _print_topics(topics: list[dict[str, Any]]) -> None:
    if topics:
        columns = ("topic", "rule", "words", "field", "term", "of", "kind", "score")
        console.print()
        table("", columns, ([row[name] for name in columns] for row in topics))


def _print_facts(facts: dict[str, Any], names: tuple[str, ...]) -> None:
    rows = ((name.replace("_", " "), facts[name]) for name in names)
    table("", ("", ""), ((name, value) for name, value in rows if value))


@click.command("retag", short_help="Apply today's topics to stored articles.")
@click.pass_obj
def retag(place: Place) -> None:
    """Apply today's topics to stored articles; the running service does it by itself."""
    with app.opened(place.config, place.data, environment()) as opened:
        config, tagger = opened.config, opened.in_force.tagger
        changed = tagging.catch_up(opened.db, tagger, config.topics, config.sources)
    console.print(f"{changed} articles have other topics, reasons or another language now")


COMMANDS = {"try": try_, "why": why, "retag": retag}
