"""A topic's own examples → what is wrong with them, and which words would have to change."""

from __future__ import annotations

from collections.abc import Iterator

from aggregator.model import Entry, Evidence, Topic
from aggregator.tag.judging import Outcome
from aggregator.tag.rules import Tagger


def check_examples(topic: Topic) -> tuple[str, ...]:
    """Return a sentence for each of the topic's examples that the rule gets wrong."""
    return tuple(_wrong(Tagger((topic,)), topic))


def _wrong(tagger: Tagger, topic: Topic) -> Iterator[str]:
    for text in topic.match:
        fared = tagger.outcomes(Entry(guid=None, link=None, title=text))
        if not (fared and fared[0].met):
            reason = _hindrance(topic, fared[0] if fared else Outcome(topic.slug, met=False))
            yield f"“{text}” should match, but {reason}"
    for text in topic.reject:
        fared = tagger.outcomes(Entry(guid=None, link=None, title=text))
        if fared and fared[0].met:
            words = ", ".join(map(_named, fared[0].why))
            yield (
                f"“{text}” should be rejected, but it is matched by {words}: "
                "put the words around them under “not”"
            )


def _hindrance(topic: Topic, outcome: Outcome) -> str:
    if outcome.forbidden_by is not None:
        return f"“{outcome.forbidden_by}” (not) stands in it"
    if outcome.missing:
        return "it lacks " + ", ".join(f"“{text}” (all)" for text in outcome.missing)
    if 0 < outcome.score < topic.at_least:
        words = ", ".join(map(_named, outcome.why))
        return (
            f"{words} score {outcome.score:.2f} of {topic.at_least:g}: "
            "add a word of it to “any”, or lower “at_least”"
        )
    if outcome.covered_by:
        covering = ", ".join(f"“{text}”" for text in outcome.covered_by)
        return f"{covering} (not) takes its words away"
    return "none of the topic's words count in it: add one of its own to “any”"


def _named(evidence: Evidence) -> str:
    known = f" {evidence.of}" if evidence.of else ""
    return f"“{evidence.words}” ({evidence.rule}{known}: {evidence.term}, {evidence.score:.2f})"
