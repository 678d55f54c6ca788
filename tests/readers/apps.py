"""Real reader apps without a screen, each driven through one call; not their behaviour's judge.

    seen = APPS["newsboat"].read([url], workdir)

One call is one poll of every address; the app's state stays in ``workdir``, so that calling again
is what the app does at its next poll. What it returns is what the app would show, by its own means.
"""

from __future__ import annotations

import mailbox
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parsedate_to_datetime
from importlib.util import find_spec
from pathlib import Path

SECONDS = 60


@dataclass(frozen=True, slots=True)
class Seen:
    """One entry as an app shows it. What an app has no field for is empty (see ``App.lacks``)."""

    title: str
    link: str
    date: datetime | None
    author: str
    categories: tuple[str, ...]
    guid: str
    unread: bool = True


def once_each(seen: Iterable[Seen]) -> set[str]:
    """The guids of what an app shows, none of them twice."""
    guids = [one.guid for one in seen]
    assert len(set(guids)) == len(guids), "an entry shows twice"
    return set(guids)


@dataclass(frozen=True, slots=True)
class App:
    """programs, module: what must be installed.  lacks: field of ``Seen`` → why it is empty.

    have_read: marks all that it shows as read; None: it marks nothing (rss2email sends a mail
    again, sfeed adds a line).  forms: the formats that it reads.
    """

    read: Callable[[Sequence[str], Path], list[Seen]]
    programs: tuple[str, ...] = ()
    module: str | None = None
    have_read: Callable[[Path], None] | None = None
    forms: tuple[str, ...] = ("atom", "rss")
    lacks: Mapping[str, str] = field(default_factory=dict)
    polls_until_304: int = 2
    keeps_old_titles: bool = False
    """It knows an entry by id and title together, so that an edited title is one more entry."""

    def available(self) -> bool:
        return all(map(shutil.which, self.programs)) and (
            self.module is None or find_spec(self.module) is not None
        )


def _run(workdir: Path, *command: str) -> None:
    environment = {"HOME": str(workdir), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    done = subprocess.run(
        command, cwd=workdir, env=environment, capture_output=True, timeout=SECONDS, check=False
    )
    assert done.returncode == 0, (command, done.stdout, done.stderr)


def newsboat(urls: Sequence[str], workdir: Path) -> list[Seen]:
    """https://newsboat.org, from its cache: one row per guid and feed."""
    (workdir / "urls").write_text("".join(f"{url}\n" for url in urls), "utf-8")
    _run(
        workdir,
        *("newsboat", "-q", "-u", "urls", "-c", "cache.db", "-C", "/dev/null"),
        *("-x", "reload", "print-unread"),
    )
    with closing(sqlite3.connect(workdir / "cache.db")) as cache:
        rows = cache.execute(
            "SELECT title, url, pubDate, author, guid, unread FROM rss_item WHERE deleted = 0"
        ).fetchall()
    return [
        Seen(title, link, datetime.fromtimestamp(date, UTC), author, (), guid, bool(unread))
        for title, link, date, author, guid, unread in rows
    ]


def _newsboat_read(workdir: Path) -> None:
    with closing(sqlite3.connect(workdir / "cache.db")) as cache, cache:
        cache.execute("UPDATE rss_item SET unread = 0")


# As its README tells how to save traffic; sfeed's own fetch asks unconditionally.
_SFEEDRC = """
sfeedpath="$HOME/feeds"
fetch() {{
    curl -f -s -m 15 --etag-save "$3.etag" --etag-compare "$3.etag" "$2"
}}
feeds() {{
{feeds}
}}
"""


def sfeed(urls: Sequence[str], workdir: Path) -> list[Seen]:
    """https://codemadness.org/sfeed.html, from its tab-separated files (sfeed(5))."""
    feeds = "\n".join(f"    feed 'feed{number}' '{url}'" for number, url in enumerate(urls))
    (workdir / "sfeedrc").write_text(_SFEEDRC.format(feeds=feeds), "utf-8")
    (workdir / "feeds").mkdir(exist_ok=True)
    _run(workdir, "sfeed_update", "sfeedrc")
    seen = []
    for number in range(len(urls)):
        text = (workdir / "feeds" / f"feed{number}").read_text("utf-8")
        for line in filter(None, text.split("\n")):
            stamp, title, link, _, _, guid, author, _, categories = line.split("\t")
            date = datetime.fromtimestamp(int(stamp), UTC) if stamp else None
            seen.append(
                Seen(title, link, date, author, tuple(filter(None, categories.split("|"))), guid)
            )
    return seen


_RSS2EMAIL = """
[DEFAULT]
from = from@reader.invalid
to = to@reader.invalid
email-protocol = maildir
maildir-path = {workdir}
maildir-mailbox = mail
date-header = True
date-header-order = issued
name-format = {{author}}
verbose = warning
"""


def rss2email(urls: Sequence[str], workdir: Path) -> list[Seen]:
    """https://github.com/rss2email/rss2email, from the mails that it has sent so far."""
    config, data = workdir / "rss2email.cfg", workdir / "rss2email.json"
    command = ("r2e", "-c", str(config), "-d", str(data))
    if not config.exists():
        config.write_text(_RSS2EMAIL.format(workdir=workdir), "utf-8")
        for number, url in enumerate(urls):
            _run(workdir, *command, "add", f"feed{number}", url)
    _run(workdir, *command, "run")
    return [_mail(message) for message in mailbox.Maildir(workdir / "mail")]


def _mail(message: Message) -> Seen:
    def header(name: str) -> str:
        return str(make_header(decode_header(message.get(name, "")))).replace("\n", "")

    date = message.get("Date")
    return Seen(
        header("Subject"),
        header("X-RSS-URL"),
        parsedate_to_datetime(date).astimezone(UTC) if date else None,
        header("From").rpartition(" <")[0].strip('"'),
        tuple(filter(None, header("X-RSS-TAGS").split(","))),
        header("X-RSS-ID"),
    )


def reader(urls: Sequence[str], workdir: Path) -> list[Seen]:
    """https://github.com/lemon24/reader, by its own API."""
    from reader import make_reader

    with closing(make_reader(str(workdir / "reader.sqlite"))) as app:
        for url in urls:
            app.add_feed(url, exist_ok=True)
        app.update_feeds(scheduled=False)
        return [
            Seen(
                entry.title or "",
                entry.link or "",
                entry.published,
                ", ".join(author.name or "" for author in entry.authors),
                (),
                entry.id,
                not entry.read,
            )
            for entry in app.get_entries()
        ]


def _reader_read(workdir: Path) -> None:
    from reader import make_reader

    with closing(make_reader(str(workdir / "reader.sqlite"))) as app:
        for entry in app.get_entries(read=False):
            app.mark_entry_as_read(entry)


APPS = {
    "newsboat": App(
        newsboat,
        programs=("newsboat",),
        have_read=_newsboat_read,
        lacks={"categories": "its cache has no column for them and no view shows them"},
        polls_until_304=3,
    ),
    "sfeed": App(sfeed, programs=("sfeed_update", "sfeed", "curl"), keeps_old_titles=True),
    "rss2email": App(rss2email, programs=("r2e",)),
    "reader": App(
        reader,
        module="reader",
        have_read=_reader_read,
        forms=("atom", "rss", "json"),
        lacks={"categories": "its entries have no field for them"},
    ),
}
