"""``topics:`` and ``feeds:`` → Topic and Feed values; runs the examples, reads the queries."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace

from aggregator.config.checks import public_slug
from aggregator.config.document import Entry, Node
from aggregator.config.environment import Surroundings, secret
from aggregator.config.read import locate, read, texts
from aggregator.config.shapes import FeedShape, TopicShape
from aggregator.config.sources import no_such
from aggregator.config.terms import check_terms, country_code
from aggregator.errors import QueryError
from aggregator.model import Feed, Per, Topic, Updates
from aggregator.tag.examples import check_examples
from aggregator.tag.query import parse_query, references

# A token is all that keeps a private feed private: 16 characters of base 64 are 96 bits.
_TOKEN = re.compile("[A-Za-z0-9._~-]{16,200}")
_NO_RULE = "has no rule and no source gives it: add 'any:', 'place:' or 'subject:'"


def read_topics(
    entries: dict[str, Entry], given: Collection[str] | None, around: Surroundings
) -> tuple[Topic, ...]:
    """Return the topics that are right. A topic whose own examples fail is a problem.

    given: the slugs that sources give to all their articles; None: unknown.
    """
    found = (_topic(slug, entry, given, around) for slug, entry in entries.items())
    return tuple(topic for topic in found if topic)


def _topic(
    slug: str, entry: Entry, given: Collection[str] | None, around: Surroundings
) -> Topic | None:
    before = len(around.problems)
    shape = read(TopicShape, entry.value, around.problems)
    _check_slug(entry.key, around)
    check_terms(entry.value, around.problems)
    if shape is None or len(around.problems) > before:
        return None
    if not (shape.can_match or given is None or slug in given):
        around.problems.append(entry.key.problem(_NO_RULE))
        return None
    topic = Topic(
        slug=slug,
        name=shape.name or _name(slug),
        any=shape.any,
        all=shape.all,
        not_=shape.not_,
        place=tuple(map(country_code, shape.place)),
        subject=shape.subject,
        regex=shape.regex,
        at_least=shape.at_least,
        match=shape.examples.match,
        reject=shape.examples.reject,
        former=shape.formerly,
    )
    if around.run_examples and check_examples(topic):
        _blame_examples(topic, locate(entry.value, "examples"), around)
    return topic


def _blame_examples(topic: Topic, node: Node, around: Surroundings) -> None:
    """Say of each example that fails, at its own place, why it does."""
    for example in texts(node, "match"):
        alone = replace(topic, match=(str(example.value).strip(),), reject=())
        around.problems.extend(map(example.problem, check_examples(alone)))
    for example in texts(node, "reject"):
        alone = replace(topic, match=(), reject=(str(example.value).strip(),))
        around.problems.extend(map(example.problem, check_examples(alone)))


def read_feeds(
    entries: dict[str, Entry],
    topics: Collection[str],
    sources: Collection[str] | None,
    around: Surroundings,
) -> tuple[Feed, ...]:
    """Return the feeds that are right; ``topics``, ``sources``: what there is (None: unknown)."""
    found: list[Feed] = []
    for slug, (key, node) in entries.items():
        shape = read(FeedShape, node, around.problems)
        _check_slug(key, around)
        for where in texts(node, "where"):
            _check_query(where, topics, sources, around)
        if shape is None:
            continue
        _check_stories(shape, node, around)
        feed = Feed(
            slug=slug,
            title=shape.title or _name(slug),
            where=shape.where or "",
            description=shape.description or "",
            token=_token(shape, node, around),
            title_prefix=shape.title_prefix == "source",
            former=shape.formerly,
            per=Per(shape.per),
            min_sources=shape.min_sources,
            updates=Updates(shape.updates),
        )
        found.append(feed)
    return tuple(found)


def _check_stories(shape: FeedShape, node: Node, around: Surroundings) -> None:
    """Refuse what says something of stories in a feed of articles, where it would do nothing."""
    for key in ("min_sources", "updates"):
        if shape.per != Per.STORY and key in shape.model_fields_set:
            message = "is of stories only: add 'per: story' to this feed, or delete the key"
            around.problems.append(locate(node, key).problem(message))


def _token(shape: FeedShape, node: Node, around: Surroundings) -> str | None:
    """Return the token; where it is missing or wrong, the problem keeps the feed from opening."""
    if not (shape.token_env or shape.token_file):
        return None
    token = secret(node, "token", around)
    if token is not None and not _TOKEN.fullmatch(token):
        message = (
            "the token must be 16 to 200 letters, digits and . _ ~ - (it stands in the address); "
            "make one with: openssl rand -hex 16"
        )
        place = locate(node, "token_env" if shape.token_env else "token_file")
        around.problems.append(place.problem(message))
    return token


def _check_query(
    node: Node,
    topics: Collection[str],
    sources: Collection[str] | None,
    around: Surroundings,
) -> None:
    where = str(node.value)
    try:
        named = references(parse_query(where))
    except QueryError as error:
        around.problems.append(node.problem(error.reason, error.position))
        return
    for kind, name in named:
        known = topics if kind == "topic" else sources
        if known is not None and name not in known:
            at = max(where.find(f"{kind}:{name}"), 0)
            around.problems.append(no_such(kind, name, known, node, at))


def check_slugs(topics: dict[str, Entry], feeds: dict[str, Entry], around: Surroundings) -> None:
    """Topics and feeds share the addresses /feeds/<slug>, old slugs too: none is taken twice."""
    taken: dict[str, Node] = {}
    for entries in (topics, feeds):
        for slug, (key, _) in entries.items():
            _take(slug, key, taken, around)
    for entries in (topics, feeds):
        for _, node in entries.values():
            for old in texts(node, "formerly"):
                _take(str(old.value), old, taken, around)


def _take(slug: str, node: Node, taken: dict[str, Node], around: Surroundings) -> None:
    first = taken.setdefault(slug, node)
    if first is not node:
        message = f"'{slug}' is taken by {first.path} in {first.file}:{first.line}: choose another"
        around.problems.append(node.problem(message))


def _check_slug(key: Node, around: Surroundings) -> None:
    try:
        public_slug(key.value)
    except ValueError as error:
        around.problems.append(key.problem(str(error)))


def _name(slug: str) -> str:
    words = " ".join(slug.replace("-", " ").split()) or slug
    return words[0].upper() + words[1:]
