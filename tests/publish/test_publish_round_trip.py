"""What goes out comes in again with nothing lost: read by feedparser, and by our own parser."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from time import strftime
from typing import Any

import pytest
from articles import CHANNEL, EVERY_KIND, NOON, RICH
from foreign import feedparsed

from aggregator.model import Article, Channel, Document, Entry
from aggregator.parse import parse
from aggregator.publish import MIME, article_uri, atom, jsonfeed, rss

FORMATS: dict[str, Callable[[Channel, Sequence[Article]], bytes]] = {
    "atom": atom,
    "rss": rss,
    "json": jsonfeed,
}


def by_feedparser(form: str, article: Article) -> Any:
    body = FORMATS[form](CHANNEL, [article])
    parsed = feedparsed(body, sanitize_html=False, resolve_relative_uris=False)
    assert not parsed.bozo
    return parsed.entries[0]


def by_us(form: str, *articles: Article) -> tuple[Entry, ...]:
    document = parse(
        FORMATS[form](CHANNEL, articles),
        content_type=f"{MIME[form]}; charset=utf-8",
        url=CHANNEL.urls[form],
        now=NOON,
    )
    assert isinstance(document, Document)
    assert document.skipped == ()
    return document.entries


@pytest.mark.parametrize("form", ["atom", "rss"])
def test_feedparser_reads_the_whole_article(form: str) -> None:
    entry = by_feedparser(form, RICH)
    assert entry.id == article_uri(RICH.id)
    assert entry.title == RICH.title
    assert entry.link == RICH.link
    assert (
        entry.content[0].value.count("<p>They had been <b>surrounded</b> since Tuesday.</p>") == 1
    )
    assert strftime("%FT%T", entry.published_parsed) == "2026-11-22T10:00:00"
    assert [author.name for author in entry.authors] == list(RICH.authors)
    assert entry.source.title == "Example News"
    assert entry.media_thumbnail[0]["url"] == "https://news.example/img/soldiers-road.jpg"
    assert entry.enclosures[0].href == "https://news.example/audio.mp3"
    labels = [tag.label or tag.term for tag in entry.tags]
    assert labels == ["War", "Azerbaijan", "Peace at last", "Южный Кавказ"]


@pytest.mark.parametrize("form", ["atom", "rss"])
def test_feedparser_takes_no_picture_for_the_text(form: str) -> None:
    entry = by_feedparser(form, RICH)
    assert "Soldiers on a road" not in entry.summary
    assert len(entry.content) == 1
    bare = by_feedparser(form, replace(RICH, summary=""))
    assert bare.summary.endswith("</p>"), "the whole body, for want of a summary"
    assert [content.value for content in bare.get("content", [])] in ([], [bare.summary])


@pytest.mark.parametrize("form", FORMATS)
def test_our_own_parser_reads_back_what_we_wrote(form: str) -> None:
    [entry] = by_us(form, RICH)
    assert entry.guid == article_uri(RICH.id)
    assert (entry.title, entry.link, entry.summary) == (RICH.title, RICH.link, RICH.summary)
    assert entry.authors == RICH.authors
    assert entry.published == RICH.published
    assert RICH.content in entry.content
    assert "Example News" in entry.content
    assert entry.image is not None
    assert RICH.image is not None
    assert (entry.image.url, entry.image.alt) == (RICH.image.url, RICH.image.alt)
    assert {"War", "Azerbaijan", "Peace at last", "Южный Кавказ"} <= set(entry.categories)
    assert RICH.enclosures[0] in entry.enclosures
    assert entry.language == "en"


@pytest.mark.parametrize("form", ["atom", "json"])
def test_formats_that_know_when_an_article_was_updated_keep_it(form: str) -> None:
    assert by_us(form, RICH)[0].updated == RICH.updated


@pytest.mark.parametrize("form", FORMATS)
def test_every_kind_of_article_comes_back(form: str) -> None:
    entries = by_us(form, *EVERY_KIND)
    assert [entry.guid for entry in entries] == [article_uri(one.id) for one in EVERY_KIND]
    assert all(entry.title and entry.link and entry.published for entry in entries)
