"""The state behind the pages as Prometheus reads it."""

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

from workers.gauges import Gauge, read_gauges
from workers.status import Status, read_status


class StatusCollector(Collector):
    """Gauges read from the database when asked for: the same from whichever web process answers.

    Nothing is counted in the process. There are several, and each answer would tell of another one; see
    docs/monitoring.md for where requests are counted.
    """

    def collect(self) -> Iterator[Metric]:
        """Yield a gauge for each number of the status; one that has no value yet is left out."""
        status = read_status()
        yield _family("shop_effects_pending", "Rows in the outbox", "effect", dict(status.pending))
        yield _family("shop_sign_of_life_age_seconds", "Since the last sign of life", "of", status.signs_of_life)
        for name, text, value in _single(status):
            yield GaugeMetricFamily(name, text, value=value)
        yield _family("shop_info", "The version that runs", "version", {settings.SHOP_VERSION: 1})
        by_name = attrgetter("name")
        for _, gauges in groupby(sorted(read_gauges(), key=by_name), key=by_name):
            yield _labelled(list(gauges))


def _labelled(gauges: list[Gauge]) -> Metric:
    first = gauges[0]
    family = GaugeMetricFamily(first.name, first.text, labels=[name for name, _ in first.labels])
    for gauge in gauges:
        family.add_metric([value for _, value in gauge.labels], gauge.value)
    return family


def _family(name: str, text: str, label: str, values: dict[str, float | None] | dict[str, int]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=[label])
    for key, value in values.items():
        if value is not None:
            family.add_metric([key], value)
    return family


def _single(status: Status) -> Iterator[tuple[str, str, float]]:
    yield "shop_effects_oldest_pending_seconds", "Age of the oldest row in the outbox", status.oldest_pending or 0.0
    yield "shop_effects_dead", "Effects that failed too often", status.dead
    yield "shop_letters_oldest_seconds", "Age of the oldest letter to be sent", status.oldest_letter or 0.0
    yield "shop_letters_dead", "Letters that could not be sent", status.dead_letters
    yield "shop_problems", "Things that somebody should look at", len(status.problems)
    if status.audit_age is not None:
        yield "shop_audit_age_seconds", "Since the last stock audit", status.audit_age
    if status.audit_differences is not None:
        yield "shop_audit_differences", "Differences that the last stock audit left", status.audit_differences


@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    """`GET /metrics`, for whoever has METRICS_TOKEN as a bearer token, and for staff in a browser; 404 for others."""
    if not (_has_token(request) or request.user.is_staff):
        raise Http404
    registry = CollectorRegistry()
    registry.register(StatusCollector())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _has_token(request: HttpRequest) -> bool:
    token = settings.METRICS_TOKEN
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(token) and secrets.compare_digest(given.encode(), token.encode())
