"""The house keeps its order: imports go one way, and documents say what the program does."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import newsroom
import pytest
from web_client import client

from aggregator.cli import cli
from aggregator.store.database import Database

ROOT = Path(__file__).resolve().parent.parent


def test_imports_keep_the_contracts() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_readme_names_every_command_and_no_other() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = readme.partition("## Commands")[2].partition("\n## ")[0]
    named = set(re.findall(r"`([a-z]+)(?: [^`]*)?`", table)) - {"json"}
    commands = set(cli.list_commands(cli.make_context("run.py", ["serve"], resilient_parsing=True)))
    assert named == commands


def test_the_readme_names_every_metric_and_no_other(tmp_path: Path) -> None:
    with Database.open(f"sqlite:///{tmp_path}/a.db", now=newsroom.NOW) as db:
        told = client(newsroom.site(db)).get("/metrics").text
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    kinds = re.findall(r"^# TYPE (\w+)", told, re.MULTILINE)
    assert set(re.findall(r"`(aggregator_\w+)", readme)) == set(kinds)


def test_the_architecture_names_every_room() -> None:
    page = (ROOT / "docs/ARCHITECTURE.md").read_text(encoding="utf-8")
    rooms = {
        path.name + ("/" if path.is_dir() else "")
        for path in (ROOT / "aggregator").iterdir()
        if path.name not in ("__init__.py", "__pycache__")
    }
    assert {room for room in rooms if f"`{room}`" not in page} == set()


@pytest.mark.parametrize("name", ["Makefile", "README.md", "CONTRIBUTING.md"])
def test_make_targets_that_are_named_exist(name: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"`make ([a-z]+)`", (ROOT / name).read_text(encoding="utf-8")))
    assert named <= targets


def _modules() -> list[Path]:
    """All but migrations, which are never edited."""
    package = ROOT / "aggregator"
    return sorted(
        set(package.rglob("*.py")) - set((package / "store/migrations/versions").glob("*.py"))
    )


def _functions() -> list[tuple[str, int]]:
    found = []
    for path in _modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                docstring = ast.get_docstring(node)
                lines = (node.end_lineno or 0) - node.lineno + 1
                lines -= len(docstring.splitlines()) if docstring else 0
                found.append((f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", lines))
    return found


def test_no_function_and_no_file_outgrows_its_room() -> None:
    long = [name for name, lines in _functions() if lines > 40]
    files = [
        str(path.relative_to(ROOT))
        for path in _modules()
        if len(path.read_text(encoding="utf-8").splitlines()) > 300
    ]
    assert (long, files) == ([], [])
