"""A name in any alphabet → its consonants in a common Latin form; it knows no names.

Алиев, Əliyev, Aliyev, ალიევი and Ալիև are one name in five spellings. Alphabets differ in vowels
(Arabic and Hebrew hardly write them) and in how they write one sound, so only consonants are kept,
and those that transcriptions mix are one letter: p and b are P, all hissing sounds are S.
"""

from __future__ import annotations

import re

LEAST = 3
"""Consonants of a name that is worth looking for: two are shared by too many."""

# Which letters, folded (``tag.words``), are written for a sound: Latin, Cyrillic, Georgian,
# Armenian, Arabic, Hebrew, Greek. After the usual tables of transcription (ISO 9, 233, 259, 843,
# 9984, 9985). What is missing is a vowel, or hardly heard: h, y, w in Arabic
# and Hebrew.
_SOUNDS = {
    "P": "bp бп ბპფ բպփ بپ בפף βπ",
    "F": "fvw фвў ვ վւֆ فڤۆ φ",
    "T": "td тд თტდ թտդ تطدضةٹڈ דטת τδθ",
    "K": "kgqx кгґқғҝҡхҳҷ კქგყღხ կքգղխ كقگغخڭ גכךקח κγχ",
    "S": "szcj сзшщжчцҹћџ სზშჟჩცძწჭჯ սզշժչցձծճջ سصزذظشجچژث סזצץש σςζ",
    "R": "r р რ րռ رڑ ר ρ",
    "L": "l лљ ლ լ لڵ ל λ",
    "M": "m м მ մ م מם μ",
    "N": "n нњң ნ ն نںڼ נן ν",
    "KS": "ξ",
    "PS": "ψ",
}
_LETTERS = {ord(letter): to for to, all_ in _SOUNDS.items() for letter in all_ if letter != " "}
# Several letters for one sound; the Armenian and Greek ones are the vowel u.
_HISSING = re.compile("tsch|sch|tch|dzh|sh|ch|cz|sz|zh|dz|ts|tz|dj|дж|тш|дз|თს")
_HARD = re.compile("kh|gh|ck|qu|cc?(?=[aoulrtk])")
_ROUND = re.compile("ու|ου")
_NEVER_HARD = frozenset("az tr crh pl cs sk hr sl sr lt lv hu sq ku".split())  # noqa: SIM905
"""Languages whose c is never a k."""
_DOUBLED = re.compile(r"(.)\1+")
_MOST_READ = 24


def skeleton(word: str, language: str = "") -> str:
    """Return the consonants of a folded word; "" where it is of no alphabet that we know.

    >>> skeleton("алиев"), skeleton("eliyev"), skeleton("ალიევი")
    ('LF', 'LF', 'LF')
    """
    word = _HISSING.sub("s", _ROUND.sub("", word[:_MOST_READ]).replace("ph", "f"))
    if language not in _NEVER_HARD:
        word = _HARD.sub("k", word)
    return _DOUBLED.sub(r"\1", "".join([_LETTERS.get(ord(letter), "") for letter in word]))
