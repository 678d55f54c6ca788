"""Assertions on what a fetch came to, for tests."""

from __future__ import annotations

from aggregator.model import Failed, Fetched, Outcome, Reason


def fetched(outcome: Outcome) -> Fetched:
    """The outcome, which has to be a body."""
    assert isinstance(outcome, Fetched), outcome
    return outcome


def failed(outcome: Outcome, reason: Reason) -> str:
    """The detail of the outcome, which has to be a failure for this reason."""
    assert isinstance(outcome, Failed), outcome
    assert outcome.reason is reason, outcome.detail
    return outcome.detail
