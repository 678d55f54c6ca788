"""Dates: everything that feeds write, and nothing guessed."""

# ruff: noqa: E501 - tables with one case a line

from __future__ import annotations

import time

import pytest
from babel import Locale
from parsing import NOW

from aggregator.parse.dates import when


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        # RFC 822, its zones, and what became of it
        ("Mon, 06 Sep 2021 17:30:05 GMT", "2021-09-06 17:30:05"),
        ("06 Sep 2021 17:30 +0400", "2021-09-06 13:30:00"),
        ("Mon, 6 Sep 21 17:30:00 -0530", "2021-09-06 23:00:00"),
        ("Mon, 6 Sep 98 17:30:00 GMT", "1998-09-06 17:30:00"),
        ("Mon,06 Sep 2021 17:30:00 MSK", "2021-09-06 14:30:00"),
        ("Mon, 06 Sep 2021 17:30:00 IST", "2021-09-06 12:00:00"),
        ("Mon, 06 Sep 2021 17:30:00 CET", "2021-09-06 16:30:00"),
        ("Mon, 06 Sep 2021 17:30:00 AZT", "2021-09-06 13:30:00"),
        ("Mon, 06 Sep 2021 17:30:00 GMT-05:00", "2021-09-06 22:30:00"),
        ("Mon, 06 Sep 2021 17:30:00 Etc/GMT", "2021-09-06 17:30:00"),
        ("Mon, 06 Sep 2021 17:30:00 Nowhere", "2021-09-06 17:30:00"),
        ("Mon, 06 Sep 2021 17:30:00 GMT (PST, 99)", "2021-09-06 17:30:00"),
        ("Mon, 06 Sep, 2021 17:30:00", "2021-09-06 17:30:00"),
        ("Sun Jul 15 01:16:00 +0000 2012", "2012-07-15 01:16:00"),
        ("Sun Jan  4 16:29:06 2004", "2004-01-04 16:29:06"),
        ("06-Sep-2021", "2021-09-06 00:00:00"),
        ("06-Sep-2021 10:00 EEST", "2021-09-06 07:00:00"),
        ("Monday, September 6th, 2021 at 5:30 pm EDT", "2021-09-06 21:30:00"),
        ("Sep 6, 2021 12:05 AM", "2021-09-06 00:05:00"),
        ("Sep 6, 2021 12:05 PM", "2021-09-06 12:05:00"),
        # ISO 8601 and its relatives
        ("2021-09-06T17:30:05Z", "2021-09-06 17:30:05"),
        ("2021-09-06T17:30:05.123456789+04:00", "2021-09-06 13:30:05"),
        ("2021-09-06 17:30:00 -00:20", "2021-09-06 17:50:00"),
        ("2021-09-06T17:30+0430", "2021-09-06 13:00:00"),
        ("2021-09-06T17:30", "2021-09-06 17:30:00"),
        ("20210906T173005Z", "2021-09-06 17:30:05"),
        ("20210906173005", "2021-09-06 17:30:05"),
        ("20210906", "2021-09-06 00:00:00"),
        ("2021-09-06", "2021-09-06 00:00:00"),
        ("2021-09", "2021-09-01 00:00:00"),
        ("2021", "2021-01-01 00:00:00"),
        ("2021/9/6 5:30 EDT", "2021-09-06 09:30:00"),
        ("2021-01-01T24:00:00Z", "2021-01-02 00:00:00"),
        ("2016-12-31T23:59:60Z", "2016-12-31 23:59:59"),
        # numbers in the order of the land
        ("06.09.2021 17:30", "2021-09-06 17:30:00"),
        ("6. 9. 2021", "2021-09-06 00:00:00"),
        ("2021. 09. 06. 17:30", "2021-09-06 17:30:00"),
        ("13/09/2021", "2021-09-13 00:00:00"),
        ("09/13/2021 11:00 AM", "2021-09-13 11:00:00"),
        # seconds and milliseconds
        ("1630949405", "2021-09-06 17:30:05"),
        ("1630949405.5", "2021-09-06 17:30:05"),
        ("1630949405000", "2021-09-06 17:30:05"),
        # other scripts and languages
        ("2021年09月06日", "2021-09-06 00:00:00"),
        ("2021年9月6日 下午5時30分", "2021-09-06 17:30:00"),
        ("2004년 05월 28일 오후 11:23:17", "2004-05-28 23:23:17"),
        ("2004-július-13T9:15-05:00", "2004-07-13 14:15:00"),
        ("Πέμ, 06 Σεπ 2021 10:00:00 EEST", "2021-09-06 07:00:00"),
        ("6 sentyabr 2021, 17:30", "2021-09-06 17:30:00"),
        ("9 Kasım 2020 17:30 +0300", "2020-11-09 14:30:00"),
        ("пн, 6 сентября 2021 г. 17:30 +0300", "2021-09-06 14:30:00"),
        ("6 სექტემბერი, 2021", "2021-09-06 00:00:00"),
        ("6 սեպտեմբերի 2021", "2021-09-06 00:00:00"),
        ("الاثنين ٦ سبتمبر ٢٠٢١", "2021-09-06 00:00:00"),
        ("mar., 05 nov. 2024 10:00:00 +0100", "2024-11-05 09:00:00"),
        ("6 de septiembre de 2021", "2021-09-06 00:00:00"),
        ("6 août 2021", "2021-08-06 00:00:00"),
        # ahead of the clock by less than a day
        ("2026-11-23T11:00:00Z", "2026-11-23 11:00:00"),
    ],
)
def test_a_date_is_read_as_its_writer_meant_it(written: str, utc: str) -> None:
    assert str(when(written, NOW)) == f"{utc}+00:00"


@pytest.mark.parametrize(
    "written",
    [
        "", "now", "yesterday", "0", "0000-00-00", "0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z",
        "1989-12-31", "2026-11-24T12:00:00Z", "9999-12-31T23:59:59-14:00", "10000-01-01T00:00:00Z",
        "2023-02-29T00:00:00Z", "2024-13-01", "Mon, 32 Jan 2024 00:00:00 GMT", "2021-09-06T25:00:00Z",
        "2021-09-06T10:61:00Z", "2021-09-06T10:00:99Z", "2024-01-01T00:00:00+24:00",
        "2024-01-01T00:00:00+10:99", "01/02/2003", "01/02/03", "2024-W01-1", "Sun, 16 zzz 2012 11:47:32 GMT",
        "Sun, 16 Dec zz 11:47:32 GMT", "9" * 1_000, "99999999999999", "१२३",
    ],
)  # fmt: skip
def test_what_is_no_date_or_cannot_be_true_is_none(written: str) -> None:
    assert when(written, NOW) is None


def test_months_are_known_in_the_languages_of_the_news() -> None:
    languages = (
        "en de fr es it pt nl da nb sv fi pl cs sk hu ro lt lv et el tr az uz id ru uk be bg sr mk "
        "sl kk ky hy ka he ar fa"
    )
    wrong = [
        (language, name)
        for language in languages.split()
        for width in ("wide", "abbreviated")
        for number, name in Locale.parse(language).months["format"][width].items()
        if (read := when(f"5 {name} 2021", NOW)) is None or read.month != number
    ]
    assert wrong == []


def test_long_nonsense_takes_no_time() -> None:
    started = time.process_time()
    for char in "1-:. +a年":
        when(char * 1_000_000, NOW)
        when(f"2021-09-06 {char * 180}", NOW)
    assert time.process_time() - started < 0.5
