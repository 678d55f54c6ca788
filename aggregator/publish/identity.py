"""The names under which articles, stories and feeds are known for ever; not their addresses.

Reader apps know an article by its id alone, so no id holds a host name, a title or a topic. They
are ``tag:`` URIs (RFC 4151) under a domain that can never belong to anybody (RFC 2606).
"""

from __future__ import annotations

from urllib.parse import quote

_AUTHORITY = "tag:news-aggregator.invalid,2026:"


def article_uri(article: str) -> str:
    """The id of an article in every feed and format.

    >>> article_uri("abcdefghijklmnopqrstuvwxyz")
    'tag:news-aggregator.invalid,2026:article/abcdefghijklmnopqrstuvwxyz'
    """
    return f"{_AUTHORITY}article/{_part(article)}"


def story_uri(story: str) -> str:
    """The id of a story in every feed and format.

    >>> story_uri("abcdefghijklmnopqrstuvwxyz")
    'tag:news-aggregator.invalid,2026:story/abcdefghijklmnopqrstuvwxyz'
    """
    return f"{_AUTHORITY}story/{_part(story)}"


def feed_uri(installation: str, slug: str) -> str:
    """The id of one of our feeds. The same slug elsewhere is another feed: hence ``installation``.

    >>> feed_uri("0badcafe", "war")
    'tag:news-aggregator.invalid,2026:feed/0badcafe/war'
    """
    return f"{_AUTHORITY}feed/{_part(installation)}/{_part(slug)}"


def source_uri(key: str) -> str:
    """The id of a source, which stays when its feed moves to another address.

    >>> source_uri("example")
    'tag:news-aggregator.invalid,2026:source/example'
    """
    return f"{_AUTHORITY}source/{_part(key)}"


def _part(text: str) -> str:
    return quote(text, safe="", errors="replace")
