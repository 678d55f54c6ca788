"""What goes out is what the formats ask for: articles and stories, alone and in one feed."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from articles import CHANNEL, EVERY_KIND
from tellings import ALONE, MANY, telling
from valid import CHECKS

from aggregator.model import Updates
from aggregator.publish import Outgoing, atom, jsonfeed, rss

WRITE = {"atom": atom, "rss": rss, "json": jsonfeed}
STORIES = (telling(), telling(ALONE))
OUTPUTS: dict[str, Sequence[Outgoing]] = {
    "nothing": (),
    "articles": EVERY_KIND,
    "stories": STORIES,
    "both": (*STORIES, *EVERY_KIND),
    **{rule: (telling(MANY, rule), telling(ALONE, rule)) for rule in Updates},
}


@pytest.mark.parametrize("form", WRITE)
@pytest.mark.parametrize("kind", OUTPUTS)
def test_a_feed_is_valid(form: str, kind: str) -> None:
    body = WRITE[form](CHANNEL, OUTPUTS[kind])
    assert len(CHECKS[form](body)) == len(OUTPUTS[kind])
