"""Feed documents for tests, made from a few facts; the texts are invented."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape

START = datetime(2026, 11, 20, 8, tzinfo=UTC)


def rss(
    items: Iterable[str], *, title: str = "Caspian Courier", link: str = "https://courier.example/"
) -> bytes:
    """An RSS 2.0 document around ``<item>`` texts."""
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">'
        f"<channel><title>{escape(title)}</title><link>{link}</link><language>en</language>"
        f"<description>News</description>{''.join(items)}</channel></rss>"
    ).encode()


def item(
    number: int | str,
    title: str | None = None,
    *,
    site: str = "https://courier.example",
    text: str = "",
    date: datetime | None = None,
) -> str:
    """One ``<item>``; number makes its guid, link and date."""
    hours = number if isinstance(number, int) else 0
    date = date or START + timedelta(minutes=hours)
    return (
        f"<item><guid isPermaLink='false'>{site}#{number}</guid>"
        f"<title>{escape(title or f'Report {number} from Baku')}</title>"
        f"<link>{site}/{number}</link><pubDate>{format_datetime(date)}</pubDate>"
        f"<description>{escape(text or f'What report {number} says.')}</description></item>"
    )
