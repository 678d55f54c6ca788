"""Pictures and enclosures."""

# ruff: noqa: E501 - tables with one case a line

from __future__ import annotations

import pytest
from parsing import atom, only, rss

from aggregator.model import Enclosure, Image

PICTURE = "https://img.example.org/p.jpg"
OTHER = "https://img.example.org/q.jpg"


@pytest.mark.parametrize(
    ("elements", "image"),
    [
        (f'<media:content url="{PICTURE}" type="image/jpeg"/>', Image(PICTURE)),
        (f'<media:content url="{PICTURE}" medium="image" width="640" height="360px"/>', Image(PICTURE, "", 640, 360)),
        (f'<media:content url="{PICTURE}"/>', Image(PICTURE)),
        (f'<media:content url="{PICTURE}?w=1" width="140"/><media:content url="{PICTURE}?w=2" width="1000"/>', Image(f"{PICTURE}?w=2", "", 1000)),
        (f'<media:content url="{PICTURE}"><media:description>A &amp;amp; B</media:description><media:title>C</media:title></media:content><description>x</description>', Image(PICTURE, "A & B")),
        (f'<media:content url="{PICTURE}"><media:title type="html">&lt;b>C&lt;/b></media:title></media:content>', Image(PICTURE, "C")),
        (f'<description>x</description><media:group><media:description>D</media:description><media:content url="{PICTURE}"/></media:group>', Image(PICTURE, "D")),
        (f'<description>x</description><media:content url="{PICTURE}" width="9"/><media:content url="{OTHER}" width="5"><media:description>other</media:description></media:content>', Image(PICTURE, "", 9)),
        (f'<media:thumbnail url="{PICTURE}" width="120" height="90"/>', Image(PICTURE, "", 120, 90)),
        (f'<media:thumbnail url="{OTHER}"/><media:content url="{PICTURE}"/>', Image(PICTURE)),
        (f'<media:group><media:title>T</media:title><media:content url="https://example.org/v" type="application/x-shockwave-flash"/><media:thumbnail url="{PICTURE}"/><media:description>All about it</media:description></media:group>', Image(PICTURE, "T")),
        (f'<itunes:image href="{PICTURE}"/>', Image(PICTURE)),
        (f'<enclosure url="{PICTURE}" type="image/jpeg" length="5"/>', Image(PICTURE)),
        (f"<enclosure url='{PICTURE.upper()}' type=''/>", Image("https://img.example.org/P.JPG")),
        ('<media:content url="/p.jpg"/><link>https://news.example.org/a</link>', Image("https://news.example.org/p.jpg")),
        (f'<description>&lt;img src="t.gif" width="1">&lt;img src="{PICTURE}" alt="In it" width="300"></description>', Image(PICTURE, "In it", 300)),
        (f'<media:thumbnail url="{PICTURE}"/><description>&lt;img src="{OTHER}" alt="no">&lt;img src="{PICTURE}" alt="In it" width="300"></description>', Image(PICTURE, "In it", 300)),
        ('<media:content url="https://0.gravatar.com/avatar/1" medium="image"/>', None),
        ('<media:content url="javascript:x" medium="image"/><media:thumbnail url=""/>', None),
        ('<media:thumbnail url="https://example.org/t.gif" width="1" height="1"/>', None),
        ('<media:content url="https://example.org/f.mp4" medium="video"/>', None),
        ("", None),
    ],
)  # fmt: skip
def test_the_lead_picture_is_the_best_that_the_feed_has(elements: str, image: Image | None) -> None:
    assert only(rss(f"<title>t</title>{elements}")).image == image


def test_the_words_of_a_film_are_its_text_and_those_of_a_picture_are_not() -> None:
    film = only(atom(
        "<title>t</title><media:group><media:description>All about it.</media:description></media:group>"
    ))  # fmt: skip
    assert film.summary == "All about it."
    story = only(rss(
        "<title>t</title><description>The story.</description>"
        f'<media:content url="{PICTURE}"><media:description>The picture.</media:description></media:content>'
    ))  # fmt: skip
    assert (story.summary, story.content) == ("The story.", "")


@pytest.mark.parametrize(
    ("elements", "enclosures"),
    [
        ('<enclosure url="https://e.example/a.mp3" type="Audio/MPEG" length="123"/>', [Enclosure("https://e.example/a.mp3", "audio/mpeg", 123)]),
        ('<enclosure url="a.mp3" type="bad type" length="0"/>', [Enclosure("https://feeds.example.org/news/a.mp3")]),
        ('<enclosure url="https://e.example/a.mp3" length="1,234"/>' * 2, [Enclosure("https://e.example/a.mp3")]),
        ('<enclosure url="javascript:x"/><enclosure/><enclosure url="https://e.example/b"/>', [Enclosure("https://e.example/b")]),
        ('<media:content url="https://e.example/f.mp4" type="video/mp4" fileSize="99"/>', [Enclosure("https://e.example/f.mp4", "video/mp4", 99)]),
        ('<media:content url="https://e.example/f" medium="audio"/><media:content url="https://e.example/x" type="text/html"/>', [Enclosure("https://e.example/f")]),
        (f'<media:content url="{PICTURE}" type="image/png"/>', []),
    ],
)  # fmt: skip
def test_enclosures_are_absolute_and_once(elements: str, enclosures: list[Enclosure]) -> None:
    assert only(rss(f"<title>t</title>{elements}")).enclosures == tuple(enclosures)


def test_there_is_an_end_to_enclosures() -> None:
    many = "".join(f'<enclosure url="https://e.example/{n}"/>' for n in range(200))
    assert len(only(rss(f"<title>t</title>{many}")).enclosures) == 50
