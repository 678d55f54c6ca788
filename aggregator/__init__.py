"""A self-hosted service that watches news feeds and republishes them as a few good ones."""

__version__ = "0.1.0"
