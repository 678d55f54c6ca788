"""What arrivals turn out to be when they are stored: decided once more, by what is held now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import datetime

from aggregator.model import Arrival, Commit, Verdict
from aggregator.store.dialect import AnyRow


@dataclass(frozen=True, slots=True)
class Settled:
    """What an arrival turned out to be, and the row of the article it meets (None: it is new)."""

    commit: Commit
    arrival: Arrival
    article: str
    verdict: Verdict
    why: str
    held: AnyRow | None

    @property
    def listed(self) -> datetime:
        listed: datetime = self.arrival.article.listed if self.held is None else self.held.listed
        return listed


def apart(commits: Iterable[Commit]) -> list[list[Commit]]:
    """Return commits in their order, in batches of such as have no article in common.

    What one stores is then nothing that another of its batch would have to see.
    """
    batches: list[list[Commit]] = [[]]
    taken: set[str] = set()
    for commit in commits:
        wanted = wanted_by(commit)
        touched = {*wanted, *wanted.values(), *(one.article.id for one in commit.arrivals)}
        if not taken.isdisjoint(touched):
            batches.append([])
            taken.clear()
        batches[-1].append(commit)
        taken |= touched
    return batches


def wanted_by(commit: Commit) -> dict[str, str]:
    """Return the identities that a commit claims, each with its article."""
    wanted = dict(commit.identities)
    return wanted | {
        key: one.article.id for one in reversed(commit.arrivals) for key in one.identities
    }


def settle(
    commit: Commit,
    arrival: Arrival,
    owners: Mapping[str, str],
    held: Mapping[str, AnyRow],
    carried: Set[tuple[str, str]],
) -> Settled:
    """Decide once more, in case the article came in or went since it was decided on."""
    row = held.get(arrival.article.id)
    verdict, why = arrival.verdict, arrival.why
    if row is None and verdict is Verdict.NEW:
        rivals = (held[owners[key]] for key in arrival.identities if owners[key] in held)
        row = next(
            (
                rival
                for rival in rivals
                if (rival.id, commit.source) not in carried or _same(rival, arrival)
            ),
            None,
        )
        if row is not None:
            why = f"came in through {row.speaker} at the same moment"
    if row is None:
        return Settled(commit, arrival, arrival.article.id, Verdict.NEW, why, None)
    changed = verdict is Verdict.CHANGED and row.fingerprint != arrival.fingerprint
    verdict = Verdict.CHANGED if changed else Verdict.ALSO
    return Settled(commit, arrival, row.id, verdict, why, row)


def _same(rival: AnyRow, arrival: Arrival) -> bool:
    """Whether a new article is the one that holds its identity, which its source carries, too.

    Not so under another title and another date: then the identity was known when this was found
    to be new (a guid or a link that is used again).
    """
    same_date = arrival.published is not None and rival.given == arrival.published
    return rival.title == arrival.article.title or same_date
