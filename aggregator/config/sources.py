"""``sources:`` → Source values: keys from addresses, files inside the directory, secrets."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from aggregator.config.document import Node
from aggregator.config.environment import read_secret, secret_from_variable
from aggregator.config.read import locate, nearest, read
from aggregator.config.shapes import AuthShape, SourceShape
from aggregator.errors import Problem
from aggregator.model import Source

# Words that say "this is a feed", not whose; without them keys stay short and readable.
_SAYS_NOTHING = frozenset({"www", "rss", "rss2", "feed", "feeds", "atom", "rdf", "xml", "json", "index"})


def default_key(url: str) -> str:
    """Return the key of a source that was given none. Never change this rule: articles' ids
    are made with the key.

    >>> default_key("https://feeds.bbci.co.uk/news/world/rss.xml")
    'bbci-co-uk-news-world'
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if not host.isascii():
        host = host.encode("idna").decode()
    rest = unquote(f"{parts.path} {parts.query}").lower()
    words = re.findall("[a-z0-9]+", f"{host} {rest}")
    key = "-".join(word for word in words if word not in _SAYS_NOTHING) or "-".join(words) or "feed"
    if len(key) > 64:
        key = f"{key[:55]}-{hashlib.blake2b(url.encode(), digest_size=4).hexdigest()}"
    return key


class Sources:
    pass
