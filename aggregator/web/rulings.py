"""What the operator decides about stories, by the forms on the pages: the only thing that writes.

There are no forms where the site has no password, and no sessions anywhere. A browser sends the
password along with whatever other sites make it post here; so each form carries a pass that only
our own pages know, good for this one form.
"""

from __future__ import annotations

import hmac
import re
from hashlib import sha256

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from aggregator.model import Story
from aggregator.publish.story import leading
from aggregator.store import articles, stories
from aggregator.store import rulings as stored
from aggregator.web import failures
from aggregator.web.site import current

rulings = Blueprint("rulings", __name__)

_OURS = re.compile(r"/(articles|stories)/([a-z2-7]{26})/?(?:[?#].*)?")


@rulings.before_request
def _admit() -> None:
    """404 where there is no password, 403 for what none of our own forms sent.

    Sec-Fetch-Site is the browser's word for where a form stands; older ones don't give it. Origin
    is no help: our pages ask for no Referer, and browsers leave it out with that.
    """
    if current().auth is None:
        abort(404)
    from_us = request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
    expected = form_pass(request.endpoint or "", (request.view_args or {})["article"])
    given = request.form.get("pass", "")
    if not (from_us and hmac.compare_digest(given.encode(), expected.encode())):
        abort(403)


@rulings.post("/articles/<article>/apart")
def apart(article: str) -> Response:
    """An article is not of the story on whose page the form stood.

    Pressed twice, or on an old page, it finds the article elsewhere: there is nothing to do then.
    """
    site = current()
    shown = stories.get(site.db, request.form.get("story", ""))
    if shown is None or articles.get(site.db, article) is None:
        abort(404)
    story = shown if isinstance(shown, str) else shown.id
    if stories.of(site.db, [article]).get(article) == story:
        stored.pull_out(site.db, article, site.clock())
    return redirect(url_for("stories.story", story=story), 303)


@rulings.post("/articles/<article>/together")
def together(article: str) -> Response:
    """An article is of one story with another; 400 if that isn't there."""
    site = current()
    if articles.get(site.db, article) is None:
        abort(404)
    said = request.form.get("other", "").strip()
    other = _meant(said)
    if other is None:
        abort(failures.page(400, f"There is no article and no story “{said[:200]}”."))
    if other == article:
        abort(failures.page(400, "This is the article itself: name another one."))
    stored.put_together(site.db, article, other, site.clock())
    return redirect(url_for("pages.article", article=article), 303)


def form_pass(endpoint: str, article: str) -> str:
    """What the form carries that posts to this endpoint about this article.

    Another password, or another installation, voids it. Only for a site with a password.
    """
    site = current()
    user, password = site.auth or ("", "")
    secret = f"{site.db.installation}\n{user}\n{password}".encode()
    return hmac.new(secret, f"{endpoint}\n{article}".encode(), sha256).hexdigest()


def _meant(said: str) -> str | None:
    """The article that is meant: by an id, an address of ours or its own; a story's leading one."""
    db, base = current().db, current().base_url.rstrip("/")
    ours = _OURS.fullmatch(said.removeprefix(base))
    kind, text = (ours[1], ours[2]) if ours else ("", said)
    found = None if kind == "stories" else articles.find(db, text)
    if found is not None or kind == "articles":
        return found.id if found else None
    story = stories.get(db, text)
    if isinstance(story, str):
        story = stories.get(db, story)
    return leading(story).article.id if isinstance(story, Story) else None
