"""What a request says beside the address: who asks, for what, what is had already. No sockets."""

from __future__ import annotations

import base64

from requests.structures import CaseInsensitiveDict

from aggregator.fetch.body import ACCEPT_ENCODING
from aggregator.model import Source, Validators

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.5"
)


def request_headers(
    user_agent: str, validators: Validators, source: Source | None
) -> CaseInsensitiveDict[str | bytes]:
    """Return the headers of a request; the last word counts, whatever the case of the name.

    source: whose own headers and auth go along, if any do.
    """
    ours = {"User-Agent": user_agent, "Accept": ACCEPT, "Accept-Encoding": ACCEPT_ENCODING}
    told = [*ours.items(), *_conditions(validators).items()]
    if source is not None:
        told += _own_headers(source).items()
    return CaseInsensitiveDict(told)


def _conditions(validators: Validators) -> dict[str, str | bytes]:
    # As bytes: requests (to a proxy) takes some Latin-1 characters for white space.
    given = {"If-None-Match": validators.etag, "If-Modified-Since": validators.last_modified}
    return {name: value.encode("latin-1") for name, value in given.items() if value}


def _own_headers(source: Source) -> dict[str, str | bytes]:
    headers: dict[str, str | bytes] = {name: value.encode() for name, value in source.headers}
    if source.auth is not None:
        # In UTF-8, RFC 7617 section 2.1; requests would fail beyond Latin-1.
        headers["Authorization"] = b"Basic " + base64.b64encode(":".join(source.auth).encode())
    return headers
