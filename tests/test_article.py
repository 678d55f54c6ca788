"""One article, the whole way: in by RSS, Atom or JSON Feed, tagged by the shipped topics, and out
again in every format with nothing lost. The text is invented.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from foreign import feedparsed
from origin import Origin
from service import ROOT, opened_polls

from aggregator import why
from aggregator.app import App, output_feeds
from aggregator.store import search
from aggregator.tag.query import parse_query
from aggregator.web import create_app

TITLE = "General tells how encircled soldiers were let go in the 44-day war"
STANDFIRST = "A retired general in Baku says that thousands of trapped conscripts were spared."
LINK = "https://paper.example/2026/11/spared"
PICTURE = "https://paper.example/pictures/valley.jpg"
ALT = "Fog over a mountain valley at dawn"
BODY = (
    "<p>Azerbaijan’s army had closed the valley by the fifth week, the general says.</p>"
    "<h2>Why this matters</h2><p>The order not to fire brought the ceasefire nearer.</p>"
    "<h2>Key takeaways</h2><ul><li>The soldiers were encircled.</li><li>They went home.</li></ul>"
)
RSS = f"""<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"
 xmlns:atom="http://www.w3.org/2005/Atom">
<channel><title>The Paper</title><link>https://paper.example/</link><language>en</language>
<item><guid isPermaLink="false">paper-1</guid><title>{TITLE}</title><link>{LINK}</link>
<description>{STANDFIRST}</description><content:encoded><![CDATA[{BODY}]]></content:encoded>
<dc:creator>Nigar Example</dc:creator><pubDate>Fri, 20 Nov 2026 07:00:00 GMT</pubDate>
<atom:updated>2026-11-20T09:30:00Z</atom:updated>
<category>War</category><category>Azerbaijan</category>
<media:content url="{PICTURE}" medium="image" width="1200" height="800">
<media:description>{ALT}</media:description></media:content></item></channel></rss>"""
ATOM = f"""<feed xmlns="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/"
 xml:lang="en"><id>urn:paper</id><title>The Paper</title><updated>2026-11-20T09:30:00Z</updated>
<link href="https://paper.example/"/>
<entry><id>paper-1</id><title>{TITLE}</title><link href="{LINK}"/>
<summary>{STANDFIRST}</summary><content type="html"><![CDATA[{BODY}]]></content>
<author><name>Nigar Example</name></author><published>2026-11-20T07:00:00Z</published>
<updated>2026-11-20T09:30:00Z</updated><category term="War"/><category term="Azerbaijan"/>
<media:content url="{PICTURE}" medium="image" width="1200" height="800">
<media:description>{ALT}</media:description></media:content></entry></feed>"""
JSON = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "The Paper",
        "home_page_url": "https://paper.example/",
        "language": "en",
        "items": [
            {
                "id": "paper-1",
                "url": LINK,
                "title": TITLE,
                "summary": STANDFIRST,
                "content_html": f'<img src="{PICTURE}" alt="{ALT}">{BODY}',
                "image": PICTURE,
                "authors": [{"name": "Nigar Example"}],
                "date_published": "2026-11-20T07:00:00Z",
                "date_modified": "2026-11-20T09:30:00Z",
                "tags": ["War", "Azerbaijan"],
            }
        ],
    }
)
FORMATS = {
    "rss": (RSS, "application/rss+xml"),
    "atom": (ATOM, "application/atom+xml"),
    "json": (JSON, "application/feed+json"),
}


@pytest.fixture(params=FORMATS)
def app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[App]:
    """The program with the shipped topics, after it has polled the article in one format."""
    body, kind = FORMATS[request.param]
    config = tmp_path / "config"
    config.mkdir()
    for name in ("topics.yaml", "countries.yaml"):
        shutil.copy(ROOT / "config" / name, config)
    with Origin() as origin:
        url = origin.serve("/feed", body.encode(), content_type=kind)
        text = (
            f"sources: [{{url: '{url}', key: paper, topics: [humanitarian]}}]\n"
            "topics: {humanitarian: {name: Humanitarian}}\n"
            "service: {fetch: {allow_private: [127.0.0.0/8]}, poll: {gap: 0s}}\n"
        )
        kept = (config / "topics.yaml").read_text(encoding="utf-8")
        if "\n  humanitarian:" in kept:
            text = text.replace("topics: {humanitarian: {name: Humanitarian}}\n", "")
        (config / "a.yaml").write_text(text, encoding="utf-8")
        with opened_polls(tmp_path) as (opened, poll):
            poll()
            yield opened


@pytest.mark.parametrize("slug", ["war", "azerbaijan"])
@pytest.mark.parametrize("form", ["atom", "rss"])
def test_it_stands_in_the_feed_with_everything(app: App, slug: str, form: str) -> None:
    answer = create_app(app.site).test_client().get(f"/feeds/{slug}.{form}")
    [entry] = feedparsed(answer.data, sanitize_html=False).entries
    assert (entry.title, entry.link, entry.summary) == (TITLE, LINK, STANDFIRST)
    assert [author.name for author in entry.authors] == ["Nigar Example"]
    assert entry.published_parsed[:5] == (2026, 11, 20, 7, 0)
    if form == "atom":
        assert entry.updated_parsed[:5] == (2026, 11, 20, 9, 30)
    assert {"war", "azerbaijan"} <= {tag.term.lower() for tag in entry.tags}
    content = entry.content[0].value
    assert "Key takeaways" in content
    assert "The Paper" in content
    assert ALT in content
    assert any(media["url"] == PICTURE for media in entry.media_content + entry.media_thumbnail)
    assert entry.source.title == "The Paper"


@pytest.mark.parametrize("slug", ["war", "azerbaijan"])
def test_it_stands_in_the_json_feed_with_its_reasons(app: App, slug: str) -> None:
    answer = create_app(app.site).test_client().get(f"/feeds/{slug}.json")
    [entry] = answer.get_json(force=True)["items"]
    assert (entry["title"], entry["url"], entry["summary"]) == (TITLE, LINK, STANDFIRST)
    assert (entry["date_published"][:16], entry["date_modified"][:16]) == (
        "2026-11-20T07:00",
        "2026-11-20T09:30",
    )
    assert (entry["image"], entry["language"]) == (PICTURE, "en")
    assert [author["name"] for author in entry["authors"]] == ["Nigar Example"]
    topics = {hit["slug"]: hit["why"] for hit in entry["_aggregator"]["topics"]}
    assert {"war", "azerbaijan"} <= set(topics)
    assert all(topics.values())


def test_why_tells_all_of_it(app: App) -> None:
    [article] = search.find(app.db, parse_query(""), now=app.clock(), limit=5).articles
    assert (article.image and article.image.alt) == ALT
    told = why.explain(app.db, article, output_feeds(app.config).values(), app.clock())
    assert {"all", "war", "azerbaijan"} <= set(told["feeds"])
    reasons = {(one["topic"], one["rule"], one["field"]) for one in told["topics"]}
    assert ("war", "subject", "title") in reasons
    assert ("war", "category", "categories") in reasons
    assert ("azerbaijan", "place", "summary") in reasons
    known = {(one["topic"], one["of"], one["kind"]) for one in told["topics"]}
    assert known >= {("war", "war", "likely"), ("azerbaijan", "AZ", "name")}
    assert all(one["score"] > 0 for one in told["topics"] if one["of"])
    assert (told["language"], told["certainty"], told["declared"]) == ("en", 1.0, "en")
    assert [made["verdict"] for made in told["decisions"]] == ["new"]
    assert told["sources"][0]["name"] == "The Paper"
