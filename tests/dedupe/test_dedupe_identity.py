"""Which entry is which article: a table for each rule, and what holds for any document."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.dedupe.identity import decide, fingerprint, identities, read, settled
from aggregator.model import Entry, Image, Known, Verdict

NEW, CHANGED, ALSO, UNCHANGED = Verdict.NEW, Verdict.CHANGED, Verdict.ALSO, Verdict.UNCHANGED
DAY = datetime(2026, 11, 1, tzinfo=UTC)
SITE = "https://example.org/"
OTHER = "https://other.example/"


def entry(guid="g1", link="https://example.org/1", title="One", text="Text", day=1, **more):
    published = None if day is None else DAY + timedelta(days=day)
    return Entry(guid, link, title, text=text, published=published, **more)


def learn(known, source, decisions):
    """What the store would hold after these decisions."""
    known = dict(known)
    for one in decisions:
        if one.verdict is UNCHANGED:
            continue
        old = next((k for k in known.values() if k.article == one.article), None)
        if one.verdict is ALSO:
            new = replace(old, sources=old.sources | {source})
        else:
            sources = old.sources if old else frozenset({source})
            new = Known(
                one.article, source, sources, one.link, one.entry.title, one.entry.published,
                one.fingerprint,
            )  # fmt: skip
        for key in one.identities:
            assert key not in known or known[key].article == one.article, "a key of two articles"
            known[key] = new
        known = {k: new if v.article == new.article else v for k, v in known.items()}
    return known


def poll(known, entries, source="s", site=SITE):
    """Decide as a poll does, knowing only what ``identities`` asks for; also what is known then."""
    readings = read(source, entries, site)
    keys = {key for of in identities(readings) for key in of}
    asked = {key: value for key, value in known.items() if key in keys}
    decisions = decide(source, readings, asked)
    assert [one.entry for one in decisions] == list(entries)
    return learn(known, source, decisions), decisions


def verdicts(*polls, source="s"):
    """The verdicts of the last of several polls."""
    known = {}
    for entries in polls:
        known, decisions = poll(known, entries, source)
    return [one.verdict for one in decisions]


# --- one source, one entry that comes again -----------------------------------------------------

AGAIN = {
    "the same": (entry(), UNCHANGED),
    "another date": (entry(day=5), UNCHANGED),
    "no date any more": (entry(day=None), UNCHANGED),
    "white space": (entry(title=" One ", text="Text\n"), UNCHANGED),
    "categories": (entry(categories=("War",)), UNCHANGED),
    "mark-up": (entry(content="<p>Text</p>"), UNCHANGED),
    "http": (entry(link="http://www.example.org/1/?utm_source=rss#top"), UNCHANGED),
    "title": (entry(title="Two"), CHANGED),
    "text": (entry(text="More"), CHANGED),
    "standfirst": (entry(summary="More"), CHANGED),
    "authors": (entry(authors=("Rana",)), CHANGED),
    "picture": (entry(image=Image("https://example.org/p.png")), CHANGED),
    "link": (entry(link="https://example.org/2"), CHANGED),
    "title and link, not date": (entry(link="https://example.org/2", title="Two"), CHANGED),
    "title and date, not link": (entry(title="Two", day=5), CHANGED),
    "link and date, not title": (entry(link="https://example.org/2", day=5), CHANGED),
    "rewound guid": (entry(link="https://example.org/2", title="Two", day=5), NEW),
    "rewound guid without date": (entry(link="https://example.org/2", title="Two", day=None), NEW),
    "rewound guid without link": (entry(link=None, title="Two", day=5), NEW),
    "rewound guid, link to the home page": (entry(link=SITE, title="Two", day=5), NEW),
    "fragment of an application": (entry(None, "https://example.org/1#/b", "Two", day=5), NEW),
    "guid changed": (entry("g2"), UNCHANGED),
    "guid gone": (entry(None), UNCHANGED),
    "guid gone, edited": (entry(None, title="Two", day=5), CHANGED),
    "guid changed, title too": (entry("g2", title="Two"), CHANGED),
    "guid changed, date too": (entry("g2", day=5, text="More"), CHANGED),
    "live page": (entry("g2", title="Two", day=5), NEW),
    "live page without dates": (entry("g2", title="Two", day=None), NEW),
    "other guid and link": (entry("g2", "https://example.org/2"), NEW),
    "neither guid nor link, same date": (entry(None, None), NEW),
}


@pytest.mark.parametrize(("second", "verdict"), AGAIN.values(), ids=AGAIN)
def test_an_entry_that_comes_again(second, verdict):
    assert verdicts([entry()], [second]) == [verdict]
    assert verdicts([entry()], [second], [second]) == [UNCHANGED]


def test_missing_dates_vouch_for_nothing():
    first = entry(day=None)
    assert verdicts([first], [entry(link="https://example.org/2", title="B", day=None)]) == [NEW]
    assert verdicts([first], [entry("g2", title="B", day=None)]) == [NEW]


def test_missing_titles_vouch_for_nothing_unless_nothing_changed():
    first = entry(title="", day=None)
    assert verdicts([first], [entry("g2", title="", text="B", day=None)]) == [NEW]
    assert verdicts([first], [entry("g2", title="", day=None)]) == [UNCHANGED]


GUIDS = [
    ("http://example.org/1", "https://www.example.org/1/"),
    ("https://example.org/1?rss=123", "https://example.org/1?rss=456"),
    ("https://example.org/1#0", "https://example.org/1#3"),
    ("https://example.org/1#xtor=RSS-1", "https://example.org/1"),
    (" 1 ", "1"),
]


@pytest.mark.parametrize(("first", "second"), GUIDS)
def test_guids_that_are_spelt_otherwise_are_the_same(first, second):
    link = "https://example.org/elsewhere"
    assert verdicts([entry(first)], [entry(second, link, title="Two")]) == [CHANGED]


def test_a_guid_may_name_a_part_of_a_page():
    page = "https://example.org/live"
    posts = [entry(f"{page}#post-{n}", page, f"Post {n}", day=n) for n in range(3)]
    assert verdicts(posts[:1], posts[1:2], posts) == [UNCHANGED, UNCHANGED, NEW]


def test_a_guid_that_changes_at_every_fetch_does_not_double():
    polls = [
        [
            entry(f"{n}-{time}", f"https://example.org/{n}", f"T{n}", day=None)
            for n in range(3)
        ]
        for time in range(4)
    ]  # fmt: skip
    assert verdicts(*polls) == [UNCHANGED] * 3


def test_after_a_rewind_both_articles_are_known():
    old, new = entry(), entry(link="https://example.org/2", title="Two", day=5)
    edited = replace(new, title="Three")
    known, decisions = poll(poll({}, [old])[0], [new])
    assert "guid led to an article" in decisions[0].why
    known, decisions = poll(known, [edited])
    assert [one.verdict for one in decisions] == [CHANGED]
    assert [one.verdict for one in poll(known, [old])[1]] == [UNCHANGED]


def test_a_rewound_guid_without_link_is_known_by_its_text():
    old, new = entry(link=None), entry(link=None, title="Two", day=5)
    known, (decision,) = poll(poll({}, [old])[0], [new])
    assert [key[0] for key in decision.identities] == ["c"]
    assert [one.verdict for one in poll(known, [new])[1]] == [UNCHANGED]


# --- one document -------------------------------------------------------------------------------

N, U = NEW, UNCHANGED
DOCUMENTS = {
    "identical entries": ([entry()] * 3, [N, U, U]),
    "guid twice, title the same": ([entry(), entry(link="https://example.org/2")], [N, U]),
    "guids differ by scheme": (
        [entry("http://example.org/1"), entry("https://www.example.org/1")], [N, U]),
    "guid once missing": ([entry(None), entry()], [N, U]),
    "a chain of guid and link": (
        [entry("g1", "https://example.org/1"), entry(None, "https://example.org/2"),
         entry("g1", "https://example.org/2")], [N, U, U]),
    "all guids the same": (
        [entry("g", f"https://example.org/{n}", f"T{n}") for n in range(3)], [N, N, N]),
    "all guids the same, no links": (
        [entry("g", None, f"T{n}") for n in range(3)], [N, N, N]),
    "all guids and links the same": (
        [entry("g", "https://example.org/1", f"T{n}") for n in range(3)], [N, N, N]),
    "all guids the same, home page as link, no titles": (
        [entry("g", SITE, "", f"Text {n}") for n in range(3)], [N, N, N]),
    "all links the same": (
        [entry(f"g{n}", "https://example.org/1", f"T{n}") for n in range(3)], [N, N, N]),
    "all links the same, same titles": (
        [entry(f"g{n}", "https://example.org/1") for n in range(3)], [N, N, N]),
    "all links the home page, no guids": (
        [entry(None, "http://www.example.org", f"T{n}") for n in range(3)], [N, N, N]),
    "all links a bare host, no guids": (
        [entry(None, "https://other.example/", f"T{n}") for n in range(3)], [N, N, N]),
    "neither guid nor link": (
        [entry(None, None, f"T{n}") for n in range(3)], [N, N, N]),
    "neither guid nor link, same words": (
        [entry(None, None, text=" Text "), entry("", None)], [N, U]),
    "all guids empty": ([entry(" ", f"https://example.org/{n}") for n in range(3)], [N, N, N]),
}  # fmt: skip


@pytest.mark.parametrize(("entries", "expected"), DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_document_as_a_whole(entries, expected):
    assert verdicts(entries) == expected
    assert verdicts(entries[::-1]).count(NEW) == expected.count(NEW)
    assert verdicts(entries, entries) == [UNCHANGED] * len(entries)


def test_an_article_keeps_its_id_when_its_keys_lose_trust():
    one, other = entry(), entry(title="Two", day=5)
    known, (first,) = poll({}, [one])
    known, both = poll(known, [one, other])
    assert [d.verdict for d in both] == [UNCHANGED, NEW]
    assert both[0].article == first.article != both[1].article
    known, both = poll(known, [replace(one, text="More"), other])
    assert [d.verdict for d in both] == [NEW, UNCHANGED]


def test_a_feed_that_learns_to_give_guids_is_recognised_by_words_and_date():
    bare = entry(None, None)
    assert verdicts([bare], [entry("g1", "https://example.org/1")]) == [CHANGED]
    assert verdicts([bare], [entry("g1", "https://example.org/1", day=5)]) == [NEW]
    assert verdicts([bare], [entry("g1", "https://example.org/1", day=None)]) == [NEW]


def test_one_article_has_one_decision_in_a_document():
    moved = entry("g2", "https://example.org/2")
    known, _ = poll({}, [entry()])
    known, _ = poll(known, [entry("g1", "https://example.org/2")])
    known, _ = poll(known, [replace(moved, text="More")])  # now known by both guids
    both = [entry("g1", "https://example.org/1", text="x"), replace(moved, text="y")]
    _, decisions = poll(known, both)
    assert [one.verdict for one in decisions] == [CHANGED, UNCHANGED]
    assert decisions[1].why == "another entry of this document is the same article"


def test_of_two_entries_with_guids_neither_is_lost_when_one_takes_the_others_link():
    known, _ = poll({}, [entry()])
    stays, takes_over = entry(link="https://example.org/2"), entry("g2")
    for entries in ([stays, takes_over], [takes_over, stays]):
        after, decisions = poll(known, entries)
        assert {one.entry.guid: one.verdict for one in decisions} == {"g1": NEW, "g2": UNCHANGED}
        assert [one.verdict for one in poll(after, entries)[1]] == [UNCHANGED] * 2


def test_an_entry_without_guid_goes_with_the_one_that_left_its_link():
    known, _ = poll({}, [entry()])
    _, decisions = poll(known, [entry(link="https://example.org/2"), entry(None, text="More")])
    assert [one.verdict for one in decisions] == [CHANGED, UNCHANGED]


def test_an_entry_that_lost_its_article_to_a_stronger_one_looks_on():
    known, _ = poll({}, [entry(), entry(None, None, "Two")])
    moved = entry(None, "https://example.org/1", "Two")
    _, decisions = poll(known, [moved, entry(link="https://example.org/2")])
    assert [one.verdict for one in decisions] == [CHANGED, CHANGED]
    assert len({one.article for one in decisions}) == 2


def test_entries_that_lost_their_guids_and_say_the_same_are_one_article():
    known, _ = poll({}, [entry(link=None)])
    both = [entry(link=None, title="Two", day=5), entry(None, None, title="Two", day=5)]
    known, decisions = poll(known, both)
    assert [one.verdict for one in decisions] == [NEW, UNCHANGED]
    assert [one.verdict for one in poll(known, both)[1]] == [UNCHANGED, UNCHANGED]


# --- several sources ----------------------------------------------------------------------------


def test_the_same_link_in_another_source_is_the_same_article():
    known, (mine,) = poll({}, [entry()], "a")
    elsewhere = entry("other", "http://example.org/1?utm_source=b", "In other words", "Words", 9)
    known, (theirs,) = poll(known, [elsewhere], "b", OTHER)
    assert (theirs.verdict, theirs.article) == (ALSO, mine.article)
    assert theirs.why == "known by its link, so far from a"
    assert poll(known, [elsewhere], "b", OTHER)[1][0].verdict is UNCHANGED
    known, (edited,) = poll(known, [replace(elsewhere, title="Edited")], "b", OTHER)
    assert (edited.verdict, edited.why) == (UNCHANGED, "known by its guid; only a edits it")
    assert poll(known, [entry(title="Edited")], "a")[1][0].verdict is CHANGED
    assert poll(known, [entry()], "a")[1][0].verdict is UNCHANGED


def test_who_lists_a_link_first_does_not_speak_for_the_site():
    known, (theirs,) = poll({}, [entry("e1", title="They lie", day=1)], "evil", OTHER)
    known, (mine,) = poll(known, [entry("v1", title="The news", day=2)], "site", SITE)
    assert (mine.verdict, mine.article == theirs.article) == (NEW, False)
    for edited in (entry("v1", title="The news", day=2), entry("v1", title="More", day=2)):
        assert poll(known, [edited], "site", SITE)[1][0].article == mine.article
    assert poll(known, [entry("e1", title="Fake")], "evil", OTHER)[1][0].article == theirs.article


@pytest.mark.parametrize("host", ["news.example.co.uk", "feeds.example.co.uk:8080"])
def test_a_site_of_several_hosts_is_not_spoken_for_either(host):
    link, home = "https://www.example.co.uk/news/1", f"https://{host}/"
    known, (theirs,) = poll({}, [entry("e1", link, "They lie", day=1)], "evil", OTHER)
    _, (mine,) = poll(known, [entry("v1", link, "The news", day=2)], "site", home)
    assert (mine.verdict, mine.article == theirs.article) == (NEW, False)


@pytest.mark.parametrize("suffix", ["co.uk", "github.io", "blogspot.com"])
def test_neighbours_under_a_public_suffix_do_not_speak_for_each_other(suffix):
    link = f"https://one.{suffix}/1"
    known, (mine,) = poll({}, [entry("e1", link, "One", day=1)], "one", f"https://one.{suffix}/")
    _, (theirs,) = poll(known, [entry("e2", link, "Two", day=2)], "two", f"https://two.{suffix}/")
    assert (theirs.verdict, theirs.article) == (ALSO, mine.article)


def test_a_site_without_guids_is_not_spoken_for_either():
    known, _ = poll({}, [entry("e1", title="They lie", day=1)], "evil", OTHER)
    known, (mine,) = poll(known, [entry(None, title="The news", day=2)], "site", SITE)
    assert mine.verdict is NEW
    known, (again,) = poll(known, [entry(None, title="The news", day=2)], "site", SITE)
    assert (again.verdict, again.article) == (UNCHANGED, mine.article)


def test_a_site_that_says_the_same_as_who_was_first_is_the_same_article():
    known, (theirs,) = poll({}, [entry("e1", day=1)], "reader", OTHER)
    _, (mine,) = poll(known, [entry("v1", day=2)], "site", SITE)
    assert (mine.verdict, mine.article) == (ALSO, theirs.article)


def test_a_source_can_not_claim_links_for_what_others_said():
    """Two entries that look like one would bridge a known article and one that is still to come."""
    known, (first,) = poll({}, [entry("v1", "https://example.org/a")], "site", SITE)
    bridge = [entry("x", "https://example.org/a"), entry("x", "https://else.example/b")]
    known, _ = poll(known, bridge, "evil", OTHER)
    late = entry("b1", "https://else.example/b", title="Another", text="Story", day=3)
    known, (other,) = poll(known, [late], "else", "https://else.example/")
    assert (other.verdict, other.article == first.article) == (NEW, False)


def test_guids_and_words_mean_nothing_outside_their_source():
    known, _ = poll({}, [entry("1", "https://a.example/1"), entry(None, None, "Two")], "a")
    _, theirs = poll(known, [entry("1", "https://b.example/1"), entry(None, None, "Two")], "b")
    assert [one.verdict for one in theirs] == [NEW, NEW]


# --- values -------------------------------------------------------------------------------------


def test_ids_are_what_readers_keep():
    (_, (one, two)) = poll({}, [entry(), entry("g2", "https://example.org/2")])
    assert re.fullmatch("[a-z2-7]{26}", one.article)
    assert one.article != two.article
    assert one.article == poll({}, [entry()])[1][0].article
    assert one.article != poll({}, [entry()], "other")[1][0].article


def test_an_id_that_is_taken_is_not_minted_again():
    (decision,) = decide("s", read("s", [entry()], SITE), {})
    taken = Known(decision.article, "s", frozenset("s"), None, "", None, "")
    (other,) = decide("s", read("s", [entry()], SITE), {"x": taken})
    assert other.verdict is NEW
    assert other.article != decision.article


def test_keys_stay_short_enough_for_an_index():
    long = entry("g" * 5000, "https://example.org/" + "a" * 5000)
    for key in identities(read("s", [long], None))[0]:
        assert len(key) < 520
    guids = [entry("g" * 5000 + str(n), None, f"T{n}") for n in range(2)]
    assert verdicts(guids) == [NEW, NEW]


def test_identities_are_strongest_first():
    assert [key[:2] for key in identities(read("s", [entry()], SITE))[0]] == ["g:", "l:", "c:"]
    assert identities(read("s", [entry()], SITE))[0][:2] == ("g:s:g1", "l:example.org/1")
    assert [key[:2] for key in identities(read("s", [entry(None, SITE)], SITE))[0]] == ["c:"]


def test_the_fingerprint_keeps_fields_apart():
    assert fingerprint(entry(title="a", text="b")) != fingerprint(entry(title="b", text="a"))
    assert fingerprint(entry(authors=("a", "b"))) != fingerprint(entry(authors=("a b",)))


def test_the_reason_names_what_was_edited():
    known, _ = poll({}, [entry()])
    assert poll(known, [entry(title="Two")])[1][0].why == "known by its guid; its title changed"
    assert poll(known, [entry(text="More")])[1][0].why.endswith("its text or picture changed")


# --- any document -------------------------------------------------------------------------------

ENTRIES = st.builds(
    entry,
    guid=st.sampled_from([None, "", "g1", "g2", "https://example.org/1", "http://example.org/1"]),
    link=st.sampled_from([None, SITE, "https://example.org/1", "http://www.example.org/1?utm_x=1",
                          "https://example.org/2", "https://example.org/3"]),
    title=st.sampled_from(["", "A", "B"]),
    text=st.sampled_from(["", "x", "y"]),
    day=st.sampled_from([None, 1, 2]),
)  # fmt: skip
ANY_DOCUMENT = st.lists(ENTRIES, max_size=6)


@given(st.lists(ANY_DOCUMENT, max_size=3), ANY_DOCUMENT)
def test_what_was_decided_once_is_unchanged_the_second_time(before, entries):
    known = {}
    for earlier in before:
        known, _ = poll(known, earlier)
    known, decisions = poll(known, entries)
    known, again = poll(known, entries)
    assert {one.verdict for one in again} <= {UNCHANGED}
    assert {one.article for one in again} == {one.article for one in decisions}


@given(st.data(), ANY_DOCUMENT)
def test_the_order_of_entries_does_not_matter_for_what_exists(data, entries):
    def exist(of):
        return sorted(one.identities for one in poll({}, of)[1] if one.verdict is NEW)

    shuffled = data.draw(st.permutations(entries))
    assert exist(entries) == exist(shuffled)


@given(ANY_DOCUMENT, ANY_DOCUMENT)
def test_no_article_is_decided_twice_and_ids_are_unique(first, second):
    known, _ = poll({}, first, "a")
    for source in ("a", "b"):
        _, decisions = poll(known, second, source)
        acted = [one.article for one in decisions if one.verdict is not UNCHANGED]
        assert len(acted) == len(set(acted))
        old = {one.article for one in known.values()}
        assert not old & {one.article for one in decisions if one.verdict is NEW}


@given(ANY_DOCUMENT)
def test_nothing_with_words_of_its_own_is_lost(entries):
    _, decisions = poll({}, entries)
    headed = {(one.article, one.entry.title or one.entry.text) for one in decisions}
    assert len(headed) == len({article for article, _ in headed}), "two headlines, one article"


# --- settled: no second look is needed -----------------------------------------------------------

ONE = entry("a", "https://example.org/a", "A", "text a")
TWO = entry("b", "https://example.org/b", "B", "text b", day=2)
BARE = entry(None, None, "A", "text a", day=3)


def settled_by(*polls):
    """Which entries of the last of several polls, each of a source, are settled by it."""
    known = {}
    for source, entries in polls[:-1]:
        known, _ = poll(known, entries, source)
    source, entries = polls[-1]
    readings = read(source, entries, SITE)
    keys = identities(readings)
    asked = {key: value for key, value in known.items() if any(key in own for own in keys)}
    return settled(source, keys, decide(source, readings, asked), asked)


@pytest.mark.parametrize(
    ("polls", "expected"),
    [
        ([("s", [ONE, TWO])], (True, True)),
        ([("s", [ONE]), ("s", [ONE, TWO])], (True, True)),
        ([("s", [ONE]), ("s", [entry("a", ONE.link, "A", "edited")])], (True,)),
        ([("s", [BARE])], (True,)),
        # a guid, a link, a text that another entry has too
        ([("s", [ONE, entry("a", "https://example.org/c", "C", "text c")])], (False, False)),
        ([("s", [ONE, entry("c", ONE.link, "C", "text c")])], (False, False)),
        ([("s", [ONE, BARE])], (False, False)),
        ([("s", [ONE, ONE])], (False, False)),
        # two that are one article by keys that it had at different times
        (
            [("s", [ONE]), ("s", [entry("b", ONE.link, "A", "more")]),
             ("s", [entry("a", None, "A", "x"), entry("b", None, "B", "y")])],
            (False, False),
        ),
        # another source speaks for it
        ([("t", [ONE]), ("s", [ONE])], (False,)),
        ([("t", [ONE]), ("s", [ONE]), ("s", [ONE])], (False,)),
        ([("t", [ONE]), ("s", [ONE]), ("t", [ONE])], (True,)),
        # its text leads to something else
        ([("s", [BARE]), ("s", [ONE])], (False,)),
    ],
)  # fmt: skip
def test_settled_is_what_stands_by_itself(polls, expected):
    assert settled_by(*polls) == expected
