"""The pages in a real browser: narrow and wide, by day and by night, with the keyboard."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import newsroom
import pytest
from articles import article_id
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from aggregator.store.database import Database
from aggregator.web import create_app

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
]
PAGES = (
    "/",
    "/day/2026-11-21",
    "/topics/war",
    f"/articles/{article_id(0)}",
    f"/articles/{article_id(3)}",
    "/search",
    "/search?q=the",
    "/search?q=war+(",
    "/sources",
    "/sources/mtis",
    "/feeds",
    "/nowhere",
)
PICTURE = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 960 640" width="960" height="640">
<rect width="960" height="640" fill="hsl({hue} 30% 78%)"/><circle cx="720" cy="170" r="70"
fill="hsl({hue} 60% 90%)"/><path d="M0 640 0 420 240 220 420 400 610 250 960 560 960 640z"
fill="hsl({hue} 25% 45%)"/><path d="M0 640 0 540 330 400 640 540 960 470 960 640z"
fill="hsl({hue} 30% 28%)"/></svg>"""

pytestmark = pytest.mark.browser


class Pictures(BaseHTTPRequestHandler):
    """A publisher's server of pictures."""

    def do_GET(self) -> None:
        number = Path(self.path).stem
        body = PICTURE.format(hue=(int(number) * 67 + 200) % 360).encode()
        self.send_response(200)
        self.send_header("Content-Type", "image/svg+xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        pass


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The newsroom's site on a port of this machine, its pictures on another."""
    pictures = ThreadingHTTPServer(("127.0.0.1", 0), Pictures)
    path = tmp_path_factory.mktemp("browser") / "news.db"
    with Database.open(f"sqlite:///{path}", now=newsroom.NOW) as db:
        newsroom.fill(db, pictures=f"http://127.0.0.1:{pictures.server_port}")
        problems = ("config/topics.yaml:7:5: topics.war.sbject: unknown key",)
        base = ["http://127.0.0.1"]
        app = create_app(lambda: newsroom.site(db, base_url=base[0], problems=problems))
        server = make_server("127.0.0.1", 0, app, threaded=True)
        base[0] = f"http://127.0.0.1:{server.server_port}"
        threads = [threading.Thread(target=one.serve_forever) for one in (pictures, server)]
        for thread in threads:
            thread.start()
        yield base[0]
        for one, thread in zip((pictures, server), threads, strict=True):
            one.shutdown()
            thread.join()
            one.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.skip(f"needs Debian's chromium at {CHROMIUM}")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture(params=[(390, "light"), (390, "dark"), (1280, "light"), (1280, "dark")], ids=str)
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    width, scheme = request.param
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    opened = context.new_page()
    yield opened
    context.close()
