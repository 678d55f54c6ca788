"""Applying today's topics to stored articles. Goes on where it stopped; runs beside polls."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from threading import Event

from aggregator.model import Source, TopicHit, Topic, Article
from aggregator.store import articles
from aggregator.store.database import Database
from aggregator.tag.rules import Tagger

_log = logging.getLogger(__name__)
