"""Writes the tables of ``aggregator/dedupe/everyday`` anew: how common words are in a language.

Needs ``pip install wordfreq==3.1.1`` (60 MB, which is why no requirements name it), and a minute.
Words go through ``telling``, so that the tables have them as articles do; those that are cut to
the same letters count together. Run as ``PYTHONPATH=.:tests python tests/make_everyday.py``.
"""

from __future__ import annotations

from collections import defaultdict
from math import log10
from pathlib import Path

from wordfreq import available_languages, get_frequency_dict

from aggregator.dedupe import everyday, telling
from aggregator.tag.language import base
from aggregator.tag.rows import Row

TARGET = Path(everyday.__file__).parent
LEAST = 4.25
"""The power of ten of how often a word stands among 10⁹: rarer words are left out."""
STEP = 0.5
"""A finer scale changes no story."""
CODES = {"sh": "sr"}
"""Serbian stands for its kin, too."""


def table(code: str, frequencies: dict[str, float]) -> str:
    """Return the lines of a language, the most common words first."""
    sums: dict[str, float] = defaultdict(float)
    for word, frequency in frequencies.items():
        for feature in telling._of_row(Row("text", word), code):
            if feature.kind is telling.Kind.WORD:
                sums[feature.key] += frequency
    levels: dict[float, list[str]] = defaultdict(list)
    for key, frequency in sums.items():
        power = log10(frequency) + 9
        if power >= LEAST:
            levels[round(power / STEP) * STEP].append(key)
    rows = sorted(levels.items(), reverse=True)
    return "".join(f"{power}\t{' '.join(sorted(keys))}\n" for power, keys in rows)


def main() -> None:
    for name in available_languages("small"):
        code = base(CODES.get(name, name))
        text = table(code, get_frequency_dict(name, "small"))
        (TARGET / f"{code}.tsv").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
