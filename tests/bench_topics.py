"""How well topics are told, on labelled sets: ``make bench-topics [DATA=DIR] [JSON=FILE]``.

Each figure stands beside the one to reach. The texts go through ``arrival.tagged``, as in a poll,
with a topic for each country and each subject and nothing else configured; sentences that name a
country once, with a low bar. The speed to reach is that of tagging alone; what reading the
language costs besides, as a poll does, stands below it.
"""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from babel import Locale
from figures import Figure, print_table, read

from aggregator.arrival import tagged
from aggregator.model import Entry, Kind, Source, Topic
from aggregator.tag import gazetteer, language, places
from aggregator.tag.language import base
from aggregator.tag.rules import Tagger

SOURCE = Source("bench", "https://bench.example/feed")
SUBJECTS = ("election", "economy", "health", "sport")
ENOUGH_ITEMS = 8


@dataclass
class Tally:
    """What was right, wrong and missed."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    items: int = 0

    def count(self, said: Collection[str], gold: Collection[str]) -> None:
        self.items += 1
        self.right += len(set(said) & set(gold))
        self.wrong += len(set(said) - set(gold))
        self.missed += len(set(gold) - set(said))

    @property
    def f1(self) -> float:
        return 2 * self.right / max(1, 2 * self.right + self.wrong + self.missed)

    @property
    def recall(self) -> float:
        return self.right / max(1, self.right + self.missed)

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + self.wrong)


def topics(**more: Any) -> list[Topic]:
    """A topic for each country and each subject."""
    return [
        *(Topic(f"in-{code}", code, place=(code,), **more) for code in sorted(places.codes())),
        *(Topic(key, key, subject=(key,), **more) for key in gazetteer.subject_keys()),
    ]


def entry(title: str, text: str) -> Entry:
    return Entry(guid=None, link=None, title=title, text=text)


def countries(slugs: Iterable[str]) -> set[str]:
    return {slug.removeprefix("in-") for slug in slugs if slug.startswith("in-")}


# --- hand-labelled items -----------------------------------------------------------------------


def hand_labelled(data: Path, tagger: Tagger) -> Iterator[Figure]:
    subjects: dict[str, Tally] = defaultdict(Tally)
    war: dict[str, Tally] = defaultdict(Tally)
    azerbaijan = Tally()
    about: dict[str, Tally] = defaultdict(Tally)
    rows = [row for row in read(data, "topics_dev") if row["confidence"] == "high"]
    items: dict[str, int] = defaultdict(int)
    for row in rows:
        _, hits = tagged(tagger, entry(row["title"], row["text"]), SOURCE)
        said = {hit.topic for hit in hits}
        items[row["lang"]] += 1
        war[row["lang"]].count(said & {"war"}, {"war"} & set(row["topics"]))
        for key in ("war", *SUBJECTS):
            subjects[key].count(said & {key}, {key} & set(row["topics"]))
        if row["places_confidence"] == "high":
            about[row["origin"]].count(countries(said), row["places"])
            azerbaijan.count(countries(said) & {"AZ"}, {"AZ"} & set(row["places"]))
    name, many = "topics_dev", len(rows)
    yield Figure(name, "war: F1", subjects["war"].f1, 0.88, many)
    for code, tally in sorted(war.items()):
        if items[code] >= ENOUGH_ITEMS and tally.right + tally.missed:
            yield Figure(name, f"war in {code}: F1", tally.f1, 0.70, items[code])
    for key in SUBJECTS:
        yield Figure(name, f"{key}: F1", subjects[key].f1, None, many)
    macro = sum(subjects[key].f1 for key in SUBJECTS) / len(SUBJECTS)
    yield Figure(name, "election, economy, health, sport: macro F1", macro, 0.80, many)
    yield Figure(name, "Azerbaijan: F1", azerbaijan.f1, 0.92, azerbaijan.items)
    for origin, reach in (("written", 0.85), ("real", 0.72)):
        yield Figure(
            name, f"places, {origin} items: micro F1", about[origin].f1, reach, about[origin].items
        )


# --- Reuters -----------------------------------------------------------------------------------

# Names of 1987, and those that Babel writes in another way.
REUTERS = {
    "usa": "US", "uk": "GB", "ussr": "RU", "west-germany": "DE", "east-germany": "DE",
    "hong-kong": "HK", "uae": "AE", "burma": "MM", "ivory-coast": "CI", "zaire": "CD",
    "czechoslovakia": "CZ", "yugoslavia": "RS", "south-yemen": "YE", "north-yemen": "YE",
    "yemen-arab-republic": "YE", "yemen-demo-republic": "YE", "macao": "MO", "kampuchea": "KH",
    "swaziland": "SZ", "turkey": "TR", "congo": "CG", "antigua": "AG", "surinam": "SR",
    "upper-volta": "BF", "trinidad-tobago": "TT", "us-virgin-islands": "VI",
}  # fmt: skip


def reuters(data: Path, tagger: Tagger) -> Iterator[Figure]:
    english = Locale("en").territories
    codes = {english[code].lower().replace(" ", "-"): code for code in places.codes()} | REUTERS
    tally = Tally()
    rows = read(data, "reuters21578_places_topics_en")
    for row in rows:
        _, hits = tagged(tagger, entry(row["title"], row["text"]), SOURCE)
        gold = {codes[place] for place in row["places"] if place in codes}
        tally.count(countries(hit.topic for hit in hits) - {"US"}, gold - {"US"})
    yield Figure("reuters21578", "places without usa: micro F1", tally.f1, 0.82, len(rows))
    yield Figure("reuters21578", "places without usa: recall", tally.recall, None, len(rows))
    yield Figure("reuters21578", "places without usa: precision", tally.precision, None, len(rows))


# --- the same sentences in many languages -------------------------------------------------------

ISO_639_1 = {
    "amh": "am", "arb": "ar", "azj": "az", "azb": "azb", "bel": "be", "ben": "bn", "bul": "bg",
    "ces": "cs", "ckb": "ckb", "dan": "da", "deu": "de", "ell": "el", "eng": "en", "est": "et",
    "fin": "fi", "fra": "fr", "hau": "ha", "heb": "he", "hin": "hi", "hrv": "hr", "hun": "hu",
    "hye": "hy", "ind": "id", "ita": "it", "jpn": "ja", "kat": "ka", "kaz": "kk", "kir": "ky",
    "kmr": "ku", "kor": "ko", "lit": "lt", "lvs": "lv", "mar": "mr", "nld": "nl", "nob": "no",
    "pbt": "ps", "pes": "fa", "pol": "pl", "por": "pt", "ron": "ro", "rus": "ru", "slk": "sk",
    "som": "so", "spa": "es", "srp": "sr", "swe": "sv", "swh": "sw", "tam": "ta", "tel": "te",
    "tgk": "tg", "tha": "th", "tur": "tr", "uig": "ug", "ukr": "uk", "urd": "ur", "uzn": "uz",
    "vie": "vi", "zho": "zh", "zsm": "ms",
}  # fmt: skip
# Not told apart by the detector, or written alike: of those the whole text decides, not 8 words.
NEAR = {"azb", "ckb", "hr", "sr", "id", "ms", "no", "da"}
UNSPACED = {"ja", "th", "zh"}
# What an English sentence may call a country, beside the name that Babel has.
ALIASES = {
    "US": ("United States", "USA", "U.S.", "US", "America"),
    "GB": ("United Kingdom", "UK", "U.K.", "Britain", "England", "Scotland", "Wales"),
    "CZ": ("Czech Republic",), "TR": ("Turkey",), "MM": ("Burma",), "HK": ("Hong Kong",),
    "CD": ("Democratic Republic of Congo", "DR Congo"), "CG": ("Republic of Congo",),
    "PS": ("Palestine",), "BA": ("Bosnia",), "MO": ("Macau",), "CI": ("Ivory Coast",),
    "SZ": ("Swaziland",), "MK": ("Macedonia",), "RU": ("Soviet Union",), "TL": ("East Timor",),
    "VA": ("Vatican",), "TT": ("Trinidad",),
}  # fmt: skip


def named_in_english() -> tuple[re.Pattern[str], dict[str, str]]:
    """A pattern for the names of countries, made without our word lists; name → code."""
    english = Locale("en").territories
    names = {english[code].replace("’", "'"): code for code in places.codes()}
    names |= {name: code for code, aliases in ALIASES.items() for name in aliases}
    either = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    return re.compile(rf"(?<!\w)(?:{either})(?!\w)"), names


def sentences(data: Path) -> Iterator[Figure]:
    """Countries named: by name or adjective, wherever in the sentence.

    Gold are the countries whose names stand in the English sentence. Where it has only a
    country's adjective ("French"), others write its name or an adjective or neither: such a
    country counts neither way.
    """
    rows = read(data, "sib200_parallel_60langs")
    tagger = Tagger(topics(at_least=0.01))
    pattern, names = named_in_english()
    gold = [{names[name] for name in pattern.findall(row["text"]["eng_Latn"])} for row in rows]
    either = [said_in(tagger, row["text"]["eng_Latn"], "en") for row in rows]
    whole = Tally()
    by_language: dict[str, Tally] = defaultdict(Tally)
    for key in sorted(rows[0]["text"]):
        if key == "eng_Latn":
            continue
        code = ISO_639_1[key.partition("_")[0]]
        for row, named, adjectives in zip(rows, gold, either, strict=True):
            said = said_in(tagger, row["text"][key], code) - (adjectives - named)
            whole.count(said, named)
            by_language[code].count(said, named)
    many = len(rows) * (len(rows[0]["text"]) - 1)
    yield Figure("sib200", "countries named: recall", whole.recall, 0.90, many)
    yield Figure("sib200", "countries named: precision", whole.precision, 0.90, many)
    for code, tally in sorted(by_language.items(), key=lambda each: each[1].f1)[:6]:
        yield Figure("sib200", f"countries named in {code}: F1", tally.f1, None, len(rows))


def said_in(tagger: Tagger, text: str, code: str) -> set[str]:
    _, hits = tagged(tagger, entry("", text), Source("bench", "", language=code))
    named = {Kind.NAME, Kind.PEOPLE}
    return countries(hit.topic for hit in hits if named & {one.kind for one in hit.why})


def first_words(text: str, code: str) -> str:
    return text[:24] if code in UNSPACED else " ".join(text.split()[:8])


def languages(data: Path) -> Iterator[Figure]:
    rows = read(data, "sib200_parallel_60langs")
    told: dict[str, Tally] = defaultdict(Tally)
    overruled = 0
    for row in rows:
        for key, text in row["text"].items():
            code = ISO_639_1[key.partition("_")[0]]
            start = first_words(text, code)
            alone = language.read(entry(start, "")).language
            told[code].count([base(alone.code)] if alone else [], [code])
            beside = language.read(replace(entry(start, ""), language=code)).language
            overruled += beside is None or base(beside.code) != base(code)
    for name, some in (("all but South Azerbaijani", {"azb"}), ("those easily told apart", NEAR)):
        of = [tally for code, tally in told.items() if code not in some]
        right, all_ = sum(tally.right for tally in of), sum(t.right + t.missed for t in of)
        measure = f"language of eight words, {len(of)} languages ({name}): accuracy"
        yield Figure("sib200", measure, right / all_, 0.985, all_)
    all_ = sum(tally.right + tally.missed for tally in told.values())
    yield Figure("sib200", "the feed's right word overruled: share", overruled / all_, None, all_)


# --- speed -------------------------------------------------------------------------------------


def speed(data: Path) -> Iterator[Figure]:
    """On one core, the best of several rounds."""
    rows = read(data, "topics_dev")
    items = [entry(row["title"], row["text"][:400]) for row in rows]
    told = [replace(item, language=row["lang"]) for item, row in zip(items, rows, strict=True)]
    everything = Tagger(topics())
    known = [(item, language.read(item).candidates) for item in told]
    yield Figure(
        "speed",
        "articles/s, all countries and subjects",
        1 / cost_of_hits(everything, known),
        5000,
        len(items),
    )
    for name, some in (("as the feed says", told), ("detected", items)):
        measure = f"articles/s, the same and reading the language, {name}"
        yield Figure("speed", measure, 1 / cost(everything, some), None, len(items))
    few, many = (Tagger([*topics()[:5], *_further(count)]) for count in (5, 995))
    ratio = cost(many, told) / cost(few, told)
    yield Figure(
        "speed", "cost of 1,000 topics, of that of 10", ratio, 1.5, len(items), at_most=True
    )


def cost_of_hits(tagger: Tagger, items: Collection[tuple[Entry, tuple[str, ...]]]) -> float:
    """CPU seconds an article whose language is known."""
    return best(
        lambda: [tagger.hits(item, SOURCE.key, (), languages) for item, languages in items],
    ) / len(items)


def cost(tagger: Tagger, items: Collection[Entry]) -> float:
    """CPU seconds an article, as a poll tags it."""
    return best(lambda: [tagged(tagger, item, SOURCE) for item in items]) / len(items)


def best(work: Callable[[], object]) -> float:
    """CPU seconds of the best of many rounds: neighbours on the machine slow whole seconds."""
    rounds = []
    for _ in range(25):
        begin = time.process_time()
        work()
        rounds.append(time.process_time() - begin)
    return min(rounds)


def _further(count: int) -> Iterator[Topic]:
    """Topics as operators write them: a country, words of their own, what is not meant."""
    codes = sorted(places.codes())
    for number in range(count):
        yield Topic(
            f"t{number}",
            f"T {number}",
            any=(f"word{number}", f"more{number} words"),
            place=(codes[number % len(codes)],),
            not_=(f"false word{number}",),
        )


# --- the table ---------------------------------------------------------------------------------


def measured(data: Path) -> Iterator[Figure]:
    tagger = Tagger(topics())
    yield from hand_labelled(data, tagger)
    yield from reuters(data, tagger)
    yield from sentences(data)
    yield from languages(data)
    yield from speed(data)


if __name__ == "__main__":
    print_table(__doc__.splitlines()[0], measured)
