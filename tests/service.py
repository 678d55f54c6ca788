"""Starting the real program as its users do: `python run.py …` in a process of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from aggregator import app
from aggregator.rounds import run_round
from aggregator.store import sources

ROOT = Path(__file__).resolve().parent.parent
_PATIENCE_SECONDS = 300


def words(place: Path, *command: str) -> list[str]:
    """The program with its configuration and data below ``place``."""
    folders = ["--config", str(place / "config"), "--data", str(place / "data")]
    return [sys.executable, str(ROOT / "run.py"), *folders, *command]


def environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AGGREGATOR")}
    return kept | more


def run(place: Path, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        words(place, *command),
        env=environment(**more),
        capture_output=True,
        text=True,
        timeout=_PATIENCE_SECONDS,
        check=False,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def polls(place: Path) -> Iterator[Callable[[], None]]:
    """Yield what polls every source once, in this process: a new process takes a second."""
    with opened_polls(place) as (_, poll):
        yield poll


@contextmanager
def opened_polls(place: Path) -> Iterator[tuple[app.App, Callable[[], None]]]:
    """Yield the open program, too."""
    with (
        app.opened(place / "config", place / "data", {}) as opened,
        app.polling(opened) as parts,
    ):

        def poll() -> None:
            now = app.utc_now()
            sources.make_due(opened.db, now, None, waiting=True)
            run_round(parts(), until=now)

        yield opened, poll


@contextmanager
def serving(
    place: Path, port: int, log: Path, *, command: str = "serve", **more: str
) -> Iterator[str]:
    """Serve while the context is open; yield the address. Ends by SIGTERM, cleanly."""
    told = {"AGGREGATOR_SERVICE__PORT": str(port)} | more
    with (
        log.open("ab") as out,
        subprocess.Popen(
            words(place, command), env=environment(**told), stdout=out, stderr=out
        ) as process,
    ):
        try:
            base = f"http://127.0.0.1:{port}"
            _wait_until_ready(base, process, log)
            yield base
        finally:
            process.send_signal(signal.SIGTERM)
            code = process.wait(timeout=_PATIENCE_SECONDS)
    assert code == 0, log.read_text(encoding="utf-8")


def get(url: str, **headers: str) -> tuple[int, bytes]:
    """Status and body, whatever the status."""
    return _open(urllib.request.Request(url, headers=headers))


def post(url: str, body: bytes, **headers: str) -> tuple[int, bytes]:
    """Status and body, whatever the status."""
    return _open(urllib.request.Request(url, body, headers))


def _open(request: urllib.request.Request) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def _wait_until_ready(base: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        try:
            if get(f"{base}/readyz")[0] == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(log.read_text(encoding="utf-8"))
