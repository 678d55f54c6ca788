"""The Flask application: what holds for every request, and where its parts are put together."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from flask import Flask, Response, abort, request
from flask_compress import Compress

from aggregator.web import failures, feeds, ops, pages, wording
from aggregator.web.site import ENVIRON, Site, base, current

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

MAX_BODY_BYTES = 65_536
"""Nothing here reads a request's body; whoever sends a large one is told so at once."""

HEADERS = {
    # Pictures of articles lie with their publishers and are shown from there: a page that shows
    # one tells its publisher the reader's network address, but (no-referrer) not what is read.
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' https: http:; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}

_COMPRESSED = ["text/html", "text/css", "text/plain", "text/x-opml", "application/json"]
_COMPRESSED += ["application/xml", "application/atom+xml", "application/rss+xml"]
_COMPRESSED += ["application/feed+json", "image/svg+xml"]


def create_app(site: Callable[[], Site]) -> Flask:
    """The application. ``site`` is asked once per request for the configuration of the moment."""
    app = Flask(__name__)
    app.config["COMPRESS_MIMETYPES"] = _COMPRESSED
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 86_400  # their addresses change with their bytes
    app.url_map.merge_slashes = False  # a redirect of Werkzeug's own for //a is of no use here
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.wsgi_app = _Addressed(app.wsgi_app, site)  # type: ignore[method-assign]
    app.before_request(_admit)
    app.after_request(_secure)  # runs after flask-compress, the last one registered
    Compress(app)
    failures.register(app)
    wording.register(app)
    for blueprint in (feeds.create(), pages.pages, ops.ops):
        app.register_blueprint(blueprint)
    return app


class _Addressed:
    """Makes every request look as if it came to ``base_url``, whatever its Host header says.

    So addresses can come from the configuration alone, absolute ones too. The path of
    ``base_url`` may be there or already taken off by the proxy in front.
    """

    def __init__(self, app: WSGIApplication, site: Callable[[], Site]) -> None:
        self._app = app
        self._site = site

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        site = self._site()
        scheme, host, prefix = base(site.base_url)
        path = environ.get("PATH_INFO", "")
        if prefix and (path == prefix or path.startswith(f"{prefix}/")):
            environ["PATH_INFO"] = path[len(prefix) :] or "/"
        environ.update({"wsgi.url_scheme": scheme, "HTTP_HOST": host, "SCRIPT_NAME": prefix})
        environ[ENVIRON] = site
        return self._app(environ, start)


def _admit() -> Response | None:
    """Turn away bodies that are too large and callers without the password."""
    if (request.content_length or 0) > MAX_BODY_BYTES:
        abort(413)
    auth = current().auth
    if auth is None or authorized(auth) or _open_to_all():
        return None
    return failures.page(401, headers={"WWW-Authenticate": 'Basic realm="News", charset="UTF-8"'})


def authorized(auth: tuple[str, str]) -> bool:
    """Whether the caller gave this user and password. Takes the same time for every wrong one."""
    given = request.authorization
    user, password = (given.username or "", given.password or "") if given else ("", "")
    right_user = hmac.compare_digest(user.encode(), auth[0].encode())
    right_password = hmac.compare_digest(password.encode(), auth[1].encode())
    return right_user and right_password


def _open_to_all() -> bool:
    """Static files, health checks, and a private feed whose token the caller has."""
    view = request.endpoint or ""
    return view in OPEN or feeds.admits(view, request.view_args or {})


OPEN = frozenset({"static", "ops.healthz", "ops.readyz", "pages.favicon", "pages.robots"})


def _secure(answer: Response) -> Response:
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    return answer
