"""The operator's topics → which of them an article bears, and by which words; knows no grammar.

A topic is met where

* every one of its ``all`` terms stands in the article, and
* at least one of its ``any`` terms or of the names of its ``place`` does, if it has any of those;

or where a category of the publisher *is* the topic's name or slug; or where the operator gave the
topic to the whole source. Terms are looked for in title, summary, text and categories, as whole
words next to each other (``tag.words``), never across the border of a field or a category.

``not`` does what its words can mean. A phrase that shares a word with a term of the topic, in
whatever form ("price war", "star wars" beside "war"), takes away the occurrences it overlaps: a
real war in the same article still counts. A phrase that shares none ("football" beside "war")
would do nothing that way, so it can only be meant for the article: where it stands, the topic's
words don't count.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache, partial

from aggregator.model import Article, Entry, Evidence, Rule, Topic, TopicHit
from aggregator.tag import places
from aggregator.tag.words import Span, spans, tokens

_Words = tuple[str, ...]


class _Role(Enum):
    """What it means for a topic that a phrase stands in the article."""

    ANY = Rule.ANY
    ALL = Rule.ALL
    PLACE = Rule.PLACE
    NAMED = Rule.CATEGORY  # a category that is the topic's name or slug, and nothing else
    COVERS = "covers"  # a ``not`` phrase that takes away the terms it overlaps
    FORBIDS = "forbids"  # a ``not`` phrase that speaks of the whole article


_OPTIONS = frozenset({_Role.ANY, _Role.PLACE})
_NEGATIVE = frozenset({_Role.COVERS, _Role.FORBIDS})


@dataclass(frozen=True, slots=True)
class _Term:
    """A phrase of a topic. ``topic`` counts the topics; ``text`` is as the operator wrote it."""

    topic: int
    role: _Role
    text: str
    words: _Words


@dataclass(frozen=True, slots=True)
class _Row:
    """One stretch of an article in which phrases are looked for; ``spans`` are made when needed."""

    field: str
    text: str
    words: _Words
    spans: Callable[[], tuple[Span, ...]]


@dataclass(frozen=True, slots=True)
class _Match:
    """A term in a row; ``row`` counts the rows, ``start`` the row's words."""

    term: _Term
    row: int
    start: int

    @property
    def ground(self) -> frozenset[tuple[int, int]]:
        """The words it stands on."""
        return frozenset((self.row, self.start + n) for n in range(len(self.term.words)))


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an article fares with one topic whose words, or some of them, it holds.

    missing: ``all`` terms that don't stand in it.  forbidden_by: the ``not`` phrase that speaks
    against the article.  covered_by: those that took away terms.
    """

    topic: str
    met: bool
    why: tuple[Evidence, ...] = ()
    missing: tuple[str, ...] = ()
    forbidden_by: str | None = None
    covered_by: tuple[str, ...] = ()


class Tagger:
    """The topics, made ready to be looked for all at once: the cost hardly grows with their number.

    Raises ValueError, saying which, for a term without letters or digits and for a place that is
    no country code.
    """

    def __init__(self, topics: Sequence[Topic]) -> None:
        self._topics = tuple(topics)
        self._order = {topic.slug: number for number, topic in enumerate(self._topics)}
        self._phrases: dict[_Words, list[_Term]] = defaultdict(list)
        self._named: dict[_Words, list[_Term]] = defaultdict(list)
        lengths: dict[str, set[int]] = defaultdict(set)
        for number, topic in enumerate(self._topics):
            for term in _terms(number, topic):
                if term.role is _Role.NAMED:
                    self._named[term.words].append(term)
                else:
                    self._phrases[term.words].append(term)
                    lengths[term.words[0]].add(len(term.words))
        self._lengths = {first: tuple(sorted(of)) for first, of in lengths.items()}

    def hits(
        self, item: Entry | Article, source_key: str, source_topics: tuple[str, ...] = ()
    ) -> tuple[TopicHit, ...]:
        """Return the topics of an article in the order of the topics, with all their reasons.

        source_topics: slugs that the operator gave to every article of the source.
        """
        found = {outcome.topic: outcome.why for outcome in self.outcomes(item) if outcome.met}
        for slug in source_topics:
            given = Evidence(Rule.SOURCE, "source", source_key, slug)
            found[slug] = (*found.get(slug, ()), given)
        order = sorted(found, key=lambda slug: self._order.get(slug, len(self._order)))
        return tuple(TopicHit(slug, found[slug]) for slug in order)

    def outcomes(self, item: Entry | Article) -> tuple[Outcome, ...]:
        """Return how every topic fares of which any word stands in the article."""
        rows = _rows(item)
        found: dict[int, list[_Match]] = defaultdict(list)
        for number, row in enumerate(rows):
            for match in self._matches(number, row):
                found[match.term.topic].append(match)
        return tuple(_judge(self._topics[topic], rows, found[topic]) for topic in sorted(found))

    def _matches(self, number: int, row: _Row) -> Iterator[_Match]:
        words, lengths = row.words, self._lengths
        for start, word in enumerate(words):
            if word in lengths:
                for length in lengths[word]:
                    for term in self._phrases.get(words[start : start + length], ()):
                        yield _Match(term, number, start)
        if row.field == "categories":
            for term in self._named.get(words, ()):
                yield _Match(term, number, 0)


def from_source(hits: Iterable[TopicHit]) -> tuple[TopicHit, ...]:
    """Return the part of the hits that rests on the operator's word for a whole source."""
    found = (
        TopicHit(hit.topic, tuple(why for why in hit.why if why.rule is Rule.SOURCE))
        for hit in hits
    )
    return tuple(hit for hit in found if hit.why)


def check_examples(topic: Topic) -> tuple[str, ...]:
    """Return a sentence for each of the topic's examples that the rule gets wrong."""
    tagger = Tagger((topic,))
    wrong = []
    for text in topic.match:
        fared = tagger.outcomes(Entry(guid=None, link=None, title=text))
        if not (fared and fared[0].met):
            reason = _hindrance(fared[0]) if fared else "none of its words stand in it"
            wrong.append(f"“{text}” should match, but {reason}")
    for text in topic.reject:
        fared = tagger.outcomes(Entry(guid=None, link=None, title=text))
        if fared and fared[0].met:
            words = ", ".join(f"“{one.words}” ({one.rule}: {one.term})" for one in fared[0].why)
            wrong.append(f"“{text}” should be rejected, but it is matched by {words}")
    return tuple(wrong)


def _hindrance(outcome: Outcome) -> str:
    if outcome.forbidden_by is not None:
        return f"“{outcome.forbidden_by}” (not) stands in it"
    if outcome.covered_by:
        covering = ", ".join(f"“{text}”" for text in outcome.covered_by)
        return f"{covering} (not) takes its words away"
    if outcome.missing:
        return "it lacks " + ", ".join(f"“{text}” (all)" for text in outcome.missing)
    return "none of the words of “any” and “place” stand in it"


# --- making ready -----------------------------------------------------------------------------


def _terms(number: int, topic: Topic) -> Iterator[_Term]:
    positive = [
        *(_Term(number, _Role.ALL, text, _words(text)) for text in topic.all),
        *(_Term(number, _Role.ANY, text, _words(text)) for text in topic.any),
        *(
            _Term(number, _Role.PLACE, name, words)
            for code in topic.place
            for name, words in _place_names(code)
        ),
    ]
    yield from positive
    for text in topic.not_:
        words = _words(text)
        shares = any(_akin(words, term.words) for term in positive)
        yield _Term(number, _Role.COVERS if shares else _Role.FORBIDS, text, words)
    for text in (topic.name, topic.slug):
        if words := tokens(text):
            yield _Term(number, _Role.NAMED, text, words)


def _words(term: str) -> _Words:
    words = tokens(term)
    if not words:
        message = f"“{term}” has no letters or digits"
        raise ValueError(message)
    return words


@cache
def _place_names(code: str) -> tuple[tuple[str, _Words], ...]:
    return tuple((name, tokens(name)) for name in places.names(code))


def _akin(phrase: _Words, term: _Words) -> bool:
    """Return whether they can overlap, or hold a word in two forms (one begins with the other)."""
    for shift in range(1 - len(term), len(phrase)):
        start, end = max(0, shift), min(len(phrase), shift + len(term))
        if phrase[start:end] == term[start - shift : end - shift]:
            return True
    return any(
        min(len(one), len(other)) > 2 and (one.startswith(other) or other.startswith(one))
        for one in phrase
        for other in term
    )


# --- judging ----------------------------------------------------------------------------------


def _rows(item: Entry | Article) -> tuple[_Row, ...]:
    fields = [("title", item.title), ("summary", item.summary), ("text", item.text)]
    fields += [("categories", category) for category in item.categories]
    return tuple(
        _Row(field, text, tokens(text), cache(partial(spans, text))) for field, text in fields
    )


def _judge(topic: Topic, rows: Sequence[_Row], matches: Sequence[_Match]) -> Outcome:
    covers = [match for match in matches if match.term.role is _Role.COVERS]
    covered = frozenset[tuple[int, int]]().union(*(match.ground for match in covers))
    counting = [
        match
        for match in matches
        if match.term.role not in _NEGATIVE and covered.isdisjoint(match.ground)
    ]
    roles = {match.term.role for match in counting}
    there = {match.term.text for match in counting if match.term.role is _Role.ALL}
    forbidding = [match.term.text for match in matches if match.term.role is _Role.FORBIDS]
    missing = tuple(text for text in topic.all if text not in there)
    by_words = bool(_OPTIONS & roles or (topic.all and not (topic.any or topic.place)))
    met = not forbidding and (_Role.NAMED in roles or (by_words and not missing))
    return Outcome(
        topic=topic.slug,
        met=met,
        why=_evidence(rows, counting) if met else (),
        missing=missing,
        forbidden_by=forbidding[0] if forbidding else None,
        covered_by=tuple(dict.fromkeys(match.term.text for match in covers)),
    )


def _evidence(rows: Sequence[_Row], matches: Sequence[_Match]) -> tuple[Evidence, ...]:
    """Quote each term once for each field and rule, where it stands first."""
    found: dict[tuple[Rule, str, _Words], Evidence] = {}
    for match in matches:
        term, row = match.term, rows[match.row]
        option_in_category = row.field == "categories" and term.role in _OPTIONS
        rule = Rule.CATEGORY if option_in_category else Rule(term.role.value)
        key = (rule, row.field, term.words)
        if key not in found:
            place = row.spans()[match.start : match.start + len(term.words)]
            words = " ".join(row.text[place[0].start : place[-1].end].split())
            found[key] = Evidence(rule, row.field, words, term.text)
    return tuple(found.values())
