"""Dates as feeds write them, in many languages and against every rule. Reads no clock.

What is read, in this order: epoch seconds and milliseconds; ISO 8601 and its relatives
(``2021/9/6 5:30``, ``06.09.2021``, ``2021年09月06日``, ``2004년 05월 28일 오후 11:23``); dates with
the name of a month (RFC 822, asctime, ``6 de septiembre de 2021``). A date without a zone is taken
for UTC. What feedparser itself makes of a date is not asked: where it reads more than this does, it
guesses (``2024-W01-1`` becomes the first of November), and a wrong date is worse than none.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta

EARLIEST_YEAR = 1990
"""Older dates are defaults of software (0001, 1601, 1970), not dates of news."""

_MAX_CHARS = 200
_EPOCH = re.compile(r"(\d{9,10})(?:\.\d+)?|(\d{12,13})", re.ASCII)
_COMPACT = re.compile(r"(?<!\d)(\d{8})t?(\d\d)(\d\d)(\d\d)(?!\d)")
_TIME = re.compile(
    r"(?<!\d)(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?(?:[.,]\d+)?|(\d{1,2})\s*[時时시]\s*(?:(\d{1,2})\s*[分분])?"
)
_NUMERIC = re.compile(
    r"(?<!\d)(?P<year>\d{4})\s*[-/.年년]\s*(?P<month>\d{1,2})\s*[-/.月월]\s*(?P<day>\d{1,2})(?!\d)"
    r"|(?<![\d+:-])(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)(?!\d)"
    r"|(?<!\d)(?P<first>\d{1,2})(?P<sign>[./-])\s?(?P<second>\d{1,2})(?P=sign)\s?(?P<last>\d{4})(?!\d)"
    r"|^(?P<only_year>\d{4})(?:-(?P<only_month>\d\d))?$"
)
_OFFSET = re.compile(r"(?:(?:gmt|utc)\s*)?(?<![\d.])([+-])(\d{1,2})(?::?(\d\d))?(?![\d:])")
_WORD = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"(?<![\d:])\d{1,4}(?![\d:])")
_AFTERNOON = ("pm", "오후", "午後", "下午")
_MORNING = ("am", "오전", "午前", "上午")

# Hours from UTC by RFC 822 and use (https://en.wikipedia.org/wiki/List_of_time_zone_abbreviations).
# Where several zones share a name, the one that feeds mean: IST India (not Israel, Ireland),
# CST and EST America (not China, Australia), BST Britain, AMT Armenia (not the Amazon),
# GST the Gulf, AST Atlantic (not Arabia).
_ZONES = {
    name: hours
    for hours, names in {
        -10: "hst", -9: "akst", -8: "pst pt akdt", -7: "mst mt pdt", -6: "cst ct mdt",
        -5: "est et cdt cot pet", -4: "edt ast at clt vet", -3: "adt brt art clst", -3.5: "nst",
        -2.5: "ndt", 0: "ut utc gmt z wet", 1: "cet met mez bst west wat",
        2: "cest mest mesz eet sast cat", 3: "eest msk eat trt", 3.5: "irst", 4.5: "irdt aft",
        4: "msd azt gst amt get samt", 5: "pkt uzt yekt azst", 5.5: "ist slst", 5.75: "npt",
        6: "almt kgt omst", 7: "ict wib krat", 8: "hkt sgt pht awst irkt wita myt",
        9: "jst kst yakt wit", 9.5: "acst", 10: "aest vlat", 10.5: "acdt", 11: "aedt",
        12: "nzst", 13: "nzdt",
    }.items()
    for name in names.split()
}  # fmt: skip

# Beginnings of the names of the months, January first, folded: no case, no diacritics
# (https://cldr.unicode.org: en de fr es it pt nl da nb sv fi pl cs sk hu ro lt et el tr az uz id
# hr ru uk be bg sr mk kk hy ka he ar fa). The longest that fits decides. "listopad" is November, as
# in Czech, Polish and Ukrainian; in Croatian it would be October.
_MONTHS_BY_STEM = """
jan gen ene jaan sty led ocak oca yan ian tammi sau ιαν янв јан сич січ студ қаң հունվ իուն \
    իան იან ינו ינא ينا ژان сту яну հնվ sij
feb fev lut uno sub helmi veeb vas φεβ фев лют ақп փետ თებ פבר فبر فور феб փտվ velj
mar maer brez maalis kov μαρ мар бер сак нау մար მარ מרץ مار maar mrt bre մրտ ozu
apr abr avr kwi dub nis huhti bal απρ апр кві кви кра сәу ապր აპრ אפר ابر اور travanj \
    travnja
may mai maj mei mag kve touko geg μαι май мая мај маи тра мам մայ მაი מאי ماي مه մյս svi
jun juin giu cze cervn cerven iyun iyn iun haz kesa bir ιουν июн јун чер юни мау հունի ივნ \
    יונ يون ژوين cvn juun чэр հնս lipanj lipnj
jul juil lug lip cervenec cervence iyul iyl iul tem heina lie ιουλ июл јул лип юли шіл հուլ \
    ივლ יול يول ژويیه ژويي cvc juul ліп հլս srpanj srpnj
aug ago aou avg avq agu sie srp elo rgp rugp αυγ авг сер жні там օգո აგვ אוג اغس اوت kol օգս
sep set wrz zar eyl sen syys rugs szep σεπ сеп сен вер қыр սեպ სექ ספט سبت سپت ruj
oct okt out ott paz rij eki spa loka οκτ окт жов кас қаз հոկ ოქტ אוק اكت اکت
nov lis kas noy lap marras νοε ноя ное лис қар նոյ ნოე נוב نوف نوا noi ліс нов stud
dec dez dic des dek gru pro ara joulu det δεκ дек гру сне жел դեկ დეკ דצמ ديس دسا дец
"""
_MONTHS = {
    stem: number
    for number, stems in enumerate(_MONTHS_BY_STEM.strip().split("\n"), start=1)
    for stem in stems.split()
}


def when(text: str, now: datetime) -> datetime | None:
    """Return a date in UTC, or None where it can't be read or can't be true.

    now: aware.  Dates before 1990, or more than a day ahead of ``now``, can't be true of news.

    >>> str(when("6. března 2021 17:30 CET", datetime(2026, 1, 1, tzinfo=UTC)))
    '2021-03-06 16:30:00+00:00'
    """
    if not text:
        return None
    # Comments in brackets are RFC 822's; they would be read as zones and numbers.
    text = _folded(text[:_MAX_CHARS].split("(", 1)[0]).strip()
    try:
        date = _epoch(text) or _written(_COMPACT.sub(r"\1 \2:\3:\4", text))
    except (ValueError, OverflowError):  # 30 February, 25 o'clock, an offset out of the calendar
        return None
    if date is None or date.year < EARLIEST_YEAR or date > now + timedelta(days=1):
        return None
    return date


def _folded(text: str) -> str:
    if text.isascii():
        return text.lower()
    marked = unicodedata.normalize("NFKD", text.casefold())
    folded = "".join(char for char in marked if not unicodedata.combining(char))
    return unicodedata.normalize("NFC", folded).replace("ı", "i")


def _epoch(text: str) -> datetime | None:
    found = _EPOCH.fullmatch(text)
    if not found:
        return None
    seconds = int(found[1]) if found[1] else int(found[2]) / 1000
    return datetime.fromtimestamp(seconds, UTC)


def _written(text: str) -> datetime | None:
    numeric = _NUMERIC.search(text)
    clock = _TIME.search(text, numeric.end() if numeric else 0)
    before, after = (text[: clock.start()], text[clock.end() :]) if clock else (text, "")
    day = _numeric_day(numeric) if numeric else _named_day(f"{before} {_OFFSET.sub('', after)}")
    if day is None:
        return None
    midnight = datetime(*day, tzinfo=UTC)
    return midnight + _time_of_day(clock, text) - _offset(after) if clock else midnight


def _numeric_day(found: re.Match[str]) -> tuple[int, int, int] | None:
    """Return year, month, day. ``13/2/2021`` says which is which, ``1/2/2021`` doesn't."""
    if found["year"]:
        return int(found["year"]), int(found["month"]), int(found["day"])
    if found["y"]:
        return int(found["y"]), int(found["m"]), int(found["d"])
    if found["only_year"]:
        return int(found["only_year"]), int(found["only_month"] or 1), 1
    first, second, year = int(found["first"]), int(found["second"]), int(found["last"])
    if found["sign"] == "." or first > 12:
        return year, second, first
    return (year, first, second) if second > 12 else None


def _named_day(text: str) -> tuple[int, int, int] | None:
    """Return year, month, day of a date whose month has a name."""
    months = [month for word in _WORD.findall(text) if (month := _month(word))]
    numbers = _NUMBER.findall(text)
    if not months or len(numbers) < 2:
        return None
    year = next((number for number in numbers if len(number) == 4), numbers[1])
    numbers.remove(year)
    full = int(year) if len(year) > 2 else int(year) + (2000 if int(year) < 90 else 1900)
    # The last one: in "mar. 5 nov. 2024" the first is a Tuesday.
    return full, months[-1], int(numbers[0])


def _month(word: str) -> int | None:
    return next(
        (_MONTHS[word[:end]] for end in range(len(word), 1, -1) if word[:end] in _MONTHS), None
    )


def _time_of_day(clock: re.Match[str], text: str) -> timedelta:
    hour, minute, second = (
        int(part or 0) for part in (clock[1] or clock[4], clock[2] or clock[5], clock[3])
    )
    words = _WORD.findall(text)
    if hour <= 12 and any(word.startswith(_AFTERNOON) for word in words):
        hour = hour % 12 + 12
    elif hour == 12 and any(word.startswith(_MORNING) for word in words):
        hour = 0
    if hour > 24 or minute > 59 or second > 61:
        raise ValueError(text)
    # A leap second is the last second of its minute.
    return timedelta(hours=hour, minutes=minute, seconds=min(second, 59))


def _offset(text: str) -> timedelta:
    """Return how far ahead of UTC the zone in ``text`` is; an unknown one counts as UTC."""
    found = _OFFSET.search(text)
    if found:
        hours, minutes = int(found[2]), int(found[3] or 0)
        if hours > 14 or minutes > 59:
            raise ValueError(text)
        ahead = timedelta(hours=hours, minutes=minutes)
        return ahead if found[1] == "+" else -ahead
    zone = next((word for word in _WORD.findall(text) if word in _ZONES), "z")
    return timedelta(hours=_ZONES[zone])
