"""The tables of everyday words: what they hold, and who has which."""

from __future__ import annotations

import pytest

from aggregator.dedupe import everyday
from aggregator.tag.language import base


@pytest.mark.parametrize("code", sorted(everyday.codes()))
def test_a_table_holds_words_as_articles_have_them(code: str) -> None:
    shares = dict(everyday.shares(code))
    assert base(code) == code
    assert len(shares) > 1_000
    assert all(0.0 < share < 1.0 and 1 < len(word) <= 6 for word, share in shares.items())


def test_the_words_of_the_news_are_more_common_than_its_names() -> None:
    english, russian = (dict(everyday.shares(code)) for code in ("en", "ru"))
    assert english["people"] > english["rain"] > english.get("baku", 0.0)
    assert russian["людеи"] > russian["дождь"] > russian.get("кишине", 0.0)


def test_a_language_without_a_table_has_that_of_its_kin_or_none() -> None:
    assert dict(everyday.shares("pcm")) == dict(everyday.shares("en"))
    assert dict(everyday.shares("hr"))
    assert not dict(everyday.shares("hy"))
    assert not dict(everyday.shares("../en"))
