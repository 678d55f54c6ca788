"""Output feeds: what was served once and is no more is gone, not unknown."""

from __future__ import annotations

import pytest
from stored import HOUR, NOW

from aggregator.store import feeds
from aggregator.store.database import Database


def test_a_feed_that_is_no_longer_served_is_gone_until_it_comes_back(db: Database) -> None:
    feeds.publish(db, ["all", "war"], NOW)
    assert not feeds.gone(db, "war")
    feeds.publish(db, ["all"], NOW + HOUR)
    assert feeds.gone(db, "war")
    assert not feeds.gone(db, "all")
    feeds.publish(db, ["all", "war"], NOW + 2 * HOUR)
    assert not feeds.gone(db, "war")
    feeds.publish(db, [], NOW + 3 * HOUR)
    assert feeds.gone(db, "all")


@pytest.mark.parametrize("slug", ["never", "\0", "\ud800", "%"])
def test_a_feed_that_never_was_is_not_gone(db: Database, slug: str) -> None:
    feeds.publish(db, ["all"], NOW)
    assert not feeds.gone(db, slug)
