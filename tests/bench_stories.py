"""How well stories are told, on labelled sets: ``make bench-stories [DATA=DIR] [JSON=FILE]``.

Each figure stands beside the one to reach. The articles go through ``telling`` and
``Stories.place`` one after the other, as in a poll, with the shipped settings; a set's labels are
looked at when everything is decided.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import combinations, islice
from pathlib import Path
from random import Random
from typing import Any

from figures import Figure, print_table, read

from aggregator.dedupe import telling as tells
from aggregator.dedupe.copies import Copies, sketch
from aggregator.dedupe.encoder import encoder
from aggregator.dedupe.stories import LINK, Stories
from aggregator.dedupe.telling import Telling
from aggregator.model import Appearance, Article, Outlet
from aggregator.tag.words import tokens

DAY = datetime(2026, 1, 5, tzinfo=UTC)


def article(id_: str, at: datetime, title: str, text: str = "", **more: Any) -> Article:
    source = more.pop("source", id_)  # where a set names no outlet, each its own
    outlet = Outlet(source, source)
    return Article(
        id=id_,
        title=title,
        link=None,
        first_seen=at,
        published=at,
        updated=at,
        listed=at,
        text=text,
        appearances=(Appearance(outlet, None, None, title, at),),
        **more,
    )


def within_a_day(count: int) -> list[datetime]:
    """For sets without times: as if within one day, in the order of the file."""
    return [DAY + timedelta(days=1) * n / max(1, count) for n in range(count)]


def telling(one: Article, encoder: Any = None) -> Telling:
    return tells.telling(one, encoder([tells.said(one)])[0] if encoder else None)


# --- measures ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Score:
    precision: float
    recall: float

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def b_cubed(said: Sequence[Hashable], gold: Sequence[Hashable]) -> Score:
    both = Counter(zip(said, gold, strict=True))
    of_said, of_gold = Counter(said), Counter(gold)
    squares = [(many * many, pair) for pair, many in both.items()]
    precision = sum(square / of_said[pair[0]] for square, pair in squares) / len(said)
    recall = sum(square / of_gold[pair[1]] for square, pair in squares) / len(said)
    return Score(precision, recall)


def pairs(
    said: Sequence[Hashable],
    gold: Sequence[Hashable],
    counts: Callable[[int, int], bool] = lambda _a, _b: True,
) -> Score:
    right = wrong = missed = 0
    for a, b in combinations(range(len(said)), 2):
        together, same = said[a] == said[b], gold[a] == gold[b]
        if (together or same) and counts(a, b):
            right += together and same
            wrong += together and not same
            missed += same and not together
    return Score(right / max(1, right + wrong), right / max(1, right + missed))


# --- sets of stories ---------------------------------------------------------------------------


def stream(articles: Iterable[Article], encoder: Any = None) -> list[str]:
    """The story of each article, in the order given, placed in the order of time."""
    given = list(articles)
    stories = Stories()
    order = sorted(range(len(given)), key=lambda n: (given[n].published, n))
    story: dict[str, str] = {}
    for n in order:
        placed = stories.place(telling(given[n], encoder))
        story[given[n].id] = placed.story
        story.update((move.article, move.story) for move in placed.moves)
    return [story[one.id] for one in given]


def judged(
    name: str, what: str, said: Sequence[str], gold: Sequence[str], reach: float | None
) -> Iterator[Figure]:
    many = len(gold)
    score = b_cubed(said, gold)
    yield Figure(name, f"{what}B-cubed F1", score.f1, reach, many)
    yield Figure(name, f"{what}B-cubed precision", score.precision, None, many)
    pair = pairs(said, gold)
    yield Figure(name, f"{what}pair F1", pair.f1, None, many)
    yield Figure(name, f"{what}pair precision", pair.precision, None, many)


def written(data: Path, encoder: Any) -> Iterator[Figure]:
    rows = read(data, "stories_written")
    said = stream(
        (
            article(
                row["id"],
                datetime.fromisoformat(row["published"]),
                row["title"],
                row["text"],
                language=row["lang"],
                source=row["source"],
            )
            for row in rows
        ),
        encoder,
    )
    gold = [row["story"] for row in rows]
    name, many = "stories_written", len(rows)
    yield from judged(name, "", said, gold, 0.80)
    across = pairs(said, gold, lambda a, b: rows[a]["lang"] != rows[b]["lang"])
    within = pairs(said, gold, lambda a, b: rows[a]["lang"] == rows[b]["lang"])
    yield Figure(name, "pair F1 across languages", across.f1, 0.65, many)
    yield Figure(name, "pair precision across languages", across.precision, None, many)
    yield Figure(name, "pair precision within a language", within.precision, 0.90, many)
    yield Figure(name, "pair recall within a language", within.recall, None, many)


def uci(data: Path, encoder: Any) -> Iterator[Figure]:
    rows = read(data, "uci_stories_en")
    said = stream(
        (
            article(
                str(row["id"]),
                datetime.fromtimestamp(row["ts"] / 1000, UTC),
                row["title"],
                language="en",
                source=row["publisher"],
            )
            for row in rows
        ),
        encoder,
    )
    yield from judged("uci_stories_en", "titles: ", said, [row["story"] for row in rows], 0.84)


def untimed(data: Path, encoder: Any) -> Iterator[Figure]:
    for name, short, full_reach, short_reach in (
        ("ecbplus_stories_en", "first line: ", 0.93, 0.78),
        ("basil_stories_en", "titles: ", 0.95, 0.88),
    ):
        rows = read(data, name)
        if "date" in rows[0]:
            times = [datetime.fromisoformat(row["date"]).replace(tzinfo=UTC) for row in rows]
        else:
            times = within_a_day(len(rows))
        gold = [row["story"] for row in rows]
        for what, has_text, reach in (
            ("full text: ", True, full_reach),
            (short, False, short_reach),
        ):
            said = stream(
                (
                    article(
                        str(row["id"]),
                        at,
                        row["title"],
                        row["text"] if has_text else "",
                        language="en",
                        source=row.get("source", str(row["id"])),
                    )
                    for row, at in zip(rows, times, strict=True)
                ),
                encoder,
            )
            yield from judged(name, what, said, gold, reach)


# --- pairs, translations, copies ---------------------------------------------------------------


def semeval(data: Path, encoder: Any) -> Iterator[Figure]:
    """Both articles of a pair are in the window, with all others; a rating up to 2: one story."""
    rows = [row for row in read(data, "semeval22_pairs_multi") if not row["augmented"]]
    told: dict[str, Any] = {}
    for row in rows:
        for key, text, code in (
            (row["a"], row["text1"], row["lang1"]),
            (row["b"], row["text2"], row["lang2"]),
        ):
            if key not in told:
                title, _, rest = text.partition(". ")
                long = len(title) > 200
                told[key] = article(
                    key, DAY, text[:100] if long else title, text if long else rest, language=code
                )
    tellings = {}
    stories = Stories()
    for key, one in told.items():
        tellings[key] = telling(one, encoder)
        stories.place(tellings[key])
    said = [stories.likeness(tellings[row["a"]], tellings[row["b"]]) >= LINK for row in rows]
    gold = [row["overall"] <= 2 for row in rows]
    for what, reach, some in (
        ("", 0.80, lambda row: True),
        ("de–en: ", 0.78, lambda row: {row["lang1"], row["lang2"]} == {"de", "en"}),
    ):
        both = [(s, g) for s, g, row in zip(said, gold, rows, strict=True) if some(row)]
        right = sum(s and g for s, g in both)
        score = Score(
            right / max(1, sum(s for s, _ in both)), right / max(1, sum(g for _, g in both))
        )
        yield Figure("semeval22", f"{what}same story: F1", score.f1, reach, len(both))
        yield Figure("semeval22", f"{what}same story: precision", score.precision, None, len(both))


SENTENCES = {
    "rus_Cyrl": 1.0, "tur_Latn": 1.0, "arb_Arab": 1.0, "zho_Hans": 1.0, "fra_Latn": 1.0,
    "deu_Latn": 1.0, "spa_Latn": 1.0, "azj_Latn": 0.95, "hye_Armn": 0.95, "kat_Geor": 0.95,
    "pes_Arab": 0.95, "heb_Hebr": 0.95, "ukr_Cyrl": 0.95,
}  # fmt: skip
CODES = {
    "rus": "ru", "tur": "tr", "arb": "ar", "zho": "zh", "fra": "fr", "deu": "de", "spa": "es",
    "azj": "az", "hye": "hy", "kat": "ka", "pes": "fa", "heb": "he", "ukr": "uk",
}  # fmt: skip


def sentences(data: Path, encoder: Any) -> Iterator[Figure]:
    """Of all English sentences the likest one to each sentence in another language."""
    rows = read(data, "sib200_parallel_60langs")
    stories = Stories()
    for row in rows:
        english = article(str(row["id"]), DAY, row["text"]["eng_Latn"], language="en")
        stories.place(telling(english, encoder))
    for key, reach in SENTENCES.items():
        right = 0
        code = CODES[key[:3]]
        for row in rows:
            one = telling(
                article(f"{key}{row['id']}", DAY, row["text"][key], language=code), encoder
            )
            found = stories.nearest(one)
            right += found is not None and found[0] == str(row["id"])
        yield Figure(
            "sib200", f"retrieval from {code} into English", right / len(rows), reach, len(rows)
        )


def neardup(data: Path) -> Iterator[Figure]:
    rows = read(data, "neardup_synth_multi")
    begin = time.process_time()
    copies = Copies()
    said: list[str] = []
    for number, row in enumerate(rows):
        one = sketch(tokens(row["text"][:2_000]))
        found = copies.nearest(one)
        said.append(said[found[0][0]] if found else row["id"])
        copies.add(number, one)
    took = time.process_time() - begin
    score = pairs(said, [row["group"] for row in rows])
    yield Figure("neardup_synth_multi", "pair F1", score.f1, 0.98, len(rows))
    yield Figure("neardup_synth_multi", "pair precision", score.precision, None, len(rows))
    yield Figure("neardup_synth_multi", "documents/s", len(rows) / took, 3900, len(rows))


# --- speed -------------------------------------------------------------------------------------


def words_of(data: Path) -> list[tuple[str, list[str]]]:
    """Titles and ledes of all sets as words, by language."""
    texts: list[tuple[str, str]] = []
    texts += [
        (row["lang"], f"{row['title']} {row['text']}") for row in read(data, "stories_written")
    ]
    texts += [("en", row["title"]) for row in read(data, "uci_stories_en")]
    texts += [("en", row["text"][:400]) for row in read(data, "ecbplus_stories_en")]
    for row in read(data, "semeval22_pairs_multi"):
        texts += [(row["lang1"], row["text1"][:400]), (row["lang2"], row["text2"][:400])]
    return [(code, text.split()) for code, text in texts]


def invented(data: Path, count: int) -> Iterator[Article]:
    """Articles made by recombining the words of the sets: a title and a lede from three texts.

    A third of them says again what an earlier one did.
    """
    by_language: dict[str, list[list[str]]] = defaultdict(list)
    codes = []
    for code, words in words_of(data):
        by_language[code].append(words)
        codes.append(code)
    draw = Random(5)
    for n in range(count):
        at = DAY + timedelta(days=1) * n / 100_000
        code = codes[draw.randrange(len(codes))]
        pieces = [draw.choice(by_language[code]) for _ in range(3)]
        title = [piece[draw.randrange(len(piece)) :][:4] for piece in pieces]
        lede = [piece[draw.randrange(len(piece)) :][:12] for piece in pieces]
        yield article(
            f"{n:026}",
            at,
            " ".join(word for part in title for word in part),
            " ".join(word for part in lede for word in part),
            language=code,
            source=f"s{draw.randrange(300)}",
        )


def speed(data: Path, encoder: Any) -> Iterator[Figure]:
    """On one core. Between the marks the window is filled by ``restore``, as after a restart."""
    name = "streaming"
    before = memory()
    stories = Stories()
    costs = []
    made = invented(data, FULL + 2 * MEASURED)
    for mark in (10_000, FULL):
        while len(stories) < mark:
            one = next(made)
            stories.restore(telling(one), one.id)
        costs.append(placing(stories, islice(made, MEASURED), None))
    yield Figure(name, "articles/s without encoder", 1 / max(costs), 500, MEASURED)
    yield Figure(
        name, "cost of an article, of that at 10,000", costs[1] / costs[0], 1.25, MEASURED, True
    )
    yield Figure(name, "memory, MB", memory() - before, 1024, FULL, True)
    if encoder:
        cost = placing(Stories(), islice(invented(data, MEASURED), MEASURED), encoder)
        yield Figure(name, "articles/s with encoder", 1 / cost, 150, MEASURED)


FULL, MEASURED, BATCH = 300_000, 2_000, 100


def placing(stories: Stories, articles: Iterable[Article], encoder: Any) -> float:
    """CPU seconds an article; so many are encoded together as are placed in one transaction."""
    given = list(articles)
    begin = time.process_time()
    for at in range(0, len(given), BATCH):
        some = given[at : at + BATCH]
        vectors = encoder([tells.said(one) for one in some]) if encoder else [None] * len(some)
        for one, vector in zip(some, vectors, strict=True):
            stories.place(tells.telling(one, vector))
    return (time.process_time() - begin) / len(given)


def memory() -> float:
    """MB that this process holds."""
    for text in Path("/proc/self/status").read_text().splitlines():
        if text.startswith("VmRSS"):
            return int(text.split()[1]) / 1024
    return 0.0


def measured(data: Path) -> Iterator[Figure]:
    told = encoder()
    for encodes in dict.fromkeys((None, told)):
        for part in (written, uci, untimed, semeval, sentences):
            for figure in part(data, encodes):
                beside = "with encoder" if encodes else "words only"
                yield replace(figure, measure=f"{figure.measure} ({beside})")
    yield from neardup(data)
    yield from speed(data, told)


if __name__ == "__main__":
    print_table(__doc__.splitlines()[0], measured)
