"""The pages in a real browser: narrow and wide, by day and by night, with the keyboard."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import newsroom
import pytest
from articles import article_id
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright
from werkzeug.serving import BaseWSGIServer, make_server

from aggregator.model import By, Join, Placed, Ruling
from aggregator.store import rulings
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
    f"/stories/{newsroom.STORY}",
    f"/stories/{newsroom.OTHER_STORY}",
    "/search",
    "/search?q=the",
    "/search?q=war+(",
    "/sources",
    "/sources/mtis",
    "/feeds",
    "/nowhere",
)
WITH_FORMS = (
    *(f"/stories/{story}" for story in (newsroom.STORY, newsroom.OTHER_STORY)),
    f"/articles/{article_id(0)}",
)
AUTH = ("editor", "password")
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


class Evil(Pictures):
    """A page elsewhere with a form that posts to us; its path is the pass that it stole."""

    target = ""

    @classmethod
    def at(cls, address: str) -> ThreadingHTTPServer:
        cls.target = f"{address}/articles/{article_id(0)}/together"
        return ThreadingHTTPServer(("127.0.0.1", 0), cls)

    def do_GET(self) -> None:
        fields = {"pass": self.path[1:], "other": article_id(9)}
        inputs = "".join(f'<input name="{name}" value="{one}">' for name, one in fields.items())
        body = f'<form method="post" action="{self.target}">{inputs}<button>x</button></form>'
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())


@contextmanager
def running(server: ThreadingHTTPServer | BaseWSGIServer) -> Iterator[str]:
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@contextmanager
def served(db: Database, **changes: object) -> Iterator[str]:
    """The newsroom's site on a port of this machine."""
    base = ["http://127.0.0.1"]
    app = create_app(lambda: newsroom.site(db, base_url=base[0], **changes))
    with running(make_server("127.0.0.1", 0, app, threaded=True)) as base[0]:
        yield base[0]


@pytest.fixture(scope="module")
def stories(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The newsroom with its stories gathered, its pictures on a port of this machine.

    One article was taken out of a story.
    """
    path = tmp_path_factory.mktemp("browser") / "news.db"
    with (
        running(ThreadingHTTPServer(("127.0.0.1", 0), Pictures)) as pictures,
        Database.open(f"sqlite:///{path}", now=newsroom.NOW) as db,
    ):
        newsroom.fill(db, pictures=pictures)
        newsroom.gather(db)
        why = Join(article_id(12), By.WORDS, 0.5)
        newsroom.place(db, Placed(article_id(13), newsroom.OTHER_STORY, why))
        rulings.pull_out(db, article_id(13), newsroom.NOW)
        yield db


@pytest.fixture(scope="module")
def address(stories: Database) -> Iterator[str]:
    problems = ("config/topics.yaml:7:5: topics.war.sbject: unknown key",)
    with served(stories, problems=problems) as at:
        yield at


@pytest.fixture(scope="module")
def guarded(stories: Database) -> Iterator[str]:
    """The same, as who has its password sees it."""
    with served(stories, auth=AUTH) as at:
        yield at.replace("://", f"://{AUTH[0]}:{AUTH[1]}@")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.skip(f"needs Debian's chromium at {CHROMIUM}")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture(
    params=[(320, "light"), (390, "light"), (390, "dark"), (1280, "light"), (1280, "dark")], ids=str
)
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    width, scheme = request.param
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    opened = context.new_page()
    yield opened
    context.close()


def watched(page: Page) -> list[str]:
    """What the browser complains about from now on, but for the status of the page itself."""
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if "the server responded with a status of 4" not in message.text:
            complaints.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda request: complaints.append(f"not loaded: {request.url}"))
    return complaints


def test_every_page_is_whole_and_fits(page: Page, address: str, guarded: str) -> None:
    complaints = watched(page)
    for path in (*(address + one for one in PAGES), *(guarded + one for one in WITH_FORMS)):
        page.goto(path)
        page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
        page.wait_for_load_state("networkidle")
        too_wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(too_wide) <= 0, path
        broken = "[...document.images].filter(i => i.complete && !i.naturalWidth).map(i => i.src)"
        assert page.evaluate(broken) == [], path
        assert complaints == [], path


CONTRAST = """() => {
  const parse = text => text.match(/[\\d.]+/g).map(Number)
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0)
  const behind = one => {
    for (; one; one = one.parentElement) {
      const found = parse(getComputedStyle(one).backgroundColor)
      if (found.length < 4 || found[3] === 1) return found
    }
    return [255, 255, 255]
  }
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), faint = []
  for (let node; node = walker.nextNode();) {
    const one = node.parentElement, style = getComputedStyle(one)
    if (!node.data.trim() || !one.getClientRects().length || one.closest('.unseen')) continue
    const [a, b] = [light(parse(style.color)), light(behind(one))].sort((x, y) => y - x)
    const ratio = (a + .05) / (b + .05)
    if (ratio < 4.5) faint.push([node.data.trim().slice(0, 40), ratio])
  }
  return faint
}"""


def test_all_text_stands_out_from_its_ground(page: Page, address: str, guarded: str) -> None:
    for path in (*(address + one for one in PAGES), *(guarded + one for one in WITH_FORMS)):
        page.goto(path)
        assert page.evaluate(CONTRAST) == [], path


def test_the_colours_follow_the_scheme(browser: Browser, address: str) -> None:
    grounds = set()
    for scheme in ("light", "dark"):
        context = browser.new_context(color_scheme=scheme)
        opened = context.new_page()
        opened.goto(address)
        grounds.add(opened.evaluate("getComputedStyle(document.body).backgroundColor"))
        context.close()
    assert len(grounds) == 2


FOCUS = """() => {
  const one = document.activeElement, style = getComputedStyle(one)
  const {top, left} = one.getBoundingClientRect()
  return [one.tagName, style.outlineStyle, parseFloat(style.outlineWidth), top >= 0, left >= 0]
}"""


def test_the_keyboard_reaches_everything_and_shows_where_it_is(page: Page, address: str) -> None:
    page.goto(address)
    stops = page.evaluate("document.querySelectorAll('a[href], button, input').length")
    for stop in range(stops):
        page.keyboard.press("Tab")
        tag, style, width, below, beside = page.evaluate(FOCUS)
        assert tag in ("A", "BUTTON", "INPUT"), stop
        assert style == "solid", stop
        assert width >= 2, stop
        assert below, stop
        assert beside, stop


def test_the_first_stop_skips_to_the_content(page: Page, address: str) -> None:
    page.goto(address)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_right_to_left_titles_run_from_the_right(page: Page, address: str) -> None:
    page.goto(f"{address}/articles/{article_id(3)}")
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).direction") == "rtl"
    assert page.evaluate("getComputedStyle(document.querySelector('.why')).direction") == "ltr"


def test_a_click_on_an_address_selects_it_whole(page: Page, address: str) -> None:
    page.goto(f"{address}/feeds")
    page.locator(".addresses code").first.click()
    assert page.evaluate("getSelection().toString()") == f"{address}/feeds/all.atom"


def test_search_works_by_keyboard(page: Page, address: str) -> None:
    page.goto(address)
    page.locator("input[name=q]").press_sequentially("truce")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=truce")
    assert page.locator(".articles h2").all_inner_texts() == [
        "Price war over bread ends in a truce"
    ]


@pytest.mark.parametrize("form", ["atom", "rss"])
def test_a_feed_opened_in_a_browser_is_legible(page: Page, address: str, form: str) -> None:
    complaints = watched(page)
    page.goto(f"{address}/feeds/war.{form}")
    page.wait_for_load_state("networkidle")
    hint = page.evaluate("getComputedStyle(document.documentElement, '::before').content")
    assert "This is a feed" in hint
    assert complaints == []


def test_printing_leaves_the_navigation_out(page: Page, address: str) -> None:
    page.goto(address)
    page.emulate_media(media="print")
    assert not page.locator("form.search").is_visible()
    assert not page.locator("header nav").first.is_visible()
    assert page.locator(".articles h2").first.is_visible()


SMALL = """() => [...document.querySelectorAll('a[href], button, input:not([type=hidden])')]
  .filter(one => one.getClientRects().length && !one.closest('.unseen, .skip'))
  .filter(one => ![...one.parentElement.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
  .filter(one => !one.closest('.content, .because'))
  .map(one => [one.textContent.trim().slice(0, 40) || one.name, one.getBoundingClientRect()])
  .filter(([, box]) => box.width < 24 || box.height < 24)
  .map(([name, box]) => [name, box.width, box.height])"""


def test_a_finger_hits_everything_that_stands_by_itself(
    page: Page, address: str, guarded: str
) -> None:
    """24 pixels, as WCAG 2.2 asks (2.5.8); links within a sentence are as high as its lines."""
    for path in (*(address + one for one in PAGES), *(guarded + one for one in WITH_FORMS)):
        page.goto(path)
        assert page.evaluate(SMALL) == [], path


NAMELESS = """() => [...document.querySelectorAll('a[href], button, input:not([type=hidden])')]
  .filter(one => !(one.textContent || one.ariaLabel || one.labels?.[0]?.textContent || '').trim())
  .map(one => one.outerHTML)"""
DOUBLE = """() => {
  const ids = [...document.querySelectorAll('[id]')].map(one => one.id)
  return ids.filter((id, at) => ids.indexOf(id) !== at)
}"""


def test_everything_to_press_has_a_name_and_no_id_stands_twice(page: Page, guarded: str) -> None:
    for path in (*PAGES, *WITH_FORMS):
        page.goto(guarded + path)
        assert page.evaluate(NAMELESS) == [], path
        assert page.evaluate(DOUBLE) == [], path


def test_what_a_story_is_told_in_runs_from_its_own_side(page: Page, address: str) -> None:
    page.goto(f"{address}/stories/{newsroom.STORY}")
    side = "all => all.map(li => getComputedStyle(li.querySelector('h3')).direction)"
    sides = page.locator(".timeline > li").evaluate_all(side)
    assert sides == ["ltr", "rtl", "ltr", "ltr", "rtl", "ltr"]


def test_a_press_puts_two_articles_together(browser: Browser, stories: Database) -> None:
    with served(stories, auth=AUTH) as address:
        context = browser.new_context(http_credentials={"username": AUTH[0], "password": AUTH[1]})
        page = context.new_page()
        page.goto(f"{address}/articles/{article_id(13)}")
        page.locator("input[name=other]").fill(f"{address}/articles/{article_id(7)}")
        page.locator("form.ruling button").click()
        page.wait_for_url(f"**/articles/{article_id(13)}")
        context.close()
    first, second = sorted((article_id(7), article_id(13)))
    assert Ruling(first, second, together=True) in rulings.ruled(stories)


def test_a_press_puts_an_article_back(browser: Browser, stories: Database) -> None:
    with served(stories, auth=AUTH) as address:
        context = browser.new_context(http_credentials={"username": AUTH[0], "password": AUTH[1]})
        page = context.new_page()
        page.goto(f"{address}/stories/{newsroom.OTHER_STORY}")
        page.locator(".kept-out button").click()
        page.wait_for_url(f"**/articles/{article_id(13)}")
        context.close()
    first, second = sorted((article_id(12), article_id(13)))
    assert Ruling(first, second, together=True) in rulings.ruled(stories)


def test_a_form_on_another_site_presses_nothing(browser: Browser, stories: Database) -> None:
    """Even if it knew the pass: the browser says where the form stands."""
    before = rulings.ruled(stories)
    with served(stories, auth=AUTH) as address, running(Evil.at(address)) as evil:
        context = browser.new_context(http_credentials={"username": AUTH[0], "password": AUTH[1]})
        page = context.new_page()
        page.goto(f"{address}/articles/{article_id(0)}")
        held = page.locator("form.ruling input[name=pass]").input_value()
        page.goto(f"{evil.replace('127.0.0.1', 'localhost')}/{held}")
        page.locator("button").click()
        page.locator("main").wait_for()
        assert page.locator("main").inner_text().startswith("This was refused")
        context.close()
    assert rulings.ruled(stories) == before
