"""The addresses that reader apps ask: feeds in three formats, and lists of feeds as OPML."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self

from flask import Blueprint, Response, abort, current_app, redirect, request, url_for
from flask.blueprints import BlueprintSetupState
from werkzeug.wrappers import Response as AnyResponse

from aggregator.model import Channel, Feed, Per
from aggregator.publish import MIME, Outgoing, Outline, atom, feed_uri, jsonfeed, opml, rss
from aggregator.store import feeds as stored_feeds
from aggregator.store.sources import public_url, statuses
from aggregator.tag.query import Query, has_clock, parse_query
from aggregator.web import failures
from aggregator.web.answers import conditional
from aggregator.web.front import Finished, Known, Shelf
from aggregator.web.outgoing import stretch
from aggregator.web.rendered import Rendered, rendered
from aggregator.web.site import current, opens

feeds = Blueprint("feeds", __name__)

FRESH_SECONDS = 300
"""How long caches may serve a feed unasked."""

_LONGEST_CURSOR = 100
"""Characters; more than twice those of any cursor of ours. What is kept is kept by its cursor."""


@dataclass(frozen=True, slots=True)
class Format:
    name: str
    write: Callable[[Channel, Sequence[Outgoing]], bytes]


FORMATS = {
    "atom": Format("Atom", atom),
    "rss": Format("RSS", rss),
    "json": Format("JSON Feed", jsonfeed),
}


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a caller wants: a feed, in which format, from which entry on.

    per, least: what its entries are, and how many outlets must tell one, where the caller wants
    that other than it is configured.
    search: the feed is none of ours, but a query made up by the caller.
    """

    feed: Feed
    form: str
    before: str | None
    per: Per | None = None
    least: int | None = None
    search: bool = False

    @classmethod
    def of(cls, feed: Feed, form: str, *, search: bool = False) -> Self:
        per = _per(feed)
        shown = replace(feed, per=per or feed.per)
        least = _least(shown)
        shown = replace(shown, min_sources=least or feed.min_sources)
        before = request.args.get("before")
        if before and len(before) > _LONGEST_CURSOR:
            abort(404)
        return cls(shown, form, before, per, least, search)

    @property
    def name(self) -> str:
        """What the feed is known by for ever; with other entries it is another one."""
        name = f"search?{self.feed.where}" if self.search else self.feed.slug
        told = f"{self.least} outlets:{name}" if self.least else name
        return f"{self.per}:{told}" if self.per else told

    @property
    def made_up(self) -> bool:
        """Whether the caller put it together, instead of taking a feed as it is configured."""
        return bool(self.search or self.before or self.per or self.least)

    @property
    def hub(self) -> str | None:
        """Who tells of its changes: of those feeds alone whose address we tell the hub."""
        told = not (self.made_up or self.feed.token)
        return current().own_hub if told else None

    def address(self, form: str, before: str | None) -> str:
        return address(
            self.feed, form, before=before, per=self.per, least=self.least, search=self.search
        )


SHELF = f"{__name__}.shelf"
"""Where an application has its ``Shelf``."""


@feeds.record
def _open(setup: BlueprintSetupState) -> None:
    setup.app.extensions[SHELF] = Shelf()


@feeds.get("/feeds/<slug>.<any(atom, rss, json):form>")
def feed(slug: str, form: str) -> AnyResponse:
    """One feed. 301 under a former name, 410 once removed, 404 also for a wrong token.

    ``?per=`` story or article: what its entries are to be. ``?min_sources=``: how many outlets must
    tell a story. 400 for anything else.
    """
    site = current()
    found = site.feeds.get(slug) or site.renamed_feed(slug)
    if found is None:
        abort(410 if stored_feeds.gone(site.db, slug) else 404)
    if not opens(found, request.args.get("token", "")):
        abort(404)
    if found.slug != slug:
        return redirect(_Asked.of(found, form).address(form, request.args.get("before")), 301)
    return _answer(_Asked.of(found, form))


@feeds.get("/feeds/search.<any(atom, rss, json):form>")
def found(form: str) -> Response:
    """Any query as a feed; 400 with the place marked for one that can't be read."""
    asked = request.args.get("q", "").strip()
    title = f"{asked} – {current().title}" if asked else current().title
    feed = Feed("search", title, asked, f"Articles that match: {asked}" if asked else "")
    return _answer(_Asked.of(feed, form, search=True))


@feeds.get("/feeds.opml")
def outputs() -> Response:
    """Every public feed, to be imported into a reader app in one go."""
    site = current()
    lines = [Outline(feed.title, address(feed, "atom"), home(feed)) for feed in site.public_feeds]
    return _listed(f"{site.title}: feeds", lines)


@feeds.get("/sources.opml")
def inputs() -> Response:
    """Every source whose address may be told."""
    site = current()
    known = {status.key: status for status in statuses(site.db)}
    lines = []
    for source in site.sources:
        url, status = public_url(source), known.get(source.key)
        name = source.name or (status.name if status else source.key)
        if url is not None:
            lines.append(Outline(name, url, status.site_url if status else None))
    return _listed(f"{site.title}: sources", lines)


def admits(endpoint: str | None, args: Mapping[str, Any]) -> bool:
    """Whether the request is for a private feed and carries its token; no password then."""
    if endpoint != "feeds.feed":
        return False
    feed = current().feeds.get(args["slug"]) or current().renamed_feed(args["slug"])
    return bool(feed and feed.token and opens(feed, request.args.get("token", "")))


def address(
    feed: Feed,
    form: str,
    *,
    before: str | None = None,
    per: Per | None = None,
    least: int | None = None,
    search: bool = False,
) -> str:
    """The absolute address of a feed in a format; a private one's carries its token."""
    more: dict[str, Any] = {"min_sources": least, "before": before}
    if search:
        asked = {"q": feed.where, "per": per, **more}
        return url_for("feeds.found", form=form, **asked, _external=True)
    asked = {"token": feed.token, "per": per, **more}
    return url_for("feeds.feed", slug=feed.slug, form=form, **asked, _external=True)


def addresses(feed: Feed | str, *, search: bool = False) -> tuple[tuple[str, str, str], ...]:
    """Name, type and address of a feed's formats; nothing for a private or unknown one."""
    if isinstance(feed, str):
        if feed not in current().feeds:
            return ()
        feed = current().feeds[feed]
    if feed.token is not None:
        return ()
    return tuple(
        (kind.name, MIME[form], address(feed, form, search=search))
        for form, kind in FORMATS.items()
    )


def home(feed: Feed) -> str:
    """The page that shows what a feed carries."""
    if current().topic(feed.slug):
        return url_for("pages.topic", slug=feed.slug, _external=True)
    if not feed.where:
        return url_for("pages.today", _external=True)
    return url_for("pages.search", q=feed.where, _external=True)


def _per(feed: Feed) -> Per | None:
    """What the caller wants the entries to be; None if they are that anyway."""
    said = request.args.get("per") or feed.per
    if "updates" in request.args:
        abort(failures.page(400, "updates= is a matter of the configuration, not of an address."))
    if said not in list(Per):
        abort(failures.page(400, f"per= can be {' or '.join(Per)}."))
    return None if said == feed.per else Per(said)


def _least(feed: Feed) -> int | None:
    """How many outlets the caller wants to tell a story; None if so many have to anyway."""
    said = request.args.get("min_sources")
    if said is None:
        return None
    if feed.per is not Per.STORY:
        abort(failures.page(400, "min_sources= is for feeds of stories: add per=story."))
    if not re.fullmatch("[1-9][0-9]?|100", said, re.ASCII):
        abort(failures.page(400, "min_sources= can be a number from 1 to 100."))
    return None if int(said) == feed.min_sources else int(said)


def _answer(asked: _Asked) -> Response:
    """The feed's bytes as they are kept, or made now if something has moved since."""
    site, shelf = current(), _shelf()
    query = parse_query(asked.feed.where)
    whose = "public" if asked.feed.token is None and site.auth is None else "private"
    headers = {
        "Cache-Control": f"{whose}, max-age={FRESH_SECONDS}",
        "Link": _links(asked),
        "Vary": "Accept-Encoding, Sec-Fetch-Dest",
    }
    known = Known(
        shelf.others if asked.made_up else shelf.newest,
        asked,
        has_clock(query),
        f"{_mimetype(MIME[asked.form])}; charset=utf-8",
        tuple(headers.items()),
    )
    stamp = known.stamp(site)
    body = known.kept.get(asked, stamp, lambda: _render(asked, query, site.clock()))
    shelf.remember(request.environ, known)
    answer = known.answer(request.environ, body)
    return Finished(answer.body, answer.status, answer.headers)


def _links(asked: _Asked) -> str:
    own = f'<{asked.address(asked.form, asked.before)}>; rel="self"'
    return f'{own}, <{asked.hub}>; rel="hub"' if asked.hub else own


def _shelf() -> Shelf:
    shelf: Shelf = current_app.extensions[SHELF]
    return shelf


def _render(asked: _Asked, query: Query, now: datetime) -> Rendered:
    site, feed = current(), asked.feed
    found = stretch(feed, query, now, asked.before)
    channel = Channel(
        id=feed_uri(site.db.installation, asked.name),
        title=feed.title,
        description=feed.description or f"{feed.title}, from {site.title}",
        home=home(feed),
        urls={form: asked.address(form, asked.before) for form in FORMATS},
        pages=url_for("pages.article", article="-", _external=True).removesuffix("-"),
        icon=url_for("assets.static", name="icon.png", _external=True),
        next_url=found.next and asked.address(asked.form, found.next),
        title_prefix=feed.title_prefix,
        topic_names=site.topic_names,
        hub=asked.hub,
        stylesheet=url_for("assets.static", name="feed.css", _external=True),
    )
    shelf = _shelf()
    shelf.since = shelf.since or now
    # While it was down the configuration may have changed, which no article's date would show.
    modified = found.modified and max(found.modified, shelf.since)
    return rendered(FORMATS[asked.form].write(channel, found.entries), modified)


def _listed(title: str, lines: Sequence[Outline]) -> Response:
    answer = Response(opml(title, lines), mimetype=_mimetype(MIME["opml"]))
    answer.headers["Content-Type"] = f"{answer.mimetype}; charset=utf-8"
    answer.vary.add("Sec-Fetch-Dest")
    return conditional(answer, shared_seconds=FRESH_SECONDS)


def _mimetype(mimetype: str) -> str:
    """The format's own type; plain XML or JSON for a browser, which would only save the other."""
    if request.headers.get("Sec-Fetch-Dest") != "document":
        return mimetype
    return "application/json" if mimetype.endswith("json") else "application/xml"
