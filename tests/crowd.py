"""Many readers at once, over connections that stay open: what a bench sends at a server."""

from __future__ import annotations

import multiprocessing
import re
import selectors
import socket
import time
from collections import Counter
from dataclasses import dataclass, field
from selectors import BaseSelector as Selector
from urllib.parse import urlsplit

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class Served:
    """What a crowd got: answers per status and second, and how long they took."""

    statuses: Counter[int]
    per_second: float
    milliseconds: list[float] = field(repr=False)

    def at(self, share: float) -> float:
        """The milliseconds within which this share of the answers came."""
        return self.milliseconds[
            min(int(share * len(self.milliseconds)), len(self.milliseconds) - 1)
        ]


class _Reader:
    """One who asks again as soon as the answer is there; over a new connection if it must."""

    def __init__(self, address: tuple[str, int], request: bytes, ready: Selector) -> None:
        self.address, self.request, self.ready = address, request, ready
        self.connect()

    def connect(self) -> None:
        self.socket = socket.create_connection(self.address, timeout=30)
        self.ready.register(self.socket, selectors.EVENT_READ, self)

    def ask(self) -> None:
        self.got, self.since = b"", time.perf_counter()
        self.socket.sendall(self.request)

    def hang_up(self) -> None:
        self.ready.unregister(self.socket)
        self.socket.close()

    def status(self) -> int | None:
        """Read what is there; the status, once the answer is complete."""
        more = self.socket.recv(262_144)
        if not more:
            raise ConnectionError("the server hung up")
        self.got += more
        head, end, body = self.got.partition(b"\r\n\r\n")
        if not end:
            return None
        status, length = int(head[9:12]), _LENGTH.search(head)
        if status != 304 and length is not None and len(body) < int(length[1]):
            return None
        if b"\r\nconnection: close" in head.lower():
            self.hang_up()
            self.connect()
        return status


def _read(url: str, headers: dict[str, str], clients: int, seconds: float) -> Served:
    parts = urlsplit(url)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    lines = [f"GET {path} HTTP/1.1", f"Host: {parts.netloc}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    request = ("\r\n".join(lines) + "\r\n\r\n").encode()
    address = parts.hostname or "", parts.port or 80
    statuses: Counter[int] = Counter()
    took: list[float] = []
    with selectors.DefaultSelector() as ready:
        readers = [_Reader(address, request, ready) for _ in range(clients)]
        begin = time.perf_counter()
        for reader in readers:
            reader.ask()
        while (now := time.perf_counter()) < begin + seconds:
            for key, _ in ready.select(timeout=1):
                reader = key.data
                if (status := reader.status()) is not None:
                    statuses[status] += 1
                    took.append((time.perf_counter() - reader.since) * 1000)
                    reader.ask()
        for reader in readers:
            reader.hang_up()
    return Served(statuses, len(took) / (now - begin), sorted(took))


def crowd(url: str, headers: dict[str, str], *, clients: int = 64, seconds: float = 3) -> Served:
    """Have ``clients`` ask again and again for a while, from a process of their own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_read, (url, headers, clients, seconds))
