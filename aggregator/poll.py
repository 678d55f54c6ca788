"""The straight line of one source: fetch → parse → dedupe → tag. Decides nothing itself.

Which sources are polled, and that what comes of it is stored, is for ``rounds``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain

from aggregator.arrival import arrivals, too_old
from aggregator.asking import Turns, ask
from aggregator.dedupe.identity import decide, further_keys, identities, read, settled
from aggregator.fetch.session import Fetcher
from aggregator.model import (
    Commit,
    Decision,
    Document,
    Failed,
    Fetched,
    NotModified,
    Offer,
    Pacing,
    PollState,
    Reason,
    Source,
    Validators,
    Verdict,
)
from aggregator.pace import interval, learnt, next_due, refreshed, retry_due
from aggregator.politeness import NO_MANNERS, Manners
from aggregator.sandbox import Sandbox
from aggregator.store import polls, retention
from aggregator.store.database import Database
from aggregator.store.sources import public_url
from aggregator.tag.rules import Tagger


@dataclass(frozen=True, slots=True)
class Parts:
    """What a poll works with.

    tagger: the one of the moment.  pacing: how often sources are asked.
    worker: names this process in leases.  lease: how long a claim holds that isn't renewed.
    workers: polls at a time, but for those that wait long.  clock: the time, aware, UTC.
    dice: 0 ≤ x < 1, random.  only: keys of the sources to poll; None: any.
    kept: older entries are not taken in; None: all are.
    """

    db: Database
    fetcher: Fetcher
    sandbox: Sandbox
    tagger: Callable[[], Tagger]
    sources: Mapping[str, Source]
    pacing: Pacing
    worker: str
    lease: timedelta
    workers: int
    clock: Callable[[], datetime]
    dice: Callable[[], float]
    manners: Manners = NO_MANNERS
    only: Collection[str] | None = None
    kept: timedelta | None = None


def poll(
    parts: Parts, source: Source, state: PollState, *, heard: Callable[[], None] = lambda: None
) -> Commit:
    """Poll one claimed source; return what is to be stored.

    heard: called when the source has answered, or won't.
    """
    started = parts.clock()
    turns = Turns(parts.db, parts.worker, parts.lease, parts.manners, parts.clock)
    asked = ask(parts.fetcher, turns, source, state)
    outcome, state = asked.outcome, asked.state
    heard()
    if isinstance(outcome, Fetched):
        commit = _read(parts, source, state, outcome, started)
    elif isinstance(outcome, NotModified):
        commit = _unchanged(parts, source, state, outcome, started)
    else:
        commit = failed(parts, source, state, outcome, started)
    took = max(0, round((parts.clock() - started) / timedelta(milliseconds=1)))
    return replace(commit, milliseconds=took, stays=asked.stays, worker=parts.worker)


def _read(
    parts: Parts, source: Source, state: PollState, fetched: Fetched, now: datetime
) -> Commit:
    """Make a commit of a body: unchanged, not a feed, or a document with its arrivals."""
    body_hash = hashlib.sha256(fetched.body).hexdigest()
    if body_hash == state.body_hash:
        commit = _unchanged(parts, source, state, fetched, now)
        return replace(commit, detail="the same bytes", bytes=len(fetched.body))
    seen = polls.seen(parts.db, source.key)
    look = _look(parts, source, fetched, now, seen)
    if isinstance(look, Failed):
        commit = failed(parts, source, state, look, now)
        return replace(commit, bytes=len(fetched.body))
    document = look.document
    new = arrivals(parts.tagger, source, document, look.decisions, now, state.last_success)
    pace = learnt(state.pace, document, new, fetched.fresh_for, now)
    return Commit(
        source=source.key,
        at=now,
        result="ok",
        detail=_detail(source, fetched, look),
        next_due=_due(parts, source, pace, now, state.told_until),
        state=replace(_succeeded(state, fetched.validators, pace, now), body_hash=body_hash),
        title=document.title,
        site_url=document.link,
        entries=len(document.entries) + len(document.passed),
        arrivals=new,
        identities=look.identities,
        seen=None if look.seen == seen else look.seen,
        skipped=document.skipped,
        bytes=len(fetched.body),
        offer=_offer(fetched.offer, document.offer),
    )


def _offer(header: Offer, inside: Offer | None) -> Offer | None:
    """What a feed says of hubs; the header's word goes before the document's (WebSub, 4)."""
    if inside is None:
        return header if header.hub and header.topic else None
    return Offer(header.hub or inside.hub, header.topic or inside.topic)


@dataclass(frozen=True, slots=True)
class _Look:
    """What a body brings that isn't known to be stored; ``identities``, ``seen`` as in Commit.

    too_old: articles that were left out, since they would soon be dropped.
    """

    document: Document
    decisions: tuple[Decision, ...]
    too_old: int
    identities: tuple[tuple[str, str], ...]
    seen: Mapping[bytes, str]


def _look(
    parts: Parts, source: Source, fetched: Fetched, now: datetime, seen: Mapping[bytes, str]
) -> _Look | Failed:
    """Parse what is new in a body and decide what it is; all of it, where new and old touch."""
    document = parts.sandbox.parse(
        fetched.body, content_type=fetched.content_type, url=fetched.url, now=now, seen=set(seen)
    )
    if isinstance(document, Failed):
        return document
    readings = read(source.key, document.entries, document.link)
    keys = identities(readings)
    known = polls.known(parts.db, frozenset(chain.from_iterable(keys)))
    decisions = decide(source.key, readings, known)
    passed = {mark: seen[mark] for mark in document.passed}
    led_to = {one.article for one in known.values()} | {one.article for one in decisions}
    if not led_to.isdisjoint(passed.values()):
        return _look(parts, source, fetched, now, {})
    fixed = settled(source.key, keys, decisions, known)
    new = zip(document.marks, decisions, fixed, strict=False)  # no marks where it is odd
    old = _too_old(parts, decisions, now)
    kept = tuple(one for one in decisions if one.article not in old)
    marked = {mark: one.article for mark, one, yes in new if yes and one.article not in old}
    return _Look(document, kept, len(old), further_keys(kept, known), passed | marked)


def _too_old(parts: Parts, decisions: Iterable[Decision], now: datetime) -> set[str]:
    """Return the articles that would soon be dropped, or were."""
    if parts.kept is None:
        return set()
    new = [one for one in decisions if one.verdict is Verdict.NEW]
    refused = retention.refused(parts.db, {key for one in new for key in one.identities})
    return {
        one.article
        for one in new
        if too_old(one, now - parts.kept) or not refused.isdisjoint(one.identities)
    }


def _detail(source: Source, fetched: Fetched, look: _Look) -> str:
    """What the page of a source tells of a poll: no address that is a secret."""
    new = fetched.moved_to and public_url(replace(source, url=fetched.moved_to))
    moved = [f"permanently moved{f' to {new}' if new else ''}"] if fetched.moved_to else []
    old = [f"{look.too_old} entries are older than what is kept"] if look.too_old else []
    return "; ".join(moved + old)


def _due(
    parts: Parts, source: Source, pace: bytes, now: datetime, told_until: datetime | None
) -> datetime:
    return next_due(now, pace, parts.pacing, source.every, dice=parts.dice(), told_until=told_until)


def _succeeded(state: PollState, validators: Validators, pace: bytes, now: datetime) -> PollState:
    return replace(
        state,
        validators=validators,
        failures=0,
        first_success=state.first_success or now,
        last_success=now,
        pace=pace,
    )


def _unchanged(
    parts: Parts, source: Source, state: PollState, answer: Fetched | NotModified, now: datetime
) -> Commit:
    pace = refreshed(state.pace, answer.fresh_for)
    last = state.last_success
    # Told of a change that isn't there yet, in some cache on the way: ask again before long.
    early = state.told_at is not None and (last is None or state.told_at > last)
    due = _due(parts, source, pace, now, None if early else state.told_until)
    state = _succeeded(state, answer.validators, pace, now)
    return Commit(source.key, now, "unchanged", "not modified", due, state)


def failed(
    parts: Parts, source: Source, state: PollState, failure: Failed, now: datetime
) -> Commit:
    """Return what is to be stored of a poll that failed."""
    # Validators and body hash stay: they vouch for what is stored, which has not changed.
    counts = failure.reason is not Reason.RESTING  # that is nobody's fault
    state = replace(state, failures=state.failures + counts)
    usual = interval(state.pace, parts.pacing, now, source.every)
    return Commit(
        source=source.key,
        at=now,
        result=failure.reason,
        detail=failure.detail,
        next_due=retry_due(now, failure, state.failures, usual, dice=parts.dice()),
        state=state,
    )
