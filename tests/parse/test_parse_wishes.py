"""How a feed asks to be polled."""

from __future__ import annotations

from datetime import timedelta

import pytest
from parsing import NOW, URL, atom, jsonfeed, read, rss

from aggregator.model import Document, Wishes
from aggregator.parse import parse

SY = "http://purl.org/rss/1.0/modules/syndication/"
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def wishes(channel: str) -> Wishes | None:
    """Of a document whose entries have elements of the same names, which say nothing."""
    return read(rss("<title>A</title><ttl>7</ttl><hour>9</hour>", channel=channel)).wishes


@pytest.mark.parametrize(
    ("said", "apart"),
    [
        ("", timedelta(0)),
        ("<ttl>60</ttl>", HOUR),
        ("<ttl> 15\n</ttl>", 15 * MINUTE),
        ("<ttl>0</ttl>", timedelta(0)),
        ("<ttl>an hour</ttl>", timedelta(0)),
        ("<ttl>-5</ttl>", timedelta(0)),
        ("<ttl>99999999999999999999</ttl>", timedelta(0)),
        ("<ttl>٣٠</ttl>", timedelta(0)),
        ("<ttl>999999</ttl>", 999_999 * MINUTE),
        ("<sy:updatePeriod>hourly</sy:updatePeriod>", HOUR),
        ("<sy:updatePeriod>\n\tHourly </sy:updatePeriod>", HOUR),
        ("<sy:updatePeriod>weekly</sy:updatePeriod>", 7 * DAY),
        ("<sy:updatePeriod>now and then</sy:updatePeriod>", timedelta(0)),
        ("<sy:updateFrequency>2</sy:updateFrequency>", timedelta(0)),
        (
            "<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>",
            15 * MINUTE,
        ),
        (
            "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>",
            DAY,
        ),
        ("<ttl>90</ttl><sy:updatePeriod>hourly</sy:updatePeriod>", 90 * MINUTE),
    ],
)
def test_the_least_time_between_two_polls(said: str, apart: timedelta) -> None:
    said = said.replace("<sy:updatePeriod", f'<sy:updatePeriod xmlns:sy="{SY}"', 1)
    said = said.replace("<sy:updateFrequency", f'<sy:updateFrequency xmlns:sy="{SY}"', 1)
    assert wishes(said) == Wishes(apart)


@pytest.mark.parametrize(
    ("said", "hours"),
    [
        ((), ()),
        ((0, 1, 22, 23), (0, 1, 22, 23)),
        ((24, 3), (0, 3)),
        ((25, -1, "noon", "", 5), (5,)),
        (range(24), ()),
    ],
)
def test_the_hours_to_stay_away(said: tuple[object, ...], hours: tuple[int, ...]) -> None:
    written = "".join(f"<hour>{hour}</hour>" for hour in said)
    assert wishes(f"<skipHours>{written}</skipHours>") == Wishes(hours=frozenset(hours))


@pytest.mark.parametrize(
    ("said", "days"),
    [
        (("Saturday", " sunday\n"), (5, 6)),
        (("Mon",), (0,)),
        (("someday",), ()),
        (("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"), ()),
    ],
)
def test_the_days_to_stay_away(said: tuple[str, ...], days: tuple[int, ...]) -> None:
    written = "".join(f"<day>{day}</day>" for day in said)
    assert wishes(f"<skipDays>{written}</skipDays>") == Wishes(days=frozenset(days))


def test_where_hours_and_days_stand_among_the_entries_does_not_matter() -> None:
    after = rss("<title>A</title>").replace(
        "</channel>", "<skipHours><hour>3</hour></skipHours></channel>"
    )
    assert read(after).wishes == Wishes(hours=frozenset({3}))


def test_other_formats_wish_nothing() -> None:
    assert read(atom("<title>A</title><id>a</id>")).wishes == Wishes()
    assert read(jsonfeed({"id": "a", "title": "A"})).wishes is None


def test_a_document_of_which_entries_are_passed_over_wishes_the_same() -> None:
    text = rss("<title>A</title>", "<title>B</title>", channel="<ttl>60</ttl>")
    first = read(text)
    again = parse(text.encode(), content_type="", url=URL, now=NOW, seen=frozenset(first.marks[:1]))
    assert isinstance(again, Document)
    assert (len(again.entries), again.wishes) == (1, Wishes(HOUR))
