"""The configuration that is shipped, the demo's, and the schema for editors."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from aggregator.config import json_schema, load
from aggregator.model import Entry
from aggregator.parse import parse
from aggregator.tag.rules import Tagger

ROOT = Path(__file__).resolve().parent.parent.parent
CONFIG = ROOT / "config"
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
    served = {path.name for path in (CONFIG / "demo/samples").iterdir() if path.is_file()}
    assert {source.url.rpartition("/")[2] for source in config.sources} == served


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
        ("Supermarkets open a price war", ""),
    ],
)
def test_shipped_topics_work_in_the_languages_of_the_news(title: str, topics: str) -> None:
    tagger = Tagger(load(CONFIG, {}).topics)
    hits = tagger.hits(Entry(guid=None, link=None, title=title), "example", ())
    assert {hit.topic for hit in hits} == set(topics.split())


def test_the_schema_file_is_the_schema(tmp_path: Path) -> None:
    written = (CONFIG / "schema.json").read_text(encoding="utf-8")
    assert json.loads(written) == json_schema(), "run `make schema`"
    target = tmp_path / "schema.json"
    command = [sys.executable, "-m", "aggregator.config", str(target)]
    subprocess.run(command, cwd=ROOT, check=True)
    assert target.read_text(encoding="utf-8") == written


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(CONFIG)))
def test_editors_are_told_the_schema(path: Path) -> None:
    first, _, _ = path.read_text(encoding="utf-8").partition("\n")
    match = re.fullmatch(r"# yaml-language-server: \$schema=(.+)", first)
    assert match
    assert (path.parent / match[1]).resolve() == CONFIG / "schema.json"


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


SAMPLES = sorted(path for path in (CONFIG / "demo/samples").iterdir() if path.is_file())
