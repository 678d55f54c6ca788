"""A story goes out as one entry in every format, with all who tell it; whole outputs: golden/."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from articles import CHANNEL, CHINESE, EXAMPLE, NOON, RICH, bare
from foreign import feedparsed
from lxml import etree, html
from tellings import ALONE, BEGAN, EARLY, LATE, MANY, PAGES, telling

from aggregator.model import By, Document, Join, Member, Story, Updates
from aggregator.parse import parse
from aggregator.publish import MIME, Outgoing, atom, jsonfeed, rss, story_uri
from aggregator.publish.story import updated
from aggregator.publish.timeline import timeline

NS = {"a": "http://www.w3.org/2005/Atom"}
HOUR = timedelta(hours=1)
FORMATS: dict[str, Callable[..., bytes]] = {"atom": atom, "rss": rss, "json": jsonfeed}


def in_atom(path: str, *outgoing: Outgoing) -> Any:
    return etree.fromstring(atom(CHANNEL, outgoing)).xpath(path, namespaces=NS)


def item(*outgoing: Outgoing) -> Any:
    return json.loads(jsonfeed(CHANNEL, outgoing))["items"][0]


def lines(story: Story = MANY) -> list[Any]:
    """The lines of the outlets, as elements."""
    found = html.fromstring(item(telling(story))["content_html"])
    return list(found.iterfind(".//li"))


def with_member(story: Story, number: int, **changes: Any) -> Story:
    members = list(story.members)
    members[number] = replace(members[number], **changes)
    return replace(story, members=tuple(members))


# --- one entry --------------------------------------------------------------------------------


def test_a_story_has_one_id_in_every_format_whatever_leads_it() -> None:
    uri = story_uri(MANY.id)
    assert uri == f"tag:news-aggregator.invalid,2026:story/{MANY.id}"
    for story in (MANY, replace(MANY, leading=LATE.id), replace(MANY, members=MANY.members[:2])):
        assert in_atom("string(a:entry/a:id)", telling(story)) == uri
        assert item(telling(story))["id"] == uri
        assert f">{uri}</guid>".encode() in rss(CHANNEL, [telling(story)])


def test_the_leading_article_gives_the_entry_its_words_and_its_link() -> None:
    told = item(telling())
    alone = item(RICH)
    for name in ("title", "url", "summary", "image", "attachments", "authors", "language"):
        assert told[name] == alone[name], name
    assert RICH.content in told["content_html"]
    assert in_atom("string(a:entry/a:source/a:title)", telling()) == "Example News"


def test_the_entry_leads_to_our_page_of_the_story() -> None:
    assert in_atom("a:entry/a:link[@rel='via']/@href", telling()) == [PAGES + MANY.id]
    assert item(telling())["_aggregator"]["page"] == PAGES + MANY.id


def test_a_story_whose_leading_article_has_no_link_leads_to_our_page() -> None:
    assert item(telling(ALONE))["url"] == PAGES + ALONE.id


def test_a_leading_article_that_has_gone_is_stood_in_for_by_the_first() -> None:
    assert item(telling(replace(MANY, leading="gone")))["title"] == EARLY.title


def test_articles_and_stories_stand_in_one_feed_in_the_order_given() -> None:
    ids = in_atom("a:entry/a:id/text()", bare(), telling(), RICH)
    assert [one.split(":")[-1].split("/")[0] for one in ids] == ["article", "story", "article"]


def test_topics_and_categories_are_those_of_all_the_leading_articles_first() -> None:
    told = item(telling())
    assert told["tags"] == [
        *("War", "Azerbaijan", "europe"),
        *("Peace at last", "Южный Кавказ", "Army"),
    ]
    facts = told["_aggregator"]["topics"]
    assert facts[0]["why"][0]["words"] == "war", "the reasons of the article that leads"
    assert [one["slug"] for one in facts] == ["war", "azerbaijan", "europe"]


# --- who tells it -----------------------------------------------------------------------------


def test_every_outlet_stands_beneath_with_its_headline_language_time_and_link() -> None:
    assert [line.text_content() for line in lines()] == [
        "Example News · Soldiers return <home> · tr · 2026-11-22 09:00 UTC",
        f"Example News · {RICH.title} · en · 2026-11-22 10:00 UTC",
        f"الأخبار · {LATE.title} · ar · 2026-11-22 11:30 UTC",
        f"新闻 · {CHINESE.title} · zh-Hans · 2026-11-22 12:00 UTC",
        "Другие новости · Солдат отпустили · 2026-11-22 12:00 UTC",
        f"Third · {RICH.title} · en · 2026-11-22 12:00 UTC",
    ]
    links = [line.find("a").get("href") if line.find("a") is not None else None for line in lines()]
    assert links == [
        "https://news.example/early",
        RICH.link,
        "https://ar.example/%D8%AE%D8%A8%D8%B1",
        "https://zh.example/a",
        "https://other.example/voina",
        None,
    ]


def test_a_headline_says_its_language_where_not_all_are_in_the_same() -> None:
    tags = [line.xpath("string(.//@lang)") for line in lines()]
    assert tags == ["tr", "en", "ar", "zh-Hans", "", "en"]
    british = replace(EARLY, language="en-GB")
    alike = replace(MANY, members=(Member(british, BEGAN), MANY.members[1]))
    assert [line.xpath("string(.//@lang)") for line in lines(alike)] == ["", "", "", ""]
    unknown = with_member(MANY, 2, article=replace(LATE, language="ar; x"))
    assert lines(unknown)[2].text_content().count(" · ") == 2


def test_an_outlet_that_carries_the_same_article_told_it_when_it_says_so() -> None:
    """Not when we came by; where it says nothing, then."""
    first, second, third = RICH.appearances
    told = replace(second, told=NOON - 90 * timedelta(minutes=1))
    story = with_member(MANY, 1, article=replace(RICH, appearances=(first, told, third)))
    assert [line.text_content().split(" · ")[::3] for line in lines(story)][2:4] == [
        ["Другие новости"],
        ["الأخبار", "2026-11-22 11:30 UTC"],
    ]
    assert lines(story)[2].text_content().endswith("2026-11-22 10:30 UTC")


def test_what_claims_too_early_a_date_stands_where_it_was_told() -> None:
    late = replace(CHINESE, published=NOON - 100 * HOUR)
    late = replace(late, appearances=(replace(late.appearances[0], told=NOON),))
    line = next(one for one in timeline(with_member(MANY, 3, article=late)) if one.claimed)
    assert (line.article, line.at, line.lag) == (late, NOON, 3 * HOUR)
    assert line.claimed == late.published


def crowd(many: int) -> Story:
    """As many articles as that; the last one leads."""
    told = [replace(bare(many - number), language="en") for number in range(many)]
    members = tuple(Member(one, BEGAN) for one in told)
    return Story("s", members, told[-1].id, NOON, NOON, 1)


@pytest.mark.parametrize("many", [50, 51, 2000])
def test_however_many_tell_it_an_entry_is_short_and_says_how_many_more(many: int) -> None:
    told = item(telling(crowd(many)))
    shown = html.fromstring(told["content_html"]).findall(".//li")
    assert len(shown) == 50 + (many > 50)
    assert len(atom(CHANNEL, [telling(crowd(many))])) < 30_000
    facts = told["_aggregator"]
    assert len(facts["sources"]) == len(facts["story"]["members"]) == 50
    assert facts["story"]["left_out"] == many - 50
    if many > 50:
        assert shown[-1].text_content() == f"and {many - 50} more"
        assert shown[-1].find("a").get("href") == PAGES + "s"
    assert "Headline 1 " in shown[49].text_content(), "the leading one, which came last"


def test_however_many_carry_one_article_its_entry_is_short() -> None:
    carried = tuple(
        replace(seen, outlet=replace(seen.outlet, key=f"k{number}"))
        for number, seen in enumerate(bare().appearances * 70)
    )
    one = Member(replace(bare(), appearances=carried), BEGAN)
    told = item(telling(Story("s", (one,), one.article.id, NOON, NOON, 1)))
    assert told["content_html"].count("<li") == 51
    assert len(told["_aggregator"]["sources"]) == 50


def test_an_outlet_without_headline_or_link_is_named_all_the_same() -> None:
    article = replace(bare(), title="", link=None, summary="Said.")
    seen = replace(article.appearances[0], title="", link=None)
    nameless = replace(seen, outlet=replace(EXAMPLE, name=""), link="https://news.example/1")
    one = Member(replace(article, appearances=(seen, nameless)), BEGAN)
    story = Story("s", (one,), "x", NOON, NOON, 1)
    assert [line.text_content() for line in lines(story)] == [
        "Example News · 2026-11-22 11:59 UTC",
        "example · original article · 2026-11-22 11:59 UTC",
    ]


def test_a_story_that_nobody_tells_still_says_something() -> None:
    assert item(telling(ALONE))["content_html"] == f'<div dir="auto"><p>{ALONE_SAYS}</p></div>'


ALONE_SAYS = "A note that has no page of its own."


def test_the_facts_name_every_member_with_its_lag_and_its_reason() -> None:
    facts = item(telling())["_aggregator"]["story"]
    assert (facts["id"], facts["leading"], facts["outlets"]) == (MANY.id, RICH.id, 5)
    first, second, third, last = facts["members"]
    assert first["why"] is None
    assert [one["lag_seconds"] for one in facts["members"]] == [0, 3600, 9000, 10800]
    assert second["page"] == CHANNEL.pages + RICH.id
    assert [source["key"] for source in second["sources"]] == ["example", "other", "third"]
    assert second["why"] == {
        "to": EARLY.id,
        "by": "words",
        "likeness": 0.713,
        "shared_words": ["soldiers", "home"],
        "apart_seconds": 3600,
    }
    assert (third["language"], third["why"]["by"]) == ("ar", "meaning")
    assert third["why"]["apart_seconds"] == 5400
    assert (last["why"]["by"], last["why"]["apart_seconds"]) == ("person", 1800)
    assert last["joined"] == "2026-11-22T14:01:00+00:00"


def test_what_was_joined_with_one_that_has_left_says_how_far_it_was_apart() -> None:
    left = replace(MANY, members=(MANY.members[0], *MANY.members[2:]))
    _, third, _ = item(telling(left))["_aggregator"]["story"]["members"]
    assert (third["why"]["to"], third["why"]["apart_seconds"]) == (RICH.id, 5400)


def test_the_facts_tell_what_began_a_story_from_what_was_parted_from_another() -> None:
    parted = with_member(MANY, 0, why=Join(bare(9).id, By.SPLIT, 0.04))
    why = item(telling(parted))["_aggregator"]["story"]["members"][0]["why"]
    assert (why["by"], why["to"]) == ("split", bare(9).id)


def test_an_article_on_its_own_says_nothing_of_stories() -> None:
    assert "story" not in item(RICH)["_aggregator"]


# --- dates ------------------------------------------------------------------------------------


def test_a_story_was_published_when_it_began_whoever_joins_it() -> None:
    assert in_atom("string(a:entry/a:published)", telling()) == "2026-11-22T09:00:00+00:00"
    older = with_member(MANY, 3, article=replace(CHINESE, published=NOON - 100 * HOUR))
    assert in_atom("string(a:entry/a:published)", telling(older)) == "2026-11-22T09:00:00+00:00"


EDITED = NOON + 5 * HOUR
RULES = [
    (Updates.NEVER, MANY, EARLY.published),
    (Updates.QUIET, MANY, RICH.updated),
    (Updates.EACH_SOURCE, replace(MANY, told=BEGAN + 2 * HOUR), BEGAN + 2 * HOUR),
    (Updates.QUIET, replace(MANY, told=BEGAN + 2 * HOUR), RICH.updated),
    # The leading article was edited, another one was.
    (Updates.NEVER, with_member(MANY, 1, article=replace(RICH, updated=EDITED)), EARLY.published),
    (Updates.QUIET, with_member(MANY, 1, article=replace(RICH, updated=EDITED)), EDITED),
    (Updates.EACH_SOURCE, with_member(MANY, 1, article=replace(RICH, updated=EDITED)), EDITED),
    (Updates.QUIET, with_member(MANY, 0, article=replace(EARLY, updated=EDITED)), RICH.updated),
    # Another one leads now.
    (Updates.NEVER, replace(MANY, led=BEGAN + HOUR), EARLY.published),
    (Updates.NEVER, replace(MANY, leading=CHINESE.id), EARLY.published),
    # An older one joined, or the earliest left.
    (
        Updates.NEVER,
        with_member(MANY, 3, article=replace(CHINESE, published=EARLY.published - HOUR)),
        EARLY.published,
    ),
    (Updates.NEVER, replace(MANY, members=MANY.members[1:]), EARLY.published),
    (Updates.QUIET, replace(MANY, led=BEGAN + HOUR), BEGAN + HOUR),
    (Updates.EACH_SOURCE, replace(MANY, led=BEGAN + HOUR, told=BEGAN), BEGAN + HOUR),
    # All were there from the beginning.
    (Updates.EACH_SOURCE, MANY, RICH.updated),
]


@pytest.mark.parametrize(("rule", "story", "moment"), RULES)
def test_updated_moves_by_the_rule(rule: Updates, story: Story, moment: Any) -> None:
    assert updated(story, rule) == moment
    told = item(telling(story, rule))["date_modified"]
    assert told == moment.isoformat(timespec="seconds")


def test_an_outlet_that_joins_changes_the_entry_quietly() -> None:
    before, after = replace(MANY, members=MANY.members[:3]), MANY
    assert item(telling(before))["content_html"] != item(telling(after))["content_html"]
    assert item(telling(before))["date_modified"] == item(telling(after))["date_modified"]


# --- read again -------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["atom", "rss"])
def test_feedparser_reads_a_story(form: str) -> None:
    body = FORMATS[form](CHANNEL, [telling()])
    parsed = feedparsed(body, sanitize_html=False, resolve_relative_uris=False)
    assert not parsed.bozo
    [entry] = parsed.entries
    assert (entry.id, entry.title, entry.link) == (story_uri(MANY.id), RICH.title, RICH.link)
    assert LATE.title in entry.content[0].value


@pytest.mark.parametrize("form", FORMATS)
def test_our_own_parser_reads_a_story(form: str) -> None:
    document = parse(
        FORMATS[form](CHANNEL, [telling(), telling(ALONE)]),
        content_type=f"{MIME[form]}; charset=utf-8",
        url=CHANNEL.urls[form],
        now=NOON,
    )
    assert isinstance(document, Document)
    assert [entry.guid for entry in document.entries] == [story_uri(MANY.id), story_uri(ALONE.id)]
    assert LATE.title in document.entries[0].text
    assert "Другие новости" in document.entries[0].text
