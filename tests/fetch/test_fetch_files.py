from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from aggregator.model import Failed, Fetched, NotModified, Outcome, Reason, Validators

Get = Callable[..., Outcome]


def reason(outcome: Outcome) -> Reason:
    assert isinstance(outcome, Failed)
    return outcome.reason


def test_a_file_is_read_with_validators_and_then_not_again(tmp_path: Path, get: Get) -> None:
    path = tmp_path / "fe ed.xml"
    path.write_bytes(b"<rss/>")
    first = get(path.as_uri())
    assert isinstance(first, Fetched)
    assert (first.url, first.body, first.moved_to) == (path.as_uri(), b"<rss/>", None)
    assert get(path.as_uri(), first.validators) == NotModified(first.validators)


@pytest.mark.parametrize("change", [b"<RSS/>", b"<rss />"])
def test_a_changed_file_is_read_again(tmp_path: Path, get: Get, change: bytes) -> None:
    path = tmp_path / "feed.xml"
    path.write_bytes(b"<rss/>")
    first = get(path.as_uri())
    assert isinstance(first, Fetched)
    path.write_bytes(change)
    os.utime(path, ns=(1, 1))
    second = get(path.as_uri(), first.validators)
    assert isinstance(second, Fetched)
    assert second.body == change


def test_the_validators_of_a_server_vouch_for_no_file(tmp_path: Path, get: Get) -> None:
    path = tmp_path / "feed.json"
    path.write_bytes(b"{}")
    fetched = get(path.as_uri(), Validators('"a"', "Sun, 06 Nov 1994 08:49:37 GMT"))
    assert isinstance(fetched, Fetched)
    assert fetched.content_type == "application/feed+json"


def test_a_file_past_the_limit_is_too_large(tmp_path: Path, get: Get) -> None:
    path = tmp_path / "feed.xml"
    path.write_bytes(bytes(1_000_000))
    assert isinstance(get(path.as_uri()), Fetched)
    path.write_bytes(bytes(1_000_001))
    assert reason(get(path.as_uri())) is Reason.TOO_LARGE


def test_what_is_no_readable_file_is_a_file_failure_that_names_it(tmp_path: Path, get: Get) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name, why in (("absent", "No such file"), ("", "Is a directory"), ("pipe", "regular")):
        outcome = get((tmp_path / name).as_uri())
        assert reason(outcome) is Reason.FILE
        assert isinstance(outcome, Failed)
        assert str(tmp_path / name) in outcome.detail
        assert why in outcome.detail


@pytest.mark.parametrize(
    "url", ["file:feed.xml", "file://server/share/feed.xml", "file:///a%00b", "file://[x", "FILE:"]
)
def test_only_absolute_paths_of_this_machine_are_read(url: str, get: Get) -> None:
    assert reason(get(url)) is Reason.ADDRESS
