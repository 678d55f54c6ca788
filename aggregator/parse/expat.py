"""The XML parser behind feedparser: Python's own, with less between the two for each element.

feedparser has it made by SAX, which asks a module of a given name for it (``create_parser``). What
feedparser is told is the same as by SAX's own, in fewer pieces and fewer steps.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from xml.sax.expatreader import ExpatParser

import feedparser

NAMESPACES = {
    uri.lower(): prefix
    for uri, prefix in feedparser.mixin._FeedParserMixin.namespaces.items()  # noqa: SLF001
}
"""Address → prefix of the namespaces that feedparser knows by heart."""

_USUAL = 200
"""Characters of a name that is remembered: a stranger's may have millions."""
_PARTS = 3
"""Of a name: namespace, name, prefix. Where there are more, a namespace has spaces in it."""


class _Parser(ExpatParser):
    """Text in one piece, not in one for each line and reference; plain elements as plain names."""

    _parser: Any
    _cont_handler: Any

    def reset(self) -> None:
        super().reset()
        self._parser.buffer_text = True
        self._parser.CharacterDataHandler = self._cont_handler.handle_data

    def start_element_ns(self, name: str, attrs: Mapping[str, str]) -> None:
        known = _known_name(name) if len(name) <= _USUAL else None
        handler = self._cont_handler
        if known is None or handler.decls or any(" " in each for each in attrs):
            super().start_element_ns(name, attrs)
        else:
            values = {each.lower(): value for each, value in attrs.items()}
            handler.unknown_starttag(known, list(values.items()))

    def end_element_ns(self, name: str) -> None:
        known = _known_name(name) if len(name) <= _USUAL else None
        if known is None:
            super().end_element_ns(name)
        else:
            self._cont_handler.unknown_endtag(known)


@lru_cache(1024)
def _known_name(name: str) -> str | None:
    """Return what feedparser calls an element; None where that depends on the document.

    name: as expat says it: the namespace if it has one, the name, the prefix if it has one.
    """
    parts = name.split()
    uri, local = parts[:2] if len(parts) > 1 else ("", name)
    prefix = NAMESPACES.get(uri.lower())
    if prefix is None or len(parts) > _PARTS:
        return None
    return (f"{prefix}:{local}" if prefix else local).lower()


def create_parser() -> Any:
    """Return a new parser, as SAX wants it."""
    return _Parser()
