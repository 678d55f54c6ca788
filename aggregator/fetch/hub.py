"""Asking a hub of WebSub: one POST of a form. Not what is asked, and no feed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus
from http.client import HTTPException
from time import monotonic
from typing import NamedTuple
from urllib.parse import urlencode

import urllib3
from requests.structures import CaseInsensitiveDict

from aggregator.fetch import answer
from aggregator.fetch.address import Address, parse
from aggregator.fetch.deadline import Deadline
from aggregator.fetch.failure import Failure
from aggregator.fetch.guard import Guard
from aggregator.fetch.lines import Lines, Request
from aggregator.model import Failed, Reason

_KEEPING = (HTTPStatus.TEMPORARY_REDIRECT, HTTPStatus.PERMANENT_REDIRECT)
"""What leads a POST on; any other redirect would make a GET of it."""
_REDIRECTS = 3

Headers = Mapping[str, str | bytes]


class Asks(NamedTuple):
    """What a fetcher lends: its connections, who checks where they go, and the time."""

    lines: Lines
    guard: Guard
    clock: Callable[[], datetime]


def post(
    asks: Asks,
    headers: Headers,
    url: str,
    form: Mapping[str, str],
    seconds: float,
    admit: Callable[[str], Failed | None],
) -> int | Failed:
    """Return the status of an answer that is well, or why there is none.

    seconds: for all of it but the waits of ``admit``, which is asked before a redirect is
    followed. Nothing of the body is read.
    """
    deadline = Deadline(monotonic() + seconds)
    told = CaseInsensitiveDict[str | bytes](headers)
    told["Content-Type"] = "application/x-www-form-urlencoded"
    body = urlencode(form).encode()
    try:
        address = parse(url)
        for _ in range(1 + _REDIRECTS):
            found = _post(asks, Request(address, told, body), deadline)
            if isinstance(found, int):
                return found
            before = monotonic()
            if (not_now := admit(found.host)) is not None:
                return not_now
            deadline.at += monotonic() - before
            address = found
    except Failure as failure:
        return failure.failed
    return Failed(Reason.REDIRECTS, f"more than {_REDIRECTS} redirects, the last to {address.host}")


def _post(asks: Asks, request: Request, deadline: Deadline) -> int | Address:
    address = request.address
    asks.guard.check(address)
    left = deadline.left()
    try:
        with asks.lines.send(request, timeout=deadline) as answered:
            response = answered.raw
            status: int = response.status
            if HTTPStatus(200) <= status < HTTPStatus(300):
                return status
            location = answer.redirect(response)
            if location and status in _KEEPING:
                return address.join(location)
            raise answer.refused(response, address.host, asks.clock())
    except (OSError, HTTPException, urllib3.exceptions.HTTPError) as error:
        raise answer.broken(error, address.host, left) from error
