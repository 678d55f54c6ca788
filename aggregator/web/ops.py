"""What machines ask about the service itself: is it alive, is it of use. Nothing for people."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify

from aggregator.errors import StoreError
from aggregator.store import ledger
from aggregator.store.sources import statuses
from aggregator.web.access import authorized
from aggregator.web.site import current

ops = Blueprint("ops", __name__)


@ops.get("/healthz")
def healthz() -> Response:
    """200 while the process answers. "degraded": a refused configuration, lost sources, no worker,
    a full disk.

    Where the site has a password, only who gives it learns more than the status.
    """
    site = current()
    try:
        known, problems = statuses(site.db), site.problems
        if ledger.nobody_polls(site.db, site.clock()):
            due = "sources are due and nobody polls them: start a worker, or see its log"
            problems = (*problems, due)
    except StoreError:
        known, problems = (), (*site.problems, "the database can't be read")
    if site.db.refuses:
        problems = (*problems, "nothing can be stored: the log says why")
    failing = sum(status.failures > 0 for status in known)
    if known and failing == len(known):
        problems = (*problems, "every source fails: /sources says why")
    told: dict[str, Any] = {"status": "degraded" if problems else "ok"}
    if authorized():
        polled = [status.last_polled for status in known if status.last_polled]
        newest = [status.newest for status in known if status.newest]
        told |= {
            "version": site.version,
            "problems": list(problems),
            "sources": {"total": len(known), "failing": failing},
            "newest_poll": max(polled).isoformat() if polled else None,
            "newest_article": max(newest).isoformat() if newest else None,
        }
    return _now(jsonify(told))


@ops.get("/readyz")
def readyz() -> Response:
    """200 when the database answers, else 503: whether to send readers here."""
    try:
        current().db.look()
    except StoreError:
        answer = jsonify({"status": "unavailable"})
        answer.status_code = 503
        return _now(answer)
    return _now(jsonify({"status": "ready"}))


def _now(answer: Response) -> Response:
    answer.cache_control.no_store = True
    return answer
