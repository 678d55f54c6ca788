"""YAML and environment → Config, every error with its place; knows no other part of the service.

``document`` (text → nodes), ``checks``, ``addresses``, ``types`` and ``shapes`` (what keys take),
``read`` (node → shape), ``files`` and ``environment`` (where values come from), ``sources``,
``rules`` and ``service`` (shape → value), ``load`` (the straight line through all of it).
"""

from __future__ import annotations

from aggregator.config.files import fingerprint
from aggregator.config.load import load
from aggregator.config.schema import json_schema
from aggregator.config.values import Config, Fetch, Parse, Poll, Retention, Service

__all__ = [
    "Config",
    "Fetch",
    "Parse",
    "Poll",
    "Retention",
    "Service",
    "fingerprint",
    "json_schema",
    "load",
]
