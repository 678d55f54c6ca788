"""Whether a hub tells of a source's changes, or why none does, in words. No HTML here."""

from __future__ import annotations

from aggregator.model import Standing, Subscription
from aggregator.store.subscriptions import Told
from aggregator.web.site import current
from aggregator.web.wording import host, moment


def hearing(told: Told | None) -> str:
    """What a source's page says of its hub; "" where its feed names none."""
    if told is None:
        return ""
    name, one = host(told.hub), told.subscription
    if one is not None and one.until is not None and one.until > current().clock():
        last = f"it did so on {moment(told.last)}" if told.last else "it has not done so yet"
        return f"{name} tells of changes until {moment(one.until)}; {last}"
    return f"{name} doesn’t tell of changes: {_why_not(told, one)}"


def _why_not(told: Told, one: Subscription | None) -> str:
    if not told.topic:
        return "the feed names this hub, but not itself"
    if not current().reached(told.hub):
        return "it could not reach us, for service.base_url is no public address"
    if one is None:
        return "it will be asked, unless the source’s address is a secret"
    if one.standing is Standing.ASKED:
        return "it was asked and has not called back yet"
    again = f"it is asked again on {moment(one.next_try)}"
    if one.standing is Standing.DENIED:
        return f"it refuses{f' ({one.detail})' if one.detail else ''}; {again}"
    return f"{one.detail}; {again}" if one.detail else "it will be asked"
