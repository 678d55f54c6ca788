"""A configuration from text: what it loads as, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from aggregator.config import Config, load
from aggregator.errors import ConfigError

Loads = Callable[..., Config]
Problems = Callable[..., list[str]]


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    path = tmp_path / "config"
    path.mkdir()
    return path


@pytest.fixture
def loads(directory: Path) -> Loads:
    """Write the files and load them; one text is the file ``x.yaml``."""

    def loads(
        files: str | bytes | Mapping[str, str | bytes], environ: Mapping[str, str] | None = None
    ) -> Config:
        files = files if isinstance(files, Mapping) else {"x.yaml": files}
        for name, text in files.items():
            (directory / name).write_bytes(text.encode() if isinstance(text, str) else text)
        return load(directory, environ or {})

    return loads


@pytest.fixture
def problems(directory: Path, loads: Loads) -> Problems:
    """Return what is wrong with the files, as printed, without the directory's own path."""

    def problems(
        files: str | bytes | Mapping[str, str | bytes], environ: Mapping[str, str] | None = None
    ) -> list[str]:
        with pytest.raises(ConfigError) as caught:
            loads(files, environ)
        return [str(one).replace(f"{directory}/", "") for one in caught.value.problems]

    return problems
