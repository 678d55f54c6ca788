from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from aggregator.fetch.deadline import Deadline, TotalSocket, connect
from aggregator.fetch.failure import Failure
from aggregator.model import Reason


@pytest.fixture
def dripping() -> Iterator[TotalSocket]:
    """A socket to which a byte comes every 20 ms."""
    left, right = socket.socketpair()
    done = threading.Event()

    def drip() -> None:
        while not done.wait(0.02):
            right.sendall(b"x")

    thread = threading.Thread(target=drip)
    thread.start()
    with TotalSocket(fileno=left.detach()) as sock:
        yield sock
        done.set()
        thread.join()
    right.close()


def for_ever(act: Callable[[], object]) -> None:
    while True:
        act()


READS: list[Callable[[TotalSocket], object]] = [
    lambda sock: sock.recv(1),
    lambda sock: sock.recv_into(bytearray(1)),
]


@pytest.mark.parametrize("read", READS)
def test_a_timeout_counts_over_all_reads(
    dripping: TotalSocket, read: Callable[[TotalSocket], object]
) -> None:
    started = time.monotonic()
    dripping.settimeout(0.2)
    with pytest.raises(TimeoutError):
        for_ever(lambda: read(dripping))
    assert 0.19 < time.monotonic() - started < 8


def test_a_new_timeout_starts_anew_and_none_is_none(dripping: TotalSocket) -> None:
    dripping.settimeout(0.001)
    time.sleep(0.01)
    with pytest.raises(TimeoutError):
        dripping.recv(1)
    dripping.settimeout(5)
    assert dripping.recv(1)
    dripping.settimeout(None)
    assert dripping.gettimeout() is None
    assert dripping.recv(1)


def test_a_timeout_counts_for_sending_too(dripping: TotalSocket) -> None:
    dripping.settimeout(0.2)
    with pytest.raises(TimeoutError):
        for_ever(lambda: dripping.send(bytes(65_536)))


def test_a_deadline_gives_what_is_left_and_survives_copies() -> None:
    deadline = Deadline(time.monotonic() + 10)
    assert 9 < deadline.clone().connect_timeout <= 10
    assert 9 < deadline.clone().read_timeout <= 10
    assert 0 < Deadline(0).left() < 0.1


def test_nowhere_to_connect_to_is_a_connect_failure() -> None:
    with pytest.raises(Failure) as caught:
        connect("example.org", [], 1)
    assert caught.value.failed.reason is Reason.CONNECT
