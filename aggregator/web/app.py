"""The Flask application: what holds for every request, and where its parts are put together."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from flask import Flask, Response
from flask_compress import Compress

from aggregator.web import access, failures, wording
from aggregator.web.assets import assets
from aggregator.web.feeds import SHELF, feeds
from aggregator.web.front import Finished, Front
from aggregator.web.metrics import metrics
from aggregator.web.ops import ops
from aggregator.web.pages import pages
from aggregator.web.rulings import form_pass, rulings
from aggregator.web.site import ENVIRON, Site, base
from aggregator.web.stories import stories
from aggregator.web.websub import websub

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

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
    app = Flask(__name__, static_folder=None)  # see assets
    app.config["COMPRESS_MIMETYPES"] = _COMPRESSED
    app.url_map.merge_slashes = False  # a redirect of Werkzeug's own for //a is of no use here
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["form_pass"] = form_pass
    app.config["MAX_CONTENT_LENGTH"] = access.MAX_BODY_BYTES
    app.before_request(access.admit)
    app.after_request(_secure)  # runs after flask-compress, the last one registered
    _compress(app)
    failures.register(app)
    wording.register(app)
    for blueprint in (assets, feeds, pages, stories, rulings, ops, metrics, websub):
        app.register_blueprint(blueprint)
    front = Front(app.wsgi_app, app.extensions[SHELF], HEADERS.items())
    app.wsgi_app = _Addressed(front, site)  # type: ignore[assignment,method-assign]
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
            path = path[len(prefix) :]
        environ["PATH_INFO"] = path or "/"
        environ.update({"wsgi.url_scheme": scheme, "HTTP_HOST": host, "SCRIPT_NAME": prefix})
        environ[ENVIRON] = site
        return self._app(environ, start)


def _compress(app: Flask) -> None:
    app.config["COMPRESS_REGISTER"] = False
    compress = Compress(app)

    @app.after_request
    def _(answer: Response) -> Response:
        return answer if isinstance(answer, Finished) else compress.after_request(answer)


def _secure(answer: Response) -> Response:
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    return answer
