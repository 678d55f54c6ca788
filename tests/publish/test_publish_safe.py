"""What may leave: legal characters at every depth, and web addresses only."""

from __future__ import annotations

import re

import pytest
from articles import RICH
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from aggregator.model import Image
from aggregator.publish import article_uri, feed_uri, safe
from aggregator.publish.identity import source_uri
from aggregator.publish.safe import address, legal


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("plain\ttext\n", "plain\ttext\n"),
        ("a\x00b\x0bc\x1f\x7f\x85\r", "abc"),
        ("a\ud800b\udfff", "ab"),
        ("a\ufffe\uffff\ufdd0b", "ab"),
        ("Bakı 阿塞拜疆 🕊 é", "Bakı 阿塞拜疆 🕊 é"),
    ],
)
def test_characters_that_xml_cannot_hold_are_dropped(text: str, left: str) -> None:
    assert legal(text) == left


def test_strings_are_mended_at_every_depth() -> None:
    assert legal({"a": (Image("u", "b\x00"), 1, None)}) == {"a": (Image("u", "b"), 1, None)}


def test_what_is_legal_stays_as_it_is() -> None:
    assert legal(RICH) is RICH
    assert legal(Image) is Image


@given(st.text())
def test_whatever_comes_xml_can_hold_it(text: str) -> None:
    element = etree.Element("a")
    element.text = legal(text)
    assert etree.fromstring(etree.tostring(element)).text == (legal(text) or None)


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ("https://example.org/a?b=c&d=%20#e", "https://example.org/a?b=c&d=%20#e"),
        ("https://example.org/Bakı", "https://example.org/Bak%C4%B1"),
        (' http://example.org/a b"c ', "http://example.org/a%20b%22c"),
        ("http://[::1]:80/[a]?[b]#c#d", "http://[::1]:80/%5Ba%5D?%5Bb%5D#c%23d"),
        ("http://bücher.example:81/", "http://xn--bcher-kva.example:81/"),
        ("http://bücher.example/", "http://xn--bcher-kva.example/"),
        ("HTTPS://example.org/", "https://example.org/"),
        ("http://example.org/\udc80", "http://example.org/?"),
        ("javascript:alert(1)", None),
        (" java\nscript:alert(1)", None),
        ("javascript://example.org/%0aalert(1)", None),
        ("ftp://example.org/", None),
        ("data:text/html,x", None),
        ("file://example.org/etc/hostname", None),
        ("//example.org/a", None),
        ("/a", None),
        ("http:example.org", None),
        ("http://", None),
        ("http://[bad/", None),
        ("http://a..bü/", None),
        ("http://bü:port/", None),
        ("", None),
        (None, None),
    ],
)
def test_only_web_addresses_leave(given: str | None, left: str | None) -> None:
    assert address(given) == left


@given(st.from_regex(safe._USUAL, fullmatch=True))
def test_usual_addresses_stay_as_all_that_is_done_to_others_would_leave_them(url: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(safe, "_USUAL", re.compile("(?!)"))
        assert address(url) == url


def test_ids_hold_what_uris_may_hold() -> None:
    assert article_uri("abc") == "tag:news-aggregator.invalid,2026:article/abc"
    assert feed_uri("0badcafe", "a/b é") == (
        "tag:news-aggregator.invalid,2026:feed/0badcafe/a%2Fb%20%C3%A9"
    )
    assert source_uri("x\ud800") == "tag:news-aggregator.invalid,2026:source/x%3F"
