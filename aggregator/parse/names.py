"""The names of authors, out of everything that feeds write there. Knows nothing of who they are."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from itertools import chain

from aggregator.parse.text import line

_MAX_CHARS = 200
_EMAIL = re.compile(r"[^\s@<>()\"',;:]{1,64}@[^\s@<>()\"',;]{1,255}")
_BRACKETS = re.compile(r"\(([^()]*)\)|<([^<>]*)>")
_BY = re.compile(r"(?:by|von|par|por|автор:|müəllif:)\s+", re.IGNORECASE)
_BETWEEN = re.compile(r"\s*,\s*(?:and\s+|&\s*)?|\s+(?:and|&|und|et|y|e|и|və|ve)\s+")
# Small words inside names of people.
_PARTICLES = frozenset(
    {"al", "bin", "da", "de", "del", "den", "der", "di", "do", "dos", "du", "el", "ibn", "la", "le"}
    | {"ten", "van", "von"}
)


def author_names(written: Iterable[str], limit: int) -> tuple[str, ...]:
    """Return the names in the author fields of an entry: each once, in order, at most ``limit``.

    >>> author_names(["jane@example.org (Jane Doe)", "By Jane Doe and John van Roe"], 10)
    ('Jane Doe', 'John van Roe')
    """
    names: dict[str, None] = {}
    for field in written:
        author = _without_email(line(html.unescape(field), 10 * _MAX_CHARS))
        people = chain.from_iterable(_people(part.strip()) for part in author.split(";"))
        names |= dict.fromkeys(name[:_MAX_CHARS] for name in people)
    return tuple(names)[:limit]


def _without_email(author: str) -> str:
    """Return the name of ``email (Name)``, ``Name <email>`` and ``Name (email)``; maybe nothing."""
    if "@" in author:
        # What is left in the brackets beside an email is the name, or nothing.
        author = _BRACKETS.sub(
            lambda part: f" {part[1] or part[2] or ''} ", _EMAIL.sub("", author)
        ).strip(" ()<>\"'")
    author = " ".join(author.split()).strip(" ,;:|-–—")
    prefix = _BY.match(author)
    return author[prefix.end() :] if prefix else author


def _people(author: str) -> list[str]:
    """Return the people of a byline, if all of its parts are; else the whole, as it stands.

    ``Doe, Jane`` is one person, ``Health and Safety Executive`` is none.
    """
    parts = [part for part in _BETWEEN.split(author) if part]
    if len(parts) > 1 and all(map(_is_person, parts)):
        return parts
    return [author] if author else []


def _is_person(name: str) -> bool:
    words = name.split()
    return 2 <= len(words) <= 4 and all(
        not word[0].islower() or word in _PARTICLES for word in words
    )
