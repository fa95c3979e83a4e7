"""`metrics`, the view of `GET /metrics`: the status and all registered gauges for Prometheus."""

import secrets
from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from outbox.gauges import Gauge, read_gauges
from outbox.status import read_status


class StatusCollector(Collector):
    """Gauges that are read from the database at each scrape: the same from every web process.

    No process counts by itself: there are several, and each answer would come from another one. docs/monitoring.md says
    where requests are counted.
    """

    def collect(self) -> Iterator[Metric]:
        """Yield the gauges of each name that have a value."""
        by_name = attrgetter("name")
        for _, gauges in groupby(sorted(_gauges(), key=by_name), key=by_name):
            yield _family(list(gauges))


def _gauges() -> Iterator[Gauge]:
    status = read_status()
    yield from (figure.gauge for figure in status.figures)
    yield Gauge("shop_problems", "Things that somebody should look at", len(status.problems))
    yield Gauge("shop_info", "The version that runs", 1, (("version", settings.SHOP_VERSION),))
    yield from read_gauges()


def _family(gauges: list[Gauge]) -> Metric:
    first = gauges[0]
    family = GaugeMetricFamily(first.name, first.text, labels=[name for name, _ in first.labels])
    for gauge in gauges:
        if gauge.value is not None:
            family.add_metric([value for _, value in gauge.labels], gauge.value)
    return family


@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    """`GET /metrics`, for clients with METRICS_TOKEN as bearer token and for staff in a browser; 404 for others."""
    if not (_has_token(request) or request.user.is_staff):
        raise Http404
    registry = CollectorRegistry()
    registry.register(StatusCollector())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _has_token(request: HttpRequest) -> bool:
    token = settings.METRICS_TOKEN
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(token) and secrets.compare_digest(given.encode(), token.encode())
