"""What Link headers (RFC 8288) say of WebSub: the hub and the feed's own name. No other links."""

from __future__ import annotations

from requests.utils import parse_header_links

from aggregator.fetch.address import Address
from aggregator.fetch.failure import Failure
from aggregator.model import Offer

_LONGEST = 8_000
"""Characters of the headers together; what is longer says nothing."""


def offer(header: str, at: Address) -> Offer:
    """Return the first hub and the first self of the Link headers, joined by commas.

    at: where they were found.

    >>> from aggregator.fetch.address import parse
    >>> offer('</hub>; rel="hub", <b>;rel=self', parse("https://a.example/feed"))
    Offer(hub='https://a.example/hub', topic='https://a.example/b')
    """
    if not header or len(header) > _LONGEST:
        return Offer()
    found: dict[str, str] = {}
    for link in parse_header_links(header):
        rels = " ".join(value for name, value in link.items() if name.lower() == "rel")
        for rel in rels.lower().split():
            if rel not in found and (url := _absolute(link["url"], at)):
                found[rel] = url
    return Offer(found.get("hub", ""), found.get("self", ""))


def _absolute(url: str, at: Address) -> str:
    try:
        return at.join(url).url if url else ""
    except Failure:
        return ""
