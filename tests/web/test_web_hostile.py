"""Strings that want to be markup stay strings, wherever they stand."""

from __future__ import annotations

from dataclasses import replace

import newsroom
import pytest
from articles import article_id
from bs4 import BeautifulSoup
from web_client import Visit, client, routes

from aggregator.model import (
    Appearance,
    By,
    Enclosure,
    Evidence,
    Feed,
    Image,
    Join,
    Outlet,
    Placed,
    Rule,
    Source,
    Topic,
    TopicHit,
    Verdict,
)
from aggregator.store import polls, sources
from aggregator.store.database import Database

EVIL = "</title></script><img src=x onerror=alert(1)>\"'`<svg/onload=alert(2)>{{7*7}}&lt;b&gt;"
SCRIPT = "javascript:alert(3)"


@pytest.fixture
def poisoned(empty: Database) -> Database:
    """A newsroom in which every field of everything is hostile."""
    source = Source("evil", "https://evil.example/?" + "a" * 300, name=EVIL)
    sources.sync(empty, [source], newsroom.NOW)
    first = newsroom.arrival(0, newsroom.Story("harbour", EVIL, EVIL, 1), "", newsroom.NOW)
    seen = Appearance(Outlet("evil", EVIL, SCRIPT, SCRIPT), EVIL, SCRIPT, EVIL, newsroom.NOW)
    article = replace(
        first.article,
        link=SCRIPT,
        content="<p>clean</p>",
        text=EVIL,
        authors=(EVIL, EVIL),
        categories=(EVIL,),
        language=EVIL,
        image=Image("https://pictures.example/x.png?" + EVIL, EVIL, 10, 10),
        enclosures=(Enclosure(SCRIPT, EVIL, 5), Enclosure("https://e.example/" + EVIL, EVIL, 5)),
        appearances=(seen,),
        topics=(
            TopicHit("evil", (Evidence(Rule.ANY, EVIL, EVIL, EVIL),)),
            TopicHit(EVIL, (Evidence(Rule.SOURCE, "source", EVIL, EVIL),)),
        ),
    )
    arrival = replace(first, article=article, appearance=seen, why=EVIL)
    at = newsroom.NOW
    polls.commit(empty, newsroom.commit("evil", [arrival], at, title=EVIL, site_url=SCRIPT))
    edited = replace(arrival, verdict=Verdict.CHANGED, fingerprint="new")
    polls.commit(empty, newsroom.commit("evil", [edited], at.replace(minute=31), detail=EVIL))
    failed = newsroom.failure("evil", "connect", EVIL, at.replace(minute=32))
    polls.commit(empty, failed)
    second = newsroom.arrival(1, newsroom.Story("harbour", EVIL, EVIL, 2), "", at)
    same = replace(second, appearance=seen, article=replace(second.article, appearances=(seen,)))
    polls.commit(empty, newsroom.commit("evil", [same], at.replace(minute=33)))
    why = Join(article_id(1), By.WORDS, 0.5, (EVIL, SCRIPT))
    placed = (Placed(article_id(1), newsroom.STORY), Placed(article_id(0), newsroom.STORY, why))
    newsroom.place(empty, *placed)
    return empty


def test_no_field_of_anything_becomes_markup(poisoned: Database) -> None:
    topic, feed = Topic("evil", EVIL), Feed("evil", EVIL, "topic:evil", EVIL)
    source = Source("evil", "https://evil.example/", name=EVIL)
    site = newsroom.site(
        poisoned,
        title=EVIL,
        version=EVIL,
        topics=(topic,),
        feeds={"all": Feed("all", EVIL), "evil": feed},
        sources=(source,),
        problems=(EVIL,),
    )
    caller = client(site)
    addresses = ["/", "/topics/evil", f"/articles/{article_id(0)}", "/search?q=alert", "/sources"]
    addresses += [
        f"/stories/{newsroom.STORY}",
        "/sources/evil",
        "/feeds",
        "/nothing",
        "/day/2026-11-22",
    ]
    for address in addresses:
        text = caller.get(address).text
        assert "<img src=x" not in text, address
        assert "<svg" not in text, address
        assert "49" not in BeautifulSoup(text, "lxml").get_text().replace("2049", ""), address
        for tag in BeautifulSoup(text, "lxml").find_all():
            assert not [name for name in tag.attrs if name.startswith("on")], (address, tag)
            for name in ("href", "src"):
                value = str(tag.get(name, ""))
                assert value.startswith(("/", "https://", "#")) or not value, (address, value)


@pytest.mark.parametrize(
    "address",
    [
        "/search?q={}",
        "/search?q=(&before={}",
        "/day/{}",
        "/topics/{}",
        "/sources/{}",
        "/articles/{}",
        "/stories/{}",
        "/feeds/war.atom?per={}",
        "/feeds/{}.atom",
        "/feeds/war.atom?token={}",
        "/feeds/search.atom?q={}",
        "/feeds/search.json?q={}",
        "/{}",
    ],
)
@pytest.mark.parametrize(
    "text",
    [
        EVIL,
        SCRIPT,
        "%00",
        "%ED%A0%80",
        "%FF%FE",
        "..%2F..%2Fetc%2Fpasswd",
        "a" * 5000,
        "%0d%0aX-A:b",
    ],
)
@pytest.mark.parametrize("dest", ["document", "empty"])
def test_nothing_in_an_address_becomes_markup_or_a_crash(
    visit: Visit, address: str, text: str, dest: str
) -> None:
    asked = address.format(text.replace("<", "%3C").replace("#", "%23").replace("&", "%26"))
    response = visit().get(asked, headers={"Sec-Fetch-Dest": dest})
    assert response.status_code in (200, 400, 404), asked
    assert "X-A" not in response.headers
    if response.mimetype == "text/html":
        assert "<img src=x" not in response.text
        assert "<svg" not in response.text


def test_hostile_headers_are_no_crash(visit: Visit) -> None:
    headers = {
        "If-None-Match": '"' * 999 + "W/,,,",
        "If-Modified-Since": "yesterday",
        "If-Match": '"nothing"',
        "Range": "bytes=5-1,-3,a-",
        "Accept-Encoding": "gzip;q=x, br;q=, *;q=0, zstd;;;",
        "Accept": "\x7f" * 99,
        "Cookie": "session=eyJ4IjoxfQ.x.y",
        "Content-Length": "nonsense",
    }
    caller = visit()
    for address in routes(caller.application):
        for name, value in headers.items():
            response = caller.get(address, headers={name: value})
            assert response.status_code < 500, (address, name)
            assert "Set-Cookie" not in response.headers
