"""The straight line: directory and environment → Config, or every mistake at once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from aggregator.config.environment import Surroundings
from aggregator.config.files import fingerprint, gather, stamps
from aggregator.config.rules import check_slugs, read_feeds, read_topics
from aggregator.config.service import read_service
from aggregator.config.sources import read_sources, topics_given
from aggregator.config.values import Config
from aggregator.errors import ConfigError


def load(directory: Path, environ: Mapping[str, str], *, run_examples: bool = True) -> Config:
    """Read every ``*.yaml`` of ``directory``, merged by key, and what ``environ`` adds to it.

    Raises ConfigError with all problems, sorted by place.  run_examples: those of the topics, too.
    """
    before = fingerprint(directory)
    around = Surroundings(directory, environ, [], run_examples)
    said = gather(directory, tuple(path for path, _ in stamps(directory)), around.problems)
    # Of a file with a mistake some may not have been read: then nobody can say what is missing.
    given = None if around.problems else topics_given(said.sources)
    check_slugs(said.topics, said.feeds, around)
    topics = read_topics(said.topics, given, around)
    sources, keys = read_sources(said.sources, said.topics, around)
    feeds = read_feeds(said.feeds, said.topics, keys, around)
    service = read_service(said.service, keys, around)
    if around.problems:
        places = dict.fromkeys(around.problems)
        raise ConfigError(tuple(sorted(places, key=lambda p: (p.file, p.line, p.column, p.path))))
    return Config(sources, topics, feeds, service, before)
