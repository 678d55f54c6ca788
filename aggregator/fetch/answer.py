"""What a response or an error means: status, validators, Retry-After, reasons. No sockets."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.client import HTTPException, RemoteDisconnected

import urllib3
from requests import exceptions

from aggregator.fetch.failure import Failure
from aggregator.model import Reason, Validators

LONGEST_WAIT = timedelta(days=1)
"""No Retry-After counts for more: a mistake there must not silence a source."""

_LONGEST_VALIDATOR = 2_000
_REDIRECTS = (301, 302, 303, 307, 308)
_PERMANENT = (301, 308)
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?([0-9]+)")
_UNCACHED = re.compile(r"(?:^|[\s,])no-(?:cache|store)(?=[\s,=]|$)")


def redirect(response: urllib3.BaseHTTPResponse) -> str | None:
    """Return where the response redirects to, as the header has it; None if it does not."""
    location = response.headers.get("Location")
    if response.status not in _REDIRECTS or not location:
        return None
    # http.client reads headers as Latin-1; what servers mean beyond ASCII is UTF-8.
    raw = location.encode("latin-1")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return location


def moved(statuses: tuple[int, ...]) -> bool:
    """Tell whether redirects of these statuses mean that the address is to be changed for good."""
    return bool(statuses) and all(status in _PERMANENT for status in statuses)


def refused(response: urllib3.BaseHTTPResponse, host: str, now: datetime) -> Failure:
    """Return what a response is that brings no feed, by its status."""
    status = response.status
    said = f"{host} answered {status}"
    if status in _PHRASES:
        said = f"{said} {_PHRASES[status]}"
    wait = retry_after(response.headers.get("Retry-After"), now)
    if status == HTTPStatus.GONE:
        return Failure(Reason.GONE, f"{said}: the feed was removed for good")
    # RFC 9110 defines the header for 503, RFC 6585 for 429; who sends it with 403 means it, too.
    if status == HTTPStatus.TOO_MANY_REQUESTS or (status >= 400 and wait is not None):
        asked = "" if wait is None else f" and asks to wait {round(wait.total_seconds()):,} s"
        return Failure(Reason.RATE_LIMITED, f"{said}{asked}", wait)
    if status == HTTPStatus.NOT_MODIFIED:
        return Failure(Reason.SERVER_ERROR, f"{said}, though we had nothing to compare with")
    if status in _REDIRECTS:
        return Failure(Reason.SERVER_ERROR, f"{said} without saying where to")
    client = 400 <= status < 500
    return Failure(Reason.CLIENT_ERROR if client else Reason.SERVER_ERROR, said)


def validators(response: urllib3.BaseHTTPResponse, old: Validators) -> Validators:
    """Return the validators of a response; what it leaves out stays as in ``old``.

    Byte for byte: the strings are the header's bytes read as Latin-1. One that could not be sent
    back or stored as it is (too long, control characters) counts as left out.
    """
    return Validators(
        etag=_validator(response, "ETag") or old.etag,
        last_modified=_validator(response, "Last-Modified") or old.last_modified,
    )


def _validator(response: urllib3.BaseHTTPResponse, name: str) -> str | None:
    value = response.headers.get(name, "")
    usable = len(value) <= _LONGEST_VALIDATOR and not any(c < " " or c == "\x7f" for c in value)
    return value if value and usable else None


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """Read a Retry-After header (RFC 9110, 10.2.3): seconds or a date, as 0 to ``LONGEST_WAIT``.

    now: aware.  None where there is none or it can't be read.

    >>> retry_after("120", datetime(2026, 1, 1, tzinfo=UTC))
    datetime.timedelta(seconds=120)
    """
    value = (value or "").strip()
    if value.isascii() and value.isdigit():
        # Twelve digits are past any limit, and few enough to count with.
        return min(timedelta(seconds=int(value[:12])), LONGEST_WAIT)
    until = _date(value)
    return None if until is None else max(timedelta(0), min(until - now, LONGEST_WAIT))


def _date(value: str | None) -> datetime | None:
    try:
        date = parsedate_to_datetime(value or "")
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    # "-0000" gives a naive one, in UTC.
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def fresh_for(response: urllib3.BaseHTTPResponse, now: datetime) -> timedelta | None:
    """Return for how long the server has nothing newer (RFC 9111, 4.2): 0 to ``LONGEST_WAIT``.

    That is max-age, else Expires, less the time that the answer lay in a cache on its way to us.
    now: aware.  None where neither is there or can be read.
    """
    headers = response.headers
    directives = headers.get("Cache-Control", "").lower()
    found = _MAX_AGE.search(directives)
    if _UNCACHED.search(directives):
        return timedelta(0)
    if found:
        lifetime = timedelta(seconds=int(found[1][:12]))
    else:
        expires = _date(headers.get("Expires"))
        if expires is None:
            return None if "Expires" not in headers else timedelta(0)
        lifetime = expires - (_date(headers.get("Date")) or now)
    age = headers.get("Age", "").strip()
    in_cache = timedelta(seconds=int(age[:9])) if age.isascii() and age.isdigit() else timedelta(0)
    return max(timedelta(0), min(lifetime - in_cache, LONGEST_WAIT))


def too_late(host: str, seconds: float) -> Failure:
    return Failure(Reason.TIMEOUT, f"{host} did not answer in full within {seconds:g} s")


def broken(error: Exception, host: str, seconds: float) -> Failure:
    """Return what an exception of requests or urllib3 means that came before a response.

    seconds: the limit of the whole fetch, for the message.
    """
    causes = tuple(_causes(error))
    if any(isinstance(cause, _TIMEOUTS) for cause in causes):
        return too_late(host, seconds)
    for kind, reason, detail in (
        (ssl.SSLError, Reason.TLS, f"no secure connection to {host}: {_tls_reason(causes)}"),
        (urllib3.exceptions.SSLError, Reason.TLS, f"no secure connection to {host}"),
        (exceptions.ProxyError, Reason.CONNECT, f"the proxy does not reach {host}"),
        (_CLOSED, Reason.INCOMPLETE, f"{host} closed the connection before it answered"),
        (_NOT_HTTP, Reason.PROTOCOL, f"the answer of {host} is not HTTP as it should be"),
    ):
        if any(isinstance(cause, kind) for cause in causes):
            return Failure(reason, detail)
    return Failure(Reason.CONNECT, f"the connection to {host} broke")


_TIMEOUTS = (exceptions.Timeout, urllib3.exceptions.TimeoutError, TimeoutError)
_CLOSED = (RemoteDisconnected, ConnectionError, urllib3.exceptions.IncompleteRead)
_NOT_HTTP = (HTTPException, urllib3.exceptions.ProtocolError, urllib3.exceptions.InvalidHeader)


def _tls_reason(causes: tuple[BaseException, ...]) -> str:
    """Say why in OpenSSL's words, such as "self-signed certificate"."""
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return str(cause.verify_message)
        if isinstance(cause, ssl.SSLError):
            why = getattr(cause, "reason", None) or "handshake failed"
            return str(why).replace("_", " ").lower()
    return "handshake failed"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and those inside it; the libraries keep them in args, ``reason`` and the chain."""
    waiting: list[object] = [error]
    seen = set()
    while waiting:
        cause = waiting.pop(0)
        if isinstance(cause, BaseException) and id(cause) not in seen:
            seen.add(id(cause))
            yield cause
            inside = (getattr(cause, "reason", None), cause.__cause__, cause.__context__)
            waiting += [*cause.args, *inside]


# Not the server's own words: those could be anything.
_PHRASES = {status.value: status.phrase for status in HTTPStatus}
