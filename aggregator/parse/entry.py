"""A draft becomes an entry: clean, absolute, cut, complete. The same for every format."""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from aggregator.model import Entry, Skipped, SkipReason
from aggregator.parse.addresses import absolute
from aggregator.parse.clean import clean, one_line
from aggregator.parse.dates import when
from aggregator.parse.draft import Draft, Markup
from aggregator.parse.limits import ParseLimits
from aggregator.parse.media import enclosures, lead_image
from aggregator.parse.names import author_names
from aggregator.parse.text import line, paragraphs, plain, shorten, well_formed

STANDFIRST_CHARS = 500
"""A summary made from an article's text is about as long as a long standfirst."""

_MAX_GUID_CHARS = 2_000
_MAX_CATEGORY_CHARS = 200
_MADE_TITLE_CHARS = 80
# A description with one of these is more than a standfirst.
_RICH = re.compile(r"<(?:a|img|li|blockquote|h[1-6]|table|pre|figure|details)[ >]")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8}){0,4}")
# BCP 47's ways to say that the language isn't known, or that there are several.
_NO_LANGUAGE = frozenset({"und", "mul", "zxx", "mis"})

_Raw = TypeVar("_Raw")


@dataclass(frozen=True, slots=True)
class Frame:
    """What all entries of one document share. ``authors``: of the feed, where entries inherit."""

    url: str
    now: datetime
    limits: ParseLimits
    language: str | None = None
    authors: tuple[str, ...] = ()


def read_entries(
    raws: Sequence[_Raw],
    draft: Callable[[_Raw], Draft],
    frame: Frame,
    places: Sequence[int] = (),
    passed: Set[int] = frozenset(),
) -> tuple[tuple[Entry, ...], tuple[Skipped, ...]]:
    """Return the entries of a document, and the ones left out, both in document order.

    draft: makes a draft of one raw entry. Whatever one entry does, the others come in.
    places: the position of each, if it isn't the one in ``raws``.
    passed: positions of entries that are neither read nor left out.
    """
    entries: list[Entry] = []
    skipped: list[Skipped] = []
    most = frame.limits.max_entries
    for position, raw in zip(places or range(most), raws[:most], strict=False):
        if position in passed:
            continue
        try:
            entry = read_entry(draft(raw), frame)
        except Exception as error:  # noqa: BLE001 - one bad entry stays one bad entry
            detail = line(f"{type(error).__name__}: {error}", 200)
            skipped.append(Skipped(position, SkipReason.BROKEN, detail))
            continue
        if entry:
            entries.append(entry)
        else:
            skipped.append(Skipped(position, SkipReason.EMPTY, "no title, no text and no link"))
    if len(raws) > most:
        detail = f"{len(raws) - most} entries past the limit of {most}"
        skipped.append(Skipped(most, SkipReason.TOO_MANY, detail))
    return tuple(entries), tuple(skipped)


def read_entry(draft: Draft, frame: Frame) -> Entry | None:
    """Return a draft as an entry; None if it has neither title nor text nor link."""
    limits = frame.limits
    home = draft.base or frame.url
    link = next((found for one in draft.links if (found := absolute(one, home))), None)
    base = draft.base or link or frame.url
    summary, content, text = _texts(draft, base, limits)
    files = enclosures(draft.enclosures, base, limits.max_enclosures)
    title = next(
        (found for one in draft.titles if (found := one_line(one, limits.max_title_chars))), ""
    )
    if not (title or text or summary or link or files):
        return None
    image = lead_image(draft, content, base)
    published = when(draft.published, frame.now)
    updated = when(draft.updated, frame.now)
    return Entry(
        guid=_guid(draft.guid),
        link=link,
        title=title or _made_title(text or summary, link or (files[0].url if files else "")),
        summary=summary,
        content=content,
        text=text,
        authors=author_names(draft.authors, limits.max_authors) or frame.authors,
        # Without its own date of publication, an entry was published when it was last touched.
        published=published or updated,
        updated=updated,
        image=image,
        enclosures=files,
        categories=_categories(draft.categories, limits.max_categories),
        language=language_tag(draft.language) or frame.language,
    )


def language_tag(written: str) -> str | None:
    """Return a BCP 47 tag in lower case ("en-us"), as feeds and queries compare it; else None.

    >>> language_tag("pt_BR"), language_tag("English")
    ('pt-br', None)
    """
    tag = written.strip().replace("_", "-").lower().partition(".")[0]
    return tag if _LANGUAGE.fullmatch(tag) and tag not in _NO_LANGUAGE else None


def _texts(draft: Draft, base: str, limits: ParseLimits) -> tuple[str, str, str]:
    """Return summary (plain), content (clean HTML) and the content's text of an entry.

    What the feed brings beside a full text is the standfirst. A description that is alone is the
    standfirst if it reads like one; else it is the content, and the standfirst is its beginning.
    """
    most = limits.max_content_chars
    summaries = [one for one in draft.summaries if one.value.strip()]
    contents = [one for one in draft.contents if one.value.strip()]
    if contents:
        longest = max(contents, key=lambda one: len(one.value))
        content = _html(longest, base, most)
        text = plain(content)
        summary = one_line(summaries[0], limits.max_summary_chars) if summaries else ""
        if len(summary) < len(text) or _RICH.search(content):
            whole = len(summary) >= len(text) > STANDFIRST_CHARS
            return _standfirst(text) if whole or not summary else summary, content, text
    elif summaries:
        content = _html(summaries[0], base, most)
        text = plain(content)
        if len(text) > 2 * STANDFIRST_CHARS or _RICH.search(content):
            return _standfirst(text), content, text
        summary = text
    else:
        summary = ""
    return " ".join(summary.split()), "", ""


def _html(markup: Markup, base: str, max_chars: int) -> str:
    if markup.html:
        return clean(markup.value, markup.base or base, max_chars)
    return paragraphs(shorten(well_formed(markup.value), max_chars))


def _standfirst(text: str) -> str:
    return shorten(" ".join(text[: 4 * STANDFIRST_CHARS].split()), STANDFIRST_CHARS, sentences=True)


def _made_title(text: str, address: str) -> str:
    """Return a title for an entry without one: its first words, else its address."""
    first = text.partition("\n")[0]
    return shorten(first, _MADE_TITLE_CHARS) if first else address.partition("://")[2]


def _guid(written: str) -> str | None:
    """Return a guid as written but for white space around it; a very long one ends in its hash."""
    guid = " ".join(well_formed(written).split())
    if len(guid) > _MAX_GUID_CHARS:
        digest = hashlib.sha256(guid.encode()).hexdigest()
        guid = f"{guid[: _MAX_GUID_CHARS - len(digest)]}{digest}"
    return guid or None


def _categories(written: Sequence[str], limit: int) -> tuple[str, ...]:
    """Return what an entry is filed under, each once. Addresses name a scheme, not a category."""
    lines = (line(html.unescape(one), _MAX_CATEGORY_CHARS) for one in written)
    kept = dict.fromkeys(
        one for one in lines if one and not one.startswith(("http://", "https://"))
    )
    return tuple(kept)[:limit]
