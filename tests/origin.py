"""An HTTP/1.1 server on loopback for tests, well-behaved or not: real sockets, real bytes.

with Origin() as origin:
    url = origin.serve("/feed", b"<rss/>")              # ETag, Last-Modified, 304, HEAD
    origin.serve("/live", lambda: render(), gzip=True)  # called at each request
    slow = origin.behave("/slow", "drip body", every=0.1)
    origin.behave("/feed", "status", code=503, retry_after=60, times=1)  # then as served
    ...
    assert [seen.status for seen in origin.requests] == [200, 304]
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import socket
import ssl
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from email.utils import formatdate, parsedate_to_datetime
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self

import origin_acts
from origin_acts import Exchange, Seen

Body = bytes | Callable[[], bytes]


@dataclass
class _Page:
    body: Body
    content_type: str
    status: int
    headers: Mapping[str, str]
    validators: bool
    gzip: bool
    last: bytes | None = None
    changed: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def read(self) -> bytes:
        """The bytes of now; a change moves Last-Modified by a second at least."""
        with self.lock:
            return self._read()

    def _read(self) -> bytes:
        body = self.body() if callable(self.body) else self.body
        if body != self.last:
            self.last, self.changed = body, max(int(time.time()), self.changed + 1)
        return body


@dataclass
class _Behaviour:
    act: Callable[..., Awaitable[bool]]
    options: Mapping[str, Any]
    times: int | None


@dataclass
class Origin:
    """The server; open while the ``with`` block runs.

    host: any address of loopback, to be several hosts at once.
    tls: serve https with this context.  requests: what was asked, in the order of the answers.
    """

    host: str = "127.0.0.1"
    tls: ssl.SSLContext | None = None
    requests: list[Seen] = field(default_factory=list)
    connections: int = 0

    def __post_init__(self) -> None:
        self._pages: dict[str, _Page] = {}
        self._behaviours: dict[str, _Behaviour] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._started = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._run, name="origin", daemon=True)
        # Bound here, so that `url` works before the thread runs and a failure is raised here.
        self._socket = socket.create_server((self.host, 0), backlog=512)
        self.port: int = self._socket.getsockname()[1]

    # --- what a test says ---------------------------------------------------------------------

    def url(self, path: str) -> str:
        return f"{'https' if self.tls else 'http'}://{self.host}:{self.port}{path}"

    def serve(  # noqa: PLR0913 - many tests share it; most give two
        self,
        path: str,
        body: Body,
        content_type: str = "application/rss+xml",
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        *,
        validators: bool = True,
        gzip: bool = False,
    ) -> str:
        """Serve these bytes, or what a callable returns (in a thread; it may block). → the URL.

        validators: give ETag and Last-Modified and answer conditional requests by 304.
        gzip: compress for those who accept it.  headers: besides, or instead of, the usual ones.
        """
        page = _Page(body, content_type, status, headers or {}, validators, gzip)
        if path in self._pages:
            page.last, page.changed = self._pages[path].last, self._pages[path].changed
        self._pages[path] = page
        self._behaviours.pop(path, None)
        return self.url(path)

    def behave(self, path: str, name: str, *, times: int | None = None, **options: Any) -> str:
        """Misbehave at this path, the first ``times`` times or always. → the URL.

        =================== =================== ====================================================
        name                options             what happens
        =================== =================== ====================================================
        drip body           every=0.05, total   a byte every so many seconds, Content-Length: total
        drip headers        every=0.05          header bytes for ever
        hang                                    reads the request, never answers
        reset               after=b""           sends these bytes, then RST
        close               after=b""           sends these bytes, then FIN
        truncate            body, missing=10    Content-Length says so many bytes more than come
        truncated           coding, body        a compressed body, its end cut off
        bomb                coding, size        zeros, small on the wire
        encoded             coding, body        Content-Encoding as told; codings: "gzip, br" …
        redirect            to, status=302      Location as told (relative is fine)
        endless redirect                        /path?1 → /path?2 → …
        status              code, retry_after,  any status with any body
                            body, headers
        garbage                                 bytes that are no HTTP
        huge headers        count, size         so many header lines of so many bytes
        unconditional 304                       304, whatever was asked
        raw                 data                exactly these bytes, then FIN
        =================== =================== ====================================================
        """
        self._behaviours[path] = _Behaviour(origin_acts.BEHAVIOURS[name], options, times)
        return self.url(path)

    def asked(self, path: str) -> list[Seen]:
        """The requests for this path."""
        return [seen for seen in self.requests if seen.path.partition("?")[0] == path]

    # --- the server ---------------------------------------------------------------------------

    def __enter__(self) -> Self:
        self._thread.start()
        self._started.wait()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop at once: what hangs or drips is cut off."""
        assert self._loop is not None
        with suppress(RuntimeError):  # closed already
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _run(self) -> None:
        with asyncio.Runner() as runner:
            runner.run(self._main())

    async def _main(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        # Clients that hang up in a handshake are what the tests are about, and no news.
        self._loop.set_exception_handler(lambda _loop, _context: None)
        server = await asyncio.start_server(self._connection, sock=self._socket, ssl=self.tls)
        self._started.set()
        await self._stop.wait()
        server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            while await self._request(reader, writer):
                pass
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # the client went away
        except asyncio.CancelledError:
            pass  # close() was called
        finally:
            self._tasks.discard(task)
            if self._stop.is_set():
                writer.transport.abort()
            writer.close()
            with suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()

    async def _request(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; whether the connection can go on."""
        first = await reader.readexactly(1)
        if first == b"\x16":  # a TLS hello, to a server that speaks plain HTTP
            writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            return False
        head = (first + await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        request, *lines = head.split("\r\n")[:-2]
        method, path, _ = request.split(" ", 2)
        fields = (line.partition(":") for line in lines)
        headers = {name.lower(): value.strip() for name, _, value in fields}
        exchange = Exchange(method, path, headers, writer, self.requests)
        whole = await self._answer(exchange, path.partition("?")[0])
        return whole and headers.get("connection", "").lower() != "close"

    async def _answer(self, exchange: Exchange, path: str) -> bool:
        behaviour = self._behaviours.get(path)
        if behaviour is not None:
            if behaviour.times is not None:
                behaviour.times -= 1
                if behaviour.times <= 0:
                    del self._behaviours[path]
            return await behaviour.act(exchange, **behaviour.options)
        page = self._pages.get(exchange.path) or self._pages.get(path)
        if page is None:
            return await exchange.answer(404, {"Content-Type": "text/plain"}, b"no such page\n")
        return await _page(exchange, page)


async def _page(exchange: Exchange, page: _Page) -> bool:
    """Answer as a good server does."""
    live = callable(page.body)
    body = await asyncio.to_thread(page.read) if live else page.read()
    headers = {"Content-Type": page.content_type}
    if page.gzip:
        headers["Vary"] = "Accept-Encoding"
        if "gzip" in exchange.headers.get("accept-encoding", ""):
            body = gzip.compress(body, 1, mtime=0)
            headers["Content-Encoding"] = "gzip"
    if page.validators and page.status == HTTPStatus.OK:
        headers["ETag"] = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        headers["Last-Modified"] = formatdate(page.changed, usegmt=True)
    headers |= page.headers
    if page.validators and _current(exchange.headers, headers.get("ETag"), page.changed):
        return await exchange.answer(304, headers)
    return await exchange.answer(page.status, headers, body)


def _current(asked: Mapping[str, str], etag: str | None, changed: int) -> bool:
    """RFC 9110, 13.2.2: If-Modified-Since counts only where there is no If-None-Match."""
    if etag is None:
        return False
    if "if-none-match" in asked:
        given = [tag.strip().removeprefix("W/") for tag in asked["if-none-match"].split(",")]
        return etag.removeprefix("W/") in given or given == ["*"]
    if "if-modified-since" in asked:
        with suppress(ValueError):
            return changed <= parsedate_to_datetime(asked["if-modified-since"]).timestamp()
    return False
