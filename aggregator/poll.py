"""The straight line: claim → fetch → parse → dedupe → tag → store. Decides nothing itself.

``poll`` takes one source along it, ``run_round`` all that are due, a bounded number at a time.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain

from aggregator.arrival import article_of, tagged, told
from aggregator.dedupe.identity import decide, further_keys, identities, settled
from aggregator.errors import StoreError
from aggregator.fetch.session import Fetcher
from aggregator.model import (
    Appearance,
    Arrival,
    Commit,
    Decision,
    Document,
    Failed,
    Fetched,
    NotModified,
    Outlet,
    PollState,
    Reason,
    Source,
    Validators,
    Verdict,
)
from aggregator.pace import UNREACHED, next_due
from aggregator.sandbox import Sandbox
from aggregator.store import polls, sources
from aggregator.store.database import Database
from aggregator.tag.rules import Tagger

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Parts:
    """What a poll works with.

    tagger: the one of the moment.  every: the interval of sources that name none.
    worker: names this process in leases.  lease: how long a claim holds; longer than any poll.
    workers: polls at a time.  clock: the time, aware, UTC.  dice: 0 ≤ x < 1, random.
    """

    db: Database
    fetcher: Fetcher
    sandbox: Sandbox
    tagger: Callable[[], Tagger]
    sources: Mapping[str, Source]
    every: timedelta
    worker: str
    lease: timedelta
    workers: int
    clock: Callable[[], datetime]
    dice: Callable[[], float]


def poll(parts: Parts, source: Source, state: PollState) -> Commit:
    """Poll one claimed source and store what came of it, in one transaction."""
    started = parts.clock()
    outcome = parts.fetcher.fetch(source, state.validators)
    if isinstance(outcome, Fetched):
        commit = _read(parts, source, state, outcome, started)
    elif isinstance(outcome, NotModified):
        commit = _unchanged(parts, source, state, outcome.validators, started)
    else:
        commit = _failed(parts, source, state, outcome, started)
    took = parts.clock() - started
    commit = replace(commit, milliseconds=max(0, round(took / timedelta(milliseconds=1))))
    polls.commit(parts.db, commit)
    return commit


def run_round(
    parts: Parts,
    *,
    until: datetime | None = None,
    stop: Callable[[], bool] = lambda: False,
    report: Callable[[str, Commit | None], None] = lambda _key, _commit: None,
) -> None:
    """Poll what is due until nothing is due and nothing under way.

    until: take only what was due then, so that each source is polled once at most; None: also
    what falls due meanwhile.  stop: when true, finish what is under way and return.
    report: called with each source's key and its commit; None where a bug ended its poll.
    """
    running: dict[Future[Commit], tuple[Source, PollState]] = {}
    with ThreadPoolExecutor(parts.workers, thread_name_prefix="poll") as pool:
        while True:
            free = parts.workers - len(running)
            if free and not stop():
                for state in _claim(parts, until, free):
                    source = parts.sources[state.source]
                    running[pool.submit(poll, parts, source, state)] = (source, state)
            if not running:
                return
            for future in wait(running, timeout=1, return_when=FIRST_COMPLETED).done:
                source, state = running.pop(future)
                report(source.key, _result(parts, source, state, future))


def _claim(parts: Parts, until: datetime | None, limit: int) -> Iterable[PollState]:
    now = parts.clock()
    due = until or now
    # The lease counts from `due`; it has to hold from now.
    lease = parts.lease + (now - due)
    return sources.claim(
        parts.db, due, limit=limit, lease=lease, worker=parts.worker, only=parts.sources.keys()
    )


def _result(
    parts: Parts, source: Source, state: PollState, future: Future[Commit]
) -> Commit | None:
    error = future.exception()
    if error is None:
        return future.result()
    if isinstance(error, StoreError):
        # A full disk, say. The lease runs out and the source is due again.
        _log.error("%s: the poll could not be stored: %s", source.key, error)
        return None
    # A bug ends this one poll, and the source backs off as after any failure.
    _log.error("%s: the poll crashed", source.key, exc_info=error)
    crashed = Failed(Reason.BUG, f"{type(error).__name__} in this program; the log has more")
    polls.commit(parts.db, _failed(parts, source, state, crashed, parts.clock()))
    return None


def _read(
    parts: Parts, source: Source, state: PollState, fetched: Fetched, now: datetime
) -> Commit:
    """Make a commit of a body: unchanged, not a feed, or a document with its arrivals."""
    body_hash = hashlib.sha256(fetched.body).hexdigest()
    if body_hash == state.body_hash:
        commit = _unchanged(parts, source, state, fetched.validators, now)
        return replace(commit, detail="the same bytes", bytes=len(fetched.body))
    seen = polls.seen(parts.db, source.key)
    look = _look(parts, source, fetched, now, seen)
    if isinstance(look, Failed):
        commit = _failed(parts, source, state, look, now)
        return replace(commit, bytes=len(fetched.body))
    document = look.document
    state_now = _succeeded(state, fetched.validators, now)
    return Commit(
        source=source.key,
        at=now,
        result="ok",
        detail=f"permanently moved to {fetched.moved_to}" if fetched.moved_to else "",
        next_due=next_due(now, source.every or parts.every, dice=parts.dice()),
        state=replace(state_now, body_hash=body_hash),
        title=document.title,
        site_url=document.link,
        entries=len(document.entries) + len(document.passed),
        arrivals=_arrivals(parts, source, state, document, look.decisions, now),
        identities=look.identities,
        seen=None if look.seen == seen else look.seen,
        skipped=document.skipped,
        bytes=len(fetched.body),
    )


@dataclass(frozen=True, slots=True)
class _Look:
    """What a body brings that isn't known to be stored; ``identities``, ``seen`` as in Commit."""

    document: Document
    decisions: tuple[Decision, ...]
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
    keys = identities(source.key, document.entries, document.link)
    known = polls.known(parts.db, frozenset(chain.from_iterable(keys)))
    decisions = decide(source.key, document.entries, known, document.link)
    passed = {mark: seen[mark] for mark in document.passed}
    led_to = {one.article for one in known.values()} | {one.article for one in decisions}
    if not led_to.isdisjoint(passed.values()):
        return _look(parts, source, fetched, now, {})
    fixed = settled(source.key, keys, decisions, known)
    new = zip(document.marks, decisions, fixed, strict=False)  # no marks where it is odd
    return _Look(
        document,
        decisions,
        further_keys(decisions, known),
        passed | {mark: decision.article for mark, decision, yes in new if yes},
    )


def _arrivals(
    parts: Parts,
    source: Source,
    state: PollState,
    document: Document,
    decisions: Iterable[Decision],
    now: datetime,
) -> tuple[Arrival, ...]:
    name = source.name or document.title or source.key
    outlet = Outlet(source.key, name, source.url, document.link)
    return tuple(
        _arrival(parts, source, state, outlet, decision, now)
        for decision in decisions
        if decision.verdict is not Verdict.UNCHANGED
    )


def _arrival(
    parts: Parts,
    source: Source,
    state: PollState,
    outlet: Outlet,
    decision: Decision,
    now: datetime,
) -> Arrival:
    entry = decision.entry
    at = told(entry, now, state.last_success)
    appearance = Appearance(outlet, entry.guid, entry.link, entry.title, now, at)
    article = article_of(entry, decision.article, now, first_poll=state.first_success is None)
    if decision.verdict is Verdict.ALSO:  # another source speaks for what the article says
        hits = parts.tagger().given(source.key, source.topics)
    else:
        language, hits = tagged(parts.tagger(), entry, source)
        if language:
            article = replace(article, language=language.code, certainty=language.certainty)
    return Arrival(
        verdict=decision.verdict,
        why=decision.why,
        article=replace(article, appearances=(appearance,), topics=hits),
        appearance=appearance,
        identities=decision.identities,
        link=decision.link,
        published=entry.published,
        fingerprint=decision.fingerprint,
    )


def _succeeded(state: PollState, validators: Validators, now: datetime) -> PollState:
    return replace(
        state,
        validators=validators,
        failures=0,
        first_success=state.first_success or now,
        last_success=now,
    )


def _unchanged(
    parts: Parts, source: Source, state: PollState, validators: Validators, now: datetime
) -> Commit:
    return Commit(
        source=source.key,
        at=now,
        result="unchanged",
        detail="not modified",
        next_due=next_due(now, source.every or parts.every, dice=parts.dice()),
        state=_succeeded(state, validators, now),
    )


def _failed(
    parts: Parts, source: Source, state: PollState, failed: Failed, now: datetime
) -> Commit:
    # Validators and body hash stay: they vouch for what is stored, which has not changed.
    state = replace(state, failures=state.failures + 1)
    every = source.every or parts.every
    due = next_due(
        now,
        min(every, UNREACHED) if failed.reason in (Reason.DNS, Reason.CONNECT) else every,
        failures=state.failures,
        retry_after=failed.retry_after,
        dice=parts.dice(),
    )
    return Commit(
        source=source.key,
        at=now,
        result=failed.reason,
        detail=failed.detail,
        next_due=due,
        state=state,
    )
