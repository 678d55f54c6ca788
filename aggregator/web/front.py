"""Feeds that are kept, answered before Flask begins; and how any request for one is answered.

Who decides whether a caller may have a feed, and makes it, is ``feeds``. What it once gave to a
request is given to the same request again, until the store's revision or the configuration moves.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from flask import Response
from werkzeug.datastructures import Accept
from werkzeug.http import http_date, is_resource_modified, parse_accept_header, parse_etags

from aggregator.web.answers import conditions, variant
from aggregator.web.rendered import CODINGS, Kept, Rendered, packed
from aggregator.web.site import ENVIRON, Site

if TYPE_CHECKING:
    from collections.abc import Hashable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_MOST = 10_000
"""Different requests that are known again; past that, all are forgotten and learned anew."""
_LONGEST = 500
"""Characters of an address, with the password, that are worth knowing again."""
_LEAST_BYTES = 500
"""What is shorter is sent as it is."""

Stamp = tuple[int, int, datetime | None]


class Finished(Response):
    """An answer to which nothing is to be added: neither a content coding nor a 304."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a request is to get: the bytes kept there under this key, with these headers.

    clocked: the time alone can change them, every minute.  kind: their Content-Type.
    """

    kept: Kept
    key: Hashable
    clocked: bool
    kind: str
    headers: tuple[tuple[str, str], ...]

    def stamp(self, site: Site) -> Stamp:
        """What the bytes depend on, as it is now."""
        minute = site.clock().replace(second=0, microsecond=0) if self.clocked else None
        return site.db.revision(), site.generation, minute

    def answer(self, environ: WSGIEnvironment, body: Rendered) -> Answer:
        """200 in the coding that the caller likes best, or 304 (412) if it says what it holds."""
        environ = conditions(environ)
        etag = variant(body.etag, parse_etags(environ.get("HTTP_IF_NONE_MATCH")))
        kind = ("Content-Type", self.kind)
        if not is_resource_modified(environ, f'"{etag}"', None, body.modified):
            headers = [*self.headers, ("ETag", f'"{etag}"')]
            if "HTTP_IF_MATCH" not in environ:
                return Answer("304 NOT MODIFIED", headers, b"")
            return Answer("412 PRECONDITION FAILED", [kind, *headers, ("Content-Length", "0")], b"")
        coding = _coding(environ.get("HTTP_ACCEPT_ENCODING", ""))
        headers = [kind, *self.headers]
        if coding and len(body.body) >= _LEAST_BYTES:
            plain = body
            body = self.kept.get((self.key, coding), plain.etag, lambda: packed(plain, coding))
            headers.append(("Content-Encoding", coding))
        if body.modified is not None:
            headers.append(("Last-Modified", http_date(body.modified)))
        headers += [("ETag", f'"{body.etag}"'), ("Content-Length", str(len(body.body)))]
        return Answer("200 OK", headers, body.body)


class Answer(NamedTuple):
    status: str
    headers: list[tuple[str, str]]
    body: bytes


@dataclass(slots=True)
class Shelf:
    """Strangers can ask for any query and any older page, but can't drive out a feed by it.

    since: when this process rendered first.
    """

    newest: Kept = field(default_factory=lambda: Kept(most=9_000, max_bytes=128_000_000))
    others: Kept = field(default_factory=lambda: Kept(most=900, max_bytes=32_000_000))
    since: datetime | None = None
    _known: dict[_Request, Known] = field(default_factory=dict)

    def remember(self, environ: WSGIEnvironment, known: Known) -> None:
        """Whoever asks the very same will get it, as long as the configuration stays."""
        asked = _request(environ)
        if len(asked.path) + len(asked.query) + len(asked.password) < _LONGEST:
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[asked] = known

    def recall(self, environ: WSGIEnvironment) -> Known | None:
        return self._known.get(_request(environ))


class Front:
    """Answers for feeds that are kept; everything else goes on to ``app``."""

    def __init__(self, app: WSGIApplication, shelf: Shelf, headers: Iterable[tuple[str, str]]):
        """headers: of every answer."""
        self._app, self._shelf, self._headers = app, shelf, tuple(headers)

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if answer := self._answer(environ):
            start(answer.status, [*answer.headers, *self._headers])
            return () if environ["REQUEST_METHOD"] == "HEAD" else (answer.body,)
        return self._app(environ, start)

    def _answer(self, environ: WSGIEnvironment) -> Answer | None:
        plain = environ["REQUEST_METHOD"] in ("GET", "HEAD") and not environ.get("CONTENT_LENGTH")
        known = self._shelf.recall(environ) if plain else None
        if known is None:
            return None
        body = known.kept.at(known.key, known.stamp(environ[ENVIRON]))
        return None if body is None else known.answer(environ, body)


class _Request(NamedTuple):
    """All of a request that decides who gets what: whoever has another password asks otherwise.

    password: the Authorization header as it came; "" where nobody asks for one.
    page: whether a browser wants to show it.
    """

    generation: int
    path: str
    query: str
    password: str
    page: bool


def _request(environ: WSGIEnvironment) -> _Request:
    site: Site = environ[ENVIRON]
    return _Request(
        site.generation,
        environ["PATH_INFO"],
        environ.get("QUERY_STRING", ""),
        "" if site.auth is None else environ.get("HTTP_AUTHORIZATION", ""),
        environ.get("HTTP_SEC_FETCH_DEST") == "document",
    )


def _coding(accepted: str) -> str:
    return _chosen(accepted) if len(accepted) < _LONGEST else ""


@lru_cache(maxsize=256)
def _chosen(accepted: str) -> str:
    """The coding that a caller likes best; "" for none."""
    chosen = parse_accept_header(accepted, Accept).best_match([*CODINGS, "identity"])
    return "" if chosen in (None, "identity") else str(chosen)
