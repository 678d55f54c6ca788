"""What an article is about: the countries and subjects that its words speak of, with points.

A word that is only mentioned in passing says little: what stands in the title or among the first
words counts most, and of several mentions each counts less than the one before. A country or
subject with ``ENOUGH`` points is what the article is about.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from operator import attrgetter

from aggregator.model import Kind
from aggregator.tag import gazetteer
from aggregator.tag.mention import Mention, Says
from aggregator.tag.patterns import Found
from aggregator.tag.rows import Row
from aggregator.tag.shares import listed
from aggregator.tag.vocabulary import Care, Meaning, Vocabulary

NEXT = 0.65
"""What a further mention counts, of what the one before did."""


class Mentions:
    """What the words of an article speak of: by country code or key of a subject."""

    def __init__(self, found: Mapping[str, list[Mention[Meaning]]]) -> None:
        self._found = found
        self._counted = {of: _weighed(mentions) for of, mentions in found.items()}
        self.scores = {of: _sum(counted) for of, counted in self._counted.items()}
        self._only_sure = _outdone(self.scores)
        for of in self._only_sure:
            self._counted[of] = list(filter(_is_sure, self._counted[of]))
        self._shares = _shares(found, self.scores)
        for of, share in self._shares.items():
            self._counted[of] = _scaled(self._counted[of], share)
        for of in (*self._only_sure, *self._shares):
            self.scores[of] = _sum(self._counted[of])

    def counted(self, key: str) -> list[Mention[Meaning]]:
        """Return the mentions of a country or subject that count, as they were found."""
        return [mention for mention, _ in self._counted[key]]

    def of(self, key: str, covered: Collection[tuple[int, int]] = ()) -> list[Mention[Meaning]]:
        """Return the mentions of a country or subject, those with most points first.

        covered: rows and words that are taken away before they are counted. What the article
        speaks of besides stays what it was: a country that ``not`` took away is still spoken of.
        """
        if not covered:
            return _made(self._counted.get(key, ()))
        left = [
            mention
            for mention in self._found.get(key, ())
            if not any((mention.row, mention.start + n) in covered for n in range(mention.length))
            and (key not in self._only_sure or mention.says.kind is Kind.SURE)
        ]
        return _made(_scaled(_weighed(left), self._shares.get(key, 1.0)))


def read(rows: Sequence[Row], vocabularies: Sequence[Vocabulary]) -> Mentions:
    """Return what the words in the rows of an article speak of."""
    found: dict[str, list[Mention[Meaning]]] = defaultdict(list)
    for number, row in enumerate(rows):
        for meaning, start, length in _standing(row, vocabularies):
            points = meaning.weight * row.weight(start)
            found[meaning.of].append(Mention(meaning, number, start, length, points))
    return Mentions(found)


def _shares(
    found: Mapping[str, list[Mention[Meaning]]], scores: Mapping[str, float]
) -> dict[str, float]:
    """Let a country count in proportion to the one that the article speaks of most.

    Beside a country that is named five times, one that is named once is mentioned in passing.
    """
    countries = [of for of, mentions in found.items() if mentions[0].says.is_place]
    most = max((scores[of] for of in countries), default=0.0)
    return {of: scores[of] / most for of in countries if scores[of] < most}


def _outdone(scores: Mapping[str, float]) -> list[str]:
    """Return the subjects beside which one that they yield to is stronger."""
    return [
        of
        for of, stronger in _yielding().items()
        if of in scores and any(scores.get(each, 0.0) > scores[of] for each in stronger)
    ]


@cache
def _yielding() -> Mapping[str, tuple[str, ...]]:
    """Return the subjects that yield to others.

    Of a match that is a battle, only words that can mean nothing but war say war.
    """
    subjects = map(gazetteer.subject, gazetteer.subject_keys())
    return {subject.key: subject.yields_to for subject in subjects if subject.yields_to}


def score_of(mentions: Iterable[Mention[Says]]) -> float:
    """Return the sum of their points."""
    return sum([mention.points for mention in mentions])


Counted = list[tuple[Mention[Meaning], float]]
"""Mentions as they were found, and what each of them counts."""


def _sum(counted: Counted) -> float:
    return sum([points for _, points in counted])


def _made(counted: Iterable[tuple[Mention[Meaning], float]]) -> list[Mention[Meaning]]:
    return [
        mention if points == mention.points else mention._replace(points=points)
        for mention, points in counted
    ]


def _is_sure(counted: tuple[Mention[Meaning], float]) -> bool:
    return counted[0].says.kind is Kind.SURE


def _scaled(counted: Counted, share: float) -> Counted:
    return [(mention, points * share) for mention, points in counted]


def _weighed(mentions: list[Mention[Meaning]]) -> Counted:
    """Let each place in the text, and each word of a subject in a row, count once."""
    if len(mentions) == 1:
        return [(mentions[0], mentions[0].points)]
    taken: set[tuple[int, int | str]] = set()
    kept: Counted = []
    weight = 1.0
    for mention in sorted(mentions, key=_HEAVIEST, reverse=True):  # of equal ones the first
        meaning, row, start, length, points, _ = mention
        ground: list[tuple[int, int | str]] = [(row, start)]
        ground += [(row, at) for at in range(start + 1, start + length)] if length > 1 else ()
        if not meaning.is_place:
            ground.append((row, meaning.text))
        if taken.isdisjoint(ground):
            taken.update(ground)
            kept.append((mention, points * weight))
            weight *= NEXT
    return kept


_HEAVIEST = attrgetter("points", "length")


# --- which of the words that were found are meant ---------------------------------------------


def _standing(row: Row, vocabularies: Sequence[Vocabulary]) -> Iterator[Found[Meaning]]:
    """Yield what stands in a row and means what the word lists say."""
    here = [found for vocabulary in vocabularies for found in vocabulary.find(row.words)]
    here += listed(row)
    if not here:
        return
    taken, longer = _grounds(row, here)
    for found in here:
        meaning, start, length = found
        if meaning.is_negative or (
            taken and any((meaning.of, at) in taken for at in range(start, start + length))
        ):
            continue
        if meaning.is_acronym and not row.is_in_capitals(
            start, for_sure=meaning.kind is not Kind.NAME
        ):
            continue
        if meaning.is_place and (
            (start in longer and any(_holds(other, found) for other in longer[start]))
            or not _is_meant(row, found, vocabularies)
        ):
            continue
        yield found


def _grounds(
    row: Row, here: Sequence[Found[Meaning]]
) -> tuple[set[tuple[str, int]], dict[int, list[Found[Meaning]]]]:
    """Return which words mean something else, and the names of several words that stand on each.

    Both by place: a text that repeats itself ten thousand times costs no more than its length.
    """
    taken: set[tuple[str, int]] = set()
    longer: dict[int, list[Found[Meaning]]] = {}
    for found in here:
        meaning, start, length = found
        if not meaning.is_negative and (length == 1 or not meaning.is_place):
            continue
        if meaning.is_place and not row.has_capitals(meaning.capitals, start):
            continue
        for at in range(start, start + length):
            if meaning.is_negative:
                taken.add((meaning.of, at))
            else:
                longer.setdefault(at, []).append(found)
    return taken, longer


def _holds(other: Found[Meaning], found: Found[Meaning]) -> bool:
    """Return whether a name is part of a longer one: Sudan of South Sudan."""
    (_, other_start, other_length), (_, start, length) = other, found
    return (
        other_length > length
        and other_start <= start
        and start + length <= other_start + other_length
    )


def _is_meant(row: Row, found: Found[Meaning], vocabularies: Sequence[Vocabulary]) -> bool:
    """Return whether a name is the place's here.

    Where a text may be of several languages, what one of them knows to mean something else does.
    """
    meaning, start, length = found
    cares = [
        vocabulary.care[meaning.words]
        for vocabulary in vocabularies
        if meaning.words in vocabulary.care
    ]
    if Care.IGNORE in cares:
        return False
    if (cares or meaning.is_proper) and not row.has_capitals(meaning.capitals, start):
        return False
    if meaning.is_katakana and row.goes_on_in_katakana(start, length):
        return False
    return Care.PERSON not in cares or not row.is_beside_a_name(start, length)
