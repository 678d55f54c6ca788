"""What the origin of the tests can do with one request besides answering it well."""

from __future__ import annotations

import asyncio
import gzip
import socket
import struct
import sys
import time
import zlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import NamedTuple

import brotli

if sys.version_info >= (3, 14):  # pragma: no cover
    from compression import zstd
else:
    from backports import zstd

_STATUSES = frozenset(HTTPStatus)


class Seen(NamedTuple):
    """One request. ``headers`` have lower-case names; ``time`` is ``time.monotonic()``.

    ``status`` is 0 where the answer was no HTTP, or where none came.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    time: float
    status: int


@dataclass
class Exchange:
    """A request that is being answered."""

    method: str
    path: str
    headers: Mapping[str, str]
    writer: asyncio.StreamWriter
    requests: list[Seen]
    time: float = field(default_factory=time.monotonic)

    def remember(self, status: int) -> None:
        """Note the request; before the answer, so that it is known when the client has that."""
        self.requests.append(Seen(self.method, self.path, self.headers, self.time, status))

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def answer(
        self, status: int, headers: Mapping[str, str], body: bytes = b"", length: int | None = None
    ) -> bool:
        """Send a whole response. length: what Content-Length says, if not the truth."""
        self.remember(status)
        phrase = HTTPStatus(status).phrase if status in _STATUSES else "Odd"
        if status != HTTPStatus.NOT_MODIFIED:
            headers = {"Content-Length": str(len(body) if length is None else length), **headers}
        lines = [f"HTTP/1.1 {status} {phrase}", *(f"{k}: {v}" for k, v in headers.items()), "", ""]
        head = "\r\n".join(lines).encode("latin-1")
        await self.send(head if self.method == "HEAD" else head + body)
        return length is None


async def _drip_body(exchange: Exchange, every: float = 0.05, total: int = 1_000_000) -> bool:
    await exchange.answer(200, {"Content-Type": "application/rss+xml"}, length=total)
    for _ in range(total):
        await exchange.send(b" ")
        await asyncio.sleep(every)
    return True


async def _drip_headers(exchange: Exchange, every: float = 0.05) -> bool:
    exchange.remember(0)
    await exchange.send(b"HTTP/1.1 200 OK\r\nX-Drip: ")
    while True:
        await exchange.send(b"x")
        await asyncio.sleep(every)


async def _hang(exchange: Exchange) -> bool:
    exchange.remember(0)
    await asyncio.Event().wait()
    return False


async def _reset(exchange: Exchange, after: bytes = b"") -> bool:
    exchange.remember(0)
    await exchange.send(after)
    await asyncio.sleep(0.02 if after else 0)  # let the bytes arrive before the RST discards them
    raw = exchange.writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    exchange.writer.transport.abort()
    return False


async def _raw(exchange: Exchange, data: bytes = b"") -> bool:
    exchange.remember(0)
    await exchange.send(data)
    return False


async def _close(exchange: Exchange, after: bytes = b"") -> bool:
    return await _raw(exchange, after)


async def _garbage(exchange: Exchange) -> bool:
    return await _raw(exchange, b"220 mail.example.org ESMTP\r\n\x00\xff\x16\r\n\r\n")


async def _truncate(exchange: Exchange, body: bytes = b"<rss>", missing: int = 10) -> bool:
    return await exchange.answer(200, {}, body, length=len(body) + missing)


async def _truncated(exchange: Exchange, coding: str = "gzip", body: bytes = b"<rss/>") -> bool:
    whole = encode(coding, body)
    cut = whole[: len(whole) - max(1, len(whole) // 4)]
    return await exchange.answer(200, {"Content-Encoding": coding}, cut)


async def _encoded(exchange: Exchange, coding: str = "gzip", body: bytes = b"<rss/>") -> bool:
    return await exchange.answer(200, {"Content-Encoding": coding}, encode(coding, body))


async def _bomb(exchange: Exchange, coding: str = "gzip", size: int = 50_000_000) -> bool:
    return await _encoded(exchange, coding, bytes(size))


async def _redirect(exchange: Exchange, to: str, status: int = 302) -> bool:
    return await exchange.answer(status, {"Location": to})


async def _endless_redirect(exchange: Exchange) -> bool:
    path, _, step = exchange.path.partition("?")
    return await exchange.answer(302, {"Location": f"{path}?{int(step or 0) + 1}"})


async def _status(
    exchange: Exchange,
    code: int,
    retry_after: int | str | None = None,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
) -> bool:
    extra = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return await exchange.answer(code, {**extra, **(headers or {})}, body)


async def _huge_headers(exchange: Exchange, count: int = 1, size: int = 1_000_000) -> bool:
    return await exchange.answer(200, {f"X-Huge-{n}": "x" * size for n in range(count)})


async def _unconditional_304(exchange: Exchange) -> bool:
    return await exchange.answer(304, {})


BEHAVIOURS: Mapping[str, Callable[..., Awaitable[bool]]] = {
    "drip body": _drip_body,
    "drip headers": _drip_headers,
    "hang": _hang,
    "reset": _reset,
    "close": _close,
    "truncate": _truncate,
    "truncated": _truncated,
    "bomb": _bomb,
    "encoded": _encoded,
    "redirect": _redirect,
    "endless redirect": _endless_redirect,
    "status": _status,
    "garbage": _garbage,
    "huge headers": _huge_headers,
    "unconditional 304": _unconditional_304,
    "raw": _raw,
}


def encode(codings: str, body: bytes) -> bytes:
    """Apply content codings in the order in which Content-Encoding lists them."""
    for coding in codings.split(","):
        body = _ENCODERS[coding.strip()](body)
    return body


_ENCODERS: Mapping[str, Callable[[bytes], bytes]] = {
    "gzip": lambda body: gzip.compress(body, 6, mtime=0),
    "x-gzip": lambda body: gzip.compress(body, 6, mtime=0),
    "deflate": zlib.compress,
    "br": lambda body: brotli.compress(body, quality=4),
    "zstd": zstd.compress,
    "identity": lambda body: body,
}
