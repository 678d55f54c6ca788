"""Which spellings of an address are one address."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aggregator.dedupe.canonical import canonical_key

KEY = "example.org/a"

SAME = {
    "https": "https://example.org/a",
    "http": "http://example.org/a",
    "upper case scheme": "HTTPS://example.org/a",
    "upper case host": "https://EXAMPLE.Org/a",
    "www": "https://www.example.org/a",
    "dot after the host": "https://example.org./a",
    "port 443": "https://example.org:443/a",
    "port 80": "http://example.org:80/a",
    "empty port": "http://example.org:/a",
    "user": "https://user:secret@example.org/a",
    "slash at the end": "https://example.org/a/",
    "several slashes at the end": "https://example.org/a//",
    "fragment": "https://example.org/a#comments",
    "empty query": "https://example.org/a?",
    "empty parameters": "https://example.org/a?&&",
    "utm": "https://example.org/a?utm_source=rss&utm_medium=feed",
    "utm in upper case": "https://example.org/a?UTM_Source=rss",
    "utm escaped": "https://example.org/a?%75tm_source=rss",
    "fbclid": "https://example.org/a?fbclid=IwAR0",
    "gclid": "https://example.org/a?gclid=1",
    "BBC": "https://example.org/a?at_medium=RSS&at_campaign=rss",
    "The Guardian": "https://example.org/a?CMP=share_btn",
    "The New York Times": "https://example.org/a?partner=rss&emc=rss",
    "MSN": "https://example.org/a?ocid=1",
    "a counter for feeds": "https://example.org/a?rss=123",
    "from a feed, by value": "https://example.org/a?source=RSS2&ref=feedburner&from=atom",
    "session in the path": "https://example.org/a;jsessionid=0A1B",
    "needless escape": "https://example.org/%61",
    "dots": "https://example.org/b/../././a",
    "dots above the root": "https://example.org/../../a",
    "space around": "  https://example.org/a \n",
    "Al Jazeera": "https://example.org/a?traffic_source=rss",
    "Deutsche Welle": "https://example.org/a?maca=en-rss-en-world-4025-rdf",
    "The Wall Street Journal": "https://example.org/a?mod=rss_markets_main",
    "mobile": "https://mobile.example.org/a",
    "m": "https://m.example.org/a",
    "www before m": "https://www.m.example.org/a",
    "AMP host": "https://amp.example.org/a",
    "AMP parameter": "https://example.org/a?amp=1",
    "AMP parameter without a value": "https://example.org/a?amp",
    "AMP of Arc": "https://example.org/a?outputType=amp",
    "AMP viewer": "https://example.org/a?amp_js_v=0.1&usqp=mq331AQIKAGwASA%3D",
    "Google's AMP cache": "https://example-org.cdn.ampproject.org/c/s/example.org/a",
    "Google's AMP cache, by http": "https://cdn.ampproject.org/c/example.org/a",
    "Google's AMP cache, signed": "https://example-org.cdn.ampproject.org/wp/s/m.example.org/a",
    "Google's AMP viewer": "https://www.google.com/amp/s/amp.example.org/a?amp=1",
    "Bing's AMP cache": "https://example-org.bing-amp.com/c/s/example.org/a",
    "a copy of a copy": "https://google.com/amp/s/cdn.ampproject.org/c/s/example.org./a",
}

AMP_PATHS = {
    "example.org/2026/rain-in-baku": (
        "/2026/rain-in-baku/amp", "/2026/rain-in-baku/amp/", "/amp/2026/rain-in-baku",
        "/2026/amp/rain-in-baku",
    ),
    "example.org/rain-in-baku": ("/rain-in-baku/amp?amp=1", "/amp/rain-in-baku?outputType=amp"),
    "example.org/a-123.html": ("/a-123.amp.html", "/amp/a-123.html", "/a-123.html/amp"),
}  # fmt: skip

KEYS = [
    ("https://example.org", "example.org"),
    ("https://example.org/", "example.org"),
    ("https://example.org:8443/a", "example.org:8443/a"),
    ("https://example.org/?p=12", "example.org?p=12"),
    ("https://example.org/a?b=2&a=1", "example.org/a?a=1&b=2"),
    ("https://example.org/a?a=2&a=1", "example.org/a?a=1&a=2"),
    ("https://example.org/a?q=x+y", "example.org/a?q=x%20y"),
    ("https://example.org/a?q=x%20y", "example.org/a?q=x%20y"),
    ("https://example.org/a+b", "example.org/a+b"),
    ("https://example.org/a b", "example.org/a%20b"),
    ("https://example.org/%e2%82%ac", "example.org/%E2%82%AC"),
    ("https://example.org/€", "example.org/%E2%82%AC"),
    ("https://example.org/100%", "example.org/100%25"),
    ("https://example.org/%2f", "example.org/%2F"),
    ("https://example.org/A", "example.org/A"),
    ("https://example.org/a//b", "example.org/a//b"),
    ("https://example.org/a?source=reuters", "example.org/a?source=reuters"),
    ("https://example.org/a?id=1&utm_id=2", "example.org/a?id=1"),
    ("https://example.org/#!/news/1", "example.org#!/news/1"),
    ("https://bücher.example/ü", "xn--bcher-kva.example/%C3%BC"),
    ("https://xn--bcher-kva.example/", "xn--bcher-kva.example"),
    ("https://" + "ü" * 70 + ".example/", "ü" * 70 + ".example"),
    ("https://[2001:DB8::1]:8080/a", "[2001:db8::1]:8080/a"),
    ("https://mobile.de/a", "mobile.de/a"),
    ("https://www.m.co.uk/a", "m.co.uk/a"),
    ("https://amp.dev/a", "amp.dev/a"),
    ("https://example.org/audio/amp", "example.org/audio/amp"),
    ("https://example.org/amp", "example.org/amp"),
    ("https://example.org/rain-amp.html", "example.org/rain-amp.html"),
    ("https://example.org/a?amp=2&amplitude=1", "example.org/a?amp=2&amplitude=1"),
    ("https://cdn.ampproject.org/c/s/ü.example/a", "cdn.ampproject.org/c/s/%C3%BC.example/a"),
    ("https://google.com/amp/s/", "google.com/amp/s"),
    ("https://google.abc.de/amp/s/example.org/a", "google.abc.de/amp/s/example.org/a"),
    ("https://google.com/amp/news-1", "google.com/news-1"),
    ("https://example.org/amp/s/other.example/a", "example.org/amp/s/other.example/a"),
    (
        "https://cdn.ampproject.org/i/s/example.org/a.png",
        "cdn.ampproject.org/i/s/example.org/a.png",
    ),
]


@pytest.mark.parametrize("url", SAME.values(), ids=SAME)
def test_spellings_of_one_address_have_one_key(url):
    assert canonical_key(url) == KEY


@pytest.mark.parametrize(
    ("path", "key"), [(path, key) for key, paths in AMP_PATHS.items() for path in paths]
)
def test_the_amp_version_of_an_article_has_the_key_of_the_article(path, key):
    assert canonical_key(f"https://example.org{path}") == key
    assert canonical_key(f"https://example-org.cdn.ampproject.org/c/s/example.org{path}") == key
    assert canonical_key(f"https://www.google.com/amp/s/amp.example.org{path}") == key


def test_a_copy_of_copies_without_end_has_some_key():
    assert canonical_key("https://" + "google.com./amp/s/" * 500 + "a.b").startswith("google.com")


@pytest.mark.parametrize(("url", "key"), KEYS)
def test_what_tells_pages_apart_stays_in_the_key(url, key):
    assert canonical_key(url) == key


@pytest.mark.parametrize(
    "text",
    ["", "1234", "tag:example.org,2026:1", "urn:uuid:1", "ftp://example.org/a", "/a", "https://",
     "https://./", "https://[::1/a", "https://example.org:port/", "https://example.org:99999/",
     "example.org/a"],
)  # fmt: skip
def test_what_is_no_web_address_comes_back_as_it_is(text):
    assert canonical_key(text) == text
    assert canonical_key(f" {text}\n") == text


TEXTS = (
    st.text()
    | st.text("aA%0fF2e/?&=#!.:;+[]@ ~é\u3000\ud800")
    | st.lists(
        st.sampled_from(["amp", "m.", "www.", "mobile.", ".amp", ".html", "/", "?", "&", "1", "..",
                         "cdn.ampproject.org/c/", "google.com/amp/", "s/", "a.b", "a-b-c", "co.uk"])
    ).map("".join)
)  # fmt: skip


@given(TEXTS)
@example("%%34%31")
@example("//h:443")
@example("google.com/amp/s/" * 9 + "a.b")
@example("cdn.ampproject.org/c/www.www.")
def test_any_string_has_a_key_and_the_key_is_its_own(text):
    for url in (text, f"https://example.org/{text}", f"http://{text}"):
        key = canonical_key(url)
        if key != url.strip():
            assert canonical_key(f"https://{key}") == key
            assert canonical_key(f"http://{key}") == key


@given(st.lists(st.sampled_from(["a=1", "b=2", "a=0", "utm_x=1", "fbclid=2"])))
def test_the_order_of_parameters_makes_no_difference(parameters):
    def url(of):
        return "https://example.org/?" + "&".join(of)

    assert canonical_key(url(parameters)) == canonical_key(url(reversed(parameters)))
