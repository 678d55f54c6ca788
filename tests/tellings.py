"""Stories for the tests of what goes out: four outlets in three languages, and one alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from articles import ARABIC, CHINESE, NO_LINK, NOON, RICH, article_id, bare

from aggregator.model import By, Evidence, Join, Member, Rule, Story, TopicHit, Updates
from aggregator.publish import StoryEntry

PAGES = "https://reader.example/stories/"
BEGAN = NOON + timedelta(minutes=1)

_SEEN = bare(7)
EARLY = replace(
    _SEEN,
    title="Soldiers return <home>",
    link="https://news.example/early",
    appearances=(replace(_SEEN.appearances[0], link=None, title="Soldiers return <home>"),),
    published=NOON - timedelta(hours=3),
    updated=NOON - timedelta(hours=3),
    language="tr",
    categories=("Army", "War"),
    topics=(TopicHit("europe", (Evidence(Rule.ANY, "title", "home", "home", score=1.0),)),),
)
LATE = replace(
    ARABIC,
    published=NOON - timedelta(minutes=30),
    topics=(TopicHit("war", (Evidence(Rule.ANY, "title", "الحرب", "الحرب", score=2.0),)),),
)

MANY = Story(
    id=article_id(5000),
    members=(
        Member(EARLY, BEGAN),
        Member(RICH, BEGAN, Join(EARLY.id, By.WORDS, 0.7134, ("soldiers", "home"))),
        Member(
            LATE,
            BEGAN + timedelta(hours=1),
            Join(RICH.id, By.MEANING, 0.62, ("44",), timedelta(hours=1, minutes=30)),
        ),
        Member(CHINESE, BEGAN + timedelta(hours=2), Join(LATE.id, By.PERSON, 1.0)),
    ),
    leading=RICH.id,
    listed=NOON,
    published=EARLY.published,
    outlets=5,
)
ALONE = Story(article_id(5001), (Member(NO_LINK, BEGAN),), NO_LINK.id, NOON, NOON, 0)


def telling(story: Story = MANY, updates: Updates = Updates.QUIET) -> StoryEntry:
    return StoryEntry(story, PAGES + story.id, updates)
