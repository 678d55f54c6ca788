"""Reader apps subscribe to the running service: what they show, and that nothing comes twice."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from feeds import item, rss
from origin import Origin
from readers.apps import App, Seen, once_each
from relay import Relay
from service import free_port, polls, serving

from aggregator.store.revision import LOOK_SECONDS

CONFIG = """
sources: [{{url: '{url}', key: courier}}]
topics:
  war: {{name: War, any: [war]}}
  azerbaijan: {{name: Azerbaijan, place: AZ}}
service: {{fetch: {{allow_private: [127.0.0.0/8]}}, poll: {{every: 1d, gap: 0s}}}}
"""
STORY = """<item><guid>urn:courier:story</guid><title>The war in Azerbaijan, a year on</title>
<link>https://courier.example/story</link><pubDate>Sat, 21 Nov 2026 09:30:00 GMT</pubDate>
<author>desk@courier.example (Leyla Example)</author><category>Peace</category>
<description>What was promised, and what was kept.</description></item>"""


@pytest.mark.timeout(300)
def test_a_subscriber_sees_every_entry_once_for_ever(
    app: App, origin: Origin, tmp_path: Path
) -> None:
    origin.serve("/feed", rss([STORY]))
    (tmp_path / "config").mkdir()
    text = CONFIG.format(url=origin.url("/feed"))
    (tmp_path / "config" / "all.yaml").write_text(text, encoding="utf-8")
    states = {form: tmp_path / form for form in ("atom", "rss")}
    for state in states.values():
        state.mkdir()
    port, log = free_port(), tmp_path / "log"
    with Relay(port) as relay, polls(tmp_path) as poll:
        poll()

        def read(form: str) -> list[Seen]:
            return app.read([f"{relay.url}/feeds/war.{form}"], states[form])

        with serving(tmp_path, port, log, command="web", AGGREGATOR_SERVICE__BASE_URL=relay.url):
            for form in states:
                _shows_the_story(app, read(form), form)
                for _ in range(app.polls_until_304 - 1):
                    read(form)
                assert relay.statuses[-1] == 304
            items = [STORY]
            for number in range(10):
                items.insert(0, item(number, f"Report {number} of the war"))
                origin.serve("/feed", rss(items))
                poll()
                time.sleep(2 * LOOK_SECONDS)  # so old may be what another process shows
                assert [len(once_each(read(form))) for form in states] == [len(items)] * 2
        with serving(
            tmp_path,
            port,
            log,
            command="web",
            AGGREGATOR_SERVICE__BASE_URL="https://moved.example/x",
        ):
            poll()
            assert [len(once_each(read(form))) for form in states] == [len(items)] * 2
            assert relay.statuses[-2:] == [200, 200]


def _shows_the_story(app: App, seen: list[Seen], form: str) -> None:
    [story] = seen
    assert story.title == "The war in Azerbaijan, a year on"
    assert story.link == "https://courier.example/story"
    assert story.date is not None
    assert story.date.isoformat() == "2026-11-21T09:30:00+00:00"
    assert story.author == "Leyla Example"
    topics = {"war", "azerbaijan"} if form == "atom" else {"War", "Azerbaijan"}
    assert set(story.categories) == ({*topics, "Peace"} if "categories" not in app.lacks else set())
