"""Whether another machine could reach an address of ours, as far as the address tells."""

from __future__ import annotations

from aggregator.fetch.address import parse
from aggregator.fetch.failure import Failure
from aggregator.fetch.guard import Guard, Network


def reachable(networks: tuple[Network, ...], ours: str, caller: str) -> bool:
    """Tell whether ``ours`` is public, or both are in private networks that the operator allows.

    >>> reachable((), "https://news.example.org", "https://hub.example.com")
    True
    >>> reachable((), "http://127.0.0.1:8000", "https://hub.example.com")
    False
    """
    anyone, insiders = Guard(), Guard(networks)
    if _passes(anyone, ours):
        return True
    return _passes(insiders, ours) and _passes(insiders, caller) and not _passes(anyone, caller)


def _passes(guard: Guard, url: str) -> bool:
    try:
        guard.check(parse(url))
    except Failure:
        return False
    return True
