"""JSON Feed: both versions, and everything that is nearly one."""

# ruff: noqa: E501 - tables with one case a line

from __future__ import annotations

import json

import pytest
from parsing import NOW, URL, jsonfeed, only, read

from aggregator.model import Document, Enclosure, Failed, Image, Offer, Reason, SkipReason
from aggregator.parse import parse


def test_version_1_0_is_read() -> None:
    entry = only(
        json.dumps(
            {
                "version": "https://jsonfeed.org/version/1",
                "title": "News",
                "author": {"name": "Ann Poe"},
                "items": [
                    {
                        "id": 77,
                        "external_url": "https://example.org/linked",
                        "title": "R&amp;D is as written",
                        "content_text": "One <line>.\n\nAnother.",
                        "banner_image": "/banner.jpg",
                        "attachments": [{"url": "/a.mp3", "size_in_bytes": 10.0}, {"x": 1}, 7],
                        "tags": ["a", 7, None, "b"],
                    }
                ],
            }
        )
    )
    assert entry.guid == "77"
    assert entry.link == "https://example.org/linked"
    assert entry.title == "R&amp;D is as written"
    assert entry.content == "<p>One &lt;line&gt;.</p><p>Another.</p>"
    assert entry.summary == "One <line>. Another."
    assert entry.authors == ("Ann Poe",)
    assert entry.image == Image("https://example.org/banner.jpg")
    assert entry.enclosures == (Enclosure("https://example.org/a.mp3"),)
    assert entry.categories == ("a", "b")


def test_the_document_says_what_the_feed_is() -> None:
    document = read(jsonfeed(title=" The\nNews ", home_page_url="/", language="AZ", authors=[]))
    assert document == Document("The News", "https://feeds.example.org/", "az", (), offer=Offer())


def test_an_item_says_more_than_its_feed() -> None:
    entry = only(
        jsonfeed(
            {
                "title": "t",
                "language": "ru",
                "authors": [{"name": "A Doe"}],
                "image": "javascript:x",
            },
            language="en",
            authors=[{"name": "News"}, {"name": "B Roe"}],
        )
    )
    assert (entry.language, entry.authors, entry.image) == ("ru", ("A Doe",), None)
    assert only(jsonfeed({"title": "t"}, authors=[{"name": "News"}])).authors == ()


def test_values_of_the_wrong_kind_are_as_good_as_none() -> None:
    wrong = {
        "id": {"a": 1}, "url": 5, "title": ["x"], "content_html": True, "summary": None, "tags": "war",
        "authors": "Jane", "author": 3, "attachments": {"url": "https://example.org/a.mp3"},
    }  # fmt: skip
    entry = only(jsonfeed({**wrong, "content_text": "words"}, title=7, language={}))
    assert (entry.guid, entry.link, entry.title) == (
        None,
        "https://feeds.example.org/news/5",
        "words",
    )
    assert entry.categories == ("war",)
    assert entry.enclosures == (Enclosure("https://example.org/a.mp3"),)


def test_a_bad_item_is_skipped_and_the_others_come_in() -> None:
    document = read(
        jsonfeed({"title": "one"}, "two", None, {}, {"id": "only-an-id"}, {"title": "six"})
    )
    assert [entry.title for entry in document.entries] == ["one", "six"]
    assert [(one.position, one.reason) for one in document.skipped] == [
        (1, SkipReason.BROKEN), (2, SkipReason.BROKEN), (3, SkipReason.EMPTY), (4, SkipReason.EMPTY),
    ]  # fmt: skip
    assert document.skipped[0].detail == "TypeError: an item is str, not an object"


@pytest.mark.parametrize(
    "body",
    [
        b"{", b"{}", b'{"items": {}}', b'{"items": null}', b'{"a":' * 100_000,
        b'{"items": [' + b"9" * 10_000 + b"]}", b'{"version": "https://jsonfeed.org/version/1"}',
    ],
)  # fmt: skip
def test_other_json_is_no_feed(body: bytes) -> None:
    failed = parse(body, content_type="application/feed+json", url=URL, now=NOW)
    assert isinstance(failed, Failed)
    assert failed.reason is Reason.NOT_A_FEED
    assert failed.detail.startswith(("it is JSON, but", "it looks like JSON, but"))


def test_small_mistakes_of_hand_made_json_are_forgiven() -> None:
    assert only('\ufeff\n {"items": [{"title": "raw\nnewline"}]}').title == "raw newline"
    assert only('{"items": [{"title": "lone \\ud800 half \\u0000"}]}').title == "lone half"


def test_a_feed_names_its_hub_and_itself() -> None:
    hubs = [None, 7, {"type": "rssCloud", "url": "/cloud"}, {"type": "WebSub", "url": "file:///x"},
            {"type": "websub", "url": "/hub"}, {"type": "WebSub", "url": "/other"}]  # fmt: skip
    offer = read(jsonfeed(hubs=hubs, feed_url="https://a.example/f")).offer
    assert offer == Offer("https://feeds.example.org/hub", "https://a.example/f")
    assert read(jsonfeed(hubs="x", feed_url=[])).offer == Offer()
