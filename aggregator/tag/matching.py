"""Does a query hold for an article in hand? The store answers the same from the same columns."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import chain
from urllib.parse import urlsplit

from aggregator.model import Article
from aggregator.tag.syntax import (
    After,
    And,
    Before,
    Domain,
    Everything,
    Field,
    Lang,
    Not,
    Or,
    Phrase,
    Query,
    Source,
    Topic,
    Within,
)
from aggregator.tag.words import BARRIER, tokens

MAX_TOKENS = 20_000
"""What stands later than this in one search column is not searched."""


@dataclass(frozen=True, slots=True)
class SearchColumns:
    """An article as it is searched: each column is tokens joined by single spaces.

    ``BARRIER`` stands between summary and text, and between the items of a list.
    """

    title: str
    body: str
    authors: str
    categories: str


def search_columns(article: Article) -> SearchColumns:
    """Return what ``Phrase`` is looked up in, here and in the database."""
    return SearchColumns(
        title=_column(article.title),
        body=_column(article.summary, article.text),
        authors=_column(*article.authors),
        categories=_column(*article.categories),
    )


def _column(*texts: str) -> str:
    row = chain.from_iterable((BARRIER, *tokens(text)) for text in texts)
    return " ".join(list(row)[1 : MAX_TOKENS + 1])


class Asked:
    """An article that many queries are put to; its columns are made once, if one needs them."""

    def __init__(self, article: Article) -> None:
        self.article = article

    @cached_property
    def _columns(self) -> SearchColumns:
        return search_columns(self.article)

    def matches(self, query: Query, now: datetime) -> bool:
        """Return whether a query holds.

        now: aware, UTC; only ``within:`` reads it.
        """
        match query:
            case And(parts):
                return all(self.matches(part, now) for part in parts)
            case Or(parts):
                return any(self.matches(part, now) for part in parts)
            case Not(part):
                return not self.matches(part, now)
            case Phrase(field, words):
                return _stands_in(self._columns, field, f" {' '.join(words)} ")
            case _:
                return _fits(query, self.article, now)


def matches(query: Query, article: Article, now: datetime) -> bool:
    """Return whether one query holds for an article; see ``Asked``."""
    return Asked(article).matches(query, now)


def _stands_in(columns: SearchColumns, field: Field, phrase: str) -> bool:
    looked_up = {
        "any": (columns.title, columns.body),
        "title": (columns.title,),
        "author": (columns.authors,),
        "category": (columns.categories,),
    }[field]
    return any(phrase in f" {column} " for column in looked_up)


def _fits(  # noqa: PLR0911 - a line for each kind of leaf
    leaf: Topic | Source | Lang | Domain | After | Before | Within | Everything,
    article: Article,
    now: datetime,
) -> bool:
    match leaf:
        case Topic(slug):
            return any(hit.topic == slug for hit in article.topics)
        case Source(key):
            return any(seen.outlet.key == key for seen in article.appearances)
        case Lang(code):
            return f"{article.language or ''}-".lower().startswith(f"{code}-")
        case Domain(host):
            return f".{link_host(article.link)}".endswith(f".{host}")
        case After(at):
            return article.listed >= at
        case Before(at):
            return article.listed < at
        case Within(span):
            return article.listed >= now - span
        case _:
            return True


def link_host(link: str | None) -> str:
    """Return the host that ``domain:`` compares: lower case, punycode, without "www."; or "".

    >>> link_host("https://www.Example.org:8080/a")
    'example.org'
    """
    try:
        host = urlsplit(link or "").hostname or ""
    except ValueError:
        return ""
    return normal_host(host)


def normal_host(name: str) -> str:
    """Return a host name as ``Domain`` holds it."""
    name = name.strip(".").lower()
    if not name.isascii():
        with suppress(UnicodeError):  # no name that DNS could know: compared as it is written
            name = name.encode("idna").decode("ascii")
    return name.removeprefix("www.")
