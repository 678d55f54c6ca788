"""Which story an article joins, and what holds for any stream of articles."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from articles import NOON, article_id
from effort import calls
from hypothesis import given, settings
from hypothesis import strategies as st
from placing import final, placed, told

from aggregator.dedupe import meaning, window
from aggregator.dedupe.feature import Kind, number
from aggregator.dedupe.meaning import Meanings, cosines
from aggregator.dedupe.repair import Pair, halves, leaving
from aggregator.dedupe.stories import WINDOW, Stories
from aggregator.dedupe.story import mint
from aggregator.dedupe.telling import Telling
from aggregator.dedupe.window import Window
from aggregator.model import By, Placed, Ruling

QUAKE = (
    ("en", "Earthquake shakes Malatya in Turkey", "A quake of 5.8 hit Pütürge near Malatya."),
    ("tr", "Malatya'da 5,8 büyüklüğünde deprem", "Merkez üssü Pütürge olan deprem korkuttu."),
    ("ru", "Землетрясение магнитудой 5,8 в Малатье", "Эпицентр в турецком Пютюрге."),
    ("en", "Malatya earthquake: Turkey counts the damage", "The quake of 5.8 had Pütürge shaking."),
)
BANK = (
    ("en", "Central bank of Norway raises rates", "Norges Bank lifted its key rate to 4.75."),
    ("en", "Norway: Norges Bank lifts key rate to 4.75", "The central bank raised its rate."),
)


def stream(rows: Iterable[tuple[str, str, str]], first: int = 0) -> list[Telling]:
    return [told(first + n, title, text, code) for n, (code, title, text) in enumerate(rows)]


# --- joining -----------------------------------------------------------------------------------


def test_one_event_is_one_story_across_languages() -> None:
    found = placed(Stories(), stream(QUAKE))
    assert {one.story for one in found} == {mint(article_id(0))}


def test_two_events_are_two_stories() -> None:
    story = final(placed(Stories(), stream([*QUAKE, *BANK])))
    assert len(set(story.values())) == 2


def test_a_join_says_why() -> None:
    found = placed(Stories(), stream(QUAKE))
    assert found[0].why is None
    why = found[1].why
    assert why is not None
    assert (why.to, why.by, why.apart) == (article_id(0), By.WORDS, timedelta(minutes=1))
    assert 0.5 <= why.likeness <= 1.0
    assert {"5,8", "Pütürge"} <= set(why.shared)
    assert len(why.shared) <= 8


def test_a_near_copy_joins_what_it_copies() -> None:
    text = (
        "It happened on a quiet morning when nobody in the village had expected anything at all. "
        "The baker says that he heard a noise like thunder, went out and saw that the old bridge"
    )
    stories = Stories()
    first = stories.place(told(0, "One", text))
    copy = stories.place(told(1, "Quite another headline", f"{text} had gone"))
    assert copy.story == first.story
    assert copy.why is not None
    assert copy.why.by is By.COPY


def test_an_article_joins_the_copy_of_these_days_though_an_older_one_is_as_like() -> None:
    text = "It happened on a quiet morning when nobody in the village had expected anything at all"
    rows = [told(n, "One", text) for n in range(3)]
    old, near, new = (
        replace(one, at=NOON - timedelta(days=days))
        for one, days in zip(rows, (4, 1, 0), strict=True)
    )
    stories = restored([(old, "old"), (near, "near")])
    found = stories.place(new)
    assert found.story == "near"
    assert found.why is not None
    assert found.why.by is By.COPY


def test_an_event_of_another_day_is_another_story() -> None:
    late = int((WINDOW + timedelta(hours=1)).total_seconds() // 60)
    long = "It happened on a quiet morning when nobody in the village had expected anything"
    for code, title, text in (QUAKE[0], ("en", "One", long)):
        stories = Stories()
        found = placed(stories, [told(0, title, text, code), told(late, title, text, code)])
        assert found[0].story != found[1].story


def test_a_chain_of_loosely_alike_items_is_no_story() -> None:
    names = [f"{a}{b}ev" for a in ("Nov", "Zel", "Kov", "Mor", "Dvor") for b in ("ak", "im", "us")]
    texts = [f"Here {' and '.join(names[n : n + 3])} spoke" for n in range(len(names) - 2)]
    others = [
        f"Here {first}{last} spoke" for first in "BCDFGHJKLM" for last in ("atan", "elus", "opir")
    ]
    stories = Stories()
    placed(stories, [told(n, text) for n, text in enumerate(others)])
    story = final(placed(stories, [told(100 + n, text) for n, text in enumerate(texts)]))
    assert 1 < len(set(story.values())) < len(texts)


def test_meaning_joins_what_words_do_not() -> None:
    vector = bytes(range(64))
    rows = [
        told(0, "Harvest festival opens", "A day of wine.", vector=vector),
        told(1, "Празднуют урожай", "День вина.", "ru", vector=vector),
    ]
    apart = placed(Stories(), [replace(one, vector=None) for one in rows])
    assert apart[0].story != apart[1].story
    rows[1] = replace(rows[1], language="en")
    together = placed(Stories(), rows)
    assert together[0].story == together[1].story
    assert together[1].why is not None
    assert together[1].why.by is By.MEANING
    assert together[1].vector == vector


def test_an_article_that_is_placed_stays_where_it_is() -> None:
    stories = Stories()
    rows = stream(QUAKE[:2])
    first, second = placed(stories, rows)
    assert stories.place(rows[1]) == Placed(second.article, first.story)
    assert len(stories) == 2


def test_the_nearest_article_is_found_without_placing() -> None:
    stories = Stories()
    rows = stream(QUAKE)
    assert stories.nearest(rows[0]) is None
    placed(stories, rows[:1])
    found = stories.nearest(rows[1])
    assert found is not None
    assert found[0] == rows[0].article
    assert found[1] == pytest.approx(stories.likeness(rows[1], rows[0]), abs=0.1)
    assert len(stories) == 1


def test_an_outlet_seldom_tells_a_thing_twice() -> None:
    stories = Stories()
    one, other = (told(n, *QUAKE[m][1:], source="a") for n, m in ((0, 0), (1, 3)))
    assert stories.likeness(one, other) < stories.likeness(one, replace(other, source="b"))


def test_other_countries_speak_against_one_story() -> None:
    stories = Stories()
    one = told(0, "Minister resigns in France", "The French minister of transport is ill.")
    other = told(1, "Minister leaves office in Spain", "A politician from Madrid goes.")
    nowhere = told(2, "Minister leaves office in haste", "A politician from nowhere goes.")
    assert stories.likeness(one, other) < stories.likeness(one, nowhere)


# --- what people decided -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "pair",
    [
        (article_id(0), article_id(1)),
        (article_id(1), article_id(0)),
        (mint(article_id(0)), article_id(1)),
        ("s0", "s1"),
        ("s1", "s0"),
    ],
)
def test_what_is_to_be_apart_is_never_together(pair: tuple[str, str]) -> None:
    first, second, *_ = placed(Stories((), [pair]), stream(QUAKE))
    assert first.story != second.story


def test_a_copy_may_be_kept_apart_too() -> None:
    text = "It happened on a quiet morning when nobody in the village had expected anything at all"
    rulings = [Ruling(article_id(0), article_id(1), together=False)]
    found = placed(Stories(rulings), [told(0, "One", text), told(1, "One", text)])
    assert found[0].story != found[1].story


def test_what_is_kept_apart_says_from_what() -> None:
    first, second, *_ = placed(Stories((), [("s0", "s1")]), stream(QUAKE))
    assert first.why is None
    assert second.why is not None
    assert (second.why.by, second.why.to) == (By.APART, first.article)
    assert second.why.likeness >= 0.5
    text = "It happened on a quiet morning when nobody in the village had expected anything at all"
    copies = [told(0, "One", text), told(1, "One", text), told(2, *BANK[0][1:])]
    _, copy, other = placed(Stories((), [("s0", "s1"), ("s0", "s2")]), copies)
    assert copy.why is not None
    assert (copy.why.by, copy.why.to, copy.why.likeness) == (By.APART, article_id(0), 1.0)
    assert other.why is None, "it is like nothing"
    late = replace(copies[1], at=copies[1].at + WINDOW)
    _, other = placed(Stories((), [("s0", "s1")]), [copies[0], late])
    assert other.why is None, "it comes too late to join anything"


def test_what_is_to_be_together_is() -> None:
    rulings = [Ruling(article_id(9), article_id(0), together=True)]
    stories = Stories(rulings, [("s0", "s9")])
    first = stories.place(told(0, *QUAKE[0][1:]))
    assert stories.place(told(8, "Something else")).story != first.story
    found = stories.place(told(9, "Weather"))
    assert found.story == first.story
    assert found.why is not None
    assert (found.why.by, found.why.to) == (By.PERSON, article_id(0))


def test_what_is_to_be_beside_another_article_is_not_forgotten() -> None:
    rulings = [Ruling(article_id(9), article_id(0), together=True)]
    stories = Stories(rulings)
    first, _ = placed(stories, [told(0, *QUAKE[0][1:]), told(1, *BANK[0][1:])])
    stories.forget(NOON + timedelta(days=30))
    assert len(stories) == 1
    assert stories.place(replace(told(9, "Weather"), at=NOON + timedelta(days=40))).story == (
        first.story
    )


# --- stories that turn out to be one, or two -----------------------------------------------------


def restored(rows: Sequence[tuple[Telling, str]], **decided: object) -> Stories:
    stories = Stories(**decided)  # type: ignore[arg-type]
    for one, story in rows:
        stories.restore(one, story)
    return stories


def test_two_stories_that_tell_the_same_become_the_older_one() -> None:
    rows = stream(QUAKE)
    stories = restored([(rows[0], "older"), (rows[3], "younger")])
    found = stories.place(rows[1])
    assert found.story == "older"
    assert [(move.article, move.story) for move in found.moves] == [(rows[3].article, "older")]
    why = found.moves[0].why
    assert (why.to, why.apart) == (rows[0].article, timedelta(minutes=3))
    assert why.likeness > 0.4
    assert stories.place(rows[2]).story == "older"


def test_two_stories_that_would_fall_apart_again_are_not_merged() -> None:
    rows = stream([QUAKE[0], QUAKE[3], BANK[0], BANK[1]])
    stories = restored([(one, str(n // 2)) for n, one in enumerate(rows)])
    both = stories._stories["0"], stories._stories["1"]
    pair, same = Pair(stories._window, *both), Pair(stories._window, both[0], both[0])
    assert pair.would_part()
    assert not same.would_part()
    assert same.oneness() > 0.5
    assert pair.oneness() < same.oneness()


def test_two_stories_that_are_to_be_apart_stay_two() -> None:
    rows = stream(QUAKE)
    decided = {"apart": [("older", "younger")]}
    stories = restored([(rows[0], "older"), (rows[3], "younger")], **decided)
    assert stories.place(rows[1]).moves == ()


@pytest.mark.parametrize("is_restored", [False, True])
@pytest.mark.parametrize("of", ["article", "source"])
def test_what_is_to_be_apart_is_so_when_the_articles_have_left(
    of: str, *, is_restored: bool
) -> None:
    rows = stream(QUAKE)
    left = [replace(told(n, f"Before {n}"), at=NOON - timedelta(days=7)) for n in (8, 9)]
    apart = [(getattr(left[0], of), getattr(left[1], of))]
    stories = restored(list(zip(left, ("older", "younger"), strict=True)), apart=apart)
    if is_restored:
        stories = restored((), apart=apart)
    stories.restore(rows[0], "older")
    stories.restore(rows[3], "younger")
    if is_restored:
        for one, story in zip(left, ("older", "younger"), strict=True):
            stories.recall(story, one.article, one.source, one.at)
    stories.forget(NOON - 2 * WINDOW)
    assert stories.place(rows[1]).moves == ()


def test_what_became_one_still_hears_to_its_old_name() -> None:
    rows = stream(QUAKE)
    decided = {"apart": [("younger", rows[2].article)]}
    stories = restored([(rows[0], "older"), (rows[3], "younger")], **decided)
    assert stories.place(rows[1]).moves
    assert stories.place(rows[2]).story != "older"


def two_in_one() -> list[Telling]:
    return stream([QUAKE[0], BANK[0], BANK[1], QUAKE[0]])  # the last is a copy


def test_a_story_that_is_two_is_split() -> None:
    rows = two_in_one()
    stories = restored([(one, "both") for one in rows[:3]])
    found = stories.place(rows[3])
    assert found.story == "both"
    assert {move.article for move in found.moves} == {rows[1].article, rows[2].article}
    assert {move.story for move in found.moves} == {mint(rows[1].article)}
    parted = found.moves[1].why
    assert (parted.by, parted.to) == (By.SPLIT, rows[0].article)
    assert parted.likeness < 0.1
    assert [move.why.apart for move in found.moves] == [
        timedelta(minutes=1),
        timedelta(minutes=2),
    ]


def test_the_article_that_splits_a_story_is_told_its_own_side() -> None:
    rows = stream([QUAKE[0], QUAKE[3], BANK[0], BANK[0]])
    stories = restored([(one, "both") for one in rows[:3]])
    found = stories.place(rows[3])
    assert found.story == mint(rows[2].article)
    assert [move.article for move in found.moves] == [rows[2].article]


def test_what_is_to_be_together_is_not_split() -> None:
    rows = two_in_one()
    rulings = [Ruling(rows[0].article, rows[1].article, together=True)]
    stories = restored([(one, "both") for one in rows[:3]], rulings=rulings)
    assert stories.place(rows[3]).moves == ()


def test_all_articles_of_a_long_story_go_to_their_side() -> None:
    rows = stream([QUAKE[0], QUAKE[3], BANK[0], BANK[1]] * 4)
    stories = restored([(one, "both") for one in rows])
    gone = leaving(stories._window, stories._stories["both"])
    assert [one.article for one in gone] == [one.article for n, one in enumerate(rows) if n % 4 > 1]


@pytest.mark.parametrize("many", [64, 128, 192])
def test_a_story_is_asked_whether_it_is_two_however_long_it_is(many: int) -> None:
    rows = stream([QUAKE[0], QUAKE[3], BANK[0], BANK[1]] * (many // 4))
    stories = restored([(one, "both") for one in rows])
    assert len(leaving(stories._window, stories._stories["both"])) == many // 2


def square(parts: Sequence[int], within: float, across: float) -> list[list[float]]:
    return [[within if a == b else across for a in parts] for b in parts]


@pytest.mark.parametrize(
    ("table", "parts"),
    [
        ([[6, -6], [-6, 6]], None),
        ([[6, 6, -6], [6, 6, -6], [-6, -6, 6]], None),
        ([[1, 1, 1, 1]] * 4, None),
        (square([0, 1, 1, 0], within=3, across=-3), ([0, 3], [1, 2])),
        (square([0, 1, 1, 0], within=3, across=0), None),
        (square([0, 0, 0, 0, 1, 1, 1, 1], within=3, across=0), ([0, 1, 2, 3], [4, 5, 6, 7])),
        (square([0, 0, 0, 0, 1, 1, 1, 1], within=1, across=0), None),
        (square([0, 0, 0, 0, 1, 1, 1, 1], within=6, across=2), None),
    ],
)
def test_halves(table: list[list[float]], parts: object) -> None:
    assert halves(table) == parts


def test_what_is_gathered_again_keeps_its_id_through_a_split() -> None:
    stories = Stories()
    rows = two_in_one()
    for one, was in zip(rows[:3], ("both", "both", "bank"), strict=True):
        stories.place(one, was)
    assert set(stories._stories) == {"both", mint(rows[1].article)}
    stories = restored([(one, "both") for one in rows[:3]])
    stories._items[rows[1].article].was = "both"
    stories._items[rows[2].article].was = "bank"
    assert {move.story for move in stories.place(rows[3]).moves} == {"bank"}


def test_a_minted_id_is_new_and_always_the_same() -> None:
    first = mint("a")
    assert len(first) == 26
    assert set(first) <= set("abcdefghijklmnopqrstuvwxyz234567")
    assert mint("a") == first
    assert mint("a", {first}.__contains__) not in (first, mint("b"))


# --- the window ----------------------------------------------------------------------------------


def test_restored_is_as_good_as_placed() -> None:
    rows = stream([*QUAKE, *BANK])
    before = Stories()
    story = final(placed(before, rows[:-1]))
    after = restored([(one, story[one.article]) for one in rows[:-1]])
    after.restore(rows[0], "another")
    assert after.place(rows[-1]) == before.place(rows[-1])


@pytest.mark.parametrize("is_restored", [False, True])
def test_the_older_of_two_stories_is_it_even_when_its_first_article_has_left(
    *, is_restored: bool
) -> None:
    rows = stream(QUAKE)
    first, other, later = (
        replace(one, at=NOON - timedelta(days=days))
        for one, days in zip((told(8, "Before"), rows[3], rows[0]), (7, 2, 1), strict=True)
    )
    stories = restored([(first, "older")] * (not is_restored))
    for one, story in ((other, "younger"), (later, "older")):
        stories.restore(one, story)
    if is_restored:
        stories.recall("older", first.article, first.source, first.at)
    stories.forget(NOON - 2 * WINDOW)
    found = stories.place(replace(rows[1], at=NOON))
    assert found.story == "older"
    assert [(move.article, move.story) for move in found.moves] == [(other.article, "older")]


def test_what_is_forgotten_leaves_nothing_behind() -> None:
    stories = Stories()
    rows = stream([*QUAKE, *BANK, *QUAKE])
    rows = [replace(one, vector=bytes(range(1, 9))) for one in rows]
    placed(stories, rows)
    stories.forget(NOON + timedelta(minutes=3))
    assert len(stories) == len(rows) - 3
    stories.forget(NOON + timedelta(days=9))
    assert len(stories) == 0
    known = stories._window
    assert (known.items, known._latest, set(known._held)) == ({}, {}, {0})
    assert (stories._stories, stories._copies._known) == ({}, {})
    assert stories.nearest(rows[0]) is None


def test_a_feature_remembers_the_latest_articles_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window, "_LATEST", 3)
    stories = Stories()
    placed(stories, [told(n, "Weather", f"nothing {n} else{n}") for n in range(9)])
    known = stories._window
    assert max(len(held) for held in known._latest.values() if not isinstance(held, int)) == 3
    stories.forget(NOON + timedelta(days=1))
    assert known._latest == {}


def test_a_word_that_thousands_hold_is_common() -> None:
    known = Window()
    item, _ = known.item(told(0, "Zwieback"))
    feature = item.ids[0]
    rarities = []
    for held in (0, 1, 100, 16_383, 16_384):
        known._held[(feature >> 3) & window._MASK] = held
        rarities.append(known.rarity("en")(feature))
    assert rarities == sorted(rarities, reverse=True)
    assert rarities[0] == window._RAREST
    assert rarities[3] == pytest.approx(rarities[4], abs=0.001)


def rarity_in_an_empty_window(word: str, language: str) -> float:
    return Window().rarity(language)(number(Kind.WORD, word))


def test_everyday_words_are_common_before_anything_was_told() -> None:
    rarities = [rarity_in_an_empty_window(word, "en") for word in ("minist", "cheese", "zwieba")]
    assert rarities == sorted(rarities)
    assert len(set(rarities)) == 3


def test_a_word_is_common_in_its_language_only() -> None:
    assert rarity_in_an_empty_window("minist", "hy") == window._RAREST


def test_two_headlines_of_everyday_words_are_two_stories() -> None:
    alike = stream(
        [("en", "Minister resigns after 55 years", ""), ("en", "Poet dies after 56", "")]
    )
    found = placed(Stories(), alike)
    assert found[0].story != found[1].story


def test_lengths_are_measured_anew_when_the_window_has_grown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(window, "_PRIOR", 2.0)
    known = Window()
    first = known.item(told(0, "Weather", language="xx"))[0]
    known.add(first)
    before = known.lengths(first)
    for n in range(1, 9):
        known.add(known.item(told(n, f"Something {n}", language="xx"))[0])
    assert known.lengths(first)[Kind.WORD] != before[Kind.WORD]


def test_a_later_article_of_a_long_story_is_found_by_what_it_means() -> None:
    vectors = [row.tobytes() for row in np.eye(30, dtype=np.int8)]
    stories = Stories()
    for n in range(12):
        stories.restore(told(n, "Harvest festival opens", vector=vectors[n]), "one")
    found = stories.nearest(told(20, "Другое", "Иное.", "ru", vector=vectors[11]))
    assert found is not None
    assert found[0] == told(11, "").article


def test_a_ring_of_vectors_forgets_the_oldest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meaning, "MOST", 25)
    known, ring = Window(), Meanings()
    items = [
        known.item(told(n, "T", vector=np.eye(30, dtype=np.int8)[n].tobytes()))[0]
        for n in range(30)
    ]
    assert ring.nearest(items[0]) == []
    for item in items:
        ring.add(item)
    assert items[25] in ring.nearest(items[25])
    assert items[0] not in ring.nearest(items[0])
    assert len(ring.nearest(items[0])) == 20


def test_vectors_of_another_encoder_are_not_compared() -> None:
    known, ring = Window(), Meanings()
    long, short, none = (
        known.item(told(n, "T", vector=vector))[0]
        for n, vector in enumerate((b"\1\2\3", b"\1\2", None))
    )
    for item in (none, long, short):
        ring.add(item)
    assert ring.nearest(short) == ring.nearest(none) == []
    assert ring.nearest(long) == [long]
    assert cosines(long, [short, long, none]) == [None, pytest.approx(1.0), None]
    assert cosines(long, [none]) == cosines(none, [long]) == [None]


# --- any stream ----------------------------------------------------------------------------------

POOL = stream([*QUAKE, *BANK, ("en", "", ""), ("zh", "地震发生", "地震"), ("en", "Weather", "")])


@settings(max_examples=40, deadline=None)
@given(st.permutations(POOL), st.integers(0, len(POOL)))
def test_any_order_makes_stories_that_hold_together(order: list[Telling], cut: int) -> None:
    stories = Stories((), [("s0", "s1")])
    found = placed(stories, order)
    story = final(found)
    assert story == {item.article: item.story for item in stories._items.values()}
    assert {id_ for one in stories._stories.values() for id_ in one.known_as} >= set(story.values())
    assert story[POOL[0].article] != story[POOL[1].article]
    again = Stories((), [("s0", "s1")])
    assert placed(again, order[:cut]) == found[:cut]


def test_the_hash_seed_changes_nothing() -> None:
    script = (
        "import test_dedupe_stories as t\n"
        "print([(p.story, p.why, p.moves) for p in t.placed(t.Stories(), t.POOL)])"
    )
    root = Path(__file__).parents[2]
    said = set()
    for seed in ("1", "2"):
        env = {"PYTHONHASHSEED": seed, "PYTHONPATH": f"{root}:{root}/tests:{root}/tests/dedupe"}
        done = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, env=env, check=True
        )
        said.add(done.stdout)
    assert len(said) == 1


def test_hundreds_of_equal_titles_cost_no_more_each() -> None:
    rows = [told(n, "Weather", source=f"s{n % 7}") for n in range(3_000)]
    stories = Stories()
    costs = [
        calls(lambda some=rows[at : at + 300]: placed(stories, some)) for at in range(0, 1_500, 300)
    ]
    assert costs[4] < 1.5 * costs[2]
