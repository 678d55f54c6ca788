"""The body that readers show: the text, the lead picture once, and every outlet with its link."""

from __future__ import annotations

from dataclasses import replace

import pytest
from articles import NO_LINK, NOON, OTHER, RICH, bare

from aggregator.model import Appearance, Article, Image, Outlet
from aggregator.parse.clean import clean
from aggregator.publish.content import body

PICTURE = Image("https://news.example/img/soldiers-road.jpg", "A road")


def test_every_outlet_stands_under_the_text_with_its_own_link() -> None:
    assert body(RICH).endswith(
        '<p dir="auto">Example News · '
        '<a href="https://news.example/2026/11/spared?ref=a&amp;b=c">original article</a></p>'
        '<p dir="auto">Другие новости · '
        '<a href="https://other.example/voina">Солдат отпустили</a></p>'
        '<p dir="auto">Third</p>'
    )


def test_a_speaker_without_a_link_of_its_own_gets_the_articles() -> None:
    article = replace(bare(), appearances=(Appearance(OTHER, None, None, "", NOON),))
    assert 'Другие новости · <a href="https://news.example/1">' in body(article)


def test_a_nameless_outlet_is_called_by_its_key() -> None:
    article = replace(bare(), appearances=(Appearance(Outlet("k<y", ""), None, None, "", NOON),))
    assert "k&lt;y · " in body(article)


def test_an_article_without_outlets_still_links_to_the_original() -> None:
    article = replace(bare(), appearances=())
    assert body(article) == (
        '<p dir="auto"><a href="https://news.example/1">original article</a></p>'
    )


def test_the_summary_stands_in_for_missing_content() -> None:
    assert body(replace(NO_LINK, summary="a < b\nc")) == (
        '<div dir="auto"><p>a &lt; b<br>c</p></div>'
    )


@pytest.mark.parametrize(
    ("title", "shown"), [("Only <this>", "Only &lt;this&gt;"), ("", NO_LINK.id)]
)
def test_the_body_is_never_empty(title: str, shown: str) -> None:
    article = replace(NO_LINK, title=title, summary="")
    assert body(article) == f'<div dir="auto"><p>{shown}</p></div>'


def pictures(content: str, image: Image | None) -> int:
    return body(replace(RICH, content=content, image=image)).count("<img")


@pytest.mark.parametrize(
    ("src", "lead", "shown"),
    [
        ("https://news.example/img/soldiers-road.jpg", PICTURE.url, 1),
        ("https://cdn.example/240/soldiers-road.jpg?w=2&amp;h=1", PICTURE.url, 1),
        ("https://news.example/soldiers-road-300x200.jpg", PICTURE.url, 1),
        ("https://news.example/another-road.jpg", PICTURE.url, 2),
        ("https://news.example/a/image.jpg", "https://news.example/b/image.jpg", 2),
        ("http://news.example/i?id=1&amp;x=2", "https://news.example/i?id=1&x=2", 1),
        ("https://news.example/i?id=1", "https://news.example/i?id=2", 2),
    ],
)
def test_the_lead_picture_shows_once(src: str, lead: str, shown: int) -> None:
    assert pictures(f'<p><img src="{src}" alt="x"></p>', Image(lead)) == shown


def test_the_lead_picture_comes_first_with_its_description_and_size() -> None:
    image = replace(PICTURE, alt='"A" <road>', width=640, height=360)
    assert body(replace(RICH, image=image)).startswith(
        '<p><img src="https://news.example/img/soldiers-road.jpg" '
        'alt="&quot;A&quot; &lt;road&gt;" width="640" height="360"></p><div dir="auto"><p>'
    )


@pytest.mark.parametrize("image", [None, Image("javascript:alert(1)")])
def test_without_a_usable_picture_there_is_none(image: Image | None) -> None:
    assert pictures("<p>x</p>", image) == 0


CLEAN = (
    '<p dir="rtl" lang="ar">x <a href="https://a.example/?b=c&amp;d" title="t" '
    'rel="noopener noreferrer">y</a></p><figure><img src="https://a.example/i.png" alt="z">'
    "<figcaption>w</figcaption></figure><blockquote>q</blockquote>"
    '<main><section><table><tfoot><tr><td colspan="2">t</td></tr></tfoot></table></section></main>'
    '<time datetime="2026-11-22">n</time><ol start="3"><li>1</li></ol>'
)


def test_clean_content_passes_unchanged() -> None:
    assert clean(CLEAN, "https://a.example/", 10_000) == CLEAN
    assert f'<div dir="auto">{CLEAN}</div>' in body(replace(RICH, content=CLEAN, image=None))


@pytest.mark.parametrize(
    "bad",
    [
        "<script>alert(1)</script>",
        '<a href="javascript:alert(1)">x</a>',
        '<a href="&#106;avascript:alert(1)">x</a>',
        '<img src="x" onerror="alert(1)">',
        '<iframe src="https://a.example/"></iframe>',
        '<form action="https://a.example/"><input></form>',
        "<style>p{}</style>",
        '<a href="//evil.example/">x</a>',
        '<a href="ssh://evil.example/">x</a>',
    ],
)
def test_content_that_was_stored_unclean_goes_out_clean(bad: str) -> None:
    told = body(replace(RICH, content=f"<p>kept</p>{bad}", image=None, appearances=(), link=None))
    assert "<p>kept</p>" in told
    for poison in ("script", "alert", "onerror", "iframe", "form", "style", "evil"):
        assert poison not in told


def test_an_unclosed_tag_does_not_swallow_the_attribution() -> None:
    article: Article = replace(RICH, content="<p><b>open")
    assert "<p><b>open</b></p></div>" in body(article)
