"""How much work something is, said so that a busy machine can't make a test fail."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


def calls(work: Callable[[], Any]) -> int:
    """Return how many functions some work calls; the same on any machine at any load."""
    count = 0

    def tally(_frame: Any, event: str, _arg: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(tally)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


@contextmanager
def no_explosion() -> Iterator[None]:
    """Fail if something takes long that takes minutes when its guard is missing.

    The limit is far above what it costs (about a second at most), and no benchmark.
    """
    begin = time.process_time()
    yield
    assert time.process_time() - begin < 30
