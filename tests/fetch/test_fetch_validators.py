from __future__ import annotations

from collections.abc import Callable

import pytest
from origin import Origin
from outcomes import failed, fetched
from raw_server import answering

from aggregator.model import NotModified, Outcome, Reason, Validators

Get = Callable[..., Outcome]


OLD = Validators('"old"', "Sun, 06 Nov 1994 08:49:37 GMT")


@pytest.mark.parametrize(
    "etag",
    [
        b'"plain"',
        b'W/"weak"',
        b"no-quotes",
        b'"a" "b"',
        b'"\xe4\xf6\xfc\xff"',
        b"\xa0\x85",
        b'"\xc3\xa4"',
        b'W/"a,b;c=\\d"',
        b"x" * 2_000,
    ],
)
@pytest.mark.parametrize("name", ["ETag", "Last-Modified"])
def test_a_validator_goes_back_byte_for_byte(
    origin: Origin, get: Get, etag: bytes, name: str
) -> None:
    value = etag.decode("latin-1")
    url = origin.serve("/feed", b"<rss/>", headers={name: value}, validators=False)
    validators = fetched(get(url)).validators
    assert value == (validators.etag if name == "ETag" else validators.last_modified)
    get(url, validators)
    sent = {"ETag": "if-none-match", "Last-Modified": "if-modified-since"}[name]
    # The origin strips white space at the ends, in Unicode's sense.
    assert origin.requests[1].headers[sent] == value.strip()


@pytest.mark.parametrize("etag", [b"", b'"a\x00b"', b'"\x7f"', b'"\x1b"', b"x" * 2_001])
def test_a_validator_that_can_not_be_sent_or_stored_is_left_out(etag: bytes, get: Get) -> None:
    head = b"HTTP/1.1 200 OK\r\nETag: %b\r\nContent-Length: 0\r\n\r\n" % etag
    with answering(head) as url:
        assert fetched(get(url)).validators == Validators()


def test_the_newest_validators_count_and_missing_ones_stay(origin: Origin, get: Get) -> None:
    url = origin.behave("/feed", "status", code=304, headers={"ETag": 'W/"new"'})
    assert get(url, OLD) == NotModified(Validators('W/"new"', OLD.last_modified))
    url = origin.behave("/feed", "status", code=304, headers={"Last-Modified": "today"})
    assert get(url, OLD) == NotModified(Validators('"old"', "today"))
    url = origin.behave("/feed", "unconditional 304")
    assert get(url, OLD) == NotModified(OLD)
    url = origin.serve("/feed", b"<rss/>", validators=False, headers={"ETag": '"only"'})
    assert fetched(get(url, OLD)).validators == Validators('"only"', None)


def test_a_304_that_was_not_asked_for_is_not_believed(origin: Origin, get: Get) -> None:
    url = origin.behave("/feed", "unconditional 304")
    assert "304" in failed(get(url), Reason.SERVER_ERROR)
