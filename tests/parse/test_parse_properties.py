"""Whatever comes in: parse never raises, and what it returns every format can carry."""

# ruff: noqa: E501 - tables with one case a line

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from parsing import NOW, URL, atom, check, jsonfeed, judge, rss

from aggregator.model import Document, Failed, Reason
from aggregator.parse import parse
from aggregator.parse.addresses import absolute
from aggregator.parse.clean import clean
from aggregator.parse.dates import when
from aggregator.parse.encoding import decode
from aggregator.parse.names import author_names
from aggregator.parse.text import line, shorten

SAMPLES = tuple(
    document.encode()
    for document in (
        rss(
            "<title>A &amp;amp; B</title><link>https://example.org/a</link><guid>g</guid>"
            "<description>&lt;p onclick='x'>War&lt;/p>&lt;img src=/p.jpg></description>"
            "<dc:creator>Jane Doe</dc:creator><category>War</category>"
            "<pubDate>Mon, 06 Sep 2021 17:30:00 MSK</pubDate>"
            '<media:content url="/p.jpg"><media:description>x</media:description></media:content>'
            '<enclosure url="/a.mp3" length="1" type="audio/mpeg"/>'
        ),
        atom(
            '<id>tag:x</id><title type="html">A &lt;b>B&lt;/b></title><link href="/a"/>'
            '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Война</p></div></content>'
            '<author><name>Ann</name></author><category term="x" label="y"/>'
            "<updated>2021-09-06T17:30:00Z</updated>",
            root='xml:lang="az" xml:base="https://example.org/"',
        ),
        jsonfeed(
            {
                "id": 1,
                "url": "/a",
                "title": "t",
                "content_html": "<p>x</p>",
                "image": "/p.jpg",
                "authors": [{"name": "Ann"}],
                "attachments": [{"url": "/a.mp3", "size_in_bytes": 1}],
                "tags": ["x"],
                "date_published": "2021-09-06T17:30:00Z",
            }
        ),
    )
)
NASTY = st.sampled_from(
    ["\x00", "\x0b", "\ud800", "\ufffe", "&#0;", "&#xD800;", "&#x110000;", "&#1", "]]>", "<![CDATA[", "<!--",
     "<?", "&", "<", ">", '"', "'", "javascript:", "\u202e", "<script>", "</", "<!DOCTYPE x [", "&lt;b&gt;", "(", "@"]
)  # fmt: skip


@st.composite
def mutants(draw: st.DrawFn) -> bytes:
    """A good feed with pieces of it removed, doubled or replaced by what bites."""
    body = draw(st.sampled_from(SAMPLES))
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(body)))
        end = min(len(body), start + draw(st.integers(0, 40)))
        piece = draw(
            NASTY.map(lambda text: text.encode("utf-8", "surrogatepass"))
            | st.binary(max_size=8)
            | st.just(body[start:end] * 2)
            | st.just(b"")
        )
        body = body[:start] + piece + body[end:]
    return body


def parsed(body: bytes, content_type: str = "") -> Document | Failed:
    return parse(body, content_type=content_type, url=URL, now=NOW)


@given(st.binary(max_size=400), st.text(max_size=40))
def test_any_bytes_are_a_document_or_a_failure(body: bytes, content_type: str) -> None:
    check(parsed(body, content_type))


@settings(max_examples=300, deadline=None)
@given(mutants())
def test_a_damaged_feed_is_a_document_or_a_failure(body: bytes) -> None:
    result = parsed(body)
    check(result)
    assert not (isinstance(result, Failed) and result.reason is Reason.PARSE_CRASH), result


@settings(max_examples=200, deadline=None)
@given(st.text(), st.text(), st.text())
def test_any_text_in_any_field_of_json_comes_out_clean(title: str, markup: str, other: str) -> None:
    item = {
        "id": other, "url": other, "title": title, "content_html": markup, "summary": other, "tags": [other],
        "authors": [{"name": other}], "date_published": other, "language": other, "image": other,
    }  # fmt: skip
    check(parsed(jsonfeed(item, title=title, home_page_url=other).encode()))


@given(st.lists(NASTY | st.text(max_size=10)).map("".join))
def test_clean_html_is_clean_and_stays_as_it_is(markup: str) -> None:
    once = clean(markup, URL, 10_000)
    judge(once)
    assert clean(once, URL, 10_000) == once


@given(st.text(), st.sampled_from(["", URL, "https://example.org/a?b#c"]))
def test_an_address_is_proper_or_none(written: str, base: str) -> None:
    address = absolute(written, base)
    if address is not None:
        assert address.isascii()
        assert not set(address) & set(' <>"{}|\\^`\n')
        assert address.startswith(("http://", "https://"))
        assert absolute(address) == address


@given(st.text(max_size=60) | st.from_regex(r"[0-9A-Za-z:+/. -]{1,40}"))
def test_any_text_is_a_date_of_news_or_none(written: str) -> None:
    date = when(written, NOW)
    assert date is None or 1990 <= date.year <= NOW.year


@given(st.text(max_size=300), st.integers(1, 80))
def test_cut_text_is_short_enough(text: str, limit: int) -> None:
    for sentences in (False, True):
        assert len(shorten(text, limit, sentences=sentences)) <= limit
    assert len(line(text, limit)) <= limit + 10  # what closes an isolate comes on top


@given(st.lists(NASTY | st.text(max_size=20), max_size=5))
def test_names_are_lines(written: list[str]) -> None:
    for name in author_names(written, 10):
        assert name == line(name, 1_000) != ""


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc"])),
    st.sampled_from(["utf-8", "utf-16", "utf-32"]),
)
def test_unicode_is_decoded_as_it_was_encoded(text: str, encoding: str) -> None:
    body = f"<rss>{text}</rss>"
    assert decode(body.encode(encoding), "") == body
