"""Addresses: resolved, written properly, and never anything but http(s)."""

# ruff: noqa: E501 - tables with one case a line

from __future__ import annotations

import pytest

from aggregator.parse.addresses import MAX_CHARS, absolute

BASE = "https://example.org/news/today?x=1"


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("https://example.com/a?b=c&d=e#f", "https://example.com/a?b=c&d=e#f"),
        ("https://example.com/(x)_[y]", "https://example.com/(x)_[y]"),
        ("http://example.com", "http://example.com"),
        ("HTTP://EXAMPLE.com/A", "http://example.com/A"),
        ("//cdn.example.com/x.js", "https://cdn.example.com/x.js"),
        ("/root", "https://example.org/root"),
        ("sibling", "https://example.org/news/sibling"),
        ("../up", "https://example.org/up"),
        ("?page=2", "https://example.org/news/today?page=2"),
        ("#part", "https://example.org/news/today?x=1#part"),
        (" \u00a0https://example.com/a\n ", "https://example.com/a"),
        ("https://example.com/a\r\n b", "https://example.com/a%20b"),
        ("https://example.com/wiki/Баку?q=ə#ş", "https://example.com/wiki/%D0%91%D0%B0%D0%BA%D1%83?q=%C9%99#%C5%9F"),
        ("https://bakı.example/", "https://xn--bak-lua.example/"),
        ("https://example.com/100%&50%25", "https://example.com/100%25&50%25"),
        ('https://example.com/"<>{}|^`', "https://example.com/%22%3C%3E%7B%7D%7C%5E%60"),
        ("https://example.com/a#b#[c]", "https://example.com/a#b%23%5Bc%5D"),
        ("https://example.com:8443/x", "https://example.com:8443/x"),
        ("http://[2001:DB8::1]:80/x", "http://[2001:db8::1]:80/x"),
        ("\\\\other.example\\x?keep\\this", "https://other.example/x?keep%5Cthis"),
        ("https:\\\\example.com\\a", "https://example.com/a"),
        ("https://example.com/\x00a\ud800b", "https://example.com/ab"),
        ("https://example.com/?u=javascript:alert(1)", "https://example.com/?u=javascript:alert(1)"),
    ],
)  # fmt: skip
def test_addresses_are_made_absolute_and_proper(written: str, address: str) -> None:
    assert absolute(written, BASE) == address
    assert absolute(address) == address, "a proper address stays as it is"


@pytest.mark.parametrize(
    "written",
    [
        "", "  ", "javascript:alert(1)", " JaVaScript:alert(1)", "java\tscript:alert(1)",
        "java\nscript:alert(1)", "\x01javascript:alert(1)", "\u00a0javascript:alert(1)",
        "javascript&#58;alert(1)", "java&Tab;script&colon;alert(1)", "&#x6A;avascript:alert(1)",
        "data:text/html,<script>", "vbscript:x", "blob:https://x/", "file:///etc/passwd", "tel:1",
        "mailto:a@example.org", "intent://x#Intent;end", "http://", "https:///path", "http://exa mple.org/",
        'http://example.org"onclick="x/', "http://user:secret@example.org/", "http://good.example%2f@evil.example/",
        "http://example.org:99999/", "http://example.org:port/", "http://[::1/", "http://[fe80::1%eth0]/",
        "http://-/", "http://.example.org/", "http://" + "a" * 70 + ".ü/", "http://a.example/" + "x" * MAX_CHARS,
        "http://a.example/" + "ə" * 1_000,
    ],
)  # fmt: skip
def test_anything_else_is_refused(written: str) -> None:
    assert absolute(written, BASE) is None


def test_a_relative_address_without_a_base_is_refused() -> None:
    assert absolute("/api/delete") is None
    assert absolute("//host/x") is None
    assert absolute("x", "file:///srv/feed.xml") is None
