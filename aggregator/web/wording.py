"""How dates, states and reasons are put into words: the filters of the templates. No HTML here."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

from babel import Locale as BabelLocale
from babel import UnknownLocaleError
from babel.dates import format_date, format_time
from flask import Flask
from markupsafe import Markup

from aggregator.model import Article, HostStatus, Reason, Rest, SourceStatus, Verdict
from aggregator.publish.safe import address
from aggregator.web.assets import asset
from aggregator.web.proof import certainty, proof
from aggregator.web.reasons import apart, lag, member
from aggregator.web.site import current
from aggregator.why import likeness, said

LOCALE = "en"

REASONS: dict[Reason, str] = {
    Reason.ADDRESS: "Its address is not a proper web address.",
    Reason.PRIVATE: "It leads to a private network address, which is not allowed for this source.",
    Reason.DNS: "Its host name can’t be found.",
    Reason.CONNECT: "Its server can’t be reached.",
    Reason.TLS: "Its server’s certificate or encryption is not in order.",
    Reason.TIMEOUT: "Its server took too long to answer.",
    Reason.INCOMPLETE: "The answer broke off before its end.",
    Reason.PROTOCOL: "Its server’s answer can’t be understood.",
    Reason.TOO_LARGE: "The answer is larger than allowed.",
    Reason.REDIRECTS: "It redirects too many times, or in a circle.",
    Reason.GONE: "Its publisher says that this feed is gone for good.",
    Reason.RATE_LIMITED: "Its server asks us to come less often.",
    Reason.RESTING: "It leads to a host that is to be left alone for now.",
    Reason.CLIENT_ERROR: "Its server refuses the request.",
    Reason.SERVER_ERROR: "Its server has a problem of its own.",
    Reason.FILE: "The file can’t be read.",
    Reason.NOT_A_FEED: "What is there is not a feed.",
    Reason.PARSE_TIMEOUT: "Reading the feed took too long, so it was stopped.",
    Reason.PARSE_CRASH: "The feed broke the parser, so it was set aside.",
    Reason.BUG: "This program itself made a mistake. It stands in the log.",
}

_LIST_CHARS = 220
"""How much of a standfirst a list shows."""


def register(app: Flask) -> None:
    for function in _FILTERS:
        app.jinja_env.filters[function.__name__] = function
    app.jinja_env.filters["web"] = address
    app.context_processor(lambda: {"site": current(), "asset": asset})


def iso(value: datetime) -> str:
    """For the ``datetime`` attribute.

    >>> iso(datetime(2026, 11, 22, 8, 5, tzinfo=UTC))
    '2026-11-22T08:05:00Z'
    """
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def clock(value: datetime) -> str:
    """The time of day where the site is at home: 19:40."""
    return format_time(value, "HH:mm", tzinfo=current().zone, locale=LOCALE)


def day(value: date) -> str:
    """A day in full.

    >>> day(date(2026, 11, 22))
    'Sunday, 22 November 2026'
    """
    return format_date(value, "EEEE, d MMMM y", locale=LOCALE)


def local_day(value: datetime) -> str:
    """The day of a moment where the site is at home, short: 22 Nov."""
    return format_date(value.astimezone(current().zone), "d MMM", locale=LOCALE)


def recent(value: datetime) -> str:
    """A moment for a narrow column: 19:40 today, 21 Nov, 19:40 this year, else 21 Nov 2025."""
    site = current()
    local, today = value.astimezone(site.zone), site.today
    if local.date() == today:
        return f"{local:%H:%M}"
    if local.year == today.year:
        return f"{format_date(local, 'd MMM', locale=LOCALE)}, {local:%H:%M}"
    return format_date(local, "d MMM y", locale=LOCALE)


def short_day(value: date) -> str:
    """A day without its year.

    >>> short_day(date(2026, 11, 22))
    'Sun, 22 November'
    """
    return format_date(value, "EEE, d MMMM", locale=LOCALE)


def moment(value: datetime) -> str:
    """Date and time where the site is at home: 22 November 2026, 19:40."""
    local = value.astimezone(current().zone)
    return f"{format_date(local, 'd MMMM y', locale=LOCALE)}, {local:%H:%M}"


def standfirst(article: Article) -> str:
    """The summary, or the text's beginning, cut at a word for a list."""
    text = " ".join((article.summary or article.text[: 2 * _LIST_CHARS]).split())
    if len(text) <= _LIST_CHARS:
        return text
    cut = text[:_LIST_CHARS]
    return f"{cut.rsplit(' ', 1)[0] if ' ' in cut else cut}…"


def outlets(article: Article) -> list[tuple[str, str | None]]:
    """Name and link of every outlet once, the one that speaks for the article first."""
    found: dict[str, tuple[str, str | None]] = {}
    for appearance in article.appearances:
        link = address(appearance.link or article.link)
        found.setdefault(appearance.outlet.key, (appearance.outlet.name, link))
    return list(found.values())


def outlet_names(article: Article) -> dict[str, str]:
    """What the sources that carry it are called, by key."""
    return {one.outlet.key: one.outlet.name for one in article.appearances}


def verdict(decided: Verdict) -> str:
    """What was decided, so that the outlet's name can follow."""
    return {
        Verdict.NEW: "New in",
        Verdict.CHANGED: "Edited in",
        Verdict.ALSO: "Also in",
        Verdict.UNCHANGED: "Unchanged in",
    }[decided]


def state(source: SourceStatus) -> tuple[str, str]:
    """How a source is doing: a word for the style sheet, and a phrase for people."""
    if source.last_polled is None:
        return "new", "not polled yet"
    if source.gone_at is not None:
        return "failing", f"gone since {moment(source.gone_at)}; remove it or change its URL"
    if not source.failures:
        return "ok", "ok"
    since = f"since {moment(source.last_success)}" if source.last_success else "from the start"
    if source.result == Reason.RATE_LIMITED:
        return "waiting", f"waiting, {since}"
    return "failing", f"failing {since}"


def resting(one: SourceStatus | HostStatus) -> str:
    """Until when a host is left alone, and why; "" for one that isn't, or for its gap only."""
    because = {Rest.ASKED: "as it asked", Rest.BUDGET: "since the day’s requests are used up"}
    if one.free_at is None or one.why not in because or one.free_at <= current().clock():
        return ""
    return f"left alone until {recent(one.free_at)}, {because[one.why]}"


def span(value: timedelta) -> str:
    """A time in its largest unit.

    >>> span(timedelta(seconds=200)), span(timedelta(hours=50))
    ('3 min', '2 d')
    """
    seconds = round(value.total_seconds())
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= length:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"


def plain_reason(result: str | None) -> str:
    """Why a poll failed, in a sentence; "" for one that didn't."""
    return REASONS[Reason(result)] if result in list(Reason) else ""


def urgency(source: SourceStatus) -> tuple[int, str, str]:
    """A sort key: what fails first, then what waits or was never polled, then by name."""
    order = ("failing", "waiting", "new", "ok")
    return order.index(state(source)[0]), source.name.casefold(), source.key


def language_name(code: str | None) -> str:
    """What a language is called, with its code.

    >>> language_name("az"), language_name(None)
    ('Azerbaijani (az)', 'unknown')
    """
    if not code:
        return "unknown"
    try:
        name = BabelLocale.parse(code, sep="-").get_display_name(LOCALE)
    except (ValueError, UnknownLocaleError):
        name = None
    return f"{name} ({code})" if name else code


def host(url: str) -> str:
    """The host of an address.

    >>> host("https://www.example.org/a?b")
    'www.example.org'
    """
    return urlsplit(url).hostname or ""


_HEADING = re.compile(r"<(/?)h([1-6])(?=[\s>])")


def body(html: str) -> Markup:
    """Clean HTML as part of our page: its headings go below ours, without a gap between levels.

    Only digits change, so this can't open what cleaning has closed.

    >>> str(body("<h1>a</h1><h4>b</h4>"))
    '<h2>a</h2><h3>b</h3>'
    """
    levels = sorted({level for _, level in _HEADING.findall(html)})
    ours = {level: min(number, 6) for number, level in enumerate(levels, start=2)}
    return Markup(_HEADING.sub(lambda m: f"<{m[1]}h{ours[m[2]]}", html))  # noqa: S704 - parse cleaned it


_FILTERS: tuple[Callable[..., object], ...] = (
    *(iso, clock, day, short_day, local_day, moment, recent),
    *(standfirst, outlets, outlet_names, body, host, language_name),
    *(lag, likeness, said, apart, member),
    *(state, resting, span, plain_reason, proof, certainty, verdict),
)
