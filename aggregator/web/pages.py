"""The pages that people read in a browser: read the request, ask the store, render."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from aggregator.model import Feed, SourceStatus
from aggregator.store import articles, polls
from aggregator.store import search as stored
from aggregator.store.sources import status, statuses
from aggregator.tag.query import After, And, Before, Query, Source, Topic, parse_query
from aggregator.web import digest, feeds
from aggregator.web.answers import conditional
from aggregator.web.site import Site, current, shown_address

pages = Blueprint("pages", __name__)

PAGE = 50
"""Articles on one page."""

POLLS = 50
"""Polls of a source that its page shows."""
