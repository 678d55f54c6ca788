"""A server of raw bytes for tests: what ``origin`` can't get wrong, connection by connection."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator


@contextlib.contextmanager
def answering(*answers: bytes) -> Iterator[str]:
    """A server of raw bytes: the first connection gets the first answer, and so on. → its URL."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def run() -> None:
            for data in answers:
                connection, _ = server.accept()
                with connection, contextlib.suppress(OSError):
                    connection.recv(65_536)
                    connection.sendall(data)
            server.close()  # whoever follows a redirect to here finds nobody

        thread = threading.Thread(target=run, daemon=True)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/feed"
        thread.start()
        yield url
        thread.join(5)
