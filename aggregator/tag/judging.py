"""What the words of an article that a topic asks for amount to: is it met, and by which of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from aggregator.model import Evidence, Kind, Rule, Topic
from aggregator.tag.about import ENOUGH, NEXT, Mentions
from aggregator.tag.rows import Row
from aggregator.tag.terms import NEGATIVE, Role, Term, meanings


class Match(NamedTuple):
    """A term in a row; ``row`` counts the rows, ``start`` the row's words.

    said: what an expression matched; of other terms the row's words tell.
    """

    term: Term
    row: int
    start: int
    length: int
    said: str = ""


class _Point(NamedTuple):
    """A word that counts for a topic; ``of`` and ``kind``: what the gazetteers say of it."""

    rule: Rule
    text: str
    of: str
    kind: Kind | None
    row: int
    start: int
    length: int
    points: float
    said: str = ""


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


def judge(
    topic: Topic, read: Sequence[Row], matches: Sequence[Match], mentions: Mentions
) -> Outcome:
    """Return how an article fares with a topic, by the terms found in it and what it speaks of."""
    covers = [match for match in matches if match.term.role is Role.COVERS]
    covered = {place for match in covers for place in _ground(match)}
    keys = tuple(meanings(topic))
    points = list(_known(topic, keys, mentions, covered))
    if matches or len(keys) > 1:
        standing = [match for match in matches if covered.isdisjoint(_ground(match))]
        points = _apart([*_own(standing, read), *points])
    there = {point.text for point in points if point.rule is Rule.ALL}
    missing = tuple(text for text in topic.all if text not in there)
    forbidding = [match.term.text for match in matches if match.term.role is Role.FORBIDS]
    has_options = bool(topic.any or topic.place or topic.subject or topic.regex)
    score = sum(point.points for point in points if _is_option(point))
    by_words = (
        bool(points)
        and not missing
        and any(map(_is_option, points)) is has_options
        and (not has_options or score >= topic.at_least)
    )
    named = any(point.rule is Rule.CATEGORY for point in points)
    return Outcome(
        topic=topic.slug,
        met=(named or by_words) and not forbidding,
        score=score,
        why=_evidence(read, points),
        missing=missing,
        forbidden_by=forbidding[0] if forbidding else None,
        covered_by=tuple(dict.fromkeys(match.term.text for match in covers)),
    )


def _own(matches: Sequence[Match], read: Sequence[Row]) -> Iterator[_Point]:
    """Yield what the operator's own terms count; of several places of a term each one less."""
    before: Counter[tuple[Role, str]] = Counter()
    weighed = [(read[match.row].weight(match.start), match) for match in matches]
    for weight, (term, row, start, length, said) in sorted(weighed, key=_heaviest):
        if term.role in NEGATIVE:
            continue
        key = (term.role, term.text)
        points = ENOUGH if term.role is Role.NAMED else weight * NEXT ** before[key]
        before[key] += 1
        rule = Rule(term.role.value)
        yield _Point(rule, term.text, "", None, row, start, length, points, said)


def _heaviest(weighed: tuple[float, Match]) -> float:
    return -weighed[0]


def _known(
    topic: Topic, keys: Iterable[str], mentions: Mentions, covered: Collection[tuple[int, int]]
) -> Iterator[_Point]:
    """Yield what the words of the topic's countries and subjects count."""
    for of in keys:
        rule = Rule.PLACE if of in topic.place else Rule.SUBJECT
        for meaning, row, start, length, points in mentions.of(of, covered):
            yield _Point(rule, meaning.term, of, meaning.kind, row, start, length, points)


def _apart(points: Sequence[_Point]) -> list[_Point]:
    """Return the points without those that stand on words already taken, the heaviest first.

    A term of ``all`` stands beside any other: it is asked for by name.
    """
    taken: set[tuple[int, int]] = set()
    apart = []
    for point in sorted(points, key=_by_weight):
        ground = _ground(point)
        if point.rule is Rule.ALL or taken.isdisjoint(ground):
            apart.append(point)
            if point.rule is not Rule.ALL:
                taken.update(ground)
    return apart


def _by_weight(point: _Point) -> tuple[float, int]:
    return -point.points, -point.length


def _by_place(point: _Point) -> tuple[int, int, int]:
    return point.row, point.start, point.length


def _is_option(point: _Point) -> bool:
    """Return whether it is one of those of which one is enough."""
    return point.rule is not Rule.ALL and point.rule is not Rule.CATEGORY


def _ground(at: Match | _Point) -> list[tuple[int, int]]:
    """Return the words that something stands on."""
    row, start = at.row, at.start
    return [(row, start)] if at.length == 1 else [(row, start + n) for n in range(at.length)]


def _evidence(read: Sequence[Row], points: Iterable[_Point]) -> tuple[Evidence, ...]:
    """Quote each term once for each field and rule, where it stands first."""
    found: dict[tuple[bool, str, str, str], Evidence] = {}
    for point in sorted(points, key=_by_place):
        row, is_option = read[point.row], _is_option(point)
        rule = Rule.CATEGORY if is_option and row.field == "categories" else point.rule
        key = (is_option, row.field, point.text, point.of)
        if key in found:
            score = round(found[key].score + point.points, 2)
            found[key] = replace(found[key], score=score)
        else:
            words = point.said or row.quote(point.start, point.length)
            score = round(point.points, 2)
            found[key] = Evidence(rule, row.field, words, point.text, point.of, point.kind, score)
    return tuple(found.values())
