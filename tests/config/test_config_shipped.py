"""The configuration that is shipped, the demo's, and the schema for editors."""

from __future__ import annotations

import json
import re
import runpy
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from aggregator.config import json_schema, load
from aggregator.model import Document, Entry
from aggregator.parse import parse
from aggregator.tag.rules import Tagger

ROOT = Path(__file__).resolve().parent.parent.parent
CONFIG = ROOT / "config"
SAMPLES = sorted(path.name for path in (CONFIG / "demo/samples").iterdir() if path.is_file())
FILES = sorted(CONFIG.glob("*.yaml")) + sorted(CONFIG.glob("demo/*.yaml"))


def test_the_shipped_configuration_is_right_and_its_examples_pass() -> None:
    config = load(CONFIG, {})
    assert 24 <= len(config.sources) <= 30
    assert {"war", "azerbaijan"} <= {topic.slug for topic in config.topics}
    assert [feed.slug for feed in config.feeds] == ["karabakh"]
    assert all(topic.match and topic.reject for topic in config.topics)


def test_the_demo_configuration_is_right_and_needs_no_network() -> None:
    config = load(CONFIG / "demo", {})
    assert all(source.allow_private for source in config.sources)
    assert all(source.url.startswith("http://127.0.0.1:8099/") for source in config.sources)
    assert {source.url.rpartition("/")[2] for source in config.sources} == set(SAMPLES)


@pytest.mark.parametrize(
    ("title", "topics"),
    [
        ("The 44-day war: how 15,000 encircled soldiers were spared in Karabakh", "war azerbaijan"),
        ("Azərbaycan və Ermənistan sülh müqaviləsi imzalayıb", "war azerbaijan armenia"),
        ("Aserbaidschan: Das Wetter war gut", "azerbaijan"),
        ("Georgia governor signs a bill in Atlanta", ""),
        ("Выборы в Грузии: явка растёт", "elections georgia"),
        ("زلزال يضرب تبليسي", "disasters georgia"),
        ("Central bank of Ukraine cuts interest rates", "economy ukraine"),
        ("Supermarkets open a price war", "economy"),
        ("A choir sings at the harbour", ""),
    ],
)
def test_shipped_topics_work_in_the_languages_of_the_news(title: str, topics: str) -> None:
    tagger = Tagger(load(CONFIG, {}).topics)
    hits = tagger.hits(Entry(guid=None, link=None, title=title), "example", ())
    assert {hit.topic for hit in hits} == set(topics.split())


def test_the_schema_file_is_the_schema(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = (CONFIG / "schema.json").read_text(encoding="utf-8")
    assert json.loads(written) == json_schema(), "run `make schema`"
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config").mkdir()
    for target in ("config/schema.json", "other.json"):
        monkeypatch.setattr(sys, "argv", ["config", target][: 1 if "/" in target else 2])
        runpy.run_module("aggregator.config", run_name="__main__")
        assert (tmp_path / target).read_text(encoding="utf-8") == written


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(CONFIG)))
def test_editors_are_told_the_schema(path: Path) -> None:
    first, _, _ = path.read_text(encoding="utf-8").partition("\n")
    match = re.fullmatch(r"# yaml-language-server: \$schema=(.+)", first)
    assert match
    assert (path.parent / match[1]).resolve() == CONFIG / "schema.json"


@pytest.mark.parametrize("name", ["topics.yaml", "countries.yaml", "feeds.yaml"])
def test_the_rules_of_the_demo_are_copies_of_the_shipped_ones(name: str) -> None:
    """Copies, as an archive or another file system may lose what is a link."""
    copy = CONFIG / "demo" / name
    assert not copy.is_symlink()
    told, shipped = (path.read_text(encoding="utf-8") for path in (copy, CONFIG / name))
    message = f"after a change copy config/{name} to config/demo, with $schema=../schema.json"
    assert told == shipped.replace("$schema=schema.json", "$schema=../schema.json", 1), message


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(CONFIG)))
def test_the_schema_knows_every_key_of_the_shipped_files(path: Path) -> None:
    schema = json_schema()

    def check(value: Any, part: dict[str, Any], where: str) -> None:
        for option in [part, *part.get("anyOf", ())]:
            part = schema["$defs"][option["$ref"].rpartition("/")[2]] if "$ref" in option else part
        if isinstance(value, dict) and ("properties" in part or "additionalProperties" in part):
            for key, inner in value.items():
                known = part.get("properties", {}).get(key) or part["additionalProperties"]
                assert known, f"{where}.{key}"
                check(inner, known, f"{where}.{key}")
        elif isinstance(value, list) and "items" in part:
            for inner in value:
                check(inner, part["items"], where)

    check(yaml.safe_load(path.read_text(encoding="utf-8")), schema, path.name)


@pytest.fixture(scope="module")
def demo() -> dict[str, Document]:
    """What the demo's sources bring, dates and addresses filled in."""
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    found = {}
    for name in SAMPLES:
        text = (CONFIG / "demo/samples" / name).read_text(encoding="utf-8")
        assert set(re.findall(r"\{\{(.*?)\}\}", re.sub(r"ago:(\d+[dhm])+", "ago", text))) == {
            "base",
            "ago",
        }
        text = re.sub(r"\{\{ago:.*?\}\}", "2026-11-20T08:00:00Z", text)
        body = text.replace("{{base}}", "http://127.0.0.1:8099").encode()
        document = parse(body, content_type="", url=f"http://127.0.0.1:8099/{name}", now=now)
        assert isinstance(document, Document), name
        found[name] = document
    return found


def test_the_samples_are_whole(demo: dict[str, Document]) -> None:
    for name, document in demo.items():
        assert document.skipped == (), name
        assert document.language, name
        assert 5 <= len(document.entries) <= 10, name
        for entry in document.entries:
            assert all((entry.link, entry.summary, entry.text, entry.published, entry.authors))
            assert entry.image is None or entry.image.alt, entry.title


def test_every_picture_of_the_samples_is_there(demo: dict[str, Document]) -> None:
    shown = {entry.image.url for one in demo.values() for entry in one.entries if entry.image}
    pictures = {path.name for path in (CONFIG / "demo/samples/pictures").iterdir()}
    assert {url.removeprefix("http://127.0.0.1:8099/pictures/") for url in shown} == pictures


def test_some_samples_carry_an_article_of_another_outlet(demo: dict[str, Document]) -> None:
    links = [entry.link for document in demo.values() for entry in document.entries]
    assert len(links) - len(set(links)) >= 3


def test_the_samples_show_every_topic_in_several_languages(demo: dict[str, Document]) -> None:
    config = load(CONFIG / "demo", {})
    tagger = Tagger(config.topics)
    languages: dict[str, set[str | None]] = {topic.slug: set() for topic in config.topics}
    for document in demo.values():
        for entry in document.entries:
            for hit in tagger.hits(entry, "demo", ()):
                languages[hit.topic].add(document.language)
    assert {slug for slug, found in languages.items() if len(found) < 2} == set()
    assert len(languages["war"]) >= 8
    assert len(languages["azerbaijan"]) >= 8
