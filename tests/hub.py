"""A WebSub hub on loopback for tests: takes subscriptions, calls back, pushes; or misbehaves."""

from __future__ import annotations

import hmac
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlencode

from service import get, post


@dataclass
class Hub:
    """The server; open while the ``with`` block runs.

    asked: the forms that were posted.  lease: seconds that it grants; None: it doesn't say.
    status, headers: of its answer to a form.  calls: whether it calls back before it answers.
    """

    asked: list[dict[str, str]] = field(default_factory=list)
    agents: list[str] = field(default_factory=list)
    lease: int | None = 864_000
    status: int = 202
    headers: Mapping[str, str] = field(default_factory=dict)
    calls: bool = True
    hangs: threading.Event | None = None
    verified: list[tuple[int, bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                form = {name: values[0] for name, values in parse_qs(body).items()}
                hub.asked.append(form)
                hub.agents.append(self.headers["User-Agent"])
                if hub.hangs is not None:
                    hub.hangs.wait()
                if hub.status < 300 and hub.calls and "hub.callback" in form:
                    with suppress(OSError):  # nobody is there: that is the subscriber's loss
                        hub.verify(form)
                self.send_response(hub.status)
                for name, value in hub.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/hub"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self.hangs is not None:
            self.hangs.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    # --- what a hub does ----------------------------------------------------------------------

    def verify(self, form: Mapping[str, str], **changes: str) -> tuple[int, bytes]:
        """Call back about a form, with some parameters changed ("topic" is "hub.topic")."""
        said = {"hub.mode": form["hub.mode"], "hub.topic": form["hub.topic"]}
        said["hub.challenge"] = f"challenge {len(self.verified)} <b>"
        if self.lease is not None and form["hub.mode"] == "subscribe":
            said["hub.lease_seconds"] = str(self.lease)
        said |= {f"hub.{name}": value for name, value in changes.items()}
        answer = get(f"{form['hub.callback']}?{urlencode(said)}")
        self.verified.append(answer)
        return answer

    def push(
        self, body: bytes = b"<rss/>", *, method: str = "sha256", secret: str | None = None
    ) -> int:
        """Tell the last subscriber of a change; → the status of its answer."""
        form = next(form for form in reversed(self.asked) if form["hub.mode"] == "subscribe")
        key = (form["hub.secret"] if secret is None else secret).encode()
        signature = f"{method}={hmac.new(key, body, method).hexdigest()}"
        return post(form["hub.callback"], body, **{"X-Hub-Signature": signature})[0]
