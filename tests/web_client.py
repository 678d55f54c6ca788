"""Callers of the site in the web tests, and the addresses of all of its routes."""

from __future__ import annotations

from collections.abc import Callable

import newsroom
from articles import article_id
from flask import Flask
from flask.testing import FlaskClient

from aggregator.web import Site, create_app

Visit = Callable[..., FlaskClient]
"""Makes a caller of the newsroom's site, with these fields of ``Site`` changed."""

EXAMPLES = {
    "slug": "war",
    "form": "atom",
    "text": "2026-11-22",
    "article": article_id(0),
    "story": newsroom.STORY,
    "key": "harbour",
    "name": "style.css",
}
"""An argument of each name that routes have; a route with a new one must add its own."""


def client(site: Site) -> FlaskClient:
    return create_app(lambda: site).test_client()


def routes(app: Flask) -> list[str]:
    """An address of every route that people and programs read; what hubs call is none."""
    adapter = app.url_map.bind("news.example")
    return [
        adapter.build(rule.endpoint, {name: EXAMPLES[name] for name in rule.arguments})
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and rule.endpoint != "websub.verify"
    ]
