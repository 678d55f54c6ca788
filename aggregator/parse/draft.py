"""The draft: one entry as its format brings it, before anything is cleaned, cut or resolved.

What a reader of a format (``feed``, ``jsonfeed``) hands to ``entry``. Strings may hold anything.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Markup:
    """A text and how to read it. ``base``: its own xml:base, empty if it has none."""

    value: str
    html: bool = False
    base: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """A picture, sound or film. Numbers are as written. ``medium``: "image", "audio", "video"…"""

    url: str
    type: str = ""
    medium: str = ""
    length: str = ""
    width: str = ""
    height: str = ""
    alt: Markup = Markup("")


@dataclass(frozen=True, slots=True)
class Draft:
    """One entry before cleaning.

    links: candidates, best first.  titles, summaries: likewise.  contents: all, in any order.
    images: groups of candidates, best group first.  authors, dates: as written.
    base: what the entry's own addresses are relative to.
    """

    guid: str = ""
    links: tuple[str, ...] = ()
    titles: tuple[Markup, ...] = ()
    summaries: tuple[Markup, ...] = ()
    contents: tuple[Markup, ...] = ()
    authors: tuple[str, ...] = ()
    published: str = ""
    updated: str = ""
    images: tuple[tuple[File, ...], ...] = ()
    enclosures: tuple[File, ...] = ()
    categories: tuple[str, ...] = ()
    language: str = ""
    base: str = ""
