"""Whole outputs beside what they must be.

``PYTHONPATH=tests:. python tests/publish/test_publish_golden.py`` rewrites them; read the diff.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from articles import CHANNEL, EVERY_KIND
from lxml import etree
from tellings import ALONE, telling

from aggregator.publish import Outline, atom, jsonfeed, opml, rss

GOLDEN = Path(__file__).parent / "golden"
OUTLINES = (
    Outline("War & peace", "https://reader.example/feeds/war.atom", "https://reader.example/"),
    Outline("Южный Кавказ", children=(Outline("Bakı", "https://news.example/baku.rss"),)),
)
STORIES = (telling(), telling(ALONE))
OUTPUTS = {
    "every_kind.atom": lambda: atom(CHANNEL, EVERY_KIND),
    "every_kind.rss": lambda: rss(CHANNEL, EVERY_KIND),
    "every_kind.json": lambda: jsonfeed(CHANNEL, EVERY_KIND),
    "stories.atom": lambda: atom(CHANNEL, STORIES),
    "stories.rss": lambda: rss(CHANNEL, STORIES),
    "stories.json": lambda: jsonfeed(CHANNEL, STORIES),
    "empty.atom": lambda: atom(CHANNEL, ()),
    "empty.rss": lambda: rss(CHANNEL, ()),
    "empty.json": lambda: jsonfeed(CHANNEL, ()),
    "feeds.opml": lambda: opml("Feeds", OUTLINES),
}


def pretty(name: str, body: bytes) -> bytes:
    """The same document over many lines, so that a difference can be read."""
    if name.endswith(".json"):
        return json.dumps(json.loads(body), ensure_ascii=False, indent=1).encode() + b"\n"
    tree = etree.ElementTree(etree.fromstring(body))
    return etree.tostring(tree, pretty_print=True, encoding="UTF-8", xml_declaration=True)


@pytest.mark.parametrize("name", OUTPUTS)
def test_output_is_as_written_down(name: str) -> None:
    assert pretty(name, OUTPUTS[name]()).decode() == (GOLDEN / name).read_text("utf-8")


@pytest.mark.parametrize("name", OUTPUTS)
def test_the_same_input_gives_the_same_bytes(name: str) -> None:
    assert OUTPUTS[name]() == OUTPUTS[name]()


if __name__ == "__main__":
    for name, render in OUTPUTS.items():
        (GOLDEN / name).write_bytes(pretty(name, render()))
