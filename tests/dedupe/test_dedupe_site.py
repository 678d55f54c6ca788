"""Which hosts are one owner's, by the list of public suffixes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.dedupe.site import same_site


@pytest.mark.parametrize(
    ("host", "other"),
    [
        ("example.org", "example.org"),
        ("news.example.org", "example.org"),
        ("news.example.org", "a.feeds.example.org"),
        ("news.example.org:8080", "example.org"),
        ("feeds.example.co.uk", "example.co.uk"),
        ("blog.someone.github.io", "someone.github.io"),
        ("news.xn--80ak6aa92e.xn--p1ai", "xn--80ak6aa92e.xn--p1ai"),
        ("news.example.unheardof", "example.unheardof"),
        ("127.0.0.1:8000", "127.0.0.1:8000"),
        ("localhost", "localhost"),
    ],
)
def test_hosts_of_one_owner(host: str, other: str) -> None:
    assert same_site(host, other)
    assert same_site(other, host)


@pytest.mark.parametrize(
    ("host", "other"),
    [
        ("example.org", "example.com"),
        ("notexample.org", "example.org"),
        ("one.co.uk", "two.co.uk"),
        ("one.co.uk", "co.uk"),
        ("one.github.io", "two.github.io"),
        ("one.github.io", "github.io"),
        ("one.blogspot.com", "two.blogspot.com"),
        ("10.1.0.1", "10.2.0.1"),
        ("127.0.0.1:8000", "127.0.0.1:8001"),
        ("[2001:db8::1]", "[2001:db8::2]"),
        ("one.localhost", "localhost"),
        ("example.org", ""),
        ("-", ""),
    ],
)
def test_hosts_of_strangers(host: str, other: str) -> None:
    assert not same_site(host, other)
    assert not same_site(other, host)


@given(st.text(alphabet="ab.:[]%-_é1/\0 ") | st.text())
def test_nonsense_is_its_own_site_only(host: str) -> None:
    assert same_site(host, host)
    assert not same_site(host, "example.org")


def test_a_name_that_no_host_can_have_is_looked_at_for_no_time() -> None:
    assert not same_site(f"x.{'a' * 500_000}.1", "example.org")  # for hours without its guard
    assert not same_site(f"{'a.' * 500}org", f"b.{'a.' * 500}org")
