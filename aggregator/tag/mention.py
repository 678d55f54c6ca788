"""A word that stands in an article and says something; not what it says, nor of what."""

from __future__ import annotations

from typing import Generic, NamedTuple, Protocol, TypeVar

from aggregator.model import Kind, Rule


class Says(Protocol):
    """What a word says: a ``vocabulary.Meaning``, or a ``terms.Term`` of the operator's."""

    @property
    def rule(self) -> Rule:
        """The part of a topic's rule that it meets."""

    @property
    def text(self) -> str:
        """As the word list or the operator writes it."""

    @property
    def of(self) -> str:
        """The country or subject; "" for an operator's term."""

    @property
    def kind(self) -> Kind | None:
        """What the word lists say of it."""


T_co = TypeVar("T_co", covariant=True, bound=Says)


class Mention(NamedTuple, Generic[T_co]):
    """A word in an article; ``points`` is what it adds to a score.

    row: counts the rows.  start, length: of the row's words.  said: what an expression matched;
    otherwise the row's words tell.
    """

    says: T_co
    row: int
    start: int
    length: int
    points: float = 0.0
    said: str = ""
