"""What polling is measured beside: programs that are installed, and a bare loop on requests.

``make bench`` fetches rss2email into ``.venv/peers``; newsboat and reader count if they are there.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

import nh3
import requests
from lxml import etree

HERE = Path(__file__).resolve().parent.parent / ".venv" / "peers"
Poll = Callable[[], None]


def bare_loop(place: Path, urls: Sequence[str]) -> Poll:
    """The least that a poller can do: validators, a hash, entries by lxml, cleaned, searchable."""
    db = sqlite3.connect(place / "bare.db", isolation_level=None)
    db.executescript(
        """PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
        CREATE TABLE feed (url TEXT PRIMARY KEY, etag TEXT, modified TEXT, hash BLOB);
        CREATE TABLE article (id INTEGER PRIMARY KEY, feed TEXT, guid TEXT, link TEXT, title TEXT,
                              body TEXT, at TEXT, UNIQUE (feed, guid));
        CREATE VIRTUAL TABLE words USING fts5 (title, body);"""
    )
    db.executemany("INSERT INTO feed (url) VALUES (?)", [(url,) for url in urls])
    session = requests.Session()
    session.trust_env = False

    def once() -> None:
        rows = db.execute("SELECT url, etag, modified, hash FROM feed").fetchall()
        for url, etag, modified, known in rows:
            validators = {"If-None-Match": etag, "If-Modified-Since": modified}
            answer = session.get(url, headers=validators, timeout=10)
            if answer.status_code != 200:
                continue
            digest = hashlib.sha256(answer.content).digest()
            db.execute("BEGIN")
            if digest != known:
                _store(db, url, answer.content)
            told = (answer.headers.get("ETag"), answer.headers.get("Last-Modified"), digest, url)
            db.execute("UPDATE feed SET etag = ?, modified = ?, hash = ? WHERE url = ?", told)
            db.execute("COMMIT")

    return once


def _store(db: sqlite3.Connection, url: str, body: bytes) -> None:
    known = {guid for (guid,) in db.execute("SELECT guid FROM article WHERE feed = ?", (url,))}
    for entry in etree.fromstring(body).iter("item", "{*}entry"):
        found = {}
        for part in entry:
            name = etree.QName(part).localname
            found[name] = part.text or part.get("href") or ""
        guid = found.get("guid") or found.get("id") or found["link"]
        if guid in known:
            continue
        text = nh3.clean(found.get("description") or found.get("summary") or "")
        at = found.get("pubDate") or found.get("published")
        row = (url, guid, found["link"], found["title"], text, at)
        new = db.execute(
            "INSERT INTO article (feed, guid, link, title, body, at) VALUES (?, ?, ?, ?, ?, ?)", row
        )
        words = (new.lastrowid, found["title"], text)
        db.execute("INSERT INTO words (rowid, title, body) VALUES (?, ?, ?)", words)


def rss2email(place: Path, urls: Sequence[str]) -> Poll | None:
    """As its users run it, one process a round; it makes the mails and sends none."""
    if (HERE / "rss2email").is_dir():
        program = [sys.executable, "-c", "from rss2email.main import run; run()"]
    elif found := shutil.which("r2e"):
        program = [found]
    else:
        return None
    config = place / "r2e.cfg"
    mail = (
        "[DEFAULT]\nfrom = a@localhost\nto = b@localhost\nemail-protocol = smtp\nhtml-mail = True\n"
    )
    feeds = (f"\n[feed.f{n}]\nurl = {url}\nto = b@localhost\n" for n, url in enumerate(urls))
    config.write_text(mail + "".join(feeds), encoding="utf-8")
    files = ["-c", str(config), "-d", str(place / "r2e.json")]
    return _command([*program, *files, "run", "--no-send"], place, PYTHONPATH=str(HERE))


def newsboat(place: Path, urls: Sequence[str]) -> Poll | None:
    """With sixteen threads; it has one by itself."""
    found = shutil.which("newsboat")
    if not found:
        return None
    (place / "urls").write_text("\n".join(urls) + "\n", encoding="utf-8")
    (place / "config").write_text("reload-threads 16\ndownload-timeout 30\n", encoding="utf-8")
    files = ["-u", place / "urls", "-c", place / "cache.db", "-C", place / "config"]
    return _command([found, "-q", *map(str, files), "-x", "reload"], place)


def reader(place: Path, urls: Sequence[str]) -> Poll | None:
    """The library of that name, with eight workers; in a process of its own, as our parser is."""
    if not find_spec("reader"):
        return None
    (place / "urls").write_text("\n".join(urls), encoding="utf-8")
    database = str(place / "reader.db")
    code = "import reader, sys; r = reader.make_reader(sys.argv[1]); "
    add = "[r.add_feed(u, exist_ok=True) for u in open(sys.argv[2]).read().split()]"
    subprocess.run([sys.executable, "-c", code + add, database, str(place / "urls")], check=True)
    return _command(
        [sys.executable, "-c", code + "r.update_feeds(workers=8, scheduled=False)", database], place
    )


def _command(words: list[str], home: Path, **more: str) -> Poll:
    environment = {**os.environ, "HOME": str(home), **more}

    def once() -> None:
        with (home / "log").open("ab") as log:
            subprocess.run(words, env=environment, stdout=log, stderr=log, check=False)

    return once


PEERS: dict[str, Callable[[Path, Sequence[str]], Poll | None]] = {
    "bare loop": bare_loop,
    "rss2email": rss2email,
    "newsboat": newsboat,
    "reader": reader,
}
