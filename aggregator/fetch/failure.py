"""How a failure of the outside travels up to ``Fetcher.fetch``, and no further: a value does."""

from __future__ import annotations

from datetime import timedelta

from aggregator.model import Failed, Reason


class Failure(Exception):
    """Carries a ``Failed`` through code that isn't ours; ``fetch`` returns it as a value.

    Not an OSError: urllib3 and requests would catch it and wrap it.
    """

    def __init__(self, reason: Reason, detail: str, retry_after: timedelta | None = None) -> None:
        super().__init__(detail)
        self.failed = Failed(reason, detail, retry_after)
