"""The examples in the docstrings of parse hold."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import aggregator.parse

MODULES = [module.name for module in pkgutil.iter_modules(aggregator.parse.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_examples_hold(name: str) -> None:
    module = importlib.import_module(f"aggregator.parse.{name}")
    assert doctest.testmod(module).failed == 0
