"""What readers need of each format, one by one; whole outputs stand in golden/."""

from __future__ import annotations

import json
import locale
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from articles import ARABIC, CHANNEL, CHINESE, EVERY_KIND, NO_LINK, NOON, RICH, bare
from lxml import etree

from aggregator.model import Article, Channel, Enclosure, Evidence, Image, Rule, TopicHit
from aggregator.publish import MIME, Outline, article_uri, atom, jsonfeed, opml, rss

NS = {
    "a": "http://www.w3.org/2005/Atom",
    "media": "http://search.yahoo.com/mrss/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "content": "http://purl.org/rss/1.0/modules/content/",
}


def in_atom(path: str, *articles: Article, channel: Channel = CHANNEL) -> Any:
    return etree.fromstring(atom(channel, articles)).xpath(path, namespaces=NS)


def in_rss(path: str, *articles: Article, channel: Channel = CHANNEL) -> Any:
    return etree.fromstring(rss(channel, articles)).xpath(path, namespaces=NS)


def in_json(*articles: Article, channel: Channel = CHANNEL) -> Any:
    return json.loads(jsonfeed(channel, articles))


# --- the feed ---------------------------------------------------------------------------------


def test_the_feed_was_updated_when_its_newest_entry_was() -> None:
    older = replace(bare(5), updated=NOON + timedelta(days=1))
    assert in_atom("string(a:updated)", bare(1), older) == "2026-11-23T12:00:00+00:00"
    assert in_rss("string(channel/lastBuildDate)", bare(1), older) == (
        "Mon, 23 Nov 2026 12:00:00 +0000"
    )


def test_an_empty_feed_has_a_constant_date_where_it_must_have_one() -> None:
    assert in_atom("string(a:updated)") == "2026-01-01T00:00:00+00:00"
    assert in_rss("channel/lastBuildDate") == []
    assert in_json()["items"] == []


@pytest.mark.parametrize(
    ("articles", "language"),
    [
        ((RICH, RICH), "en"),
        ((RICH, ARABIC), ""),
        ((bare(),), ""),
        ((CHINESE,), "zh-Hans"),
        ((), ""),
    ],
)
def test_the_feed_has_a_language_when_all_articles_agree(
    articles: Sequence[Article], language: str
) -> None:
    assert in_atom("string(@xml:lang)", *articles) == language
    assert in_rss("string(channel/language)", *articles) == language
    assert in_json(*articles).get("language", "") == language


def test_what_is_no_language_tag_is_left_out() -> None:
    assert in_atom("string(a:entry/@xml:lang)", replace(RICH, language="en_US; x")) == ""


def test_the_feed_links_to_itself_its_page_and_older_entries() -> None:
    channel = replace(CHANNEL, next_url="https://reader.example/old")
    links = {"alternate", "self", "next"}
    assert set(in_atom("a:link/@rel", RICH, channel=channel)) == links
    assert set(in_rss("channel/a:link/@rel", RICH, channel=channel)) == links - {"alternate"}
    assert in_rss("string(channel/link)", RICH, channel=channel) == CHANNEL.home
    told = in_json(RICH, channel=channel)
    assert told["next_url"] == "https://reader.example/old"


def test_the_image_of_an_rss_feed_links_where_the_feed_links() -> None:
    assert in_rss("string(channel/image/link)") == in_rss("string(channel/link)")


def test_icon_and_stylesheet_are_left_out_where_there_is_none() -> None:
    channel = replace(CHANNEL, icon=None, stylesheet=None)
    assert in_atom("a:icon | a:logo", channel=channel) == []
    assert in_rss("channel/image", channel=channel) == []
    assert b"xml-stylesheet" not in atom(channel, ()) + rss(channel, ())


def test_the_stylesheet_stands_before_the_feed_as_well_formed_markup() -> None:
    channel = replace(CHANNEL, stylesheet="https://reader.example/feed.css?v=1&w=2")
    line = b'<?xml-stylesheet type="text/css" href="https://reader.example/feed.css?v=1&amp;w=2"?>'
    assert atom(channel, ()).partition(b"<feed")[0].endswith(line)
    assert rss(channel, ()).partition(b"<rss")[0].endswith(line)


def test_no_format_is_blown_up_by_indents_or_escapes() -> None:
    for render in (atom, rss, jsonfeed):
        body = render(CHANNEL, [RICH])
        assert "Южный Кавказ".encode() in body
        assert body.count(b"\n") <= 1


def test_a_feed_without_description_is_described_by_its_title() -> None:
    assert in_rss("string(channel/description)", channel=replace(CHANNEL, description="")) == "War"


# --- identity ---------------------------------------------------------------------------------


def test_an_article_has_one_id_in_every_format() -> None:
    uri = article_uri(RICH.id)
    assert in_atom("string(a:entry/a:id)", RICH) == uri
    assert in_rss("string(//guid[@isPermaLink='false'])", RICH) == uri
    assert in_json(RICH)["items"][0]["id"] == uri


def test_no_id_moves_with_address_title_or_topics() -> None:
    moved = replace(CHANNEL, title="x", home="https://b.example/", pages="https://b.example/p/")
    changed = replace(RICH, title="y", topics=(), link="https://news.example/moved")
    assert in_atom("a:entry/a:id/text()", RICH) == in_atom(
        "a:entry/a:id/text()", changed, channel=moved
    )


def test_entries_stand_in_the_order_given() -> None:
    given = [article_uri(article.id) for article in EVERY_KIND]
    assert in_atom("a:entry/a:id/text()", *EVERY_KIND) == given
    assert in_rss("//guid/text()", *EVERY_KIND) == given
    assert [item["id"] for item in in_json(*EVERY_KIND)["items"]] == given


def test_an_article_is_written_the_same_way_in_every_company() -> None:
    def entry(*articles: Article) -> bytes:
        found = in_atom("a:entry[1]", *articles)[0]
        found.tail = None
        return etree.tostring(found, method="c14n")

    assert entry(RICH) == entry(RICH, ARABIC, bare())


# --- links ------------------------------------------------------------------------------------


def test_the_one_alternate_link_leads_to_the_original_and_via_to_our_page() -> None:
    page = CHANNEL.pages + RICH.id
    assert in_atom("a:entry/a:link[@rel='alternate']/@href", RICH) == [RICH.link]
    assert in_atom("a:entry/a:link[@rel='via']/@href", RICH) == [page]
    assert in_atom("a:entry/a:link[@rel='related']", RICH) == []
    assert in_rss("//item/link/text()", RICH) == [RICH.link]
    item = in_json(RICH)["items"][0]
    assert (item["url"], item["_aggregator"]["page"]) == (RICH.link, page)


@pytest.mark.parametrize("link", [None, "javascript:alert(1)"])
def test_an_article_without_link_leads_to_our_page(link: str | None) -> None:
    article = replace(NO_LINK, link=link)
    page = CHANNEL.pages + article.id
    assert in_atom("a:entry/a:link[@rel='alternate']/@href", article) == [page]
    assert in_rss("//item/link/text()", article) == [page]
    assert in_json(article)["items"][0]["url"] == page


def test_enclosures_keep_type_and_length() -> None:
    links = in_atom("a:entry/a:link[@rel='enclosure']", RICH)
    assert [dict(link.attrib) | {"rel": ""} for link in links] == [
        {"rel": "", "type": "audio/mpeg", "length": "123456", "href": RICH.enclosures[0].url},
        {"rel": "", "type": "video/mp4", "href": RICH.enclosures[1].url},
        {"rel": "", "length": "9", "href": RICH.enclosures[2].url},
    ]
    assert in_json(RICH)["items"][0]["attachments"] == [
        {"url": RICH.enclosures[0].url, "mime_type": "audio/mpeg", "size_in_bytes": 123456},
        {"url": RICH.enclosures[1].url, "mime_type": "video/mp4"},
        {
            "url": RICH.enclosures[2].url,
            "mime_type": "application/octet-stream",
            "size_in_bytes": 9,
        },
    ]


def test_rss_has_one_enclosure_and_the_others_as_media() -> None:
    [enclosure] = in_rss("//item/enclosure", RICH)
    assert dict(enclosure.attrib) == {
        "url": RICH.enclosures[0].url,
        "length": "123456",
        "type": "audio/mpeg",
    }
    others = in_rss("//media:content[not(@medium)]", RICH)
    assert [dict(element.attrib) for element in others] == [
        {"url": RICH.enclosures[1].url, "type": "video/mp4"},
        {"url": RICH.enclosures[2].url, "fileSize": "9"},
    ]


def test_an_enclosure_of_unknown_length_and_type_is_still_valid_rss() -> None:
    article = replace(RICH, enclosures=(Enclosure("https://news.example/x", "mp3"),))
    [enclosure] = in_rss("//item/enclosure", article)
    assert (enclosure.get("length"), enclosure.get("type")) == ("0", "application/octet-stream")


def test_an_enclosure_that_is_no_web_address_is_left_out() -> None:
    article = replace(RICH, enclosures=(Enclosure("javascript:alert(1)", "audio/mpeg", 1),))
    assert in_atom("a:entry/a:link[@rel='enclosure']", article) == []
    assert in_rss("//enclosure", article) == []


# --- what is told -----------------------------------------------------------------------------


def test_dates_are_utc_in_whole_seconds() -> None:
    east = timezone(timedelta(hours=4))
    article = replace(
        RICH,
        published=datetime(2026, 1, 2, 3, 4, 5, 678, east),
        updated=datetime(2026, 1, 2, 3, 4, 6, 999999, UTC),
    )
    assert in_atom("string(a:entry/a:published)", article) == "2026-01-01T23:04:05+00:00"
    assert in_atom("string(a:entry/a:updated)", article) == "2026-01-02T03:04:06+00:00"
    assert in_rss("string(//pubDate)", article) == "Thu, 01 Jan 2026 23:04:05 +0000"
    assert in_json(article)["items"][0]["date_published"] == "2026-01-01T23:04:05+00:00"


def test_rendering_leaves_the_locale_of_the_process_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        pytest.fail("the locale was switched")

    monkeypatch.setattr(locale, "setlocale", refuse)
    assert b"22 Nov 2026" in rss(CHANNEL, [RICH])


def test_every_author_is_named() -> None:
    names = list(RICH.authors)
    assert in_atom("a:entry/a:author/a:name/text()", RICH) == names
    assert in_rss("//dc:creator/text()", RICH) == names
    assert [author["name"] for author in in_json(RICH)["items"][0]["authors"]] == names


def test_the_outlet_signs_an_article_that_names_nobody() -> None:
    article = replace(RICH, authors=(" ", ""))
    assert in_atom("a:entry/a:author/a:name/text()", article) == ["Example News"]
    assert in_rss("//dc:creator/text()", article) == ["Example News"]


def test_categories_are_our_topics_and_then_what_else_the_publishers_say() -> None:
    """Without commas, at which FreshRSS would split; "War" is our own topic already."""
    categories = in_atom("a:entry/a:category", RICH)
    assert [(c.get("term"), c.get("label")) for c in categories] == [
        ("war", "War"),
        ("azerbaijan", "Azerbaijan"),
        ("Peace at last", "Peace at last"),
        ("Южный Кавказ", "Южный Кавказ"),
    ]
    names = ["War", "Azerbaijan", "Peace at last", "Южный Кавказ"]
    assert in_rss("//item/category/text()", RICH) == names
    assert in_json(RICH)["items"][0]["tags"] == names


def test_a_topic_that_has_no_name_any_more_stands_for_itself() -> None:
    article = replace(RICH, categories=(), topics=(TopicHit("gone", ()),))
    [category] = in_atom("a:entry/a:category", article)
    assert (category.get("term"), category.get("label")) == ("gone", "gone")


def test_titles_are_plain_lines_and_say_so() -> None:
    [title] = in_atom("a:entry/a:title", replace(RICH, title=" a <b>\n & c "))
    assert (title.text, title.get("type")) == ("a <b> & c", "text")


@pytest.mark.parametrize(
    ("article", "title"),
    [
        (replace(RICH, title=" ", summary="Short"), "Short"),
        (replace(RICH, title="", summary="", text="x" * 200), "x" * 99 + "…"),
        (replace(RICH, title="", summary="", text=""), "Example News"),
        (replace(RICH, title="", summary="", text="", appearances=()), "Untitled"),
    ],
)
def test_an_article_without_title_has_something_to_click(article: Article, title: str) -> None:
    assert in_atom("string(a:entry/a:title)", article) == title
    assert in_rss("string(//item/title)", article) == title
    assert in_json(article)["items"][0]["title"] == title


def test_titles_bear_the_outlets_name_where_the_feed_asks_for_it() -> None:
    channel = replace(CHANNEL, title_prefix=True)
    assert in_atom("string(a:entry/a:title)", bare(), channel=channel) == "Example News: Headline 1"
    assert in_rss("string(//item/title)", NO_LINK, channel=channel) == NO_LINK.summary


def test_the_summary_is_plain_in_atom_and_escaped_in_rss() -> None:
    """RSS readers take a description for HTML, so that plain text must be escaped once more."""
    article = replace(RICH, summary="1 < 2 & <b>")
    assert in_atom("string(a:entry/a:summary[@type='text'])", article) == "1 < 2 & <b>"
    assert in_rss("string(//item/description)", article) == "1 &lt; 2 &amp; &lt;b&gt;"


def test_without_a_summary_the_description_of_an_rss_item_is_its_content() -> None:
    article = replace(RICH, summary="")
    assert in_rss("//content:encoded", article) == []
    assert in_rss("string(//item/description)", article) == in_atom(
        "string(a:entry/a:content[@type='html'])", article
    )


def test_the_source_is_told_without_authors_of_its_own() -> None:
    [source] = in_atom("a:entry/a:source", RICH)
    assert [etree.QName(child).localname for child in source] == [
        "id",
        "title",
        "updated",
        "link",
        "link",
    ]
    assert source.xpath("a:link[@rel='self']/@href", namespaces=NS) == ["https://news.example/feed"]
    [element] = in_rss("//item/source", RICH)
    assert (element.get("url"), element.text) == ("https://news.example/feed", "Example News")


def test_a_source_on_disk_keeps_its_path_to_itself() -> None:
    outlet = replace(RICH.appearances[0].outlet, feed_url="file:///home/me/a.xml", site_url=None)
    article = replace(RICH, appearances=(replace(RICH.appearances[0], outlet=outlet),))
    assert in_rss("//item/source", article) == []
    for render in (atom, rss, jsonfeed):
        assert b"/home/me" not in render(CHANNEL, [article])


def test_the_picture_comes_with_its_description_and_size() -> None:
    for element in (
        in_atom("a:entry/media:content", RICH)[0],
        in_rss("//item/media:content[@medium='image']", RICH)[0],
    ):
        assert dict(element.attrib) == {
            "url": "https://news.example/img/soldiers-road.jpg",
            "medium": "image",
            "width": "640",
            "height": "360",
        }
        assert [child.text for child in element] == ['Soldiers on a road, "free"']
    assert in_atom("a:entry/media:thumbnail/@url", RICH) == in_rss("//media:thumbnail/@url", RICH)
    item = in_json(RICH)["items"][0]
    assert item["image"] == "https://news.example/img/soldiers-road.jpg"
    assert item["_aggregator"]["image_description"] == 'Soldiers on a road, "free"'


@pytest.mark.parametrize(
    "article",
    [replace(RICH, summary=""), replace(RICH, image=Image("https://news.example/i.png"))],
)
def test_a_picture_is_described_only_where_no_reader_takes_it_for_the_summary(
    article: Article,
) -> None:
    assert in_atom("//media:description", article) == []
    assert len(in_atom("//media:thumbnail", article)) == 1


def test_a_picture_that_is_no_web_address_is_left_out() -> None:
    article = replace(RICH, image=Image("data:image/png;base64,AAAA", "x"))
    assert in_atom("//media:*", article) == []
    assert "image" not in in_json(article)["items"][0]


def test_json_says_why_each_topic_and_who_carries_the_article() -> None:
    facts = in_json(RICH)["items"][0]["_aggregator"]
    assert facts["first_seen"] == "2026-11-22T12:00:00+00:00"
    assert facts["topics"][0] == {
        "slug": "war",
        "name": "War",
        "score": 1.45,
        "why": [
            {"rule": "any", "field": "title", "words": "war", "term": "war", "score": 1.25},
            {
                "rule": "subject",
                "field": "text",
                "words": "surrounded",
                "term": "surround",
                "of": "war",
                "kind": "hint",
                "score": 0.2,
            },
        ],
    }
    assert facts["language_certainty"] == 0.97
    assert facts["sources"][1] == {
        "key": "other",
        "name": "Другие новости",
        "link": "https://other.example/voina",
        "headline": "Солдат отпустили",
        "seen": "2026-11-22T12:00:00+00:00",
    }


# --- lists of feeds ---------------------------------------------------------------------------


def outlines(*given: Outline) -> list[dict[str, str]]:
    return [dict(e.attrib) for e in etree.fromstring(opml("T", given)).iter("outline")]


def test_an_outline_is_a_feed_with_both_names_and_no_version() -> None:
    assert outlines(Outline("A & B", "https://a.example/f", "https://a.example/")) == [
        {
            "text": "A & B",
            "type": "rss",
            "title": "A & B",
            "xmlUrl": "https://a.example/f",
            "htmlUrl": "https://a.example/",
        }
    ]


def test_a_folder_has_only_a_text_and_what_is_in_it() -> None:
    folder = Outline("F", children=(Outline("", "https://a.example/f"), Outline("")))
    assert outlines(folder) == [
        {"text": "F"},
        {
            "text": "https://a.example/f",
            "type": "rss",
            "title": "https://a.example/f",
            "xmlUrl": "https://a.example/f",
        },
        {"text": "Untitled"},
    ]


def test_a_feed_that_is_no_web_address_is_not_listed() -> None:
    assert outlines(Outline("on disk", "file:///home/me/a.xml")) == []


def test_every_format_has_its_content_type() -> None:
    assert dict(MIME) == {
        "atom": "application/atom+xml",
        "rss": "application/rss+xml",
        "json": "application/feed+json",
        "opml": "text/x-opml",
    }


def test_evidence_of_a_source_is_told_too() -> None:
    hit = TopicHit("war", (Evidence(Rule.SOURCE, "source", "example", "war"),))
    facts = in_json(replace(RICH, topics=(hit,)))["items"][0]["_aggregator"]
    assert facts["topics"][0]["why"][0]["rule"] == "source"


def test_every_format_names_the_hub_of_its_feed_if_it_has_one() -> None:
    told = replace(CHANNEL, hub="https://hub.example/?a&b")
    assert in_atom("string(a:link[@rel='hub']/@href)", channel=told) == told.hub
    assert in_rss("string(channel/a:link[@rel='hub']/@href)", channel=told) == told.hub
    assert in_json(channel=told)["hubs"] == [{"type": "WebSub", "url": told.hub}]
    assert in_atom("a:link[@rel='hub']") == in_rss("channel/a:link[@rel='hub']") == []
    assert "hubs" not in in_json()
