"""RSS and Atom: what stands where, in every dialect, and what is no feed at all."""

# ruff: noqa: E501 - tables with one case a line

from __future__ import annotations

from datetime import UTC, datetime

import feedparser
import pytest
from effort import no_explosion
from parsing import NOW, URL, atom, only, read, rss

from aggregator.model import Document, Failed, Offer, Reason, Wishes
from aggregator.parse import dialects, parse


@pytest.mark.parametrize(
    ("document", "title"),
    [
        (rss("<title>A &amp; B</title>"), "A & B"),
        (rss("<title>A &amp;amp; B</title>"), "A & B"),
        (rss("<title><![CDATA[A &amp; <b>B</b>]]></title>"), "A & B"),
        (rss("<title>A &lt;em&gt;B</title>"), "A B"),
        (rss("<title>x &lt; y and List&lt;int&gt;</title>"), "x < y and List<int>"),
        (rss("<title>A&nbsp;B &euro; &bogus;</title>"), "A B € &bogus;"),
        (rss("<title>A</title><media:title>B</media:title>"), "A"),
        (rss("<media:title>B</media:title><title>A</title>"), "A"),
        (rss("<media:title>B</media:title>"), "B"),
        (rss("<title>A</title><author><title>Editor</title>x</author>"), "A"),
        (rss('<title>A</title><image><url>/p</url></image><author><title>Editor</title></author>'), "A"),
        (atom("<title>A &amp;amp; B</title>"), "A &amp; B"),
        (atom('<title type="html">A &amp;amp; &lt;b>B&lt;/b></title>'), "A & B"),
        (atom('<title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">A &amp; <b>B</b></div></title>'), "A & B"),
        (atom("<title>A &lt;b>B&lt;/b></title>"), "A <b>B</b>"),
        (rss("<title>\x00A\x1b &#0;&#xD800;&#x110000;&#99999999999;&#8217;B&#x80;</title>"), "A ���’B€"),
        (rss("<title>safe&#x202e;exe</title>"), "safeexe"),
        (rss("<title>  </title><description>Only words. And more of them here.</description>"), "Only words. And more of them here."),
        (rss("<link>https://example.org/only-a-link</link>"), "example.org/only-a-link"),
        (rss('<enclosure url="https://example.org/film.mp4"/>'), "example.org/film.mp4"),
        (rss(f"<description>{'word ' * 50}</description>"), "word " * 15 + "word…"),
        (rss(f"<title>{'word ' * 500}</title>"), ("word " * 200).rstrip() + "…"),
    ],
)  # fmt: skip
def test_titles_are_plain_text_of_one_line(document: str, title: str) -> None:
    assert only(document).title == title


@pytest.mark.parametrize(
    ("document", "link"),
    [
        (rss("<title>t</title><link>https://example.org/a?b=1&amp;c=2</link>"), "https://example.org/a?b=1&c=2"),
        (rss("<title>t</title><link>/a</link>"), "https://feeds.example.org/a"),
        (rss("<title>t</title><link> \n https://example.org/a </link>"), "https://example.org/a"),
        (rss("<title>t</title><link>javascript:alert(1)</link>"), None),
        (rss("<title>t</title><guid>https://example.org/g</guid>"), "https://example.org/g"),
        (rss('<title>t</title><guid isPermaLink="false">https://example.org/g</guid>'), None),
        (rss("<title>t</title><guid>not-an-address</guid>"), None),
        (rss("<title>t</title><link>https://dead.example/~r/1</link><feedburner:origLink>https://example.org/a</feedburner:origLink>"), "https://example.org/a"),
        (rss('<title>t</title><atom:link rel="self" href="https://example.org/self"/>'), None),
        (atom('<title>t</title><link href="a"/>', root='xml:base="https://example.org/dir/"'), "https://example.org/dir/a"),
        (atom('<title>t</title><link rel="enclosure" href="https://example.org/x.mp3"/><link href="https://example.org/a"/>'), "https://example.org/a"),
        (atom('<title>t</title><link href="https://example.org/a.pdf" type="application/pdf"/>'), "https://example.org/a.pdf"),
        (atom('<title>t</title><link rel="via" href="https://example.org/via"/>'), "https://example.org/via"),
        (atom('<title>t</title><id>https://example.org/id</id>'), "https://example.org/id"),
        (rss('<title>t</title><guid>g</guid><media:title xmlns:media="http://search.yahoo.com/mrss/">'), None),
    ],
)  # fmt: skip
def test_the_link_is_where_a_person_reads_the_article(document: str, link: str | None) -> None:
    assert only(document).link == link


@pytest.mark.parametrize(
    ("guid", "kept"),
    [
        ("<guid>  tag:x,1:2\n </guid>", "tag:x,1:2"),
        ('<guid isPermaLink="true">relative/7</guid>', "relative/7"),
        ("<guid></guid>", None),
        ("<guid>\x01</guid>", None),
        (f"<guid>{'g' * 2_000}</guid>", "g" * 2_000),
    ],
)
def test_a_guid_is_kept_as_written(guid: str, kept: str | None) -> None:
    assert only(rss(f"<title>t</title>{guid}")).guid == kept


def test_long_guids_stay_different() -> None:
    one, other = read(
        rss(*(f"<title>t</title><guid>{'g' * 5_000}{end}</guid>" for end in "ab"))
    ).entries
    assert one.guid != other.guid
    assert len(one.guid or "") == len(other.guid or "") == 2_000


@pytest.mark.parametrize(
    ("document", "names"),
    [
        (rss("<title>t</title><author>jane@example.org (Jane Doe)</author>"), ("Jane Doe",)),
        (rss("<title>t</title><dc:creator>A Doe</dc:creator><dc:creator>B Roe</dc:creator>"), ("A Doe", "B Roe")),
        (rss("<title>t</title><itunes:author>A Doe</itunes:author>"), ("A Doe",)),
        (rss("<title>t</title>", channel="<title>N</title><managingEditor>x@example.org (Ed)</managingEditor>"), ()),
        (atom("<title>t</title>", feed="<title>News</title><author><name>Ann Poe</name></author>"), ("Ann Poe",)),
        (atom("<title>t</title>", feed="<title>News</title><author><name>NEWS</name></author>"), ()),
        (atom("<title>t</title><author><email>a@example.org</email></author>"), ()),
        (atom("<title>t</title><source><author><name>Not me</name></author></source>"), ()),
    ],
)  # fmt: skip
def test_authors_are_the_entrys_own_or_inherited_where_the_format_says_so(
    document: str, names: tuple[str, ...]
) -> None:
    assert only(document).authors == names


def test_text_of_many_authors_takes_no_time() -> None:
    with no_explosion():
        only(rss(f"<title>t</title><author>{'a@b.' * 200_000}</author>"))


@pytest.mark.parametrize(
    ("dates", "published", "updated"),
    [
        ("<pubDate>Mon, 06 Sep 2021 17:30:00 MSK</pubDate>", 14, None),
        ("<dc:date>2021-09-06T14:30:00Z</dc:date>", 14, 14),
        ("<pubDate>Mon, 06 Sep 2021 14:30:00 GMT</pubDate><dc:date>2021-09-06T15:30:00Z</dc:date>", 14, 15),
        ("<atom:published>2021-09-06T14:30:00Z</atom:published>", 14, None),
        ("<pubDate>Sun, 06 Sep 2099 14:30:00 GMT</pubDate>", None, None),
        ("<pubDate>soon</pubDate>", None, None),
        ("", None, None),
    ],
)  # fmt: skip
def test_dates_are_utc_or_absent(dates: str, published: int | None, updated: int | None) -> None:
    entry = only(rss(f"<title>t</title>{dates}"))
    for found, hour in ((entry.published, published), (entry.updated, updated)):
        assert found == (hour and datetime(2021, 9, 6, hour, 30, tzinfo=UTC))


def test_categories_are_labels_once_and_in_order() -> None:
    entry = only(
        rss(
            "<title>t</title><category>War</category><category>Arts &amp;amp; Culture</category>"
            "<category> War </category><dc:subject>Caucasus</dc:subject>"
            '<category term="x" label="Label"/><media:keywords>a, b</media:keywords><category/>'
            "<category>http://schemas.example.org/kind#post</category>"
        )
    )
    assert entry.categories == ("War", "Arts & Culture", "Caucasus", "Label", "a", "b")


def test_thousands_of_categories_take_no_time() -> None:
    items = "".join(f"<category>{number}</category>" for number in range(40_000))
    with no_explosion():
        assert len(only(rss(f"<title>t</title>{items}")).categories) == 100


@pytest.mark.parametrize(
    ("document", "language"),
    [
        (rss("<title>t</title>", channel="<language>EN_us</language>"), "en-us"),
        (rss("<title>t</title>", channel="<language>English</language>"), None),
        (rss("<title>t</title>", channel="<language>und</language>"), None),
        (atom('<title xml:lang="az">t</title>', root='xml:lang="en"'), "az"),
        (atom('<content xml:lang="ka" type="text">t</content>', root='xml:lang="en"'), "ka"),
        (rss("<title>t</title>"), None),
    ],
)
def test_the_language_is_the_nearest_one_told(document: str, language: str | None) -> None:
    assert only(document).language == language


@pytest.mark.parametrize(
    ("texts", "summary", "content"),
    [
        ("<description>Plain.</description>", "Plain.", ""),
        ("<description>&lt;p>In a paragraph.&lt;/p></description>", "In a paragraph.", ""),
        (
            "<description>&lt;p>With &lt;a href='/x'>a link&lt;/a>.&lt;/p></description>",
            "With a link.",
            '<p>With <a href="https://example.org/x" rel="noopener noreferrer">a link</a>.</p>',
        ),
        (
            "<description>Short.</description><content:encoded>&lt;p>The whole.&lt;/p></content:encoded>",
            "Short.",
            "<p>The whole.</p>",
        ),
        (
            "<content:encoded>&lt;p>The whole.&lt;/p></content:encoded><description>Short.</description>",
            "Short.",
            "<p>The whole.</p>",
        ),
        ("<content:encoded>&lt;p>The whole.&lt;/p></content:encoded>", "The whole.", "<p>The whole.</p>"),
        ("<description>Same.</description><content:encoded>&lt;p>Same.&lt;/p></content:encoded>", "Same.", ""),
        (
            "<description>Longer than it.</description><content:encoded>It.</content:encoded>",
            "Longer than it.",
            "",
        ),
        ("<description> </description><content:encoded> </content:encoded>", "", ""),
        ("<description>A</description><dc:description>Another, longer</dc:description>", "A", "<p>Another, longer</p>"),
        (
            "<description>&lt;img src='https://example.org/p.jpg'></description>",
            "",
            '<img src="https://example.org/p.jpg">',
        ),
        ("<itunes:subtitle>Sub.</itunes:subtitle>", "Sub.", ""),
    ],
)  # fmt: skip
def test_the_standfirst_is_told_from_the_content(texts: str, summary: str, content: str) -> None:
    entry = only(rss(f"<title>t</title><link>https://example.org/a</link>{texts}"))
    assert (entry.summary, entry.content) == (summary, content)


def test_a_long_description_is_the_content_and_its_beginning_the_standfirst() -> None:
    text = "One sentence of the story. " * 60
    entry = only(rss(f"<title>t</title><description>{text}</description>"))
    assert entry.text == text.strip()
    assert entry.content == text.strip()
    assert 400 < len(entry.summary) <= 500
    assert entry.summary.endswith("story.")


def test_a_description_that_is_the_whole_article_is_no_standfirst() -> None:
    text = "One sentence of the story. " * 60
    entry = only(
        rss(f"<title>t</title><description>{text}</description>"
            f"<content:encoded>&lt;h2>x&lt;/h2>{text[:540]}</content:encoded>")
    )  # fmt: skip
    assert len(entry.summary) <= 500
    assert entry.content.startswith("<h2>")


def test_addresses_in_the_text_are_relative_to_the_nearest_base() -> None:
    markup = '<content type="html">&lt;a href="x">y&lt;/a></content>'
    link = '<link href="https://example.org/dir/story"/>'
    based = atom(
        f"<title>t</title>{link}{markup.replace('<content', '<content xml:base=' + chr(34) + 'https://base.example/b/' + chr(34))}"
    )
    assert 'href="https://base.example/b/x"' in only(based).content
    assert (
        'href="https://example.org/dir/x"' in only(atom(f"<title>t</title>{link}{markup}")).content
    )
    assert (
        'href="https://feeds.example.org/news/x"' in only(atom(f"<title>t</title>{markup}")).content
    )


def test_content_that_is_no_text_is_left_alone() -> None:
    entry = only(atom('<title>t</title><content type="image/png">AAAA</content>'))
    assert (entry.content, entry.summary) == ("", "")


def test_a_feed_on_disk_gives_no_addresses_of_this_machine() -> None:
    document = read(
        rss("<title>t</title><link>/etc/passwd</link>", channel="<title>N</title><link>x</link>"),
        url="file:///srv/feed.xml",
    )
    assert (document.link, document.entries[0].link) == (None, None)


def test_the_document_says_what_the_feed_is() -> None:
    document = read(
        rss(channel="<title>The &lt;b>News&lt;/b></title><link>https://example.org/</link>"
                    '<atom:link rel="self" href="https://example.org/feed"/><language>az</language>')
    )  # fmt: skip
    assert document == Document("The News", "https://example.org/", "az", (), wishes=Wishes(),
                                offer=Offer("", "https://example.org/feed"))  # fmt: skip
    nothing = Document("", None, None, (), wishes=Wishes(), offer=Offer())
    assert read("<rss><channel/></rss>") == nothing


@pytest.mark.parametrize(
    "document",
    [
        '<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><channel/><item><title>War</title></item></rdf:RDF>',
        '<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:entry><a:title>War</a:title></a:entry></a:feed>',
        '\ufeff\n\n  <?xml version="1.0"?><rss version="0.91"><channel><item><title>War</title></item></channel></rss>',
        "<br />\n<b>Warning</b>: mysql on line 3<br />" + rss("<title>War</title>"),
        "<!-- <html> --><?xml-stylesheet href='<html>'?>" + rss("<title>War</title>"),
        rss("<title>War</title>") + "</html> trailing rubbish",
        rss("<title>War</title>").removesuffix("</item></channel></rss>"),
        rss("<title>War</title><dc:creator/>").replace('xmlns:dc="', 'xmlns:dc="a\xa0'),
        rss("<title>War</title><dc:creator/>").replace('xmlns:dc="', 'xmlns:dc="a b '),
        rss("<title>War</title><undeclared:x>1</undeclared:x><br>"),
        '<!DOCTYPE rss [<!ENTITY w "War"><!ENTITY x SYSTEM "file:///etc/hostname">]><rss><channel><item><title>&w;</title></item></channel></rss>',
        '<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://my.netscape.com/rss-0.91.dtd"><rss version="0.91"><channel><item><title>War</title></item></channel></rss>',
    ],
)  # fmt: skip
def test_feeds_are_found_in_what_servers_make_of_them(document: str) -> None:
    assert [entry.title for entry in read(document).entries] == ["War"]


def test_entities_do_not_grow() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    document = f'<!DOCTYPE rss [<!ENTITY l0 "lol">{laughs}]>{rss("<title>&l9;</title>")}'
    assert only(document).title == "&l9;"


@pytest.mark.parametrize(
    ("body", "seems"),
    [
        (b"", "it is empty"),
        (b" \n ", "it is empty"),
        (b"<!DOCTYPE html><html><body><feed>x", "it is a web page (HTML)"),
        (b"<!-- x --><html lang=en>", "it is a web page (HTML)"),
        (b"<!-- unclosed <html>", "it is plain text"),
        (b'<?xml version="1.0"?><opml version="2.0">', "it is <opml>"),
        (b"hello", "it is plain text"),
        (b"[1]", "it is JSON, but not JSON Feed"),
        (b"\x89PNG\r\n", "it is a binary file"),
        (b"PK\0\0", "it is a binary file"),
    ],
)
def test_what_is_no_feed_is_said_to_be_what_it_looks_like(body: bytes, seems: str) -> None:
    failed = parse(body, content_type="application/rss+xml", url=URL, now=NOW)
    assert failed == Failed(Reason.NOT_A_FEED, f"this is no feed: {seems}")


def test_a_parser_that_raises_is_a_failure_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RecursionError("too deep\x00")

    monkeypatch.setattr(feedparser, "parse", broken)
    failed = parse(rss().encode(), content_type="", url=URL, now=NOW)
    assert failed == Failed(Reason.PARSE_CRASH, "the parser raised RecursionError: too deep")


@pytest.mark.parametrize(
    "reference",
    ["&#xD800;", "&#x110000;", "&#999999999;", "&#0;", "&#xFFFFFFFFFFFF;", f"&#{'9' * 10_000};"],
)
def test_references_that_crash_the_parser_do_not_reach_it(reference: str) -> None:
    for shell in (
        "<title>{}</title>",
        "<title>{}</title><br>",
        "<title><![CDATA[{}]]></title>",
        '<title>t</title><link href="{}"/>',
    ):
        assert (
            read(rss(shell.format(f"x{reference}"), "<title>next</title>")).entries[-1].title
            == "next"
        )


def test_telling_feedparser_twice_changes_nothing() -> None:
    told = feedparser.api.StrictFeedParser
    dialects.install()
    assert feedparser.api.StrictFeedParser is told


@pytest.mark.parametrize(
    ("links", "offer"),
    [
        ('<atom:link rel="hub" href="/hub"/>', Offer("https://feeds.example.org/hub")),
        (
            '<atom:link rel="HUB self" href="https://a.example/"/><atom:link rel="hub" href="/b"/>',
            Offer("https://a.example/", "https://a.example/"),
        ),
        (
            '<atom:link rel="hub" href="x:y"/><atom:link rel="hub" href="https://b.example/"/>',
            Offer("https://b.example/"),
        ),
        ('<item><atom:link rel="hub" href="https://c.example/"/></item>', Offer()),
    ],
)
def test_a_feed_names_its_hub_and_itself(links: str, offer: Offer) -> None:
    assert read(rss(channel=links)).offer == offer


def test_an_atom_feed_names_its_hub_and_itself() -> None:
    document = read(
        '<feed xmlns="http://www.w3.org/2005/Atom"><link rel="hub" href="https://h.example/"/>'
        '<link rel="self" href="https://a.example/f?a&amp;b"/><link href="https://a.example/"/></feed>'
    )
    assert document.offer == Offer("https://h.example/", "https://a.example/f?a&b")
