"""The style sheets and icons: a handful of small files, read once and kept in memory."""

from __future__ import annotations

import mimetypes
from hashlib import sha256
from pathlib import Path

from flask import Blueprint, Response, abort, request, url_for

from aggregator.web.answers import conditional

assets = Blueprint("assets", __name__)

_FILES = {path.name: path.read_bytes() for path in Path(__file__).with_name("static").iterdir()}
_MARKS = {name: sha256(body).hexdigest()[:8] for name, body in _FILES.items()}

_DAY = 86_400
_YEAR = 365 * _DAY


@assets.get("/static/<name>")
def static(name: str) -> Response:
    """A file; kept for a year by who asks for exactly these bytes."""
    if name not in _FILES:
        abort(404)
    return _file(name, _YEAR if request.args.get("v") == _MARKS[name] else _DAY)


@assets.get("/favicon.ico")
def favicon() -> Response:
    """The icon where every reader app looks for it."""
    return _file("favicon.ico", _DAY)


def asset(name: str) -> str:
    """The address of a file, another one whenever its bytes are others."""
    return url_for("assets.static", name=name, v=_MARKS[name])


def _file(name: str, seconds: int) -> Response:
    answer = Response(_FILES[name], mimetype=mimetypes.guess_type(name)[0])
    if name in ("favicon.ico", "icon.png"):
        # Reader apps that live on web pages of their own show it beside the feed.
        answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return conditional(answer, shared_seconds=seconds)
