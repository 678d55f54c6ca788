"""Entries of one document → the keys by which each can be known; what they lead to is not asked.

An entry is known by its keys, strongest first:

``g:<source>:<guid>``
    Only within its source: guids such as "1" are used by many. A guid that is an address is
    compared like one, so that http→https, ``www.`` or a tracking parameter is no change. A
    counter at its end ("#0", "#1") tells how often it was republished and is dropped.
``l:<canonical link>``
    In all sources: the same link is the same article, whoever carries it.
``c:<source>:<hash>``
    Title and text; only for entries that neither guid nor link tells apart.

A link is no key where it is the feed's home page or a bare host, or where entries of this document
that differ in guid, in title, or in both text and date share it: it names a page of many articles.
A guid is no key where entries of this document that differ in link and in title share it. Entries
that share a key are one article; the first in the document speaks for it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from urllib.parse import urldefrag

from aggregator.dedupe.canonical import canonical_key
from aggregator.dedupe.site import same_site
from aggregator.model import Entry

MAX_KEY = 500
"""Characters. Longer guids and links are cut, with a hash: an index takes no keys of 8 kB."""

_COUNTER_DIGITS = 3
"""A longer number at the end of a guid is no count of republications: a date, an id."""

GUID, LINK, TEXT = range(3)
KINDS = ("guid", "link", "text")
"""What the kinds of keys are called."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key of an entry. kind: GUID, LINK or TEXT.  trusted: it tells entries apart here."""

    kind: int
    text: str
    trusted: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """An entry with its keys, strongest first."""

    position: int
    entry: Entry
    keys: tuple[Key, ...]
    link: str | None
    fingerprint: str
    at_home: bool
    """Its link leads to a host of the site that the feed calls its own."""

    @property
    def trusted(self) -> tuple[Key, ...]:
        return tuple(key for key in self.keys if key.trusted)

    @property
    def has_guid(self) -> bool:
        return any(key.kind == GUID for key in self.trusted)

    @property
    def own_link(self) -> str | None:
        """Its link, if it leads to this entry and no other."""
        return self.link if any(key.kind == LINK for key in self.trusted) else None


def read(source_key: str, entries: Sequence[Entry], site: str | None) -> list[Reading]:
    """Return the entries with their keys; the document as a whole says which of them to trust.

    site: the feed's home page, where it names one.
    """
    home = canonical_key(site or "")
    guids = [_guid(entry.guid) for entry in entries]
    links = [_bounded(canonical_key(entry.link)) if entry.link else None for entry in entries]
    texts = [_texts(entry) for entry in entries]
    contents = [hashed(*said) for said in texts]
    # An entry without a title is told from others by what it says.
    titles = [said[0] or content for said, content in zip(texts, contents, strict=True)]

    dates = [entry.published.isoformat() if entry.published else None for entry in entries]
    of_many = _beside_several(links, guids) | _beside_several(links, titles)
    of_many |= _beside_several(links, contents) & _beside_several(links, dates)
    own_links = [None if link in of_many or _is_home(link, home) else link for link in links]
    places = [link or content for link, content in zip(own_links, contents, strict=True)]
    reused = _beside_several(guids, places) & _beside_several(guids, titles)

    readings = []
    for n, entry in enumerate(entries):
        keys = []
        if guid := guids[n]:
            keys.append(Key(GUID, f"g:{source_key}:{guid}", guid not in reused))
        if (link := links[n]) and not _is_home(link, home):
            keys.append(Key(LINK, f"l:{link}", own_links[n] is not None))
        alone = not any(key.trusted for key in keys)
        keys.append(Key(TEXT, f"c:{source_key}:{contents[n]}", alone))
        at_home = same_site(_host(links[n] or "-"), _host(home))
        readings.append(
            Reading(n, entry, tuple(keys), links[n], fingerprint(entry, texts[n]), at_home)
        )
    return readings


def _beside_several(keys: Sequence[str | None], values: Sequence[str | None]) -> set[str]:
    """Return the keys that stand beside more than one value; a missing value is none."""
    beside: dict[str, set[str]] = defaultdict(set)
    for key, value in zip(keys, values, strict=True):
        if key is not None and value is not None:
            beside[key].add(value)
    return {key for key, found in beside.items() if len(found) > 1}


def _host(key: str) -> str:
    return re.split("[/?#]", key, maxsplit=1)[0]


def _is_home(link: str | None, home: str) -> bool:
    return link is not None and (link == home or not set("/?#") & set(link))


def _guid(guid: str | None) -> str | None:
    stripped = (guid or "").strip()
    if not stripped:
        return None
    key = canonical_key(stripped)
    if key == stripped:
        return _bounded(stripped)
    fragment = urldefrag(stripped).fragment
    counts = fragment.isdecimal() and len(fragment) <= _COUNTER_DIGITS
    names_a_part = fragment and not counts and not set("!=") & set(fragment)
    return _bounded(f"{key}#{fragment}" if names_a_part else key)


def groups(readings: Sequence[Reading]) -> list[list[Reading]]:
    """Return the readings that trusted keys link, together; all in document order."""
    holders: dict[str, list[Reading]] = defaultdict(list)
    for reading in readings:
        for key in reading.trusted:
            holders[key.text].append(reading)
    seen: set[int] = set()
    found = []
    for reading in readings:
        group, waiting = [], [reading]
        while waiting:
            one = waiting.pop()
            if one.position not in seen:
                seen.add(one.position)
                group.append(one)
                for key in one.trusted:
                    waiting += holders.pop(key.text, ())
        if group:
            found.append(sorted(group, key=lambda one: one.position))
    return found


def fingerprint(entry: Entry, texts: tuple[str, ...] = ()) -> str:
    """Return a hash over what a reader would notice, 32 hex digits.

    Title, summary, text (white space folded), link, picture and authors; not dates, categories,
    mark-up or tracking parameters.  texts: title, summary and text, if they are folded already.
    """
    return hashed(
        *(texts or _texts(entry)),
        canonical_key(entry.link or ""),
        canonical_key(entry.image.url) if entry.image else "",
        *map(folded, entry.authors),
    )


def _texts(entry: Entry) -> tuple[str, str, str]:
    return folded(entry.title), folded(entry.summary), folded(entry.text)


def folded(text: str) -> str:
    return " ".join(text.split())


def _bounded(key: str) -> str:
    return key if len(key) <= MAX_KEY else f"{key[: MAX_KEY - 33]}~{hashed(key)}"


def hashed(*parts: str) -> str:
    return blake2b(packed(*parts), digest_size=16).hexdigest()


def packed(*parts: str) -> bytes:
    return "\0".join(parts).encode("utf-8", "surrogatepass")
