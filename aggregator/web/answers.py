"""Bodies into HTTP answers: 200 with validators, 304 where the caller has these bytes already."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template, request

from aggregator.web.site import current

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
    answer.make_conditional(request)
    return answer


def _recognise(answer: Response) -> None:
    """Give the answer the ETag that the caller holds of it, compressed or not.

    All variants are current as long as the plain bytes are; knowing it before they are
    compressed makes a 304 cost nothing.
    """
    plain, _ = answer.get_etag()
    held = request.if_none_match
    if held and not held.star_tag:
        variants = (f"{plain}{coding}" for coding in _CODINGS)
        answer.set_etag(next(filter(held.contains_weak, variants), plain or ""))
