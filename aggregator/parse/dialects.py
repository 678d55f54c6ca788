"""What feedparser lacks for news: it is told here, once, how to read a few elements.

Its two parser classes get the methods below. Everything else of a feed is feedparser's own.
"""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from typing import Any
from xml.sax import SAXException

import feedparser

from aggregator.parse import expat

MAX_TAGS = 200
"""Categories of one entry; feedparser compares each with all others."""

ENTANGLED = "aggregator_entangled"
"""Set in the data of a feed where an entry may have changed how others are read."""

SKIPPED = "aggregator_skipped"
"""Key in the data of a feed: the hours and days in which it asks not to be polled, as written."""

# What feedparser sets anew at each entry, and what it asks for chapters only.
_OF_ONE_ENTRY = {"inentry", "title_depth", "guidislink", "psc_chapters_flag", "opened"}


class _Dialect:
    """Methods that stand before feedparser's own; ``self`` is one of its parsers."""

    # A guid is a name, not an address: resolving it would change it with the feed's address.
    can_be_relative_uri = feedparser.mixin._FeedParserMixin.can_be_relative_uri - {"id"}  # noqa: SLF001

    def startElementNS(self: Any, name: Any, qname: Any, attrs: Any) -> None:  # noqa: N802 - SAX's
        """Make a namespace with odd spaces in it a fault of the document, not of the parser.

        Python's SAX splits names at any white space; feedparser then tries its forgiving parser.
        """
        try:
            super().startElementNS(name, qname, attrs)  # type: ignore[misc]  # a mixin
        except ValueError as error:
            raise SAXException(str(error)) from error

    def unknown_starttag(self: Any, tag: str, attributes: Any) -> None:
        with suppress(KeyError, IndexError):  # see below
            super().unknown_starttag(tag, attributes)  # type: ignore[misc]  # a mixin

    def unknown_endtag(self: Any, tag: str) -> None:
        """Let an element at an odd place be lost alone, and not the whole document by it.

        Some of feedparser's methods take for granted what stands around their element.
        """
        try:
            super().unknown_endtag(tag)  # type: ignore[misc]  # a mixin
        except (KeyError, IndexError):
            self.depth -= 1  # and what else feedparser does last
            for stack in (self.basestack, self.langstack):
                del stack[-1:]
            self.baseuri = self.basestack[-1] if self.basestack else self.baseuri
            self.lang = self.langstack[-1] if self.langstack else self.lang

    def push_content(self: Any, *about: Any) -> None:
        """Keep what is said of a text in a plain dictionary.

        It has none of the names that feedparser's own answers to, and is asked at each step.
        """
        super().push_content(*about)  # type: ignore[misc]  # a mixin
        self.contentparams = dict(self.contentparams)

    def _start_item(self: Any, attributes: dict[str, str]) -> None:
        if not self.entries:
            self.outside, self.opened = _state(self), len(self.elementstack)
        super()._start_item(attributes)  # type: ignore[misc]  # a mixin

    def _end_item(self: Any) -> None:
        """Close what an entry left open (Atom's content always is); note what else it left."""
        super()._end_item()  # type: ignore[misc]  # a mixin
        del self.elementstack[self.opened :]
        if _state(self) != self.outside:
            self.feeddata[ENTANGLED] = True

    _start_entry, _end_entry = _start_item, _end_item

    def _end_hour(self: Any) -> None:
        """Keep all hours of skipHours; feedparser has only the last element of a name."""
        self._skip("hour")

    def _end_day(self: Any) -> None:
        self._skip("day")

    def _skip(self: Any, element: str) -> None:
        value = self.pop(element)
        if not self.inentry:
            self.feeddata.setdefault(SKIPPED, []).append(value)

    def _start_media_title(self: Any, attributes: dict[str, str]) -> None:
        self.push_content("media_title", attributes, "text/plain", 1)

    def _end_media_title(self: Any) -> None:
        self._close_words("media_title")

    def _start_media_description(self: Any, attributes: dict[str, str]) -> None:
        self.push_content("media_description", attributes, "text/plain", 1)

    def _end_media_description(self: Any) -> None:
        self._close_words("media_description")

    def _close_words(self: Any, element: str) -> None:
        """Keep the words of a picture apart from the entry's, beside the file they stand in."""
        self.pop_content(element)
        context = self._get_context()
        for item in context.get("media_content", [])[-1:]:
            item.setdefault(f"{element}_detail", context.get(f"{element}_detail"))

    def _add_tag(self: Any, term: Any, scheme: Any, label: Any) -> None:
        if len(self._get_context().get("tags", ())) < MAX_TAGS:
            super()._add_tag(term, scheme, label)  # type: ignore[misc]  # a mixin

    def _sync_author_detail(self: Any, key: str = "author") -> None:
        """Keep an author as written. feedparser's search for an email needs minutes for 80 kB."""
        context = self._get_context()
        details = context.get(f"{key}s")
        if details and not details[-1] and context.get(key):
            details[-1]["name"] = context[key]


def _state(parser: Any) -> tuple[object, ...]:
    """Return all that feedparser's handlers look at, but for the entry that they are in."""
    return (
        {
            name: value
            for name, value in vars(parser).items()
            if isinstance(value, (int, str)) and name not in _OF_ONE_ENTRY
        },
        [element[0] for element in parser.elementstack],
        [*parser.basestack],
        [*parser.langstack],
        dict.copy(parser.contentparams),
        dict.copy(parser.sourcedata),
        dict.copy(parser.feeddata),
    )


def install() -> None:
    """Put the methods before feedparser's; a second call changes nothing.

    And spare it what it does for each document or element to no use: to look for a parser that
    nobody has had for years, to join a base address to itself, to read dates that are read here.
    """
    feedparser.api.PREFERRED_XML_PARSERS[:] = [expat.__name__]
    feedparser.datetimes._date_handlers.clear()  # noqa: SLF001
    if not hasattr(feedparser.mixin.make_safe_absolute_uri, "cache_info"):
        feedparser.mixin.make_safe_absolute_uri = lru_cache(64)(
            feedparser.urls.make_safe_absolute_uri
        )
    for name in ("StrictFeedParser", "LooseFeedParser"):
        parser = getattr(feedparser.api, name)
        if not issubclass(parser, _Dialect):
            setattr(feedparser.api, name, type(name, (_Dialect, parser), {}))
