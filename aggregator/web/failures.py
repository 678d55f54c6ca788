"""Errors into answers: the one table from our errors to HTTP, and the page that tells them."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping

from flask import Flask, Response, render_template, request
from werkzeug.exceptions import HTTPException

from aggregator.errors import AggregatorError, QueryError, StoreError, UsageError

_log = logging.getLogger(__name__)

STATUS: dict[type[AggregatorError], int] = {
    QueryError: 400,
    UsageError: 404,
    StoreError: 503,
    AggregatorError: 500,
}

WORDS = {
    400: (
        "This request can’t be read",
        "Something in its address, or in what was typed, is wrong.",
    ),
    401: ("A password is needed", "This site is not public. Ask its operator."),
    403: ("This was refused", "The form is out of date or was not ours. Load its page again."),
    404: ("Nothing is here", "The address may be mistyped, or what stood here was removed."),
    405: ("This can’t be done here", "Pages and feeds are read, forms sent from their own page."),
    410: ("This feed has been removed", "It won’t come back. Unsubscribe, or choose another one."),
    413: ("This request is too large", "Nothing here takes uploads."),
    500: ("Something broke on our side", "It has been written to the log. Please try again later."),
    503: (
        "The news can’t be read right now",
        "The database didn’t answer. Please try again later.",
    ),
}


def register(app: Flask) -> None:
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(AggregatorError, _ours)


def page(status: int, detail: str = "", headers: Mapping[str, str] | None = None) -> Response:
    """An error as a page with navigation; as a line of text where a program asked for a feed."""
    title, hint = WORDS.get(status, WORDS[500] if status >= 500 else WORDS[400])
    browsing = request.headers.get("Sec-Fetch-Dest") == "document"
    if request.blueprint == "feeds" and not browsing:
        text = f"{title}. {hint}\n{detail}".rstrip() + "\n"
        answer = Response(text, status, mimetype="text/plain")
    else:
        text = render_template(
            "error.html", status=status, title=title, hint=hint, detail=detail, closed=status == 401
        )
        answer = Response(text, status, mimetype="text/html")
    answer.headers.update(headers or {})
    answer.cache_control.no_store = True
    return answer


def _http(error: HTTPException) -> Response:
    kept = {name: value for name, value in error.get_headers() if name == "Allow"}
    return page(error.code or 500, headers=kept)


def _ours(error: AggregatorError) -> Response:
    status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    if status >= 500:
        # What ails the database is the operator's business, not the reader's.
        _log.error("%s %s: %s", request.method, request.path, error)
        return page(status)
    return page(status, _excerpt(error) if isinstance(error, QueryError) else str(error))


def marked(error: QueryError, around: int = 40) -> tuple[str, str, str]:
    """What stands around the mistake in a query: before it, the character itself, after it."""
    query, at = error.query, error.position
    return query[max(0, at - around) : at], query[at : at + 1] or "…", query[at + 1 : at + around]


def _excerpt(error: QueryError) -> str:
    """The same for a monospaced box: the mark below the line."""
    before, wrong, after = (re.sub(r"\s", " ", part) for part in marked(error))
    return f"{error.reason}\n  {before}{wrong}{after}\n  {' ' * len(before)}^"
