"""Words for dates, reasons and proofs."""

from __future__ import annotations

import doctest
from dataclasses import replace

import pytest
from articles import EVERY_KIND, RICH, bare

from aggregator import why
from aggregator.model import Evidence, Kind, Reason, Rule
from aggregator.web import proof as proofs
from aggregator.web import reasons, site, wording
from aggregator.web.wording import REASONS, body, certainty, plain_reason, proof, standfirst


@pytest.mark.parametrize("module", [wording, site, proofs, reasons, why])
def test_the_examples_in_docstrings_hold(module: object) -> None:
    result = doctest.testmod(module)  # type: ignore[arg-type]
    assert result.attempted
    assert not result.failed


def test_every_reason_has_its_sentence() -> None:
    assert set(REASONS) == set(Reason)
    assert plain_reason("dns") == "Its host name can’t be found."
    assert plain_reason("ok") == plain_reason(None) == plain_reason("from-the-future") == ""


@pytest.mark.parametrize("rule", list(Rule))
def test_every_rule_has_its_proof(rule: Rule) -> None:
    assert proof(Evidence(rule, "title", "Bakı", "Azerbaijan"))


KNOWN = [
    (Rule.PLACE, "AZ", Kind.NAME, "a name of Azerbaijan: w"),
    (Rule.PLACE, "AZ", Kind.PEOPLE, "people or things of Azerbaijan: w"),
    (Rule.PLACE, "GE", Kind.CAPITAL, "the capital of Georgia: w"),
    (Rule.PLACE, "GE", Kind.CITY, "a place in Georgia: w"),
    (Rule.PLACE, "US", Kind.STANDS_FOR, "it stands for United States: w"),
    (Rule.SUBJECT, "war", Kind.SURE, "a word that says War: w"),
    (Rule.SUBJECT, "war", Kind.LIKELY, "a word that often says War: w"),
    (Rule.SUBJECT, "disaster", Kind.HINT, "a word that hints at"),
    (Rule.PLACE, "", None, "a name of the place w"),
]


@pytest.mark.parametrize(("rule", "of", "kind", "told"), KNOWN)
def test_a_proof_tells_what_the_word_lists_say(
    rule: Rule, of: str, kind: Kind | None, told: str
) -> None:
    said = proof(Evidence(rule, "title", "words", "w", of, kind, 1.0))
    assert said.startswith("in the headline, ")
    assert told in said


def test_a_page_tells_how_the_language_is_known() -> None:
    article = replace(RICH, language="az")
    told = [certainty(replace(article, certainty=one)) for one in (None, 1.0, 0.934)]
    assert told == [
        "",
        "as its publisher or the configuration says",
        "told from the text, 93% certain",
    ]
    assert certainty(replace(article, language=None, certainty=None)) == ""
    overruled = certainty(replace(article, certainty=0.97, declared="en-US"))
    assert overruled == "told from the text, 97% certain; the feed says en-US"


def test_a_standfirst_is_cut_at_a_word_and_any_script_somewhere() -> None:
    long = replace(RICH, summary="word " * 100)
    assert standfirst(long).endswith("word…")
    assert len(standfirst(long)) <= 221
    assert len(standfirst(replace(RICH, summary="长" * 500))) == 221
    assert standfirst(replace(bare(), text="Only\n text")) == "Only text"
    assert [standfirst(article) for article in EVERY_KIND]


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("<p>no heading</p>", "<p>no heading</p>"),
        ("<h3>a</h3><h3>b</h3>", "<h2>a</h2><h2>b</h2>"),
        ("<h1>a</h1><h2>b</h2><h3>c</h3>", "<h2>a</h2><h3>b</h3><h4>c</h4>"),
        ("".join(f"<h{n}>" for n in range(1, 7)), "<h2><h3><h4><h5><h6><h6>"),
        ('<h1 lang="en">a</h1><hr>', '<h2 lang="en">a</h2><hr>'),
        ('<img alt="<h1>">', '<img alt="<h2>">'),
    ],
)
def test_headings_of_an_article_go_below_ours(html: str, shown: str) -> None:
    assert str(body(html)) == shown
