"""Entries of one document → which articles they are, and why; knows exact sameness only.

How entries are known stands in ``keys``. What is found under a key may still be something else,
since "nothing is lost" beats "nothing comes twice". It is the same article where nothing changed
that a reader would notice; otherwise

* guid: refused where link, title and date of publication all differ. A publisher that began to
  count anew reuses guids; one that edits keeps at least one of the three.
* link, within a source that carries the article already: refused where guid, title and date all
  differ. A live page keeps its address for the next day; a feed that mints guids anew (time in the
  guid, a changed system) keeps title or date.
* link, from a further source: it carries the same article too (ALSO), in whatever words. Refused
  only where title and date differ and the link leads to this source's own site: who lists a link
  first does not get to speak for the site.
* any, where another entry of this document is that article and this one has a key of its own.
* guid or link that is no key in this document: refused; it finds what is quite unchanged only.
* the same words, where a guid or link not seen before is a key now: refused unless the date is the
  same too; a feed that learns to give guids is recognised, each day's "Weather" stays its own.

What is missing (date, title, a link of its own) differs from everything: it vouches for nothing.
Only the source that speaks for an article edits it; what others say in their words is no edit.
"""

from __future__ import annotations

from base64 import b32encode
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from hashlib import blake2b
from heapq import heappop, heappush
from itertools import count

from aggregator.dedupe.keys import (
    GUID,
    KINDS,
    LINK,
    TEXT,
    Key,
    Reading,
    fingerprint,
    folded,
    groups,
    packed,
    read,
)
from aggregator.model import Decision, Known, Verdict

__all__ = ["decide", "fingerprint", "further_keys", "identities", "read", "settled"]


def identities(readings: Iterable[Reading]) -> tuple[tuple[str, ...], ...]:
    """Return for each entry the keys to look up for ``decide``, strongest first."""
    return tuple(tuple(key.text for key in reading.keys) for reading in readings)


def decide(
    source_key: str, readings: Sequence[Reading], known: Mapping[str, Known]
) -> tuple[Decision, ...]:
    """Return what each entry is, in the order of the document; one that is NEW gets its id here.

    readings: all entries of the document.  known: what is stored under their ``identities``. Of
    the decisions about one article at most one, the first entry's, is other than UNCHANGED.
    ``Decision.identities`` are keys that no other article has.
    """
    taken = {one.article for one in known.values()}
    owners: dict[str, str] = {}  # key → the article of this document that is known by it
    claimed: set[str] = set()
    decisions: dict[int, Decision] = {}
    for find, group in _settled(source_key, groups(readings), known):
        keys = _own_keys(group, source_key, find.known, known)
        verdict, why = _verdict(source_key, group, find)
        if find.known:
            article = find.known.article
        else:  # two that have lost their guids may say the same
            twins = (owners[key] for key in keys if key in owners)
            article = next(twins, "") or _mint(source_key, group[0], taken)
        if article in claimed:
            verdict, why = Verdict.UNCHANGED, "another entry of this document is the same article"
        claimed.add(article)
        owners |= dict.fromkeys(keys, article)
        for reading in group:
            decisions[reading.position] = Decision(
                entry=reading.entry,
                article=article,
                verdict=verdict,
                why=why,
                identities=keys,
                link=reading.link,
                fingerprint=reading.fingerprint,
            )
            verdict, why = Verdict.UNCHANGED, "stands more than once in this document"
    return tuple(decisions[position] for position in sorted(decisions))


def further_keys(
    decisions: Iterable[Decision], known: Mapping[str, Known]
) -> tuple[tuple[str, str], ...]:
    """Return keys under which unchanged entries are known from now on, with their articles."""
    return tuple(
        (key, decision.article)
        for decision in decisions
        if decision.verdict is Verdict.UNCHANGED
        for key in decision.identities
        if key not in known
    )


def settled(
    source_key: str,
    keys: Sequence[tuple[str, ...]],
    decisions: Sequence[Decision],
    known: Mapping[str, Known],
) -> tuple[bool, ...]:
    """Return which entries, once this is stored, are UNCHANGED whenever they come again as now.

    keys: those of ``identities``. Such an entry shares no key and no article with another one, all
    that is known by its keys is its article, and no other source speaks for that. (So all of its
    keys are trusted and its own, and what it says is what is stored.) It takes part in nothing that
    is decided on others, until one of them leads to its article.
    """
    holders = Counter(key for own in keys for key in own)
    times = Counter(decision.article for decision in decisions)

    def is_settled(own: tuple[str, ...], decision: Decision) -> bool:
        found = [known[key] for key in own if key in known]
        return (
            times[decision.article] == 1
            and all(holders[key] == 1 for key in own)
            and all(one.article == decision.article for one in found)
            and all(one.speaker == source_key for one in found)
        )

    return tuple(map(is_settled, keys, decisions))


# --- deciding ---------------------------------------------------------------------------------


_Group = Sequence[Reading]


@dataclass(frozen=True, slots=True)
class _Find:
    """The stored article that a group of entries is, if any, and which kind of key led to it."""

    known: Known | None
    strength: int
    exact: bool = False
    """Nothing has changed that a reader would notice."""
    refused: tuple[str, ...] = ()
    """Kinds of keys that led to articles which are something else."""


def _settled(
    source_key: str, grouped: Iterable[_Group], known: Mapping[str, Known]
) -> Iterator[tuple[_Find, _Group]]:
    """Yield each group with what it is: first what is unchanged, then the strongest finds.

    A weaker find can't take an article from a stronger one: it looks on among the others, and is
    nothing known if it has a key of its own, or else the same article once more.
    """
    claimed: set[str] = set()
    waiting: list[tuple[tuple[bool, int, int], _Find, _Group]] = []

    def queue(find: _Find, group: _Group) -> None:
        heappush(waiting, ((not find.exact, find.strength, group[0].position), find, group))

    for group in grouped:
        queue(_find(group, source_key, known, claimed), group)
    while waiting:
        _, find, group = heappop(waiting)
        if find.known and find.known.article in claimed:
            other = _find(group, source_key, known, claimed)
            if other.known:
                queue(other, group)
                continue
            if any(key.text not in known for reading in group for key in reading.trusted):
                find = other
        if find.known:
            claimed.add(find.known.article)
        yield find, group


def _find(group: _Group, source_key: str, known: Mapping[str, Known], claimed: Set[str]) -> _Find:
    """Return the best that is known under the keys of a group, other than what is claimed."""
    found = [(k, one, known[k.text]) for one in group for k in one.keys if k.text in known]
    found.sort(key=lambda one: one[0].kind)
    refused = tuple(dict.fromkeys(KINDS[key.kind] for key, _, _ in found))
    found = [one for one in found if one[2].article not in claimed]
    fingerprints = {reading.fingerprint for reading in group}
    for key, _, candidate in found:
        if candidate.fingerprint in fingerprints:
            return _Find(candidate, key.kind, exact=True)
    trusted = [key for reading in group for key in reading.trusted if key.kind != TEXT]
    only_text = all(key.text in known for key in trusted)  # and refused, once it comes to the text
    for key, reading, candidate in found:
        if (key.kind == TEXT and only_text) or _is_same(key, reading, candidate, source_key):
            return _Find(candidate, key.kind)
    return _Find(None, len(KINDS), refused=refused)


def _is_same(key: Key, reading: Reading, known: Known, source_key: str) -> bool:
    """Return whether what is known under a key of this entry is the same article, edited."""
    same_date = reading.entry.published is not None and reading.entry.published == known.published
    if key.kind == TEXT:
        return same_date
    if not key.trusted:
        return False
    title = folded(reading.entry.title)
    vouched = same_date or (title != "" and title == folded(known.title))
    if key.kind == GUID:
        return vouched or (reading.own_link is not None and reading.own_link == known.link)
    if source_key not in known.sources:
        return vouched or not reading.at_home
    return vouched or not reading.has_guid


def _verdict(source_key: str, group: _Group, find: _Find) -> tuple[Verdict, str]:
    known = find.known
    if known is None:
        kinds = " and ".join(find.refused)
        return Verdict.NEW, (
            f"its {kinds} led to an article that is something else"
            if kinds
            else "nothing was known by its guid, link or text"
        )
    why = f"known by its {KINDS[find.strength]}"
    if source_key not in known.sources:
        return Verdict.ALSO, f"{why}, so far from {', '.join(sorted(known.sources))}"
    if find.exact:
        return Verdict.UNCHANGED, why
    if known.speaker != source_key:
        return Verdict.UNCHANGED, f"{why}; only {known.speaker} edits it"
    edited = "title" if folded(group[0].entry.title) != folded(known.title) else "text or picture"
    return Verdict.CHANGED, f"{why}; its {edited} changed"


def _own_keys(
    group: _Group, source_key: str, article: Known | None, known: Mapping[str, Known]
) -> tuple[str, ...]:
    """Return the trusted keys of a group that no other article has; if none is left, its text.

    Links count in all sources. Only the source that speaks for an article may add one to it:
    any other could claim for it the links of articles that are still to come.
    """
    own = article.article if article else None
    speaks = article is None or article.speaker == source_key

    def free(keys: Iterable[Key]) -> list[Key]:
        return [
            key
            for key in keys
            if (key.text not in known and (speaks or key.kind != LINK))
            or (key.text in known and known[key.text].article == own)
        ]

    keys = free(key for reading in group for key in reading.trusted)
    keys = keys or free(reading.keys[-1] for reading in group)
    ordered = sorted(keys, key=lambda key: (key.kind, key.text))
    return tuple(dict.fromkeys(key.text for key in ordered))


def _mint(source_key: str, reading: Reading, taken: set[str]) -> str:
    """Return the id of a new article, and take it: a function of what came in, of nothing else."""
    entry = reading.entry
    published = entry.published.isoformat() if entry.published else ""
    told = (source_key, entry.guid or "", entry.link or "", entry.title, published)

    def salted(salt: int) -> str:
        digest = blake2b(packed(*told, reading.fingerprint, str(salt)), digest_size=16).digest()
        return b32encode(digest).decode("ascii").rstrip("=").lower()

    article = next(filter(lambda one: one not in taken, map(salted, count())))
    taken.add(article)
    return article
