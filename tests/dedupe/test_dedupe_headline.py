"""Strangers that share words: what their headlines say against one story."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from placing import final, placed, told

from aggregator.dedupe.stories import Stories
from aggregator.dedupe.telling import Telling

BRIDGE = (
    "Bridge collapses in Mingachevir",
    (
        "The suspension bridge over the Kura in Mingachevir collapsed on Tuesday, killing four "
        "workers who were painting its railings; rescue teams from Ganja arrived within the hour."
    ),
)
FERRY = (
    "Batumi harbour under water",
    (
        "Heavy rain flooded the harbour of Batumi overnight; two ferries to Trabzon were "
        "cancelled, and a warehouse full of hazelnuts stood under a metre of water."
    ),
)
BANKER = (
    "Banker Tavares jailed in Lisbon",
    (
        "A Lisbon court sentenced the former banker Rui Tavares to eight years in prison for "
        "fraud: he had hidden losses of a shipping fund from pensioners who trusted him."
    ),
)
REPORTS = (BRIDGE, FERRY, BANKER)
DIGEST = " ".join(text for _, text in REPORTS)
COOKIES = (
    "We use cookies and similar technologies to personalise content, to provide social features "
    "and to analyse our traffic. Please accept them to read on, or see the options of your browser."
)
WALL = "For subscribers only. Log in or subscribe to continue reading with unlimited access."
HEADLINES = ("Fed raises rates", "Opera review: Tosca in Vienna", "Strike halts Paris metro")


def many(rows: Sequence[tuple[str, str]]) -> int:
    """How many stories articles with these titles and texts make, one outlet each."""
    return len(set(stories(told(n, *row) for n, row in enumerate(rows)).values()))


def stories(tellings: Iterable[Telling]) -> dict[str, str]:
    return final(placed(Stories(), tellings))


@pytest.mark.parametrize("digests", [1, 65])
@pytest.mark.parametrize("is_first", [True, False])
def test_a_digest_joins_none_of_the_reports_that_it_quotes(digests: int, is_first: bool) -> None:
    rows = [(f"Briefing {n}", DIGEST) for n in range(digests)]
    reports = [(f"{title} ({n})", text) for n in range(2) for title, text in REPORTS]
    assert many(rows + reports if is_first else reports + rows) == 1 + len(REPORTS)


def test_the_first_paragraph_of_a_report_joins_it() -> None:
    whole = (BRIDGE[0], f"{BRIDGE[1]} {COOKIES} {WALL}")
    assert many([whole, (f"{BRIDGE[0]}, four dead", BRIDGE[1])]) == 1


@pytest.mark.parametrize("notice", [COOKIES, WALL])
@pytest.mark.parametrize("source", ["one", None])
def test_small_print_below_different_headlines_joins_none(notice: str, source: str | None) -> None:
    more = {"source": source} if source else {}
    found = stories(told(n, title, notice, **more) for n, title in enumerate(HEADLINES))
    assert len(set(found.values())) == len(HEADLINES)


def test_small_print_below_short_reports_joins_none() -> None:
    assert many([(title, f"{text} {COOKIES} {WALL}") for title, text in REPORTS]) == len(REPORTS)


def test_strangers_that_share_small_print_are_not_kept_apart_by_the_configuration() -> None:
    rows = [told(n, title, COOKIES) for n, title in enumerate(HEADLINES)]
    assert [one.why for one in placed(Stories((), [("s0", "s1")]), rows)] == [None] * len(rows)


def test_a_report_under_another_headline_is_the_same() -> None:
    assert many([BRIDGE, ("Four workers dead at the Kura", BRIDGE[1])]) == 1


@pytest.mark.parametrize(
    ("formula", "names"),
    [
        ("{} shares rise after third-quarter results", ("Santander", "Heineken", "Lufthansa")),
        ("Recall notice: {} product withdrawn by food agency", ("Danone", "Nestle", "Unilever")),
        ("Magnitude 5.{} earthquake hits {}", ((1, "Chile"), (2, "Japan"), (3, "Nepal"))),
        ("Former minister {} dies aged 8{}", (("Vucic", 1), ("Rui Tavares", 2), ("Scholz", 3))),
    ],
)
def test_headlines_of_one_formula_tell_as_many_events(
    formula: str, names: Sequence[object]
) -> None:
    titles = [formula.format(*(name if isinstance(name, tuple) else (name,))) for name in names]
    assert many([(title, "") for title in titles]) == len(names)


@pytest.mark.parametrize(
    "rows",
    [
        (("Earthquake shakes Malatya", ""), ("Earthquake shakes Malatya again", "")),
        (
            ("Earthquake hits city of Malatya", "Walls fell near Pütürge in Malatya."),
            ("Earthquake hits city of Pütürge", "Walls fell near Pütürge in Malatya."),
        ),
        (("Tavares jailed for fraud", ""), ("Tavares imprisoned for fraud", "")),
        (
            ("Court orders years in prison for Tavares", ""),
            ("Years in prison for Lisboners, court orders", ""),
        ),
        (
            (
                "Malatya and Pütürge shaken by quake of 5.8",
                (
                    "Walls cracked, a minaret fell and shepherds fled with their flocks, an "
                    "official of the province told reporters in Ankara."
                ),
            ),
            (
                "Houses evacuated in panic",
                (
                    "After the quake of 5.8 in Pütürge near Malatya people slept in tents. The "
                    "governor of Malatya said that schools in Pütürge stay closed, and he asked "
                    "for blankets, heaters, doctors, bread and clean water until the roads through "
                    "the mountains are free of stones again."
                ),
            ),
        ),
    ],
    ids=["more words", "told in the text", "a common word", "another order", "a longer report"],
)
def test_headlines_that_are_worded_alike_may_tell_one_event(
    rows: Sequence[tuple[str, str]],
) -> None:
    assert many(rows) == 1


TITLES = st.sampled_from([*HEADLINES, "", "5.8", *(title for title, _ in REPORTS)])
TEXTS = st.sampled_from([*(text for _, text in REPORTS), DIGEST, COOKIES, WALL, ""])
ARTICLE = st.tuples(TITLES, TEXTS)
SPLIT = st.integers(0, 12)


@settings(max_examples=20, deadline=None)
@given(st.permutations([(f"Briefing {n}", DIGEST) for n in range(6)] + list(REPORTS) * 2), SPLIT)
def test_strangers_stay_apart_in_any_order_and_after_a_restart(
    rows: list[tuple[str, str]], cut: int
) -> None:
    tellings = [told(n, *row) for n, row in enumerate(rows)]
    found = stories(tellings)
    assert len(set(found.values())) == 1 + len(REPORTS)
    restarted = Stories()
    for one in tellings[:cut]:
        restarted.restore(one, found[one.article])
    again = final(placed(restarted, tellings[cut:]))
    assert again == {one.article: found[one.article] for one in tellings[cut:]}


@given(ARTICLE, ARTICLE)
def test_who_is_a_stranger_is_one_to_both(one: tuple[str, str], other: tuple[str, str]) -> None:
    both = told(0, *one), told(1, *other)
    window = Stories()
    assert (window.likeness(*both) == 0.0) == (window.likeness(*both[::-1]) == 0.0)
