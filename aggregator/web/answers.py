"""Bodies into HTTP answers: 200 with validators, 304 where the caller has these bytes already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, render_template, request
from werkzeug.datastructures import ETags

from aggregator.web.site import current

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_CODINGS = ("", ":zstd", ":br", ":gzip", ":deflate")
"""What flask-compress adds to the ETag of a body that it compressed."""


def show(template: str, status: int = 200, **values: Any) -> Response:
    """A page of HTML, which who has it already need not get again."""
    answer = Response(render_template(template, **values), status, mimetype="text/html")
    if status == 200:
        return conditional(answer)
    answer.cache_control.no_store = True
    return answer


def conditional(
    answer: Response, *, shared_seconds: int | None = None, private: bool = False
) -> Response:
    """Finish an answer that may be asked for again.

    shared_seconds: how long caches may serve it unasked, None for not at all.
    private: only the caller's own cache may keep it; always so behind a password.
    """
    control = answer.cache_control
    if private or current().auth is not None:
        control.private = True
    elif shared_seconds is not None:
        control.public = True
    if shared_seconds is None:
        control.no_cache = True
    else:
        control.max_age = shared_seconds
    answer.add_etag()
    _recognise(answer)
    answer.make_conditional(conditions(request.environ))
    return answer


def conditions(environ: WSGIEnvironment) -> WSGIEnvironment:
    """A request for something that is there, without ``If-Match: *``: that asks for no more.

    Werkzeug would look for a tag of that name (RFC 9110, 13.1.1).
    """
    if environ.get("HTTP_IF_MATCH", "").strip() != "*":
        return environ
    return {name: value for name, value in environ.items() if name != "HTTP_IF_MATCH"}


def _recognise(answer: Response) -> None:
    """Give the answer the ETag that the caller holds of it, so that a 304 costs no compression."""
    answer.set_etag(variant(answer.get_etag()[0] or "", request.if_none_match))


def variant(etag: str, held: ETags) -> str:
    """The ETag under which a caller holds some bytes, compressed or not; else that of the bytes.

    All variants are current as long as the plain bytes are.
    """
    if not held or held.star_tag:
        return etag
    return next(filter(held.contains_weak, (f"{etag}{coding}" for coding in _CODINGS)), etag)
