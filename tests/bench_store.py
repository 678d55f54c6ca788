"""`make bench-store`: what a database of a million articles weighs, takes in and answers.

Synthetic articles in six languages go in by the commits of polls, as real ones do; then the store
and the web are asked as readers ask them. N=300000 for fewer articles; ENGINES=sqlite for one.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import Any

import newsroom
import stored
from databases import running
from sqlalchemy import func, select

from aggregator.model import Arrival, Evidence, Feed, Rule, TopicHit
from aggregator.store import polls, search, sources
from aggregator.store.backup import backup
from aggregator.store.database import Database
from aggregator.store.tables import articles
from aggregator.tag.query import parse_query
from aggregator.web import create_app

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SPAN = timedelta(days=730)
SOURCES, BATCH = 500, 30
WORDS, MARKED = 20_000, {"common": 0.3, "weekly": 0.01, "seldom": 0.0003}
"""Words of a language, and those that so many articles of any language hold."""
TOPICS = {"broad": 0.2, "narrow": 0.01, "tiny": 0.0002}

SCRIPTS = {
    "en": "ba de fi go lu mar nes por ter tion ling sha wood ",
    "az": "ba dü şə go lu mar nəs çır ğan lıq kənd",
    "ru": "ба де фи го лу мар нес пор тер ция ский",
    "ar": "با دي في كو لو مر نس بور تر ية الم",
    "tr": "ba dü şe gö lu mar nes çık ğan lık kent",
    "zh": "巴 德 菲 戈 卢 马 内 波 特 翁 林 沙 木 山 水 国 人",
}
QUERIES = (
    "",
    "common",
    "weekly",
    "seldom",
    "nowhere",
    "common weekly",
    "common seldom",
    '"common weekly"',
    "title:common -weekly",
    "weekly OR seldom",
    "topic:broad",
    "topic:narrow",
    "topic:tiny",
    "topic:broad topic:narrow",
    "topic:broad weekly",
    "topic:narrow -common",
    "topic:narrow lang:az",
    "source:s7",
    "source:s7 weekly",
    "source:s7 topic:narrow",
    "lang:zh",
    "lang:az seldom",
    "lang:xx",
    "domain:s7.example",
    "domain:nowhere.example",
    "within:1d",
    "common within:30d",
    "-common",
)


class Press:
    """Writes articles: words by Zipf's law, in the scripts of six languages, always the same."""

    def __init__(self, many: int) -> None:
        self.many, self.dice = many, random.Random(1)
        self.words = {lang: self._words(text.split()) for lang, text in SCRIPTS.items()}
        self.weights = list(accumulate(1 / rank for rank in range(3, WORDS + 3)))

    def _words(self, syllables: list[str]) -> list[str]:
        return ["".join(self.dice.choices(syllables, k=2 + n % 3)) for n in range(WORDS)]

    def arrivals(self) -> Iterator[tuple[str, datetime, list[Arrival]]]:
        """Polls, in the order of their time: source, moment, what it brought."""
        for first in range(0, self.many, BATCH):
            key = f"s{self.dice.randrange(SOURCES)}"
            numbers = range(first, min(first + BATCH, self.many))
            brought = [self.arrival(number, key) for number in numbers]
            yield key, brought[-1].article.first_seen, brought

    def arrival(self, number: int, key: str) -> Arrival:
        dice = self.dice
        at = NOW - SPAN * (1 - number / self.many)
        lang = list(SCRIPTS)[sum(map(ord, key)) % len(SCRIPTS)]
        words = dice.choices(self.words[lang], cum_weights=self.weights, k=dice.randint(60, 180))
        for word, share in MARKED.items():
            if dice.random() < share:
                words[dice.randrange(len(words))] = word
        text = " ".join(words)
        id_ = base64.b32encode(hashlib.blake2b(b"%d" % number, digest_size=17).digest())
        return stored.arrival(
            number,
            key,
            id=id_.decode().lower()[:26],
            title=" ".join(words[:10]),
            summary=" ".join(words[:40]),
            text=text,
            content=f"<p>{text}</p>",
            link=f"https://{key}.example/{number}",
            language=lang,
            listed=at,
            seen=at,
            topics=tuple(
                TopicHit(slug, (Evidence(Rule.ANY, "title", words[0], words[0]),))
                for slug, share in TOPICS.items()
                if dice.random() < share
            ),
        )


def fill(db: Database, many: int) -> dict[str, float]:
    """Store articles; return how many a second and what one costs, at the end and over all."""
    sources.sync(db, [stored.source(f"s{n}") for n in range(SOURCES)], NOW)
    done, wall, cpu = 0, 0.0, 0.0
    late: list[tuple[float, float]] = []
    for key, at, brought in Press(many).arrivals():
        before = time.perf_counter(), time.process_time()
        polls.commit(db, stored.commit(key, brought, at))
        spent = time.perf_counter() - before[0], time.process_time() - before[1]
        wall, cpu, done = wall + spent[0], cpu + spent[1], done + len(brought)
        if done > many * 0.9:
            late.append(spent)
        if done % (BATCH * 1000) == 0:
            print(f"  {done:,} articles, {done / wall:,.0f}/s", flush=True)
    rows = many * 0.1
    return {
        "articles/s": done / wall,
        "articles/s, the last tenth": rows / sum(each[0] for each in late),
        "cpu ms an article": cpu * 1000 / done,
        "cpu ms an article, the last tenth": sum(each[1] for each in late) * 1000 / rows,
    }


def small_polls(db: Database, many: int) -> float:
    """The median milliseconds of a commit that brings two articles."""
    press, found = Press(many), []
    for n in range(100):
        key = f"s{n}"
        brought = [press.arrival(many + 2 * n + k, key) for k in (1, 2)]
        commit = stored.commit(key, brought, NOW)
        found.append(took(partial(polls.commit, db, commit))[0])
    return statistics.median(found)


def took(work: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    result = work()
    return (time.perf_counter() - started) * 1000, result


def asked(url: str) -> Iterator[dict[str, Any]]:
    """Per query: its first page, in a new connection and then; its feed, that nobody keeps yet.

    The best of three, for the machine may be doing other things.
    """
    for text in QUERIES:
        tries = [_asked_once(url, text) for _ in range(3)]
        yield {"query": text} | {name: min(one[name] for one in tries) for name in tries[0]}


def _asked_once(url: str, text: str) -> dict[str, float]:
    query = parse_query(text)
    with Database.open(url, now=NOW) as db:

        def page() -> int:
            return len(search.find(db, query, now=NOW, limit=50).articles)

        first, found = took(page)
        again = min(took(page)[0] for _ in range(3))
        caller = create_app(lambda: newsroom.site(db, feeds=FEEDS)).test_client()
        caller.get("/feeds.opml")  # what the first request of all costs is no query's fault
        before = time.process_time()
        feed, answer = took(lambda: caller.get("/feeds/search.atom", query_string={"q": text}))
        cpu = (time.process_time() - before) * 1000
    assert answer.status_code == 200
    entries = answer.data.count(b"<entry")
    figures = {"found": found, "first": first, "page": again, "feed": feed, "cpu": cpu}
    return figures | {"entries": entries}


FEEDS = {"all": Feed("all", "All")}


def size(db: Database) -> int:
    """Bytes on disk."""
    if db.url.get_backend_name() == "sqlite":
        return sum(
            Path(f"{db.url.database}{end}").stat().st_size
            for end in ("", "-wal")
            if Path(f"{db.url.database}{end}").exists()
        )
    with db.read() as connection:
        database = select(func.pg_database_size(func.current_database()))
        many: int = connection.execute(database).scalar_one()
    return many


def measured(url: str, many: int) -> dict[str, Any]:
    with Database.open(url, now=NOW) as db:
        with db.read() as connection:
            there = connection.execute(select(func.count()).select_from(articles)).scalar_one()
        figures: dict[str, Any] = {"articles": many}
        if not there:
            figures |= fill(db, many)
            if db.url.get_backend_name() == "postgresql":
                with db.write() as connection:
                    connection.exec_driver_sql("ANALYZE")  # autovacuum would, in its time
        figures["MB"] = size(db) / 1e6
        figures["ms for a poll with two articles"] = small_polls(db, many)
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "backup"
            figures["seconds for a backup"] = took(lambda: backup(db, copy))[0] / 1000
            figures["MB of it"] = copy.stat().st_size / 1e6
    for name, value in figures.items():
        print(f"  {name:36} {value:12,.2f}")
    print(
        f"  {'milliseconds':28}{'found':>6}  page: first{'then':>9}  feed, cold  its cpu  entries"
    )
    figures["queries"] = []
    for row in asked(url):
        figures["queries"].append(row)
        text, found, *milliseconds, entries = row.values()
        told = "".join(f"{each:12.1f}" for each in milliseconds)
        print(f"  {text:28}{found:6}{told}{entries:8}", flush=True)
    return figures


@contextmanager
def engines(wanted: list[str], place: Path) -> Iterator[dict[str, str]]:
    """An empty database of each engine."""
    urls = {"sqlite": f"sqlite:///{place / 'store.db'}"}
    with ExitStack() as stack:
        if "postgresql" in wanted:
            server = stack.enter_context(running(place / "postgres"))
            server.as_in_life()
            urls["postgresql"] = server.fresh()
        yield {name: urls[name] for name in wanted}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--articles", type=int, default=1_000_000)
    arguments.add_argument("--engines", default="sqlite,postgresql")
    arguments.add_argument("--url", help="measure this database alone; it is filled if it is empty")
    arguments.add_argument("--json", type=Path, help="keep the figures in this file")
    told = arguments.parse_args()
    found = {}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        urls = {"": told.url}
        if not told.url:
            urls = stack.enter_context(engines(told.engines.split(","), Path(folder)))
        for name, url in urls.items():
            print(f"{name or url}, {told.articles:,} articles", flush=True)
            found[name] = measured(url, told.articles)
            if told.json:
                told.json.write_text(json.dumps(found, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
