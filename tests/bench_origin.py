"""Publishers for the benches: thousands of hosts (127.x.y.z) with real-sized feeds, on loopback.

They live in a process of their own, whose CPU is nobody's who is measured. What they answer is made
beforehand, so that they cost little; but they need a core. Linux only: elsewhere 127.0.0.1 is all
that there is of 127.0.0.0/8.
"""

from __future__ import annotations

import asyncio
import gzip
import multiprocessing
import random
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache
from html import escape
from itertools import product
from multiprocessing.connection import Connection
from typing import Any

START = datetime.now(UTC).replace(microsecond=0) - timedelta(days=8)
WORDS = """
    the of and to in a is that for it as was with by on not he at are this from or had an they which
    one were all there would their we been has when who will more if out so said what its about than
    into them can only other new some could these two may first then any now over such our even most
    made after also many before must through back years where much way well down should because
    people state good government market company price report bank court election party president
    minister climate energy carbon solar wind power grid software network security vulnerability
    update study vaccine patients hospital health trial virus football coach league match goal film
    director festival museum author prize council housing transport railway airport flight storm
    flood wildfire drought harvest farmers tariff trade inflation interest rates investors shares
    funding chip satellite rocket orbit telescope planet asteroid galaxy particle theory language
    model privacy commission antitrust lawsuit appeal verdict police investigation border refugees
    aid ceasefire talks summit treaty navy sanctions troops missile defence budget parliament reform
    pension strike union wage factory shortage demand forecast growth Baku Tbilisi Ankara Berlin
    Paris London Washington Tokyo Nairobi Germany Japan Brazil Kenya Turkey Ukraine France Spain
    Müller García Novák Lindström Okafor Haddad Tanaka
""".split()  # noqa: SIM905 - a list of so many strings is no easier to read
_SYLLABLES = ["".join(pair) for pair in product("bdfgklmnprstvz", "aeiou")]
_WEIGHTS = [1 / (rank + 8) for rank in range(len(WORDS))]
_RARE = ["".join(parts) for parts in product(_SYLLABLES, "lmnrst", _SYLLABLES, ("", "ing", "s"))]
random.Random(0).shuffle(_RARE)
"""Invented: reports of the world are hardly ever about the same things by chance."""


@cache
def _sentences() -> list[str]:
    dice, made = random.Random(1), []
    for _ in range(20_000):
        common = dice.choices(WORDS, _WEIGHTS, k=dice.randint(5, 16))
        words = common + dice.choices(_RARE, k=dice.randint(2, 8))
        dice.shuffle(words)
        made.append(" ".join(words).capitalize() + ".")
    return made


class Outlet:
    """A feed of 15 to 80 kB: RSS or Atom, 20 to 40 entries; numbers count on for ever."""

    def __init__(self, number: int) -> None:
        self.number, self.site = number, f"http://outlet{number}.example"
        dice = random.Random(number)
        self.atom, self.window = dice.random() < 0.35, dice.randint(20, 40)
        self.size = dice.choice((350, 500, 700, 900, 1200))
        self._entries: dict[int, str] = {}

    def body(self, brought: int, stamp: int) -> bytes:
        """The document after it brought so many entries; stamp: seconds that its date moved."""
        newest = self.window + brought
        built, title = START + timedelta(seconds=stamp), f"Outlet {self.number}"
        numbers = range(newest, newest - self.window, -1)
        for number in numbers:
            self._entries.setdefault(number, self._entry(number))
        entries = "".join(self._entries[number] for number in numbers)
        head = '<?xml version="1.0" encoding="utf-8"?>\n'
        if self.atom:
            return (
                f'{head}<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">\n<title>{title}'
                f"</title>\n<id>tag:{self.site},2020:feed</id>\n<updated>{built.isoformat()}"
                f'</updated>\n<link rel="alternate" href="{self.site}/"/>\n{entries}</feed>\n'
            ).encode()
        return (
            f'{head}<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/">\n<channel>\n'
            f"<title>{title}</title>\n<link>{self.site}/</link>\n<description>News</description>\n"
            f"<language>en</language>\n<lastBuildDate>{format_datetime(built)}</lastBuildDate>\n"
            f"{entries}</channel>\n</rss>\n"
        ).encode()

    def _entry(self, number: int) -> str:
        dice = random.Random(self.number * 1_000_003 + number)
        words = dice.choices(WORDS, k=dice.randint(3, 6)) + dice.choices(_RARE, k=4)
        title = " ".join(dice.sample(words, k=len(words))).capitalize()
        url, at = f"{self.site}/{number}-{dice.choice(WORDS)}", START + timedelta(hours=number)
        author, tags = dice.choice(WORDS).title(), dice.sample(WORDS[100:], k=2)
        text = escape(self._html(dice), quote=False)
        if self.atom:
            terms = "".join(f'<category term="{tag}"/>' for tag in tags)
            return (
                f'<entry>\n<title>{title}</title>\n<link rel="alternate" href="{url}"/>\n'
                f"<id>tag:{self.site},2026:{number}</id>\n<published>{at.isoformat()}</published>\n"
                f"<updated>{at.isoformat()}</updated>\n<author><name>{author}</name></author>\n"
                f'{terms}\n<summary type="html">{text}</summary>\n</entry>\n'
            )
        terms = "".join(f"<category>{tag}</category>" for tag in tags)
        return (
            f"<item>\n<title>{title}</title>\n<link>{url}</link>\n"
            f'<guid isPermaLink="false">{self.site}/?p={number}</guid>\n'
            f"<pubDate>{format_datetime(at)}</pubDate>\n<dc:creator>{author}</dc:creator>\n"
            f"{terms}\n<description>{text}</description>\n</item>\n"
        )

    def _html(self, dice: random.Random) -> str:
        parts = [f'<p><img src="{self.site}/{dice.randrange(10**6)}.jpg" alt="" width="640"/></p>']
        size = self.size * dice.uniform(0.5, 1.5)
        while sum(map(len, parts)) < size:
            said = " ".join(dice.sample(_sentences(), k=dice.randint(1, 3)))
            link = f'<a href="{self.site}/{dice.randrange(10**6)}">{dice.choice(WORDS)}</a>'
            parts.append(f"<p>{said} <strong>{dice.choice(WORDS)}</strong> &amp; {link}</p>")
        return "\n".join(parts)


@dataclass(frozen=True)
class Says:
    """How publishers answer. latency: seconds, from … to; hanging: who never answers."""

    feeds: int
    brought: int = 0
    stamp: int = 0
    validators: bool = True
    latency: tuple[float, float] = (0, 0)
    hanging: frozenset[int] = frozenset()


@dataclass
class Asked:
    """What publishers were asked. first: ``time.time()`` of the first request for each feed."""

    first: dict[int, float] = field(default_factory=dict)
    requests: int = 0
    unmodified: int = 0
    last: float = 0.0


class _Answers:
    """Made beforehand: for each document its answers, plain, compressed, and 304."""

    def __init__(self) -> None:
        self.outlets: list[Outlet] = []
        self.says = Says(0)
        self.asked = Asked()
        self._made: list[tuple[bytes, bytes]] = []
        self._changed = b""
        self._of = (-1, -1, -1)

    def turn(self, says: Says) -> None:
        self.outlets += [Outlet(number) for number in range(len(self.outlets), says.feeds)]
        of = (says.brought, says.stamp, says.feeds)
        if of != self._of:
            self._of = of
            bodies = (one.body(says.brought, says.stamp) for one in self.outlets[: says.feeds])
            changed = START + timedelta(hours=says.brought, seconds=says.stamp)
            self._changed = format_datetime(changed, usegmt=True).encode()
            self._made = [(body, gzip.compress(body, 5, mtime=0)) for body in bodies]
        self.says, self.asked = says, Asked()

    def to(self, head: bytes) -> bytes | None:
        """An answer to a request for feed number n, which is ``/n``; None: never."""
        number = int(head[5 : head.index(b" ", 5)])
        asked, says = self.asked, self.says
        asked.last = time.time()
        asked.requests += 1
        asked.first.setdefault(number, asked.last)
        if number in says.hanging:
            return None
        told = etag(number, says.brought, says.stamp).encode()
        lines = b"ETag: %b\r\nLast-Modified: %b\r\n" % (told, self._changed)
        lines = lines if says.validators else b""
        if says.validators and told in head:
            asked.unmodified += 1
            return b"HTTP/1.1 304 Not Modified\r\n%b\r\n" % lines
        body, packed = self._made[number % says.feeds]
        if b"gzip" in head:
            body, lines = packed, lines + b"Content-Encoding: gzip\r\n"
        kind = b"Content-Type: application/xml; charset=utf-8\r\nContent-Length: %d\r\n" % len(body)
        return b"HTTP/1.1 200 OK\r\n%b%b\r\n%b" % (kind, lines, body)


def etag(number: int, brought: int = 0, stamp: int = 0) -> str:
    """The validator of a feed's document."""
    return f'"o-{number}-{brought}-{stamp}"'


class _Caller(asyncio.Protocol):
    def __init__(self, answers: _Answers) -> None:
        self.answers, self.begun = answers, b""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.begun += data
        while b"\r\n\r\n" in self.begun:
            head, _, self.begun = self.begun.partition(b"\r\n\r\n")
            answer, latency = self.answers.to(head), self.answers.says.latency
            if answer is None:
                continue
            if latency[1]:
                wait = random.uniform(*latency)
                asyncio.get_running_loop().call_later(wait, self.transport.write, answer)
            else:
                self.transport.write(answer)


async def _serve(pipe: Connection, listener: socket.socket) -> None:
    answers, loop, over = _Answers(), asyncio.get_running_loop(), asyncio.Event()

    def told() -> None:
        word = pipe.recv()
        if word is None:
            over.set()
        elif isinstance(word, Says):
            answers.turn(word)
            pipe.send(None)
        else:
            pipe.send(answers.asked)

    loop.add_reader(pipe.fileno(), told)
    await loop.create_server(lambda: _Caller(answers), sock=listener, backlog=4096)
    await over.wait()


class Publishers:
    """What a bench says to them. ``says`` is how they answer now."""

    def __init__(self, pipe: Connection, port: int, pid: int) -> None:
        self._pipe, self.port, self.pid, self.says = pipe, port, pid, Says(0)

    def turn(self, **said: Any) -> None:
        """From now on they answer so; what they were asked is forgotten."""
        self.says = replace(self.says, **said)
        self._pipe.send(self.says)
        self._pipe.recv()

    def asked(self) -> Asked:
        self._pipe.send("asked")
        asked: Asked = self._pipe.recv()
        return asked

    def url(self, number: int) -> str:
        """Each feed is at a host of its own; past ``says.feeds`` documents come again."""
        group, one = divmod(number, 250)
        high, low = divmod(group, 250)
        return f"http://127.{high + 1}.{low}.{one + 1}:{self.port}/{number}"


@contextmanager
def publishers() -> Iterator[Publishers]:
    here, there = multiprocessing.Pipe()
    with socket.socket() as listener:
        # All of 127.0.0.0/8, and nothing that others can reach.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo")
        listener.bind(("0.0.0.0", 0))
        port: int = listener.getsockname()[1]
        process = multiprocessing.get_context("fork").Process(
            target=lambda: asyncio.run(_serve(there, listener)), daemon=True
        )
        process.start()
    assert process.pid is not None
    try:
        yield Publishers(here, port, process.pid)
    finally:
        here.send(None)
        process.join()
