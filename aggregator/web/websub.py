"""The address that hubs call: whether we meant it, and that a source has changed.

No password: the address is one that only its hub was told. What a hub sends is never read, only
whether it was sent by who knows the secret; the source is then asked itself.
"""

from __future__ import annotations

import random

from flask import Blueprint, Response, abort, request

from aggregator.model import Standing, Subscription
from aggregator.store import subscriptions
from aggregator.web.site import Site, current
from aggregator.websub import rules

websub = Blueprint("websub", __name__)

MAX_PUSH_BYTES = 1_000_000
"""Of what a hub sends, all of which is signed. What is larger is found by the next poll."""

_LONGEST_REASON = 200


@websub.get("/websub/<subscription>")
def verify(subscription: str) -> Response:
    """Say that we want what the hub was asked for, by its challenge; 404 for anything else."""
    said = request.args
    told = subscriptions.get(current().db, subscription)
    if told is None or said.get("hub.topic") != told.topic:
        abort(404)
    challenge, mode = said.get("hub.challenge", ""), said.get("hub.mode")
    leaves = told.standing is Standing.LEAVING
    if mode != "denied" and (not challenge or mode != ("unsubscribe" if leaves else "subscribe")):
        abort(404)
    if leaves:
        subscriptions.end(current().db, told.id)
    elif mode == "denied":
        _deny(told, said.get("hub.reason", ""))
    else:
        _confirm(told, said.get("hub.lease_seconds", ""))
    return _plain("" if mode == "denied" else challenge)


@websub.post("/websub/<subscription>")
def push(subscription: str) -> Response:
    """Take it that the source has changed; 410 where nobody is waiting for that.

    202 whatever was sent: whoever guesses at the secret is told nothing (WebSub, 8.1).
    """
    site = current()
    told = subscriptions.get(site.db, subscription)
    if told is None or told.standing is Standing.LEAVING:
        answer = _plain("")
        answer.status_code = 410
        return answer
    request.max_content_length = MAX_PUSH_BYTES
    signature = request.headers.get("X-Hub-Signature", "")
    if rules.genuine(told.secret, signature, request.get_data(cache=False)):
        subscriptions.wake(site.db, told.source, site.clock())
    answer = _plain("")
    answer.status_code = 202
    return answer


def _confirm(told: Subscription, lease_seconds: str) -> None:
    site, granted = current(), rules.lease(lease_seconds)
    now = site.clock()
    again = now + rules.renewal(granted)
    subscriptions.confirm(site.db, told, now + granted, again, _due(site))


def _deny(told: Subscription, reason: str) -> None:
    site = current()
    detail = "".join(char if char.isprintable() else " " for char in reason[:_LONGEST_REASON])
    now = site.clock()
    subscriptions.deny(site.db, told, detail, now, now + rules.DENIED, _due(site))


def _due(site: Site) -> subscriptions.Due:
    return rules.due(site.pacing, site.sources, random.random)


def _plain(text: str) -> Response:
    answer = Response(text, mimetype="text/plain")
    answer.cache_control.no_store = True
    return answer
