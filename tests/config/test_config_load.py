"""What a right configuration becomes: sources, topics, feeds and the service's values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from effort import no_explosion
from hypothesis import given
from hypothesis import strategies as st

from aggregator.config import Config, Fetch, Parse, Poll, Service, fingerprint, load
from aggregator.config.sources import default_key
from aggregator.config.values import Retention
from aggregator.errors import ConfigError
from aggregator.model import Feed, Per, Source, Topic, Updates

Loads = Callable[..., Config]
Problems = Callable[..., list[str]]
TOKEN = "0123456789abcdef"


def test_a_url_is_enough(loads: Loads) -> None:
    config = loads("sources:\n  - https://feeds.bbci.co.uk/news/world/rss.xml\n")
    url = "https://feeds.bbci.co.uk/news/world/rss.xml"
    assert config.sources == (Source(key="bbci-co-uk-news-world", url=url),)


@pytest.mark.parametrize("hub", ["http://10.1.2.3/", "https://1.1.1.1/", "http://hub.lan/"])
def test_a_hub_may_be_anywhere_where_the_service_asks(loads: Loads, hub: str) -> None:
    text = f"service: {{hub: '{hub}', fetch: {{allow_private: [10.1.0.0/16]}}}}"
    assert loads(text).service.hub == hub


def test_a_source_says_everything(loads: Loads, directory: Path) -> None:
    (directory / "password").write_text("p:ä\n", encoding="utf-8")
    text = """
sources:
  - url: https://www.example.org/feed?a=b
    key: example
    name: 1984
    topics: [war, europe]
    every: 10m
    language: AZ_latn-az
    headers: {X-Key: 12}
    auth: {user: me, password_file: password}
    proxy: http://u:p@127.0.0.1:3128
    allow_private: true
    never_with: [other, third]
  - {url: https://b.example/, key: other, never_with: third}
  - {url: https://c.example/, key: third}
topics:
  war: {any: war}
  europe:
"""
    assert loads(text).sources == (
        Source(
            key="example",
            url="https://www.example.org/feed?a=b",
            name="1984",
            topics=("war", "europe"),
            every=timedelta(minutes=10),
            language="az-Latn-AZ",
            headers=(("X-Key", "12"),),
            auth=("me", "p:ä"),
            proxy="http://u:p@127.0.0.1:3128",
            allow_private=True,
            never_with=("other", "third"),
        ),
        Source(key="other", url="https://b.example/", never_with=("third",)),
        Source(key="third", url="https://c.example/"),
    )


def test_a_source_may_be_kept_out_of_a_story_or_apart_from_an_article(loads: Loads) -> None:
    id_ = "abcdefghijklmnopqrstuvw234"
    text = f"sources: [{{url: https://a.example/, never_with: {id_}}}]"
    assert loads(text).sources[0].never_with == (id_,)


def test_secrets_do_not_show_when_a_source_is_printed(loads: Loads) -> None:
    text = "sources: [{url: https://a.example/, auth: {user: me, password: hush}}]"
    assert "hush" not in str(loads(text))


def test_a_feed_on_disk_becomes_its_address(loads: Loads, directory: Path) -> None:
    config = loads("sources:\n  - file: samples/my feed.xml\n  - {file: b.xml, key: c}\n")
    assert config.sources == (
        Source(key="samples-my", url=f"{directory.as_uri()}/samples/my%20feed.xml"),
        Source(key="c", url=f"{directory.as_uri()}/b.xml"),
    )


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://www.theguardian.com/world/rss", "theguardian-com-world"),
        ("https://rss.dw.com/rdf/rss-en-all", "dw-com-en-all"),
        ("http://a.example:8080/", "a-example"),
        ("https://a.example/?id=1004&f=rss", "a-example-id-1004-f"),
        ("https://пример.example/лента", "xn-e1afmkfd-example"),
        ("https://a.example/%D0%B0/B%20c", "a-example-b-c"),
        ("https://feed.rss/xml", "feed-rss-xml"),
        ("file:///лента", "feed"),
    ],
)
def test_keys_come_from_host_and_path(url: str, key: str) -> None:
    assert default_key(url) == key


def test_long_addresses_have_short_keys_of_their_own() -> None:
    one, other = (default_key(f"https://a.example/{'long-' * 20}{end}") for end in "ab")
    assert len(one) <= 64
    assert one != other


@given(st.text(st.characters(codec="utf-8"), max_size=100))
def test_every_path_gives_a_key_that_is_a_slug(path: str) -> None:
    key = default_key(f"https://a.example/{path}")
    assert 1 <= len(key) <= 64
    assert set(key) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


def test_a_topic_says_everything(loads: Loads) -> None:
    text = """
topics:
  price-war:
    any: [no, off, 1:30, 1989]
    all: war
    not: [star wars]
    place: [az, NO]
    examples: {match: no war, reject: [peace]}
    formerly: old
  on: {name: No, place: no}
"""
    assert loads(text).topics == (
        Topic(
            slug="price-war",
            name="Price war",
            any=("no", "off", "1:30", "1989"),
            all=("war",),
            not_=("star wars",),
            place=("AZ", "NO"),
            match=("no war",),
            reject=("peace",),
            former=("old",),
        ),
        Topic(slug="on", name="No", place=("NO",)),
    )


def test_a_feed_says_everything(loads: Loads) -> None:
    text = """
topics: {war: {any: war}}
sources: [{url: https://a.example/, key: a}]
feeds:
  mine:
    title: Mine
    description: All of it
    where: topic:war -source:a
    title_prefix: source
    token_env: TOKEN
    formerly: [ours]
    per: story
    min_sources: 2
    updates: each_source
  once: {per: story}
  plain: {per: article}
"""
    assert loads(text, {"TOKEN": TOKEN}).feeds == (
        Feed(
            slug="mine",
            title="Mine",
            where="topic:war -source:a",
            description="All of it",
            token=TOKEN,
            title_prefix=True,
            former=("ours",),
            per=Per.STORY,
            min_sources=2,
            updates=Updates.EACH_SOURCE,
        ),
        Feed(slug="once", title="Once", per=Per.STORY),
        Feed(slug="plain", title="Plain"),
    )


def test_a_token_may_stand_in_a_file(loads: Loads, directory: Path) -> None:
    (directory / "token").write_text(f"{TOKEN}\r\n")
    assert loads("feeds: {a: {token_file: token}}").feeds[0].token == TOKEN


def test_nothing_said_is_the_default(loads: Loads) -> None:
    assert loads("").service == Service()


def test_the_service_says_everything(loads: Loads) -> None:
    text = """
sources: [{url: https://a.example/, key: a}, {url: https://b.example/, key: b}]
service:
  database: postgresql://me@db/news
  host: 192.0.2.1
  port: 80
  base_url: https://news.example.org/sub/
  title: My News
  contact: me@example.org
  timezone: Asia/Baku
  auth: {user: me, password: hush}
  hub: https://hub.example/
  prefer: [b, a]
  poll: {every: 10m, workers: 4, gap: 5s, per_host_per_day: 99}
  fetch: {seconds: 12.5, max_bytes: 5000, redirects: 0, allow_private: [10.0.0.0/8, "fd00::/8"]}
  parse: {seconds: 5, memory_mb: 256, processes: 1}
  retention: {articles: 52w}
"""
    service = loads(text).service
    assert service == Service(
        database="postgresql://me@db/news",
        host="192.0.2.1",
        port=80,
        base_url="https://news.example.org/sub",
        title="My News",
        contact="me@example.org",
        timezone="Asia/Baku",
        auth=("me", "hush"),
        hub="https://hub.example/",
        prefer=("b", "a"),
        poll=Poll(timedelta(minutes=10), workers=4, gap=timedelta(seconds=5), per_host_per_day=99),
        fetch=Fetch(12.5, 5000, 0, (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))),
        parse=Parse(5.0, 256, 1),
        retention=Retention(timedelta(weeks=52)),
    )
    untouched = [one.name for one in fields(Service) if getattr(service, one.name) == one.default]
    assert untouched == []


def test_sections_may_be_commented_out(loads: Loads) -> None:
    text = "sources:\ntopics:\nfeeds:\nservice:\n  poll:\n  fetch:\n    allow_private:\n"
    assert loads(text).service == Service()


def test_files_are_merged_by_key(loads: Loads) -> None:
    config = loads(
        {
            "b.yml": "sources: [https://b.example/]\nservice: {port: 1, poll: {every: 1h}}\n",
            "a.yaml": "sources: [https://a.example/]\ntopics: {a: {any: xyz}}\n",
            "c.yaml": "topics: {c: {any: xyz}}\nservice: {title: C}\n",
        }
    )
    assert [source.key for source in config.sources] == ["a-example", "b-example"]
    assert [topic.slug for topic in config.topics] == ["a", "c"]
    assert (config.service.port, config.service.title) == (1, "C")


def test_other_files_are_left_alone(loads: Loads, directory: Path) -> None:
    for name in ("x.json", ".#a.yaml", "a.yaml~", "a.yaml.swp"):
        (directory / name).write_text("][")
    (directory / "deeper").mkdir()
    (directory / "deeper" / "a.yaml").write_text("][")
    assert loads({"a.yaml": "topics: {war: {any: [war]}}"}).topics[0].slug == "war"


@pytest.mark.parametrize(
    ("said", "base_url"),
    [
        ("{}", "http://127.0.0.1:8000"),
        ("{port: 81}", "http://127.0.0.1:81"),
        ("{host: localhost}", "http://localhost:8000"),
        ("{host: '::1'}", "http://[::1]:8000"),
        ("{host: '[::1]'}", "http://[::1]:8000"),
        ("{host: 0.0.0.0, auth: none}", "http://127.0.0.1:8000"),
        ("{host: '::', auth: none}", "http://[::1]:8000"),
        ("{host: news.example.org, auth: none}", "http://news.example.org:8000"),
        ("{contact: 'https://example.org/about', host: 127.8.8.8}", "http://127.8.8.8:8000"),
    ],
)
def test_the_base_url_is_host_and_port_unless_it_is_said(
    loads: Loads, said: str, base_url: str
) -> None:
    config = loads(f"service: {said}")
    assert config.service.base_url == base_url
    assert config.service.auth is None


def test_the_fingerprint_moves_with_every_change(loads: Loads, directory: Path) -> None:
    config = loads({"a.yaml": "sources: []\n"})
    assert config.fingerprint == fingerprint(directory) != ""
    seen = {fingerprint(directory)}
    (directory / "b.yml").write_text("")
    seen.add(fingerprint(directory))
    (directory / "b.yml").write_text("feeds:\n")
    seen.add(fingerprint(directory))
    (directory / "c.yaml").symlink_to("nowhere")
    seen.add(fingerprint(directory))
    (directory / "a.yaml").unlink()
    seen.add(fingerprint(directory))
    assert len(seen) == 5
    before = fingerprint(directory)
    (directory / "notes.txt").write_text("x")
    assert fingerprint(directory) == before


def test_the_fingerprint_of_no_directory_is_empty(tmp_path: Path) -> None:
    assert fingerprint(tmp_path / "none") == ""


def test_two_thousand_sources_load_quickly(loads: Loads) -> None:
    text = "topics: {war: {any: war}}\nsources:\n" + "".join(
        f"  - url: https://example{n}.org/feed\n    name: Example {n}\n    topics: [war]\n"
        f"    every: 10m\n    language: az\n"
        for n in range(2_000)
    )
    with no_explosion():
        assert len(loads(text).sources) == 2_000


def test_hostile_files_are_refused_with_their_place(shared: Path, directory: Path) -> None:
    target = directory / "x.yaml"
    for path in sorted((shared / "data/hostile/yaml").iterdir()):
        target.write_bytes(path.read_bytes())
        if path.name == "empty.yaml":
            assert load(directory, {}).sources == ()
            continue
        with pytest.raises(ConfigError) as caught:
            load(directory, {})
        assert all(one.file == str(target) and one.line for one in caught.value.problems)


def test_a_source_without_surprises(loads: Loads) -> None:
    """What the hostile files mean, in this program's keys."""
    text = "sources: [{url: http://a.example/, key: no, name: on, language: NO}]"
    [source] = loads(text).sources
    assert (source.key, source.name, source.language) == ("no", "on", "no")
