"""Cleaning: what may stand in an article's HTML, and nothing else."""

# ruff: noqa: E501 - tables with one case a line

from __future__ import annotations

import pytest
from effort import no_explosion

from aggregator.parse.clean import clean, is_picture, one_line, pixels
from aggregator.parse.draft import Markup

BASE = "https://example.org/a/story"


def cleaned(markup: str, max_chars: int = 100_000) -> str:
    return clean(markup, BASE, max_chars)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (" just text ", "just text"),
        ("just text > markup", "just text &gt; markup"),
        ("<p>Fine <b>words</b> &amp; <i>more</i></p>", "<p>Fine <b>words</b> &amp; <i>more</i></p>"),
        ("<p onclick=x style=y class=z id=w>a</p>", "<p>a</p>"),
        ("<script>alert(1)</script>a<style>b{}</style>", "a"),
        ("<form><input value=x>a<button>b</button></form>", "a"),
        ("<svg><script>x</script></svg><math>y</math>z", "z"),
        ('<p dir="rtl" lang="ar">نص</p>', '<p dir="rtl" lang="ar">نص</p>'),
        ("<!-- gone -->a", "a"),
        ("a&#0;b&#1;c&#xFFFE;d\x00e", "a\ufffdbcde"),
        ('<a href="/x">y</a>', '<a href="https://example.org/x" rel="noopener noreferrer">y</a>'),
        ('<a href="//h.example/x" target=_blank>y</a>', '<a href="https://h.example/x" rel="noopener noreferrer">y</a>'),
        ("<a href='java\nscript:x'>y</a>", '<a rel="noopener noreferrer">y</a>'),
        ("<a href='javascript&amp;#58;x'>y</a>", '<a rel="noopener noreferrer">y</a>'),
        ('<a href="MAILTO:a@example.org" title="&quot;t&quot;">y</a>', '<a href="MAILTO:a@example.org" title="&quot;t&quot;" rel="noopener noreferrer">y</a>'),
        ('<img src="p.jpg" srcset="q.jpg 2x" width="640px" height="auto" loading=lazy>', '<img src="https://example.org/a/p.jpg" width="640">'),
        ('<img src="p.jpg" alt="a &lt;b&gt;" title="t">', '<img src="https://example.org/a/p.jpg" alt="a &lt;b&gt;" title="t">'),
        ('<img src="p.jpg" alt="">', '<img src="https://example.org/a/p.jpg" alt="">'),
        ("a<img src='data:image/gif;base64,R0'>b<img>c", "abc"),
        ('a<img src="t.gif" width=1 height=1>b<img src="t.gif" height="0">c', "abc"),
        ('<img src="https://stats.wordpress.com/b.gif?x">a', "a"),
        ("<picture><source srcset=x><img src=p.jpg></picture>", '<img src="https://example.org/a/p.jpg">'),
        ("<noscript><img src=p.jpg></noscript>", '<img src="https://example.org/a/p.jpg">'),
        ('<iframe width=1 src="https://tube.example/e?a=1&amp;b=2"></iframe>', '<p><a href="https://tube.example/e?a=1&amp;b=2" rel="noopener noreferrer">https://tube.example/e?a=1&amp;b=2</a></p>'),
        ("<iframe src='javascript:x'>y</iframe>z", "z"),
        ("<ol start=3><li>x</ol><td colspan=2>y</td>", '<ol start="3"><li>x</li></ol>y'),
    ],
)  # fmt: skip
def test_only_harmless_html_is_kept(written: str, kept: str) -> None:
    assert cleaned(written) == kept
    assert cleaned(kept) == kept, "clean HTML stays as it is"


def test_long_content_is_cut_behind_a_tag_or_a_word() -> None:
    assert cleaned("<p>one two</p><p>three four</p>", 20) == "<p>one two</p><p></p>"
    assert cleaned("<p>one two three four</p>", 15) == "<p>one two </p>"
    assert cleaned("x" * 50, 20) == "x" * 20


@pytest.mark.parametrize(
    "hostile",
    [
        "<div>deep" * 20_000,
        "<p>" + "".join(f"<b a={i}>" for i in range(250)) + "<p>deep" * 30_000,
        "<p>" + "".join(f"<b a={i}>" for i in range(20)) + "<p>deep" * 30_000,
    ],
    ids=["nested", "deep formatting", "reopened formatting"],
)
def test_html_that_would_take_minutes_is_kept_as_text(hostile: str) -> None:
    with no_explosion():
        kept = cleaned(hostile, 200_000)
    assert "deep" in kept
    assert "<div>" not in kept
    assert "<b>" not in kept


def test_html_that_grows_while_it_is_parsed_is_kept_as_text() -> None:
    markup = "<p>" + "".join(f"<font x={i}><b y={i}>" for i in range(60)) + "<p>war" * 240
    kept = cleaned(markup, 4_000)
    assert kept.startswith("<p>war war")
    assert "<b>" not in kept


def test_long_but_flat_html_is_kept_as_html() -> None:
    markup = "<div><p>word</p></div></i>" * 300
    assert cleaned(markup) == "<div><p>word</p></div>" * 300


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        (Markup("AT&amp;T <b>wins</b>", html=True), "AT&T wins"),
        (Markup("AT&amp;T <b>wins</b>"), "AT&amp;T <b>wins</b>"),
        (Markup("<p>one</p><p>two</p>", html=True), "one two"),
        (Markup("a<script>b</script>", html=True), "a"),
    ],
)
def test_titles_are_unescaped_once(text: Markup, plain: str) -> None:
    assert one_line(text, 100) == plain


def test_pictures_are_told_from_trackers() -> None:
    assert is_picture("https://example.org/p.jpg", None, None)
    assert is_picture("https://example.org/p.jpg", 640, None)
    assert not is_picture("https://example.org/p.gif", 1, 1)
    assert not is_picture("https://example.org/p.gif", None, 1)
    assert not is_picture("https://0.gravatar.com/avatar/x", 96, 96)
    assert [pixels(size) for size in (" 640 ", "640.5px", "100%", "", "9" * 9)] == [640, 640, None, None, None]  # fmt: skip
