"""`story`: who tells a story, and what people decide about it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from time import sleep
from typing import Any

import click

from aggregator import app, gather, why
from aggregator.cli.output import (
    Place,
    console,
    environment,
    json_option,
    print_json,
    progress,
    table,
    text,
)
from aggregator.errors import UsageError
from aggregator.model import Article, Story
from aggregator.store import articles, gathering, rulings, stories
from aggregator.store.database import Database

_PAUSE_SECONDS = 0.5
"""Between two tries to have the right to gather."""
_INTERRUPTED = 130
"""The exit code that shells give for Ctrl-C."""


@click.group("story", short_help="Show a story; pull articles out of it, or put them together.")
def story() -> None:
    """Show who tells a story; pull an article out of it, or put two together.

    An article is named by its id, of which 6 letters are enough, or by its address. `try` finds
    articles; `why` tells everything about one.
    """


@story.command("show")
@click.argument("story_or_article")
@json_option
@click.pass_obj
def show(place: Place, story_or_article: str, as_json: bool) -> None:
    """Show who tells a story, when, and why each article is in it.

    Named by its own id (all of it) or by any of its articles.
    """
    with app.opened(place.config, place.data, environment()) as opened:
        told = why.explain_story(_story(opened.db, story_or_article))
    if as_json:
        print_json(told)
    else:
        print_story(told)


@story.command("pull-out")
@click.argument("article")
@click.pass_obj
def pull_out(place: Place, article: str) -> None:
    """Take ARTICLE out of its story.

    It is never again of one story with the articles that are there now. `story join` undoes it.
    """
    with _deciding(place) as opened:
        found = meant(opened.db, article)
        if not rulings.pull_out(opened.db, found.id, app.utc_now()):
            raise UsageError(
                "this article is in no story with others, so there is nothing to take it out of"
            )
    console.print(f"taken out of its story: {text(found.title)}")


@story.command("join")
@click.argument("article")
@click.argument("other")
@click.pass_obj
def join(place: Place, article: str, other: str) -> None:
    """Put ARTICLE into the story of the article OTHER; it stays there.

    `story pull-out` undoes it.
    """
    with _deciding(place) as opened:
        one, two = meant(opened.db, article), meant(opened.db, other)
        rulings.put_together(opened.db, one.id, two.id, app.utc_now())
    console.print(f"put together: {text(one.title)}\nin the story of: {text(two.title)}")


@story.command("again")
@click.option("--resume", is_flag=True, help="Go on with what an earlier call began.")
@click.pass_obj
def again(place: Place, resume: bool) -> None:
    """Gather all stored articles into stories again; the service may run meanwhile.

    The last days come first. Until its turn comes, each article stays in its story. What people
    decided stays, too, and the address of a story that changed leads to where its articles are.
    Interrupted, it goes on with --resume, or by itself in the running service.
    """
    with app.opened(place.config, place.data, environment()) as opened:
        if not resume:
            gather.gather_again(opened.db)
        total = gathering.left(opened.db)
        try:
            done = _all_gathered(opened, total)
        except KeyboardInterrupt:
            left = gathering.left(opened.db)
            click.echo(
                f"stopped with {left} of {total} articles still to be gathered; `story again "
                "--resume` goes on from there, and so does the running service",
                err=True,
            )
            sys.exit(_INTERRUPTED)
    console.print(f"{done} article{'s'[: done != 1]} gathered")


def _all_gathered(opened: app.App, total: int) -> int:
    """Place all that waits, in turn with a service that does so, too; return how many were.

    total: how many wait, for the progress bar.
    """
    gatherer, done = app.gatherer(opened), 0
    with progress(total) as bar:
        task = bar.add_task("gathering", total=total)

        def show() -> bool:
            bar.update(task, completed=total - gathering.left(opened.db))
            return False

        done += gatherer.catch_up(opened.config.sources, app.utc_now, show)
        if gathering.first(opened.db):
            console.print("another process gathers articles just now; waiting for its turn to end")
        while gathering.first(opened.db):
            sleep(_PAUSE_SECONDS)
            done += gatherer.catch_up(opened.config.sources, app.utc_now, show)
    return done


@contextmanager
def _deciding(place: Place) -> Iterator[app.App]:
    """Open what is needed to decide something; at the end let it take effect."""
    with app.opened(place.config, place.data, environment()) as opened:
        yield opened
        app.gatherer(opened).catch_up(opened.config.sources, app.utc_now, at_ease=True)


def meant(db: Database, wanted: str) -> Article:
    """Return the article that somebody names by its id, the beginning of it, or its address."""
    found = articles.find(db, wanted)
    if found is None:
        message = f"no article has the id (6 letters at least) or address {wanted}"
        raise UsageError(f"{message}; `try` finds articles")
    return found


def _story(db: Database, wanted: str) -> Story:
    found = stories.get(db, wanted)
    if isinstance(found, str):
        found = stories.get(db, found)
    if found is None:
        article = meant(db, wanted)
        found = stories.get(db, stories.of(db, [article.id]).get(article.id, ""))
    if not isinstance(found, Story):
        raise UsageError("this article waits to be gathered into a story; ask again in a moment")
    return found


def print_story(told: dict[str, Any]) -> None:
    """Print what ``why.explain_story`` tells."""
    console.print(f"[bold]{text(told['title'])}[/bold]")
    many = told["outlets"]
    console.print(f"story {told['id']}, told by {many} source{'s'[: many != 1]}")
    columns = ("published (UTC)", "lag", "id", "sources", "language", "title", "why")
    table("", columns, map(_line, told["articles"]))


def _line(row: dict[str, Any]) -> list[Any]:
    return [
        row["published"],
        _lag(row["lag"]),
        row["id"][: why.SHORT_ID],
        ", ".join(row["sources"]),
        row["language"],
        row["title"],
        row["why"]["said"] if row["why"] else "began it",
    ]


def _lag(lag: timedelta) -> str:
    minutes = round(lag / timedelta(minutes=1))
    return f"+{minutes // 60}:{minutes % 60:02}" if minutes else ""


COMMANDS = {"story": story}
