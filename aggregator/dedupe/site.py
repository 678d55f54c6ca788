"""Host → the site that it is part of: what one owner registered; the network is never asked."""

from __future__ import annotations

import re
from functools import lru_cache

from publicsuffixlist import PublicSuffixList

_NAME = re.compile(r"((?:[^.:\[\]]+\.)+(?=[^.:\[\]]*[a-z])[^.:\[\]]+)(?::\d+)?")
"""A host with a name, with or without a port; an IP address is part of nothing larger."""
_LONGEST = 260
"""DNS knows no longer name, with a port. Strangers write hosts."""


def same_site(host: str, other: str) -> bool:
    """Return whether two hosts, as in canonical keys, are one owner's.

    Names under a suffix where strangers register or get theirs (``co.uk``, ``github.io``) are not.

    >>> same_site("news.example.co.uk", "example.co.uk"), same_site("a.github.io", "b.github.io")
    (True, False)
    """
    return host == other or (_site(host) is not None and _site(host) == _site(other))


@lru_cache(4096)  # a poll asks for few hosts again and again
def _site(host: str) -> str | None:
    named = _NAME.fullmatch(host) if len(host) <= _LONGEST else None
    return _suffixes().privatesuffix(named[1]) if named else None


@lru_cache(1)  # 30 ms, 3 MB: for processes that decide
def _suffixes() -> PublicSuffixList:
    """https://publicsuffix.org/list/ as it came with the library, hosting companies' part too."""
    return PublicSuffixList()
