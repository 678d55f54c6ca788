from __future__ import annotations

import gzip
import os
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import urllib3
from hypothesis import given
from hypothesis import strategies as st
from origin import Origin
from origin_acts import encode, zstd

from aggregator.fetch.body import read
from aggregator.fetch.failure import Failure
from aggregator.model import Failed, Fetched, Outcome, Reason

Get = Callable[..., Outcome]
CODINGS = ["gzip", "x-gzip", "deflate", "br", "zstd"]
TEXT = b"<rss>" + b"news " * 50_000 + b"</rss>"


class Pieces:
    """A stand-in for a socket file that gives at most ``step`` bytes at a time."""

    def __init__(self, data: bytes, step: int) -> None:
        self.pieces: Iterator[bytes] = (data[at : at + step] for at in range(0, len(data), step))

    def read(self, *_: int) -> bytes:
        return next(self.pieces, b"")

    def close(self) -> None: ...


def decode(coding: str, data: bytes, *, step: int = 1 << 16, most: int = 10_000_000) -> bytes:
    headers = {"Content-Encoding": coding}
    body = Pieces(data, step)
    response = urllib3.HTTPResponse(body, headers, status=200, preload_content=False)  # type: ignore[arg-type]
    return read(response, "example.org", most, 30)


def reason(coding: str, data: bytes, **options: int) -> Reason:
    with pytest.raises(Failure) as caught:
        decode(coding, data, **options)
    assert "example.org" in caught.value.failed.detail
    return caught.value.failed.reason


@pytest.mark.parametrize("coding", CODINGS)
def test_a_compressed_feed_arrives_whole(origin: Origin, get: Get, coding: str) -> None:
    fetched = get(origin.behave("/feed", "encoded", coding=coding, body=TEXT))
    assert isinstance(fetched, Fetched)
    assert fetched.body == TEXT
    accepted = origin.requests[0].headers["accept-encoding"]
    assert accepted == "gzip, deflate, br, zstd"


@given(st.sampled_from(CODINGS), st.binary(max_size=3_000), st.integers(1, 700))
def test_how_the_bytes_come_in_does_not_matter(coding: str, body: bytes, step: int) -> None:
    assert decode(coding, encode(coding, body), step=step) == body


@pytest.mark.parametrize("coding", CODINGS)
def test_noise_is_decoded_as_it_was(coding: str) -> None:
    noise = os.urandom(300_000)
    assert decode(coding, encode(coding, noise), step=1_000) == noise


@pytest.mark.parametrize("coding", [c for c in CODINGS if c != "x-gzip"])
@pytest.mark.parametrize("body", [b"<rss/>", os.urandom(200_000), TEXT])
def test_a_compressed_body_cut_short_anywhere_is_incomplete(coding: str, body: bytes) -> None:
    whole = encode(coding, body)
    for end in {0, 1, 2, 3, len(whole) // 2, len(whole) - 1}:
        assert reason(coding, whole[:end]) is Reason.INCOMPLETE, end


def test_a_cut_gzip_without_a_length_is_incomplete(origin: Origin, get: Get) -> None:
    cut = gzip.compress(TEXT)[:-20]
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"
    failed = get(origin.behave("/feed", "raw", data=head + cut))
    assert isinstance(failed, Failed)
    assert failed.reason is Reason.INCOMPLETE


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("data", [b"<rss>not compressed</rss>", b"\x1f\x8b\x08\x00" + b"\xff" * 30])
def test_broken_compression_is_a_protocol_failure(coding: str, data: bytes) -> None:
    assert reason(coding, data) is Reason.PROTOCOL


def test_broken_in_the_middle_is_a_protocol_failure() -> None:
    data = bytearray(gzip.compress(os.urandom(1_000)))
    data[-6] ^= 1  # the checksum
    assert reason("gzip", bytes(data)) is Reason.PROTOCOL


def test_gzip_members_follow_one_another_and_garbage_behind_them_is_left_out() -> None:
    two = gzip.compress(b"one ") + gzip.compress(b"two")
    for step in (1, 2, 3, 1_000):
        assert decode("gzip", two, step=step) == b"one two"
        assert decode("gzip", two + bytes(600), step=step) == b"one two"
        assert decode("gzip", two + b"\x1f", step=step) == b"one two"
        assert reason("gzip", two + b"\x1f\x8b", step=step) is Reason.INCOMPLETE


def test_zstd_frames_follow_one_another() -> None:
    two = zstd.compress(b"one ") + zstd.compress(b"two")
    for step in (1, 2, 3, 1_000):
        assert decode("zstd", two, step=step) == b"one two"
    assert reason("zstd", two[:-1]) is Reason.INCOMPLETE


def test_frames_of_nothing_without_end_are_refused() -> None:
    feed = zstd.compress(b"feed")
    assert decode("zstd", zstd.compress(b"") * 900 + feed) == b"feed"
    assert reason("zstd", zstd.compress(b"") * 1100 + feed) is Reason.PROTOCOL


def test_a_zstd_window_that_needs_much_memory_is_refused() -> None:
    options = {zstd.CompressionParameter.window_log: 25}
    assert (
        reason("zstd", zstd.compress(os.urandom(1 << 20) * 40, options=options)) is Reason.PROTOCOL
    )


def test_a_bare_deflate_stream_is_understood() -> None:
    squeeze = zlib.compressobj(wbits=-15)
    bare = squeeze.compress(TEXT) + squeeze.flush()
    for step in (1, 1_000):
        assert decode("deflate", bare, step=step) == TEXT


@pytest.mark.parametrize(
    "coding", ["identity", "", "gzip, identity", "gzip, br", "GZIP,gzip, zstd"]
)
def test_stacked_codings_come_off_in_order(coding: str) -> None:
    assert decode(coding, encode(coding.lower() or "identity", TEXT)) == TEXT


@pytest.mark.parametrize("coding", ["compress", "gzip, rot13", "gzip,gzip,gzip,gzip", "\xff"])
def test_unknown_and_too_many_codings_are_protocol_failures(coding: str) -> None:
    assert reason(coding, b"x") is Reason.PROTOCOL


def test_a_transfer_coding_that_was_not_asked_for_is_a_protocol_failure(
    origin: Origin, get: Get
) -> None:
    data = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n" + gzip.compress(b"<rss/>")
    failed = get(origin.behave("/feed", "raw", data=data))
    assert isinstance(failed, Failed)
    assert failed.reason is Reason.PROTOCOL


def test_a_body_of_just_the_limit_passes_and_a_byte_more_does_not() -> None:
    for coding in ["identity", *CODINGS]:
        body = os.urandom(1_000) * 100
        data = encode(coding, body)
        assert decode(coding, data, most=len(body) + 100) == body
        assert reason(coding, data, most=len(body) - 1) is Reason.TOO_LARGE
    assert decode("gzip", gzip.compress(bytes(100_000)), most=100_000) == bytes(100_000)
    assert reason("gzip", gzip.compress(bytes(100_001)), most=100_000) is Reason.TOO_LARGE


def test_what_comes_off_the_wire_is_limited_too() -> None:
    empty_blocks = b"\x00\x00\x00\xff\xff" * 40_000  # deflate that decodes to nothing
    assert reason("deflate", b"\x78\x01" + empty_blocks, most=100_000) is Reason.TOO_LARGE


def test_a_declared_length_past_the_limit_is_not_even_read(origin: Origin, get: Get) -> None:
    failed = get(origin.behave("/feed", "drip body", total=1_000_001, every=60))
    assert isinstance(failed, Failed)
    assert failed.reason is Reason.TOO_LARGE
    assert "127.0.0.1" in failed.detail
    assert "1,000,000 bytes" in failed.detail


def peak(action: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        action()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "gzip, gzip", "zstd, br"])
def test_a_bomb_costs_no_more_memory_than_the_limit(coding: str) -> None:
    bomb = encode(coding, bytes(60_000_000))
    assert peak(lambda: reason(coding, bomb, most=1_000_000)) < 4_000_000


@pytest.mark.parametrize(
    ("name", "coding"),
    [
        ("bomb_200M.gz.gz", "gzip, gzip"),
        ("bomb_200M.br", "br"),
        ("bomb_valid_rss_200M.xml.gz", "gzip"),
    ],
)
def test_the_hostile_bombs_cost_no_more_memory_than_the_limit(
    shared: Path, name: str, coding: str
) -> None:
    bomb = (shared / "data/hostile/xml/bombs" / name).read_bytes()
    assert peak(lambda: reason(coding, bomb, most=1_000_000)) < 4_000_000
