"""Callers of the site in the web tests, and the addresses of all of its routes."""

from __future__ import annotations

from collections.abc import Callable

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
    "key": "harbour",
    "filename": "style.css",
}
"""An argument of each name that routes have; a route with a new one must add its own."""


def client(site: Site) -> FlaskClient:
    return create_app(lambda: site).test_client()


def routes(app: Flask) -> list[str]:
    """An address of every route."""
    built = []
    with app.test_request_context(environ_overrides={"SCRIPT_NAME": ""}):
        adapter = app.url_map.bind("news.example")
        for rule in app.url_map.iter_rules():
            built.append(adapter.build(rule.endpoint, {n: EXAMPLES[n] for n in rule.arguments}))
    return built
