"""Plain text: well-formed, on one line or several, cut sensibly. Cleaning HTML is clean's."""

from __future__ import annotations

import html
import re
import unicodedata

# C0 and C1 controls but tab and newline, lone surrogates, the byte order mark, and what Unicode
# calls noncharacters. (Those beyond U+FFFF are legal in XML, and would make this 17 times slower.)
_ILLEGAL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff]")
# Embeddings and overrides reorder what stands beside them ("Trojan Source", CVE-2021-42574);
# marks (U+200E, U+200F, U+061C) and balanced isolates are all that honest text needs.
_EMBEDDINGS = re.compile("[\u202a-\u202e]")
_ISOLATE = re.compile("[\u2066-\u2069]")
_POP_ISOLATE = "\u2069"

_SENTENCE_END = re.compile(r"[.!?…؟۔։।](?=\s)|[。！？]")
_BLOCK = (
    "address|article|aside|blockquote|br|caption|dd|details|div|dl|dt|figcaption|figure|footer|"
    "h[1-6]|header|hr|li|main|nav|ol|p|pre|section|summary|table|tbody|tfoot|thead|tr|ul"
)
_BLOCK_TAG = re.compile(rf"</?(?:{_BLOCK})(?: [^>]*)?>")
_CELL_TAG = re.compile(r"<t[dh](?: [^>]*)?>")
_TAG = re.compile(r"<[^<>]*>")


def well_formed(text: str) -> str:
    r"""Return ``text`` with nothing that XML 1.0 or UTF-8 can't carry. Newlines become ``\n``.

    >>> well_formed("a\x00b\r\nc\ud800")
    'ab\nc'
    """
    if text.isascii() and text.isprintable():  # told in no time
        return text
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _ILLEGAL.sub("", text)


def line(text: str, limit: int) -> str:
    r"""Return ``text`` on one line, well-formed, its direction contained, cut at a word.

    >>> line("  War\n and\tpeace ", 20)
    'War and peace'
    """
    return shorten(" ".join(_contained(well_formed(text)).split()), limit)


def plain(markup: str) -> str:
    r"""Return the text of clean HTML: a line per block, cells and words apart, no empty lines.

    markup: as ``clean.clean`` writes it, where ``<`` and ``>`` stand for tags only.

    >>> plain("<p>Peace &amp; war</p><ul><li>one<li>two</ul>")
    'Peace & war\none\ntwo'
    """
    text = _BLOCK_TAG.sub("\n", markup.replace("\n", " "))
    return _lines(html.unescape(_TAG.sub("", _CELL_TAG.sub(" ", text))))


def strip_tags(markup: str) -> str:
    """Return the text of any HTML without understanding it: for what is too deep to be parsed."""
    return _lines(html.unescape(_TAG.sub(" ", markup)))


def paragraphs(text: str) -> str:
    """Return plain text as HTML: a paragraph per line."""
    parts = _lines(text).split("\n")
    return "".join(f"<p>{html.escape(part, quote=False)}</p>" for part in parts if part)


def shorten(text: str, limit: int, *, sentences: bool = False) -> str:
    """Return at most ``limit`` characters of ``text``, ended at a sentence or at a word with "…".

    limit: 1 or more.  sentences: end at a sentence, if one ends in the second half.

    >>> shorten("The guns fell silent. Nobody cheered.", 30, sentences=True)
    'The guns fell silent.'
    >>> shorten("The guns fell silent. Nobody cheered.", 30)
    'The guns fell silent. Nobody…'
    """
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    if sentences:
        # A mark may end right at the cut, its space just behind it.
        ends = [
            end
            for mark in _SENTENCE_END.finditer(text[: limit + 1])
            if (end := mark.end()) <= limit
        ]
        if ends and ends[-1] > limit // 2:
            return text[: ends[-1]]
    space = max(cut.rfind(" "), cut.rfind("\n"))
    if space >= limit // 2 and not text[limit - 1].isspace():
        cut = cut[:space]
    elif unicodedata.combining(text[limit - 1]):
        # Never between a letter and its marks.
        cut = cut.rstrip("".join({char for char in cut if unicodedata.combining(char)}))[:-1]
    return cut.rstrip(" \n,;:–—-") + "…"


def _lines(text: str) -> str:
    stripped = (" ".join(part.split()) for part in _contained(well_formed(text)).split("\n"))
    return "\n".join(part for part in stripped if part)


def _contained(text: str) -> str:
    """Return ``text`` so that its writing direction can't leak into what follows it."""
    if text.isascii():
        return text
    text = _EMBEDDINGS.sub("", text)
    if not _ISOLATE.search(text):
        return text
    depth, kept = 0, []
    for part in re.split("([\u2066-\u2069])", text):
        if part == _POP_ISOLATE:
            if not depth:
                continue
            depth -= 1
        elif _ISOLATE.match(part):
            depth += 1
        kept.append(part)
    return "".join(kept) + _POP_ISOLATE * depth
