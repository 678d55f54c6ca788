"""The running service: hot reload, stopping, what it says when it can't start."""

from __future__ import annotations

import http.client
import json
import re
import shlex
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from feeds import item, rss
from origin import Origin
from service import ROOT, free_port, get, run, serving

from aggregator import service as running
from aggregator.service import listening

CONFIG = """
sources: [{{url: '{url}', key: courier}}]
topics:
  rain: {{name: Rain, any: [rain]}}
service: {{title: Weather desk, fetch: {{allow_private: [127.0.0.0/8], seconds: 3}}}}
"""


@pytest.fixture
def origin() -> Iterator[Origin]:
    with Origin() as opened:
        opened.serve("/feed", rss([item(1, "Rain in Baku"), item(2, "Sun in Ganja")]))
        yield opened


@pytest.fixture
def place(tmp_path: Path, origin: Origin) -> Path:
    (tmp_path / "config").mkdir()
    text = CONFIG.format(url=origin.url("/feed"))
    (tmp_path / "config" / "all.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def until(true: Callable[[], bool], *, seconds: float = 40) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)


def test_the_service_polls_serves_reloads_and_stops(place: Path, origin: Origin) -> None:
    config, log = place / "config" / "all.yaml", place / "log"
    text = config.read_text(encoding="utf-8")
    with serving(place, free_port(), log) as base:
        until(lambda: b"Rain in Baku" in get(f"{base}/feeds/rain.atom")[1])
        assert b"Weather desk" in get(f"{base}/")[1]

        config.write_text(text.replace("rain]}", "rain]}\n  sun: {any: [sun]}"), encoding="utf-8")
        until(lambda: b"Sun in Ganja" in get(f"{base}/feeds/sun.rss")[1])

        config.write_text("topics: {rain: {anyy: [rain]}}", encoding="utf-8")
        until(lambda: bool(json.loads(get(f"{base}/healthz")[1])["problems"]))
        assert "did you mean &#39;any&#39;" in get(f"{base}/sources")[1].decode()
        assert b"Sun in Ganja" in get(f"{base}/feeds/sun.rss")[1]

        config.write_text(text, encoding="utf-8")
        until(lambda: get(f"{base}/feeds/sun.rss")[0] == 410)
        assert json.loads(get(f"{base}/healthz")[1])["problems"] == []
    told = log.read_text(encoding="utf-8")
    assert "all.yaml:1:17: topics.rain.anyy: unknown key, did you mean 'any'?" in told
    assert "Traceback" not in told


def test_a_source_that_hangs_keeps_no_one_from_stopping(place: Path, origin: Origin) -> None:
    origin.behave("/feed", "hang")
    config = place / "config" / "all.yaml"
    config.write_text(config.read_text(encoding="utf-8").replace("seconds: 3", "seconds: 100"))
    with serving(place, free_port(), place / "log"):
        until(lambda: origin.connections > 0)
        started = time.monotonic()
    assert time.monotonic() - started < 20
    assert "asked again at the next start" in (place / "log").read_text(encoding="utf-8")


def test_a_port_that_is_taken_is_said_with_a_way_out(place: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ran = run(place, "serve", AGGREGATOR_SERVICE__PORT=str(port))
    assert ran.returncode == 2
    assert re.search(rf"can't listen on 127.0.0.1:{port}: .*AGGREGATOR_SERVICE__PORT", ran.stderr)


def test_a_public_address_without_a_password_is_refused(place: Path) -> None:
    ran = run(place, "serve", AGGREGATOR_SERVICE__HOST="0.0.0.0")
    assert ran.returncode == 2
    assert "auth: none" in ran.stderr


def test_a_machine_without_a_network_still_serves_and_says_so(place: Path) -> None:
    config = place / "config" / "all.yaml"
    text = config.read_text(encoding="utf-8")
    config.write_text(re.sub(r"url: '.*?'", "url: 'https://nowhere.invalid/feed'", text))
    with serving(place, free_port(), place / "log") as base:
        until(lambda: "No source can be reached" in get(f"{base}/")[1].decode())
        assert "nowhere.invalid" in get(f"{base}/sources")[1].decode()
    assert "courier: dns: nowhere.invalid" in (place / "log").read_text(encoding="utf-8")


# --- the web server -----------------------------------------------------------------------------


LONG = b"news " * 100_000


def answer(environ: dict[str, Any], start: Any) -> list[bytes]:
    """304 to whoever holds something, else a word, or many."""
    held = "HTTP_IF_NONE_MATCH" in environ
    start("304 NOT MODIFIED" if held else "200 OK", [("ETag", '"a"')])
    return [] if held else [LONG if environ["PATH_INFO"] == "/long" else b"news"]


@pytest.fixture
def server() -> Iterator[tuple[str, int]]:
    listener = listening(answer, "127.0.0.1", 0)
    thread = threading.Thread(target=listener.run)
    thread.start()
    yield "127.0.0.1", listener.effective_port
    listener.asyncore.close_all(listener._map)
    thread.join()
    listener.task_dispatcher.shutdown()


def test_requests_that_are_never_ended_keep_nobody_out(server: tuple[str, int]) -> None:
    half_open = []
    try:
        for _ in range(1_000):
            half_open.append(socket.create_connection(server, timeout=60))
            half_open[-1].sendall(b"GET / HTTP/1.1\r\nHost: half\r\n")
        assert get(f"http://{server[0]}:{server[1]}/") == (200, b"news")
    finally:
        for one in half_open:
            one.close()


def test_who_asks_again_and_again_and_reads_nothing_keeps_nobody_waiting(
    server: tuple[str, int],
) -> None:
    greedy = []
    try:
        for _ in range(16):
            greedy.append(socket.socket())
            greedy[-1].setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            greedy[-1].connect((server[0], int(server[1])))
            greedy[-1].sendall(b"GET /long HTTP/1.1\r\nHost: x\r\n\r\n" * 180)
        for _ in range(3):
            assert get(f"http://{server[0]}:{server[1]}/") == (200, b"news")
        received, most = 0, 20 * len(LONG)
        while received < most and (piece := greedy[0].recv(1 << 20)):
            received += len(piece)
        assert 0 < received < most, "what was never read is not kept for it"
    finally:
        for one in greedy:
            one.close()


def test_a_304_leaves_the_connection_open(server: tuple[str, int]) -> None:
    with closing(http.client.HTTPConnection(*server, timeout=60)) as caller:
        sockets = []
        for headers in ({"If-None-Match": '"a"'}, {}, {"If-None-Match": '"a"'}):
            caller.request("GET", "/", headers=headers)
            response = caller.getresponse()
            assert (response.status, response.read()) in [(304, b""), (200, b"news")]
            sockets.append(caller.sock)
        assert sockets[0] is not None
        assert sockets == sockets[:1] * 3
        caller.request("GET", "/", headers={"If-None-Match": '"a"', "Connection": "close"})
        assert caller.getresponse().headers["Connection"] == "close"


def test_the_demo_needs_no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bundled configuration, its sample feeds at another port."""
    shutil.copytree(ROOT / "config" / "demo", tmp_path / "config" / "demo")
    sources = tmp_path / "config" / "demo" / "sources.yaml"
    text = sources.read_text(encoding="utf-8")
    sources.write_text(text.replace(":8099/", f":{free_port()}/"), encoding="utf-8")
    with serving(tmp_path, free_port(), tmp_path / "log", command="demo") as base:
        until(lambda: get(f"{base}/feeds/war.atom")[1].count(b"<entry") >= 5)
        until(lambda: get(f"{base}/feeds/azerbaijan.json")[1].count(b'"id"') >= 5)
        health = json.loads(get(f"{base}/healthz")[1])
    assert health["sources"] == {"failing": 0, "total": 11}
    assert (tmp_path / "data" / "demo" / "aggregator.db").exists()
    [options] = re.findall("run.py (.+) try war", (tmp_path / "log").read_text(encoding="utf-8"))
    program = [sys.executable, str(ROOT / "run.py"), *shlex.split(options)]
    ran = subprocess.run([*program, "try", "war"], capture_output=True, text=True, check=True)
    assert not ran.stdout.startswith("0 match")
    assert "topic" in ran.stdout


def test_a_c_library_that_keeps_nothing_back_needs_not_be_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ctypes.CDLL", lambda _: object())
    running.save_memory()
