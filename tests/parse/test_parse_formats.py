"""One article in three formats: the same entry comes out of all of them."""

# ruff: noqa: E501 - tables with one case a line

from __future__ import annotations

from datetime import UTC, datetime
from html import escape

import pytest
from parsing import atom, jsonfeed, only, rss

from aggregator.model import Enclosure, Entry, Image

LINK = "https://news.example.org/2024/spared-at-the-river"
TITLE = "Commander let an encircled division walk home, minister says"
STANDFIRST = (
    "With some sixteen thousand soldiers trapped east of the river & the guns already laid, "
    "Baku's president ordered them not to fire."
)
CONTENT = (
    "<p>The ring closed on the fortieth day. “We counted between fifteen and eighteen thousand "
    "men,” the defence minister told a parade in Agdam.</p>"
    '<figure><img src="https://img.example.org/river.jpg" alt="Soldiers cross a pontoon bridge" '
    'width="1200" height="675"><figcaption>The only bridge left standing.</figcaption></figure>'
    "<h2>Why this matters</h2><p>A surrender followed within hours.</p>"
    "<h2>Key takeaways</h2><ul><li>The division was surrounded.</li><li>It was spared.</li></ul>"
    '<p><a href="https://news.example.org/war" rel="noopener noreferrer">More on the war</a></p>'
)
ENTRY = Entry(
    guid="tag:news.example.org,2024:77",
    link=LINK,
    title=TITLE,
    summary=STANDFIRST,
    content=CONTENT,
    text=(
        "The ring closed on the fortieth day. “We counted between fifteen and eighteen thousand "
        "men,” the defence minister told a parade in Agdam.\n"
        "The only bridge left standing.\nWhy this matters\nA surrender followed within hours.\n"
        "Key takeaways\nThe division was surrounded.\nIt was spared.\nMore on the war"
    ),
    authors=("Leyla Aydın", "Tom Byrne"),
    published=datetime(2024, 10, 9, 6, 30, tzinfo=UTC),
    updated=datetime(2024, 10, 9, 15, 5, 30, tzinfo=UTC),
    image=Image("https://img.example.org/river.jpg", "Soldiers cross a pontoon bridge", 1200, 675),
    enclosures=(Enclosure("https://audio.example.org/77.mp3", "audio/mpeg", 1_234_567),),
    categories=("War", "Azerbaijan"),
    language="en-gb",
)

# As publishers write it: relative addresses, a tracker, a script, an event handler.
_PUBLISHED_CONTENT = (
    CONTENT.replace("https://news.example.org/war", "/war")
    .replace(' rel="noopener noreferrer"', ' onclick="track()" class="more"')
    .replace("<h2>Key", '<script>track()</script><img src="/t.gif" width="1" height="1"><h2>Key')
)
_MEDIA = (
    '<media:content url="https://img.example.org/river.jpg" medium="image" width="1200" height="675">'
    "<media:description>Soldiers cross a pontoon bridge</media:description>"
    "<media:credit>Army</media:credit></media:content>"
)
RSS = rss(
    f"<title>{TITLE}</title><link>{LINK}</link>"
    '<guid isPermaLink="false">tag:news.example.org,2024:77</guid>'
    f"<description>{escape(escape(STANDFIRST, quote=False))}</description>"
    f"<content:encoded><![CDATA[{_PUBLISHED_CONTENT}]]></content:encoded>{_MEDIA}"
    "<dc:creator>Leyla Aydın</dc:creator><dc:creator>Tom Byrne</dc:creator>"
    "<pubDate>Wed, 09 Oct 2024 10:30:00 +0400</pubDate>"
    "<atom:updated>2024-10-09T15:05:30Z</atom:updated>"
    '<enclosure url="https://audio.example.org/77.mp3" type="audio/mpeg" length="1234567"/>'
    "<category>War</category><category><![CDATA[Azerbaijan]]></category><category>War</category>",
    channel="<title>News</title><link>https://news.example.org/</link><language>en-GB</language>",
)
ATOM = atom(
    f"<id>tag:news.example.org,2024:77</id><title>{TITLE}</title>"
    f'<link rel="enclosure" href="https://audio.example.org/77.mp3" type="audio/mpeg" length="1234567"/>'
    f'<link href="{LINK}"/><summary>{escape(STANDFIRST)}</summary>'
    f'<content type="html">{escape(_PUBLISHED_CONTENT)}</content>{_MEDIA}'
    "<author><name>Leyla Aydın</name><email>leyla@example.org</email></author>"
    "<author><name>Tom Byrne</name><uri>https://example.org/tom</uri></author>"
    "<published>2024-10-09T10:30:00+04:00</published><updated>2024-10-09T15:05:30Z</updated>"
    '<category term="war" label="War"/><category term="Azerbaijan"/>',
    root='xml:lang="en-GB"',
)
JSON = jsonfeed(
    {
        "id": "tag:news.example.org,2024:77",
        "url": LINK,
        "title": TITLE,
        "summary": STANDFIRST,
        "content_html": _PUBLISHED_CONTENT,
        "image": "https://img.example.org/river.jpg",
        "authors": [{"name": "Leyla Aydın"}, {"name": "Tom Byrne"}],
        "date_published": "2024-10-09T10:30:00+04:00",
        "date_modified": "2024-10-09T15:05:30Z",
        "attachments": [
            {
                "url": "https://audio.example.org/77.mp3",
                "mime_type": "audio/mpeg",
                "size_in_bytes": 1234567,
            }
        ],
        "tags": ["War", "Azerbaijan"],
    },
    language="en-GB",
    home_page_url="https://news.example.org/",
)


@pytest.mark.parametrize("document", [RSS, ATOM, JSON], ids=["rss", "atom", "json"])
def test_an_article_loses_nothing_in_any_format(document: str) -> None:
    assert only(document) == ENTRY


@pytest.mark.parametrize(
    ("language", "title", "text"),
    [
        ("az", "Bakıda sülh danışıqları başladı", "Prezident mühasirədəki əsgərləri əfv etdi."),
        ("ru", "В Баку начались переговоры", "Президент пощадил окружённых солдат."),
        ("ar", "بدء محادثات السلام في باكو", "عفا الرئيس عن الجنود المحاصرين."),
        ("hy", "Բաքվում սկսվեցին բանակցությունները", "Նախագահը խնայեց շրջապատված զինվորներին։"),
        ("ka", "ბაქოში მოლაპარაკებები დაიწყო", "პრეზიდენტმა ალყაში მოქცეული ჯარისკაცები დაინდო."),
        ("zh", "巴库开始和平谈判", "总统赦免了被包围的士兵。"),
        ("he", "שיחות שלום החלו בבאקו", "הנשיא חס על החיילים המכותרים."),
        ("hi", "बाकू में शांति वार्ता शुरू", "राष्ट्रपति ने घिरे हुए सैनिकों को बख्शा।"),
    ],
)
def test_every_script_comes_through(language: str, title: str, text: str) -> None:
    documents = (
        rss(
            f"<title>{title}</title><description>{text}</description>",
            channel=f"<title>N</title><language>{language}</language>",
        ),
        atom(f"<title>{title}</title><summary>{text}</summary>", root=f'xml:lang="{language}"'),
        jsonfeed({"title": title, "summary": text, "language": language}),
    )
    for document in documents:
        for body in (document.encode(), document.encode("utf-16")):
            entry = only(body)
            assert (entry.title, entry.summary, entry.language) == (title, text, language)
