"""The pages, feeds and health checks over HTTP. Knows Flask; decides nothing about articles."""

from aggregator.web.app import create_app
from aggregator.web.site import Site

__all__ = ["Site", "create_app"]
