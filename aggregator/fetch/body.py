"""A response's body, decoded, under limits of size. Not its meaning, and no character encoding.

Each content coding is a generator over the one before it, and each is counted: what comes off the
wire, what comes out at the end and whatever is between stay under the same limit, a piece at a
time. Codings end early without a sign unless asked, so each is asked.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable, Generator, Iterator

import brotli
import urllib3

from aggregator.fetch.answer import too_late
from aggregator.fetch.failure import Failure
from aggregator.model import Reason

if sys.version_info >= (3, 14):  # pragma: no cover
    from compression import zstd
else:
    from backports import zstd

ACCEPT_ENCODING = "gzip, deflate, br, zstd"

_PIECE = 64 * 1024
_MOST_CODINGS = 3
# RFC 9659: no more is needed to decode what is sent by HTTP, and more costs us the memory.
_MOST_FRAMES = 1_000
"""Of zstd. One of nothing costs as much as one of a whole feed, and is sent in nine bytes."""
_ZSTD_OPTIONS: dict[int, int] = {zstd.DecompressionParameter.window_log_max: 23}

Chunks = Iterator[bytes]


def read(response: urllib3.BaseHTTPResponse, host: str, max_bytes: int, seconds: float) -> bytes:
    """Read the whole body and decode it.

    max_bytes: of the body, and of every stage before it.
    host, seconds: for messages; the connection keeps to the time limit itself.
    Raises Failure: TOO_LARGE, INCOMPLETE, PROTOCOL or TIMEOUT.
    """
    length = response.headers.get("Content-Length", "")
    if length.isascii() and length.isdigit() and int(length[:20]) > max_bytes:
        raise _too_large(host, max_bytes)
    chunks = _limited(_raw(response, host, seconds), host, max_bytes)
    for coding in reversed(_codings(response, host)):
        chunks = _limited(_decoded(coding, chunks, host), host, max_bytes)
    return b"".join(chunks)


def _codings(response: urllib3.BaseHTTPResponse, host: str) -> list[str]:
    """Return the codings of the body, in the order in which they were applied."""
    transfer = response.headers.get("Transfer-Encoding", "chunked").strip().lower()
    if transfer not in ("chunked", "identity"):
        raise Failure(
            Reason.PROTOCOL,
            f"{host} uses the transfer coding {transfer[:40]!r}, which we did not ask for",
        )
    listed = response.headers.get("Content-Encoding", "").lower().split(",")
    codings = [coding.strip() for coding in listed if coding.strip() not in ("", "identity")]
    unknown = next((coding for coding in codings if coding not in _DECODERS), None)
    if unknown is not None:
        raise Failure(
            Reason.PROTOCOL,
            f"{host} uses the content coding {unknown[:40]!r}, which we did not ask for",
        )
    if len(codings) > _MOST_CODINGS:
        raise Failure(
            Reason.PROTOCOL, f"{host} uses {len(codings)} content codings on top of one another"
        )
    return codings


def _raw(response: urllib3.BaseHTTPResponse, host: str, seconds: float) -> Chunks:
    try:
        while chunk := response.read(_PIECE, decode_content=False):
            yield chunk
    except urllib3.exceptions.ReadTimeoutError as error:
        raise too_late(host, seconds) from error
    except urllib3.exceptions.HTTPError as error:
        raise _incomplete(host) from error
    except ValueError as error:  # a chunk of negative length
        raise Failure(Reason.PROTOCOL, f"{host} sent a body that is not HTTP") from error


def _limited(chunks: Chunks, host: str, max_bytes: int) -> Chunks:
    """Count; and leave out empty chunks, which the next stage would take for the end."""
    total = 0
    for chunk in chunks:
        total += len(chunk)
        if total > max_bytes:
            raise _too_large(host, max_bytes)
        if chunk:
            yield chunk


def _decoded(coding: str, chunks: Chunks, host: str) -> Chunks:
    try:
        yield from _DECODERS[coding](chunks)
    except EOFError as error:
        raise _incomplete(host) from error
    except (zlib.error, zstd.ZstdError, brotli.error) as error:
        raise Failure(Reason.PROTOCOL, f"{host} sends broken {coding} data") from error


# Each raises EOFError where the data end before the coding does.


def _gunzip(chunks: Chunks) -> Chunks:
    """Decode any number of members; zeros or garbage behind them are left out, as gzip does."""
    data = b""
    while True:
        data = yield from _inflate(chunks, data, 16 + zlib.MAX_WBITS)
        while len(data) < 2 and (more := next(chunks, b"")):
            data += more
        if not data.startswith(b"\x1f\x8b"):
            return


def _deflate(chunks: Chunks) -> Chunks:
    """Decode zlib's format, or the bare one that some send instead (RFC 9110, 8.4.1.2)."""
    data = b""
    while len(data) < 2 and (more := next(chunks, b"")):
        data += more
    head = int.from_bytes(data[:2])
    wrapped = head >> 8 & 15 == 8 and head % 31 == 0
    yield from _inflate(chunks, data, zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)


def _inflate(chunks: Chunks, data: bytes, window: int) -> Generator[bytes, None, bytes]:
    """Decode one stream that starts with ``data``; return what lies behind it."""
    stream = zlib.decompressobj(window)
    while not stream.eof:
        piece = stream.decompress(data, _PIECE)
        data = stream.unconsumed_tail
        yield piece
        if not (piece or data or stream.eof):
            data = next(chunks, b"")
            if not data:
                raise EOFError
    return stream.unused_data


def _unbrotli(chunks: Chunks) -> Chunks:
    stream = brotli.Decompressor()
    for chunk in chunks:
        piece = stream.process(chunk, output_buffer_limit=_PIECE)
        # It may say that it can take more while it still holds output back: ask until it is empty.
        while piece or not stream.can_accept_more_data():
            yield piece
            piece = stream.process(b"", output_buffer_limit=_PIECE)
    if not stream.is_finished():
        raise EOFError


def _unzstd(chunks: Chunks) -> Chunks:
    stream, frames = zstd.ZstdDecompressor(options=_ZSTD_OPTIONS), 1
    for chunk in chunks:
        data = chunk
        while data or not (stream.needs_input or stream.eof):
            if stream.eof:
                stream, frames = zstd.ZstdDecompressor(options=_ZSTD_OPTIONS), frames + 1
                if frames > _MOST_FRAMES:
                    raise zstd.ZstdError
            yield stream.decompress(data, _PIECE)
            data = stream.unused_data if stream.eof else b""
    if not stream.eof:
        raise EOFError


_DECODERS: dict[str, Callable[[Chunks], Chunks]] = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _deflate,
    "br": _unbrotli,
    "zstd": _unzstd,
}


def _too_large(host: str, max_bytes: int) -> Failure:
    return Failure(Reason.TOO_LARGE, f"{host} sends more than the limit of {max_bytes:,} bytes")


def _incomplete(host: str) -> Failure:
    return Failure(Reason.INCOMPLETE, f"the answer of {host} ended before it was whole")
