"""`make demo`: bundled sample feeds, served from this machine, so that the real service can be seen
at work without a network. Not used by the service itself.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.utils import format_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

from aggregator.errors import UsageError
from aggregator.model import Source

_TYPES = {
    ".rss.xml": "application/rss+xml",
    ".atom.xml": "application/atom+xml",
    ".json": "application/feed+json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
_AGO = re.compile(rb"\{\{ago:(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?\}\}")


def port_of(sources: Iterable[Source]) -> int:
    """Return the port at which the demo's configuration expects the sample feeds."""
    return next(port for source in sources if (port := urlsplit(source.url).port))


@contextmanager
def served(samples: Path, port: int, now: datetime) -> Iterator[str]:
    """Serve the files below ``samples`` on 127.0.0.1 while the context is open; yield the address.

    Dates in them, such as ``{{ago:2d5h}}``, count back from ``now``. Raises UsageError if the
    port is taken.
    """
    base = f"http://127.0.0.1:{port}"
    files = {
        "/" + path.relative_to(samples).as_posix(): _Sample(path, base, now)
        for path in sorted(samples.rglob("*"))
        if path.is_file()
    }

    class Handler(_Handler):
        samples = files

    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    except OSError as error:
        message = f"the sample feeds need port {port} of this machine: {error.strerror}"
        raise UsageError(message) from error
    thread = Thread(target=server.serve_forever, name="samples", daemon=True)
    thread.start()
    try:
        yield base
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Sample:
    """One file, its dates filled in, with the headers that an honest server gives it."""

    def __init__(self, path: Path, base: str, now: datetime) -> None:
        self.type = next(
            (kind for suffix, kind in _TYPES.items() if path.name.endswith(suffix)),
            "application/octet-stream",
        )
        rfc822 = path.name.endswith(".rss.xml")

        def date(match: re.Match[bytes]) -> bytes:
            days, hours, minutes = (int(group or 0) for group in match.groups())
            at = now - timedelta(days=days, hours=hours, minutes=minutes)
            return (format_datetime(at, usegmt=True) if rfc822 else at.isoformat()).encode()

        self.body = _AGO.sub(date, path.read_bytes()).replace(b"{{base}}", base.encode())
        self.etag = f'"{hashlib.sha256(self.body).hexdigest()[:16]}"'


class _Handler(BaseHTTPRequestHandler):
    samples: dict[str, _Sample]
    protocol_version = "HTTP/1.1"
    timeout = 10

    def do_GET(self) -> None:
        sample = self.samples.get(self.path)
        if sample is None:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        known = self.headers.get("If-None-Match") == sample.etag
        body = b"" if known else sample.body
        self.send_response(HTTPStatus.NOT_MODIFIED if known else HTTPStatus.OK)
        self.send_header("Content-Type", sample.type)
        self.send_header("ETag", sample.etag)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base's name)
        """Say nothing: the polls are logged by the service."""
