"""Feeds on this machine's disk, by ``file:`` URLs. Only the operator can name one."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from urllib.parse import unquote

from aggregator.fetch.failure import Failure
from aggregator.model import Fetched, NotModified, Reason, Validators

_URL = re.compile(r"file:(?://(?:localhost)?)?(/(?!/)[^?#]*)", re.IGNORECASE)
_CONTENT_TYPES = {".json": "application/feed+json"}


def read(url: str, max_bytes: int, validators: Validators) -> Fetched | NotModified:
    """Read a file as a server would answer for it.

    The time of its last change and its size vouch for it, as an ETag would.
    Raises Failure: ADDRESS, FILE or TOO_LARGE.
    """
    path = _path(url)
    try:
        with open(path, "rb", opener=_open) as file:
            # Looked at before it is read: a change meanwhile shows as a change the next time.
            state = os.fstat(file.fileno())
            if not stat.S_ISREG(state.st_mode):
                raise Failure(Reason.FILE, f"{path} is not a regular file")
            current = Validators(etag=f"{state.st_mtime_ns:x}-{state.st_size:x}")
            if current == validators:
                return NotModified(current)
            body = file.read(max_bytes + 1)
    except OSError as error:
        raise Failure(Reason.FILE, f"{path} can't be read: {error.strerror}") from error
    if len(body) > max_bytes:
        raise Failure(Reason.TOO_LARGE, f"{path} has more than the limit of {max_bytes:,} bytes")
    return Fetched(url, body, _CONTENT_TYPES.get(path.suffix.lower(), ""), current)


def _open(path: str, flags: int) -> int:
    """Open without waiting, as opening a pipe would for somebody who writes to it."""
    return os.open(path, flags | os.O_NONBLOCK)


def _path(url: str) -> Path:
    match = _URL.fullmatch(url)
    path = unquote(match[1]) if match else ""
    if not path or "\0" in path:
        raise Failure(Reason.ADDRESS, "a file's address has to be file:/// and an absolute path")
    return Path(path)
