"""Authors: names only."""

from __future__ import annotations

import pytest
from effort import no_explosion

from aggregator.parse.names import author_names


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("Jane Doe", ("Jane Doe",)),
        ("jane@example.org (Jane Doe)", ("Jane Doe",)),
        ("Jane Doe <jane@example.org>", ("Jane Doe",)),
        ("Jane Doe (jane@example.org)", ("Jane Doe",)),
        ("noreply@example.org", ()),
        ("", ()),
        ("Jane Doe (Reuters)", ("Jane Doe (Reuters)",)),
        ("By Jane Doe", ("Jane Doe",)),
        ("Von Max Mustermann", ("Max Mustermann",)),
        ("Bylaw Smith", ("Bylaw Smith",)),
        ("Jane Doe and John van Roe", ("Jane Doe", "John van Roe")),
        ("Jane Doe, John Roe and Ann Poe", ("Jane Doe", "John Roe", "Ann Poe")),
        ("Jane Doe, John Roe, and Ann Poe", ("Jane Doe", "John Roe", "Ann Poe")),
        ("Doe, Jane; Roe, John", ("Doe, Jane", "Roe, John")),
        ("Doe, Jane", ("Doe, Jane",)),
        ("Health and Safety Executive", ("Health and Safety Executive",)),
        ("Department of Health and Social Care", ("Department of Health and Social Care",)),
        ("Иван Петров и Анна Ким", ("Иван Петров", "Анна Ким")),
        ("Aysel Məmmədova və Elçin Quliyev", ("Aysel Məmmədova", "Elçin Quliyev")),
        ("王小明", ("王小明",)),
        ("O&#39;Brien &amp; Sons", ("O'Brien & Sons",)),
        ("  Jane\n Doe\x00 ", ("Jane Doe",)),
    ],
)
def test_names_are_what_is_left_of_an_author_field(written: str, names: tuple[str, ...]) -> None:
    assert author_names([written], 10) == names


def test_names_stand_once_in_order_and_not_without_end() -> None:
    assert author_names(["B B", "A A", "B B", "C C"], 2) == ("B B", "A A")
    assert len(author_names(["x" * 10_000], 5)[0]) <= 200


def test_long_authors_take_no_time() -> None:
    with no_explosion():
        for part in ("a@", "a.", "(", "<", " and ", ",", "a@b."):
            author_names([part * 300_000], 10)
