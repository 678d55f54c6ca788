"""The nouns of the service: values that cross from one step to the next. No behaviour, no I/O.

Every datetime is aware and in UTC. Every string is well-formed Unicode without control characters
other than newline and tab (``parse`` sees to it). ``content`` is HTML that is already clean;
every other text is plain. Addresses are absolute http(s).

The rest of the program takes each from here, whichever module has it.
"""

from __future__ import annotations

from aggregator.model.article import (
    Appearance,
    Article,
    Evidence,
    Kind,
    Outlet,
    Revision,
    Rule,
    TopicHit,
)
from aggregator.model.asked import ENOUGH, Feed, Pacing, Per, Source, Topic, Updates, has_secret
from aggregator.model.document import (
    MARK_BYTES,
    Document,
    Enclosure,
    Entry,
    Image,
    Skipped,
    SkipReason,
    Wishes,
)
from aggregator.model.hub import Offer, Standing, Subscription
from aggregator.model.network import (
    Failed,
    Fetched,
    NotModified,
    Outcome,
    Reason,
    Validators,
    Visit,
)
from aggregator.model.outgoing import Channel, Page, StoryPage
from aggregator.model.poll import (
    MOVED,
    Arrival,
    Commit,
    HostStatus,
    PollRecord,
    PollState,
    Rest,
    SourceStatus,
    Stay,
)
from aggregator.model.sameness import Decision, Known, Verdict
from aggregator.model.story import By, Join, Member, Move, Placed, Ruling, Story

__all__ = [
    "ENOUGH",
    "MARK_BYTES",
    "MOVED",
    "Appearance",
    "Arrival",
    "Article",
    "By",
    "Channel",
    "Commit",
    "Decision",
    "Document",
    "Enclosure",
    "Entry",
    "Evidence",
    "Failed",
    "Feed",
    "Fetched",
    "HostStatus",
    "Image",
    "Join",
    "Kind",
    "Known",
    "Member",
    "Move",
    "NotModified",
    "Offer",
    "Outcome",
    "Outlet",
    "Pacing",
    "Page",
    "Per",
    "Placed",
    "PollRecord",
    "PollState",
    "Reason",
    "Rest",
    "Revision",
    "Rule",
    "Ruling",
    "SkipReason",
    "Skipped",
    "Source",
    "SourceStatus",
    "Standing",
    "Stay",
    "Story",
    "StoryPage",
    "Subscription",
    "Topic",
    "TopicHit",
    "Updates",
    "Validators",
    "Verdict",
    "Visit",
    "Wishes",
    "has_secret",
]
