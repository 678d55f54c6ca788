"""Reading OPML: the feeds of a reader app, with their folders. Writing it is publish's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from xml.parsers import expat

from aggregator.errors import UsageError
from aggregator.parse.addresses import absolute
from aggregator.parse.document import mend_references
from aggregator.parse.encoding import decode
from aggregator.parse.text import line, well_formed

MAX_DEPTH = 50
MAX_FEEDS = 10_000
_MAX_TITLE_CHARS = 200


@dataclass(frozen=True, slots=True)
class Outline:
    """One feed. ``folder``: the titles of the outlines around it, outermost first."""

    title: str
    feed_url: str
    site_url: str | None
    folder: tuple[str, ...] = ()


def read_opml(body: bytes) -> tuple[Outline, ...]:
    """Return the http(s) feeds of an OPML file, each address once, in the order of the file.

    Raises UsageError where it isn't OPML, isn't well-formed, has a document type (which no OPML
    needs, and which can expand without end), is deeper than 50 or holds more than 10,000 feeds.
    """
    text = well_formed(decode(body, "")).lstrip()
    if not text:
        raise UsageError("this is no OPML file: it is empty")
    reading = _Reading()
    parser = expat.ParserCreate("utf-8", namespace_separator=None)
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = reading.start
    parser.EndElementHandler = reading.end
    try:
        # The encoding given above overrides the one that the file declares.
        parser.Parse(mend_references(text).encode(), True)
    except expat.ExpatError as error:
        message = (
            f"this OPML file is broken at line {error.lineno}: {expat.ErrorString(error.code)}"
        )
        raise UsageError(message) from error
    return tuple(reading.feeds.values())


class _Reading:
    """What has been read of a file so far."""

    def __init__(self) -> None:
        self.feeds: dict[str, Outline] = {}
        self._folders: list[str] = []
        self._elements = 0

    def start(self, element: str, attributes: Mapping[str, str]) -> None:
        self._elements += 1
        if self._elements == 1 and element.lower() != "opml":
            raise UsageError(f"this is no OPML file: its root is <{element[:40]}>, not <opml>")
        if element.lower() != "outline":
            return
        if len(self._folders) == MAX_DEPTH:
            raise UsageError(f"this OPML file has outlines more than {MAX_DEPTH} deep")
        known = {name.lower(): value for name, value in attributes.items()}
        title = line(known.get("title") or known.get("text", ""), _MAX_TITLE_CHARS)
        self._add(title, known)
        self._folders.append(title)

    def end(self, element: str) -> None:
        if element.lower() == "outline":
            self._folders.pop()

    def _add(self, title: str, attributes: Mapping[str, str]) -> None:
        written = attributes.get("xmlurl", "").strip()
        # "feed:https://…" and "feed://…" are what browsers once handed to reader apps.
        if written.lower().startswith("feed:"):
            written = written[5:]
            written = f"http:{written}" if written.startswith("//") else written
        url = absolute(written)
        if url is None or url in self.feeds:
            return
        if len(self.feeds) == MAX_FEEDS:
            raise UsageError(f"this OPML file has more than {MAX_FEEDS:,} feeds")
        site = absolute(attributes.get("htmlurl", ""))
        folder = tuple(name for name in self._folders if name)
        self.feeds[url] = Outline(title or url.partition("://")[2], url, site, folder)


def _refuse_doctype(*_: object) -> None:
    raise UsageError(
        "this OPML file has a document type (<!DOCTYPE>), which is not read: remove it"
    )
