"""What holds for entries of every format: limits, and one bad entry."""

from __future__ import annotations

from parsing import NOW, URL, jsonfeed, read, rss

from aggregator.model import Skipped, SkipReason
from aggregator.parse import ParseLimits
from aggregator.parse.draft import Draft, Markup
from aggregator.parse.entry import Frame, read_entries


def test_one_broken_entry_stays_one_broken_entry() -> None:
    def draft(raw: str) -> Draft:
        if raw == "broken":
            raise KeyError("\x00what")
        return Draft(titles=(Markup(raw),))

    entries, skipped = read_entries(
        ["one", "broken", "three"], draft, Frame(URL, NOW, ParseLimits())
    )
    assert [entry.title for entry in entries] == ["one", "three"]
    assert skipped == (Skipped(1, SkipReason.BROKEN, "KeyError: '\\x00what'"),)


def test_empty_entries_are_skipped_and_counted() -> None:
    document = read(rss("", "<title>t</title>", "<guid>g</guid><pubDate>2021-01-01</pubDate>"))
    assert [entry.title for entry in document.entries] == ["t"]
    assert [(one.position, one.reason) for one in document.skipped] == [
        (0, SkipReason.EMPTY),
        (2, SkipReason.EMPTY),
    ]


def test_entries_past_the_limit_are_reported_once() -> None:
    limits = ParseLimits(max_entries=2)
    for document in (
        rss(*(f"<title>{n}</title>" for n in range(5))),
        jsonfeed(*({"title": str(n)} for n in range(5))),
    ):
        parsed = read(document, limits=limits)
        assert [entry.title for entry in parsed.entries] == ["0", "1"]
        assert parsed.skipped == (Skipped(2, SkipReason.TOO_MANY, "3 entries past the limit of 2"),)


def test_what_is_too_long_is_cut_sensibly() -> None:
    limits = ParseLimits(
        max_content_chars=100, max_title_chars=20, max_summary_chars=30, max_categories=2,
        max_authors=1, max_enclosures=1,
    )  # fmt: skip
    [entry] = read(
        jsonfeed(
            {
                "title": "A headline that goes on",
                "summary": "A standfirst that goes on and on.",
                "content_html": "<p>Twenty characters ok</p>" * 20,
                "tags": ["a", "b", "c"],
                "authors": [{"name": "A Doe"}, {"name": "B Roe"}],
                "attachments": [{"url": "/a"}, {"url": "/b"}],
            }
        ),
        limits=limits,
    ).entries
    assert entry.title == "A headline that…"
    assert entry.summary == "A standfirst that goes on and…"
    assert entry.content == "<p>Twenty characters ok</p>" * 3 + "<p>Twenty </p>"
    assert entry.categories == ("a", "b")
    assert entry.authors == ("A Doe",)
    assert len(entry.enclosures) == 1


def test_long_plain_content_is_cut_at_a_word() -> None:
    [entry] = read(
        jsonfeed({"content_text": "word " * 100}), limits=ParseLimits(max_content_chars=50)
    ).entries
    assert entry.text == "word " * 9 + "word…"
