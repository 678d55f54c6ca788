"""Why an article bears a topic, and what language it is in: evidence put into words."""

from __future__ import annotations

from babel import Locale

from aggregator.model import Article, Evidence, Kind, Rule
from aggregator.tag import gazetteer

_LOCALE = Locale("en")
_KINDS = {
    Kind.NAME: "a name of",
    Kind.PEOPLE: "people or things of",
    Kind.CAPITAL: "the capital of",
    Kind.CITY: "a place in",
    Kind.STANDS_FOR: "it stands for",
    Kind.SURE: "a word that says",
    Kind.LIKELY: "a word that often says",
    Kind.HINT: "a word that hints at",
}


def proof(evidence: Evidence) -> str:
    """A reason for a topic: how the words that stand before this phrase led to it."""
    place = {"title": "in the headline", "summary": "in the standfirst"}.get(
        evidence.field, f"in the {evidence.field}"
    )
    phrases = {
        Rule.ANY: f"{place}, one of the topic’s words: {evidence.term}",
        Rule.ALL: f"{place}, one of the words that it must have: {evidence.term}",
        Rule.REGEX: f"{place}, matched by the topic’s expression {evidence.term}",
        Rule.CATEGORY: "a category that the publisher gave it",
        Rule.SOURCE: "the source, of which every article has this topic",
    }
    return phrases.get(evidence.rule) or f"{place}, {_meaning(evidence)}"


def _meaning(evidence: Evidence) -> str:
    """What the word lists say of a word."""
    if evidence.kind is None:  # stored before there were word lists
        return f"a name of the place {evidence.term}"
    about = territory(evidence.of) if evidence.rule is Rule.PLACE else subject_name(evidence.of)
    return f"{_KINDS[evidence.kind]} {about}: {evidence.term}"


def territory(code: str) -> str:
    """The name of a country.

    >>> territory("AZ")
    'Azerbaijan'
    """
    return str(_LOCALE.territories.get(code, code))


def subject_name(key: str) -> str:
    """The name of a built-in subject.

    >>> subject_name("war")
    'War'
    """
    return gazetteer.subject(key).name if key in gazetteer.subject_keys() else key


def certainty(article: Article) -> str:
    """How the language of an article is known."""
    if article.certainty is None or not article.language:
        return ""
    if article.certainty == 1:
        return "as its publisher or the configuration says"
    told = f"told from the text, {article.certainty:.0%} certain"
    return f"{told}; the feed says {article.declared}" if article.declared else told
