"""The table of place names is what its script makes."""

from __future__ import annotations

import runpy
import sys
from importlib.resources import files


def test_the_shipped_table_is_the_one_that_the_script_makes(tmp_path, monkeypatch):
    target = tmp_path / "places.tsv"
    monkeypatch.setattr(sys, "argv", ["gazetteer", str(target)])
    runpy.run_module("aggregator.tag.gazetteer", run_name="__main__")
    shipped = files("aggregator.tag.gazetteer") / "places.tsv"
    assert target.read_bytes() == shipped.read_bytes(), "run `make gazetteer`"
