"""Who may see what: the site's password, and the few addresses that need none."""

from __future__ import annotations

import hmac

from flask import Response, abort, request

from aggregator.web import failures, feeds
from aggregator.web.site import current
from aggregator.web.websub import MAX_PUSH_BYTES

MAX_BODY_BYTES = 65_536
"""A form has a few lines; whoever sends a large body is told so at once."""

OPEN = frozenset(
    {
        *("assets.static", "assets.favicon", "ops.healthz", "ops.readyz", "pages.robots"),
        *("websub.verify", "websub.push"),
    }
)
"""What needs no password. Hubs know an address of their own. Private feeds don't either: their
token is one."""

_CHALLENGE = {"WWW-Authenticate": 'Basic realm="News", charset="UTF-8"'}


def admit() -> Response | None:
    """Turn away bodies that are too large, and callers without the password."""
    if (request.content_length or 0) > _most_bytes():
        abort(413)
    if authorized() or request.endpoint in OPEN:
        return None
    if feeds.admits(request.endpoint, request.view_args or {}):
        return None
    return failures.page(401, headers=_CHALLENGE)


def _most_bytes() -> int:
    return MAX_PUSH_BYTES if request.endpoint == "websub.push" else MAX_BODY_BYTES


def authorized() -> bool:
    """Whether the site is public, or the caller gave its user and password.

    Takes the same time for every wrong one.
    """
    auth = current().auth
    if auth is None:
        return True
    try:
        given = request.authorization
    except ValueError:  # what should be Base64 is not even ASCII
        given = None
    user, password = (given.username or "", given.password or "") if given else ("", "")
    right_user = hmac.compare_digest(user.encode(), auth[0].encode())
    right_password = hmac.compare_digest(password.encode(), auth[1].encode())
    return right_user and right_password
