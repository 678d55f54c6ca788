"""What the words of an article that a topic asks for amount to: is it met, and by which of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import attrgetter

from aggregator.model import ENOUGH, Evidence, Rule, Topic
from aggregator.tag.about import NEXT, Mentions, score_of
from aggregator.tag.mention import Mention, Says
from aggregator.tag.rows import Row
from aggregator.tag.terms import NEGATIVE, Role, Term


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an article fares with one topic whose words, or some of them, it holds.

    score: what its options make.  why: the words that count, also where they are not enough.
    missing: ``all`` terms that don't stand in it.  forbidden_by: the ``not`` phrase that speaks
    against the article.  covered_by: those that took away words.
    """

    topic: str
    met: bool
    score: float = 0.0
    why: tuple[Evidence, ...] = ()
    missing: tuple[str, ...] = ()
    forbidden_by: str | None = None
    covered_by: tuple[str, ...] = ()


class Case:
    """An article before the judge: the rows of its words, and what they speak of."""

    def __init__(self, read: Sequence[Row], mentions: Mentions) -> None:
        self._read = read
        self._mentions = mentions
        self._spoken: dict[tuple[str, ...], tuple[float, tuple[Evidence, ...]]] = {}

    def judge(
        self, topic: Topic, keys: tuple[str, ...], matches: Sequence[Mention[Term]]
    ) -> Outcome:
        """Return how the article fares with a topic, of whose own terms these stand in it.

        keys: of the countries and subjects that the topic asks for.
        """
        return self._by_terms(topic, keys, matches) if matches else self._by_words(topic, keys)

    def _by_words(self, topic: Topic, keys: tuple[str, ...]) -> Outcome:
        """Do the same where none stands in it; what many topics ask for is counted once."""
        if keys not in self._spoken:
            points = list(_known(keys, self._mentions))
            points = points if len(keys) == 1 else _apart(points)
            self._spoken[keys] = score_of(points), _evidence(self._read, points)
        score, why = self._spoken[keys]
        met = bool(why) and score >= topic.at_least and not topic.all
        return Outcome(topic.slug, met, score, why, missing=topic.all)

    def _by_terms(
        self, topic: Topic, keys: tuple[str, ...], matches: Sequence[Mention[Term]]
    ) -> Outcome:
        covers = [match for match in matches if match.says.role is Role.COVERS]
        covered = {place for match in covers for place in _ground(match)}
        standing = [match for match in matches if covered.isdisjoint(_ground(match))]
        known = _known(keys, self._mentions, covered)
        points = _apart([*_own(standing, self._read), *known])
        options = [point.points for point in points if _is_option(point)]
        score = sum(options)
        missing = _missing(topic, points)
        if topic.any or topic.place or topic.subject or topic.regex:
            by_words = bool(options) and score >= topic.at_least
        else:
            by_words = any(point.says.rule is Rule.ALL for point in points)
        named = any(point.says.rule is Rule.CATEGORY for point in points)
        forbidding = [match.says.text for match in matches if match.says.role is Role.FORBIDS]
        return Outcome(
            topic=topic.slug,
            met=(named or (by_words and not missing)) and not forbidding,
            score=score,
            why=_evidence(self._read, points),
            missing=missing,
            forbidden_by=forbidding[0] if forbidding else None,
            covered_by=tuple(dict.fromkeys(match.says.text for match in covers)),
        )


def _missing(topic: Topic, points: Iterable[Mention[Says]]) -> tuple[str, ...]:
    """Return the ``all`` terms that don't stand in the article."""
    if not topic.all:
        return ()
    there = {point.says.text for point in points if point.says.rule is Rule.ALL}
    return tuple(text for text in topic.all if text not in there)


def _own(matches: Sequence[Mention[Term]], read: Sequence[Row]) -> Iterator[Mention[Says]]:
    """Yield what the operator's own terms count; of several places of a term each one less."""
    before: Counter[tuple[Role, str]] = Counter()
    weighed = [(read[match.row].weight(match.start), match) for match in matches]
    for weight, match in sorted(weighed, key=_heaviest):
        term = match.says
        if term.role in NEGATIVE:
            continue
        key = (term.role, term.text)
        points = ENOUGH if term.role is Role.NAMED else weight * NEXT ** before[key]
        before[key] += 1
        yield match._replace(points=points)


def _heaviest(weighed: tuple[float, Mention[Term]]) -> float:
    return -weighed[0]


def _known(
    keys: Iterable[str], mentions: Mentions, covered: Collection[tuple[int, int]] = ()
) -> Iterator[Mention[Says]]:
    """Yield what the words of countries and subjects count."""
    return chain.from_iterable(mentions.of(key, covered) for key in keys)


def _apart(points: Sequence[Mention[Says]]) -> list[Mention[Says]]:
    """Return the points without those that stand on words already taken, the heaviest first.

    A term of ``all`` stands beside any other: it is asked for by name.
    """
    taken: set[tuple[int, int]] = set()
    apart = []
    for point in sorted(points, key=_HEAVIEST, reverse=True):
        ground = _ground(point)
        if point.says.rule is Rule.ALL or taken.isdisjoint(ground):
            apart.append(point)
            if point.says.rule is not Rule.ALL:
                taken.update(ground)
    return apart


_HEAVIEST = attrgetter("points", "length")
_PLACE = attrgetter("row", "start", "length")


_NO_OPTIONS = (Rule.ALL, Rule.CATEGORY)


def _is_option(point: Mention[Says]) -> bool:
    """Return whether it is one of those of which one is enough."""
    return point.says.rule not in _NO_OPTIONS


def _ground(at: Mention[Says]) -> list[tuple[int, int]]:
    """Return the words that something stands on."""
    row, start = at.row, at.start
    return [(row, start)] if at.length == 1 else [(row, start + n) for n in range(at.length)]


def _evidence(read: Sequence[Row], points: Iterable[Mention[Says]]) -> tuple[Evidence, ...]:
    """Quote each term once for each field and rule, where it stands first, with all its points.

    Options whose points round to nothing are no reason. What is no option makes no score.
    """
    first: dict[tuple[bool, str, str, str], Mention[Says]] = {}
    scores: dict[tuple[bool, str, str, str], float] = {}
    for point in sorted(points, key=_PLACE):
        says = point.says
        key = (says.rule not in _NO_OPTIONS, read[point.row].field, says.text, says.of)
        if key in first:
            scores[key] += point.points
        else:
            first[key], scores[key] = point, point.points
    return tuple(
        _reason(read[point.row], point, score if key[0] else 0.0)
        for key, point in first.items()
        if (score := round(scores[key], 2)) or not key[0]
    )


def _reason(row: Row, point: Mention[Says], score: float) -> Evidence:
    says, _, start, length, _, said = point
    rule = Rule.CATEGORY if row.field == "categories" and _is_option(point) else says.rule
    words = said or row.quote(start, length)
    return Evidence(rule, row.field, words, says.text, says.of, says.kind, score)
