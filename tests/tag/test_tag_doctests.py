"""The examples in the docstrings of tag hold."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import aggregator.tag

MODULES = [
    module.name for module in pkgutil.iter_modules(aggregator.tag.__path__) if not module.ispkg
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_hold(name: str) -> None:
    module = importlib.import_module(f"aggregator.tag.{name}")
    assert doctest.testmod(module).failed == 0
