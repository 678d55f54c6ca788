"""For how long a server says that it has nothing newer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import urllib3
from origin import Origin

from aggregator.fetch.answer import LONGEST_WAIT, fresh_for
from aggregator.model import Fetched, NotModified, Validators

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
NO_TIME = timedelta(0)
AT_ONE, AT_TWO = "Sun, 22 Nov 2026 13:00:00 GMT", "Sun, 22 Nov 2026 14:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "time"),
    [
        ({}, None),
        ({"Cache-Control": "max-age=3600"}, HOUR),
        ({"Cache-Control": 'public, Max-Age = "3600", must-revalidate'}, HOUR),
        ({"Cache-Control": "s-maxage=3600"}, None),
        ({"Cache-Control": "max-age=soon"}, None),
        ({"Cache-Control": "no-cache, max-age=3600"}, NO_TIME),
        ({"Cache-Control": "no-store"}, NO_TIME),
        ({"Cache-Control": "max-age=0", "Expires": AT_TWO}, NO_TIME),
        ({"Cache-Control": "max-age=3600", "Age": "1800"}, HOUR / 2),
        ({"Cache-Control": "max-age=3600", "Age": "9000"}, NO_TIME),
        ({"Cache-Control": "max-age=3600", "Age": "old"}, HOUR),
        ({"Cache-Control": "max-age=31536000"}, LONGEST_WAIT),
        ({"Cache-Control": "max-age=" + "9" * 300}, LONGEST_WAIT),
        ({"Cache-Control": "public", "Expires": AT_TWO}, 2 * HOUR),
        ({"Expires": AT_TWO, "Date": AT_ONE}, HOUR),
        ({"Expires": AT_TWO, "Date": "today"}, 2 * HOUR),
        ({"Expires": AT_ONE, "Date": AT_TWO}, NO_TIME),
        ({"Expires": "0"}, NO_TIME),
        ({"Expires": "Sun, 22 Nov 9999 13:00:00 -0000"}, LONGEST_WAIT),
    ],
)
def test_max_age_else_expires_counts(headers: dict[str, str], time: timedelta | None) -> None:
    response = urllib3.HTTPResponse(headers=headers)
    assert fresh_for(response, NOW) == time


def test_a_body_and_a_304_both_say_it(origin: Origin, get: Callable[..., Any]) -> None:
    url = origin.serve("/feed", b"<rss/>", headers={"Cache-Control": "max-age=600"})
    body = get(url)
    assert isinstance(body, Fetched)
    assert body.fresh_for == timedelta(minutes=10)
    again = get(url, body.validators)
    assert isinstance(again, NotModified)
    assert again.fresh_for == timedelta(minutes=10)
    plain = get(origin.serve("/plain", b"<rss/>"), Validators())
    assert isinstance(plain, Fetched)
    assert plain.fresh_for is None
