"""The pages that people read in a browser: read the request, ask the store, render."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    redirect,
    request,
    url_for,
)
from werkzeug.wrappers import Response as AnyResponse

from aggregator.errors import QueryError
from aggregator.model import Feed, Page, SourceStatus
from aggregator.pace import told
from aggregator.store import articles, ledger, polls, rulings
from aggregator.store import search as stored
from aggregator.store import subscriptions as heard
from aggregator.store.sources import public_url, status, statuses
from aggregator.tag.query import Query, Source, Topic, parse_query
from aggregator.web import days, feeds
from aggregator.web.answers import show
from aggregator.web.failures import marked
from aggregator.web.folds import folded, unfolded
from aggregator.web.hearing import hearing
from aggregator.web.site import current
from aggregator.web.stories import KEPT_OUT, story_of
from aggregator.web.wording import urgency

pages = Blueprint("pages", __name__)

PAGE = 50
"""Articles on one page."""

FEW = 12
"""While today has fewer articles, the first page goes on with the last day before."""

POLLS = 50
"""Polls of a source that its page shows."""

HOSTS = 30
"""Hosts on the page of sources."""

EXAMPLES = (
    ("ceasefire", "this word, in headline, standfirst or text; case and accents don’t matter"),
    ('"peace talks"', "these words next to each other"),
    ("ceasefire OR truce", "one or the other; without OR, all words must occur"),
    ("war -football", "the first, but not the second; NOT says the same"),
    ("(war OR peace) treaty", "parentheses group"),
    ("title:summit", "in the headline only; also author: and category:"),
    ("topic:war lang:en", "articles of a topic, in a language"),
    ("source:example", "carried by the source of this key"),
    ("domain:example.org", "leading to this site"),
    ("within:24h", "of the last 24 hours; m, h, d and w are understood"),
    ("after:2026-11-01 before:2026-12-01", "from the first day on, up to before the second"),
)


@pages.get("/")
def today() -> Response:
    """The digest of today; while that is empty, of the last day that has articles."""
    asked = current().today
    return _digest(asked, asked if days.count(asked) else days.latest(), goes_on=True)


@pages.get("/day/<text>")
def day(text: str) -> Response:
    """The digest of a day; 404 for one that has no articles or is none."""
    asked = days.parse(text)
    if asked is None:
        abort(404)
    return _digest(asked, asked if days.count(asked) else None)


def _digest(asked: date, shown: date | None, *, goes_on: bool = False) -> Response:
    known = statuses(current().db)
    cursor = request.args.get("before")
    page = _page(days.query(shown), cursor) if shown else Page(())
    status = 200 if shown or asked == current().today else 404
    previous = days.previous(shown or asked)
    goes_on &= shown == asked and len(page.articles) < FEW
    earlier = _page(days.query(previous), None) if goes_on and previous else Page(())
    after = (days.query(shown), cursor) if shown and cursor else None
    listed, before = folded(page.articles, earlier.articles, after=after)
    return show(
        "digest.html",
        status,
        asked=asked,
        shown=shown,
        listed=listed,
        count=days.count(shown) if shown else 0,
        told=days.told(shown) if shown else 0,
        older=page.next and url_for("pages.day", text=shown, before=page.next),
        previous=previous,
        earlier=before,
        next=days.following(shown or asked),
        state=_emptiness(known, asked),
        failing=sum(one.failures > 0 for one in known),
        total=len(known),
        addresses=feeds.addresses("all"),
    )


def _emptiness(known: Sequence[SourceStatus], asked: date) -> str:
    """Why there is nothing to show, in the words of the template."""
    if asked != current().today or any(one.articles for one in known):
        return "no such day"
    if not known:
        return "no sources"
    if all(one.last_polled is None for one in known):
        return "first poll"
    if all(one.failures for one in known if one.last_polled):
        return "all failing"
    return "no articles"


@pages.get("/topics/<slug>")
def topic(slug: str) -> AnyResponse:
    """The articles of a topic; 301 under a former name."""
    site = current()
    found = site.topic(slug)
    if found is None:
        renamed = site.renamed_topic(slug)
        if renamed is None:
            abort(404)
        return redirect(url_for("pages.topic", slug=renamed.slug), 301)
    query, cursor = Topic(slug), request.args.get("before")
    page = _page(query, cursor)
    return show(
        "topic.html",
        topic=found,
        slug=slug,
        listed=folded(page.articles, after=(query, cursor) if cursor else None)[0],
        count=stored.count(site.db, query, site.clock()),
        older=page.next and url_for("pages.topic", slug=slug, before=page.next),
        paged=bool(cursor),
        addresses=feeds.addresses(slug),
    )


@pages.get("/articles/<article>")
def article(article: str) -> Response:
    """One article with everything that is known and was decided about it."""
    site = current()
    found = articles.get(site.db, article)
    if found is None:
        abort(404)
    return show(
        "article.html",
        article=found,
        revisions=articles.revisions(site.db, article),
        decisions=articles.decisions(site.db, article),
        story=story_of(article),
        parted=rulings.parted(site.db, article, KEPT_OUT),
        addresses=feeds.addresses("all"),
    )


@pages.get("/search")
def search() -> Response:
    """What a query finds; 400 with the place marked for one that can't be read."""
    site, asked = current(), request.args.get("q", "").strip()
    values: dict[str, Any] = {"q": asked, "examples": EXAMPLES, "addresses": ()}
    if not asked:
        return show("search.html", **values)
    try:
        query = parse_query(asked)
    except QueryError as error:
        return show("search.html", 400, error=error, marked=marked(error), **values)
    page = _page(query, request.args.get("before"))
    values["addresses"] = feeds.addresses(Feed("search", asked, asked), search=True)
    return show(
        "search.html",
        listed=folded(page.articles, led=False)[0],
        count=stored.count(site.db, query, site.clock()),
        older=page.next and url_for("pages.search", q=asked, before=page.next),
        **values,
    )


@pages.get("/sources")
def sources() -> Response:
    """How every source is doing, those that fail first."""
    site = current()
    rows = sorted(statuses(site.db), key=urgency)
    failing = sum(row.failures > 0 for row in rows)
    now, per_day = site.clock(), site.per_host_per_day
    hosts = ledger.ledger(site.db, now, HOSTS)
    return show(
        "sources.html",
        rows=rows,
        failing=failing,
        unpolled=ledger.nobody_polls(site.db, now),
        now=now,
        hosts=hosts,
        per_day=per_day,
    )


@pages.get("/sources/<key>")
def source(key: str) -> Response:
    """One source: how it is doing, its last polls, its articles."""
    site = current()
    found = status(site.db, key)
    if found is None:
        abort(404)
    page = _page(Source(key), request.args.get("before"))
    asked = next((one for one in site.sources if one.key == key), None)
    history = polls.history(site.db, key, POLLS)
    moved = asked and found.moved_to and public_url(replace(asked, url=found.moved_to))
    with_skips = next((poll for poll in history if poll.skipped), None)
    return show(
        "source.html",
        source=found,
        skipping=with_skips,
        skips=polls.skipped(site.db, key, with_skips.at) if with_skips else (),
        rests=asked is None,
        moved=moved,
        rhythm=told(found.pace, site.pacing, site.clock(), asked.every) if asked else None,
        url=public_url(asked) if asked else None,
        hub=hearing(heard.of(site.db, key)) if asked else "",
        history=history,
        listed=unfolded(page.articles),
        older=page.next and url_for("pages.source", key=key, before=page.next),
        now=site.clock(),
    )


@pages.get("/feeds")
def subscriptions() -> Response:
    """Every public feed with its addresses, to be copied."""
    listed = [(feed, feeds.home(feed), feeds.addresses(feed)) for feed in current().public_feeds]
    return show("feeds.html", listed=listed)


@pages.get("/robots.txt")
def robots() -> Response:
    """Search engines should find articles with their publishers, not here."""
    closed = ("/articles/", "/stories/", "/search", "/feeds/search.", "/sources")
    lines = [f"Disallow: {request.script_root}{path}" for path in closed]
    return Response("\n".join(["User-agent: *", *lines, ""]), mimetype="text/plain")


def _page(query: Query, cursor: str | None) -> Page:
    site = current()
    return stored.find(site.db, query, now=site.clock(), limit=PAGE, before=cursor)
