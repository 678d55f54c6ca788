"""Text → its language, and how certain that is; the publisher's word counts first."""

from __future__ import annotations

import re
from array import array
from collections.abc import Mapping
from functools import cache, lru_cache
from threading import Lock
from typing import NamedTuple

import numpy as np
from babel import Locale
from py3langid.langid import LanguageIdentifier

from aggregator.model import Article, Entry
from aggregator.tag import gazetteer
from aggregator.tag.words import fold, tokens

# The languages in which news is published, of those that py3langid knows. Without the others
# (Wu, Venetian, Volapük …) the near ones of these are told apart better.
_NEWS = """
    af am ar as az be bg bn ca cs cy da de el en es et eu fa fi fr ga gu ha he hi hr hu hy
    id ig is it ja ka kk km kn ko ku ky lb lo lt lv mg mk ml mn mr ms mt my ne nl no om or
    pa pcm pl ps pt ro ru rw sdh si sk sl so sq sr sv sw ta te tg th tk tl tr tt ug uk ur uz
    vi xh yo zh zu
""".split()  # noqa: SIM905 - a list of ninety strings is no easier to read
_SAME = {
    "nb": "no", "nn": "no", "iw": "he", "in": "id", "ji": "yi", "fil": "tl", "kmr": "ku",
    "sdh": "ckb", "arb": "ar", "pes": "fa", "prs": "fa", "cmn": "zh", "bs": "hr",
}  # fmt: skip
_ENOUGH = 80
"""Characters; what stands later hardly changes the answer, but takes its time."""
_MARKUP = re.compile(r"https?://\S+|[@#]\w+")
_SURE = 0.95
"""From here on the text is believed more than the publisher. Measured on first lines in 58
languages: none of those that were so certain was wrong (four fifths of all were)."""
_LOADING = Lock()
_MOST_CERTAIN = 0.999
"""Certainty of what was only detected; 1 is somebody's word."""
_POSSIBLE = 0.15
"""Certainty from which on a text is read in a language, too."""
_CANDIDATES = 6
_DOUBTFUL = 0.4
"""Certainty up to which a text may be of any language that is likely at all, and is read in the
one that most of what is written in its script is in: "War in Sudan" is taken for Hausa."""
_MOST_WRITTEN = {
    "en": re.compile("[a-z]", re.IGNORECASE),
    "ru": re.compile("[а-я]", re.IGNORECASE),
    "ar": re.compile("[ء-ي]"),
}
# So much of a text in common words of the publisher's language, and it need not be asked further:
# two thirds of first lines have it, and half a percent of those in other languages.
_SEVERAL, _MANY = 3, 0.15


class Language(NamedTuple):
    """code: as the publisher writes it (en-GB), or ISO 639 where it was detected.

    certainty: 0 to 1; 1 for the publisher's word.
    """

    code: str
    certainty: float


class Reading(NamedTuple):
    """The language of a text, None where nothing says it, and those in which to read it.

    candidates: bare codes, the likeliest first; a short text may be of several languages.
    """

    language: Language | None
    candidates: tuple[str, ...]


def read(item: Entry | Article, operators: str | None = None) -> Reading:
    """Return the language of an article.

    The publisher's word for it (``item.language``) holds unless the text leaves no doubt: half
    the world's feeds say "en-US" because nobody changed the default.  operators: the operator's
    word, which always holds.
    """
    title = item.title.lower() if item.title.isupper() else item.title  # or it is any language's
    text = f"{title} {(item.summary or item.text)[: 2 * _ENOUGH]}"
    told = operators or item.language
    if told and _speaks(base(told), text):
        return Reading(Language(told, 1.0), (base(told),))
    ranked = _ranked(_MARKUP.sub(" ", text[: 2 * _ENOUGH])[:_ENOUGH])
    language = _chosen(told, ranked[0] if ranked else None, hold=bool(operators))
    codes = [base(language.code)] if language else []
    codes += (found.code for found in ranked)
    if ranked and ranked[0].certainty <= _DOUBTFUL:
        codes += (code for code, letters in _MOST_WRITTEN.items() if letters.search(text))
    return Reading(language, tuple(dict.fromkeys(codes)))


def _speaks(code: str, text: str) -> bool:
    """Return whether many words of a text are among the most common ones of a language."""
    common, words = _common_words(code), tokens(text)
    known = [word for word in words if word in common]
    return len(known) >= _MANY * len(words) and len(set(known)) >= _SEVERAL


def _chosen(told: str | None, found: Language | None, *, hold: bool) -> Language | None:
    if told and (
        hold
        or found is None
        or found.certainty < _SURE
        or base(told) in {found.code, *gazetteer.language(found.code).kin}
    ):
        return Language(told, 1.0)
    return found


def base(code: str) -> str:
    """Return the bare code of a language: "no" of "nb-NO".

    >>> base("en_GB"), base("iw")
    ('en', 'he')
    """
    bare = code.replace("_", "-").partition("-")[0].lower()
    return _SAME.get(bare, bare)


def code_of(name: str) -> str | None:
    """Return the code of a language that is called by its English name.

    >>> code_of("Russian"), code_of("traditional chinese"), code_of("ru")
    ('ru', 'zh-Hant', None)
    """
    return _by_name().get(fold(name))


@cache
def _by_name() -> Mapping[str, str]:
    """Return the names of languages, as our pages and our word lists have them, with codes."""
    ours = {code: gazetteer.language(code).name for code in gazetteer.language_codes()}
    named = [*ours.items(), *Locale("en").languages.items()]
    return {fold(name): code.replace("_", "-") for code, name in named}


@lru_cache(256)  # feeds may invent codes
def _common_words(code: str) -> frozenset[str]:
    return frozenset(word for term in gazetteer.language(code).common for word in tokens(term))


def _ranked(text: str) -> list[Language]:
    """Return the likely languages of a text, the likeliest first."""
    if not any(map(str.isalpha, text)):
        return []
    ranked = [_identifier().classify(text)]
    certainty = ranked[0][1]
    if certainty <= 1 - _POSSIBLE:
        ranked = _identifier().rank(text)[:_CANDIDATES]
    # Of a few words hardly anything is known: they may be of any of these languages.
    least = _POSSIBLE if certainty > _DOUBTFUL else 0.0
    return [
        Language(_SAME.get(code, code), min(round(float(sure), 3), _MOST_CERTAIN))
        for code, sure in ranked
        if sure >= least
    ]


def _identifier() -> LanguageIdentifier:
    """Return the model; loaded by one thread, since at the first round of polls all ask for it."""
    with _LOADING:
        return _loaded()


@cache
def _loaded() -> LanguageIdentifier:
    """Load the model: 0.5 s, 40 MB."""
    whole = LanguageIdentifier.from_model_file("data/model.npz.xz")
    whole.set_languages(_NEWS)
    # It keeps the languages that were left out, too, 28 MB of them; one made of the rest does not.
    return LanguageIdentifier(
        whole.nb_ptc,
        whole.nb_pc,
        whole.nb_classes,
        _Moves(whole.tk_nextmove, whole.tk_row[0]),
        array("i", whole.tk_output),
        norm_probs=True,
        tk_row=whole.tk_row,
    )


class _Moves:
    """Where the model's automaton goes at a byte, by row and byte; 12 MB of 42.

    Of each row only what is not as in the first one: a fifth of it.
    """

    def __init__(self, moves: array[int], first: int) -> None:
        rows = np.frombuffer(moves, moves.typecode).reshape(-1, 256)
        self._usual = rows[first].tolist()
        row, byte = np.nonzero(rows != rows[first])
        self._bytes = byte.astype(np.uint8).tobytes()
        self._to = array(moves.typecode, rows[row, byte].tobytes())
        starts = np.searchsorted(row, np.arange(len(rows) + 1))
        self._starts = array("L", starts.astype("L").tobytes())

    def __getitem__(self, place: int) -> int:
        row, byte = divmod(place, 256)
        at = self._bytes.find(byte, self._starts[row], self._starts[row + 1])
        return self._usual[byte] if at < 0 else self._to[at]
