"""Bodies into HTTP answers with validators: 200, or 304 where the caller has these bytes already."""

from __future__ import annotations

from flask import Response, request

from aggregator.web.site import current

_CODINGS = ("", ":zstd", ":br", ":gzip", ":deflate")
"""What flask-compress adds to the ETag of a body that it compressed."""


def conditional(answer: Response, *, shared_seconds: int | None = None) -> Response:
    """Finish an answer that may be asked for again.

    shared_seconds: how long caches may serve it unasked, None for not at all. Behind a password
    only the caller's own cache may.
    """
    answer.cache_control.private = current().auth is not None or answer.cache_control.private
    if shared_seconds is None:
        answer.cache_control.no_cache = True
    else:
        answer.cache_control.public = not answer.cache_control.private
        answer.cache_control.max_age = shared_seconds
    if not answer.get_etag()[0]:
        answer.add_etag()
    return _seen(answer).make_conditional(request)


def _seen(answer: Response) -> Response:
    """Give the answer the ETag that the caller holds of it, compressed or not.

    All variants are current as long as the plain bytes are; knowing it before they are
    compressed makes a 304 cost nothing.
    """
    plain, _ = answer.get_etag()
    held = request.if_none_match
    if held and not held.star_tag:
        known = (f"{plain}{coding}" for coding in _CODINGS if held.contains_weak(f"{plain}{coding}"))
        answer.set_etag(next(known, plain or ""))
    return answer
