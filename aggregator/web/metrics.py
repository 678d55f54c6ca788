"""What is counted, in the text format of Prometheus. Read from the database at each request.

The figures are everybody's: any web process tells the same of all workers, and no restart resets
them. Hosts are named for the busiest only, since each name is a time series for its reader.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flask import Blueprint, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from aggregator.store import ledger, subscriptions
from aggregator.store.ledger import Figures
from aggregator.web.site import Site, current

HOSTS = 50
"""How many hosts are named."""

metrics = Blueprint("metrics", __name__)


@metrics.get("/metrics")
def figures() -> Response:
    """Polls, requests, articles and queues, for Prometheus and what reads its format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures(current()))
    answer = Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
    answer.cache_control.no_store = True
    return answer


class _Figures(Collector):
    def __init__(self, site: Site) -> None:
        self._site = site

    def collect(self) -> Iterator[Metric]:
        now = self._site.clock()
        counted = ledger.figures(self._site.db, now)
        yield InfoMetricFamily(
            "aggregator_build", "The program.", value={"version": self._site.version}
        )
        yield _labelled(CounterMetricFamily, "polls", "Polls by result.", "result", counted.polls)
        yield _labelled(
            GaugeMetricFamily,
            "sources",
            "Sources by the result of their last poll.",
            "result",
            counted.sources,
        )
        yield _labelled(
            GaugeMetricFamily,
            "subscriptions",
            "Sources of which a hub is to tell, by how far that has come.",
            "standing",
            subscriptions.counts(self._site.db),
        )
        yield from _counted(counted)
        yield from self._hosts()

    def _hosts(self) -> Iterator[Metric]:
        listed = ledger.ledger(self._site.db, self._site.clock(), HOSTS)
        for name, help_, values in (
            ("requests", "Requests", {one.host: one.requests for one in listed}),
            ("bytes", "Bytes of bodies", {one.host: one.bytes for one in listed}),
            ("unmodified", "Answers 304", {one.host: one.unmodified for one in listed}),
        ):
            words = f"{help_}, by host; the {HOSTS} busiest."
            yield _labelled(CounterMetricFamily, f"host_{name}", words, "host", values)


def _counted(counted: Figures) -> Iterator[Metric]:
    for name, help_, value in (
        ("requests", "Requests to publishers, redirects too.", counted.requests),
        ("unmodified", "Requests that were answered 304.", counted.unmodified),
        ("bytes", "Bytes of bodies that publishers sent, over the wire.", counted.bytes),
        ("waits", "Polls that were due and had to wait for their host.", counted.waits),
        ("waited_seconds", "For how long they waited, in all.", counted.waited.total_seconds()),
    ):
        yield CounterMetricFamily(f"aggregator_{name}", help_, value=value)
    for name, help_, value in (
        ("hosts_resting", "Hosts left alone by Retry-After or a day's budget.", counted.resting),
        ("queue_lag_seconds", "How long the oldest due poll waits.", counted.lag.total_seconds()),
        ("articles", "Articles stored.", counted.articles),
        ("stories", "Stories stored.", counted.stories),
        ("stories_waiting", "Articles that no story was sought for yet.", counted.ungathered),
    ):
        yield GaugeMetricFamily(f"aggregator_{name}", help_, value=value)


def _labelled(
    kind: type[CounterMetricFamily | GaugeMetricFamily],
    name: str,
    help_: str,
    label: str,
    values: Mapping[str, int],
) -> Metric:
    family = kind(f"aggregator_{name}", help_, labels=[label])
    for value, count in sorted(values.items()):
        family.add_metric([value], count)
    return family
