"""Text of a feed → its raw entries, each with a mark by which it is known again. Parses nothing.

An entry whose mark is known reads as it did before: the mark is a hash over its text and over all
that it inherits, which is the whole document around the entries but for comments and dates. Where
that can't be told from the text there are no marks, and all entries are read.
"""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass
from hashlib import blake2b
from itertools import pairwise

from aggregator.model import MARK_BYTES
from aggregator.parse.expat import NAMESPACES

RULES = 1
"""Count up when the same text is read otherwise than before: what was marked is then read again."""

_CLOSED_BY = {"<!--": "-->", "<![CDATA[": "]]>", "<?": "?>"}
# In a well-formed document every other "<" begins a tag, and no tag holds another "<".
_TOKEN = re.compile(r"<(?:!--|!\[CDATA\[|\?|/?(?:item|entry)(?=[\s/>]))")
_STRUCTURE = re.compile(rf"{_TOKEN.pattern}|-->|\]\]>|\?>|xmlns:")
# Of what may hold an element as mere text, nothing is to be mistaken for one: it goes first.
_PASSING = re.compile(
    r"<!\[CDATA\[.*?\]\]>|<\?.*?\?>|<!--.*?-->|"
    r"<(lastBuildDate|pubDate|updated|dc:date|openSearch:totalResults)>[\w\s:.,+-]*(?=</\1>)",
    re.DOTALL | re.ASCII,
)
_SAFE_COMMENT = re.compile(r"<!--(?:[\w\s:.,;/()\[\]#=+@'\"]|-(?!-))*-->", re.ASCII)
_DECLARED = re.compile(r"xmlns:([\w.-]{1,64})\s{0,9}=\s{0,9}(\"[^\"]{0,512}\"|'[^']{0,512}')")


@dataclass(frozen=True, slots=True)
class Raws:
    """A text and where its entries are in it: (start, end), in order, with the mark of each."""

    text: str
    spans: tuple[tuple[int, int], ...] = ()
    marks: tuple[bytes, ...] = ()

    def known(self, seen: Set[bytes]) -> frozenset[int]:
        """Return the positions of the entries whose marks were seen."""
        return frozenset(n for n, mark in enumerate(self.marks) if mark in seen)

    def without(self, passed: Set[int]) -> tuple[str, tuple[int, ...]]:
        """Return the text with one empty entry in the place of each run of these.

        And the positions of the entries that are left: of a run, that of its first. Being read
        there, it shows that an entry can stand there; nothing but space stands within a run.
        """
        pieces, places, at = [], [], 0
        for n, (start, end) in enumerate(self.spans):
            if n not in passed:
                places.append(n)
                continue
            if n - 1 in passed:
                at = end
                continue
            name = "item" if self.text.startswith("<item", start) else "entry"
            pieces += [self.text[at:start], f"<{name}/>"]
            places.append(n)
            at = end
        return "".join((*pieces, self.text[at:])), tuple(places)


def split(text: str, inherited: str) -> Raws:
    """Return the raw entries of RSS or Atom; none where anything about them is odd.

    text: from the root element on.  inherited: what else they are read by (address, entities).
    Looks at a few tags only, in linear time. That the document is well-formed, and that no entry
    changes how another is read, has to be found by the parser.
    """
    spans = _spans(text)
    if not spans:
        return Raws(text)
    head, tail = text[: spans[0][0]], text[spans[-1][1] :]
    gaps = (text[end:start] for (_, end), (start, _) in pairwise(spans))
    if any(gap.strip() for gap in gaps) or not _plain_prefixes(text, head):
        return Raws(text)
    around = (str(RULES), inherited, _PASSING.sub(_lasting, head), _PASSING.sub(_lasting, tail))
    key = blake2b("\0".join(around).encode("utf-8", "surrogatepass")).digest()
    return Raws(text, tuple(spans), tuple(_mark(text[start:end], key) for start, end in spans))


def same_structure(text: str, repaired: str) -> bool:
    """Tell whether a repair left all that ``split`` goes by as it was: it might make a tag."""
    return len(_STRUCTURE.findall(text)) == len(_STRUCTURE.findall(repaired))


def _mark(raw: str, key: bytes) -> bytes:
    return blake2b(raw.encode("utf-8", "surrogatepass"), digest_size=MARK_BYTES, key=key).digest()


def _spans(text: str) -> list[tuple[int, int]]:
    """Return where the entries are; none where one is inside another or something isn't closed."""
    spans: list[tuple[int, int]] = []
    at, opened = 0, -1
    while token := _TOKEN.search(text, at):
        at = token.end()
        ends = token[0].startswith("</")
        if not ends and token[0] not in _CLOSED_BY:
            if opened >= 0:
                return []
            opened = token.start()
            continue
        closing = _CLOSED_BY.get(token[0], ">")
        at = text.find(closing, at) + len(closing)
        if at < len(closing) or (ends and opened < 0):
            return []
        if ends:
            spans.append((opened, at))
            opened = -1
    return spans if opened < 0 else []


def _lasting(part: re.Match[str]) -> str:
    """Return what of a part of the frame stays in the mark: no date, no comment."""
    if part[1]:
        return f"<{part[1]}>"
    return "" if _SAFE_COMMENT.fullmatch(part[0]) else part[0]


def _plain_prefixes(text: str, head: str) -> bool:
    """Tell whether a prefix that an entry declares means the same in all of the document.

    feedparser forgets none when its element ends, and knows some by their names.
    """
    if text.find("xmlns:", len(head)) < 0:
        return True
    declared = _DECLARED.findall(text)
    meanings = {(prefix, uri[1:-1]) for prefix, uri in declared}
    around = {(prefix, uri[1:-1]) for prefix, uri in _DECLARED.findall(head)}
    return (
        len(declared) == text.count("xmlns:")
        and len({prefix for prefix, _ in meanings}) == len(meanings)
        and len({uri for _, uri in meanings - around}) == len(meanings - around)
        and all(_is_ordinary(prefix, uri.lower()) for prefix, uri in meanings - around)
    )


def _is_ordinary(prefix: str, uri: str) -> bool:
    return NAMESPACES.get(uri, prefix) == prefix and "backend.userland.com/rss" not in uri
