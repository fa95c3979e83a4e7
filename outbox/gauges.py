"""`register`, with which an app adds gauges to `GET /metrics`; `Gauge`; and the gauges of the outbox itself.

An app has its gauges in a module `gauges`, which is imported when Django starts. See docs/monitoring.md.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Count, F, FloatField, Func, IntegerField, Q, Sum
from django.db.models.functions import Extract, Now, Round

from core.celery import Queue
from core.redis import client, try_redis
from outbox.models import EffectRun
from outbox.registry import registry

LATELY = timedelta(seconds=60)


class Gauge(NamedTuple):
    """One number for Prometheus, left out if the value is None. `labels` are pairs of a name and a value."""

    name: str
    text: str
    value: float | None
    labels: tuple[tuple[str, str], ...] = ()


Reader = Callable[[], Iterable[Gauge]]
_readers: list[Reader] = []


def register(reader: Reader) -> Reader:
    """Decorate a function that reads gauges. It runs at each scrape, so it must be one cheap query."""
    _readers.append(reader)
    return reader


def read_gauges() -> Iterator[Gauge]:
    """The current gauges of all apps."""
    for reader in _readers:
        yield from reader()


def seconds_since(moment: Any) -> "Round":
    """An expression: the seconds since a moment, to a tenth, by the database's clock, which also wrote the moment."""
    return Round(Extract(Now() - moment, "epoch"), 1, output_field=FloatField())


@register
def read_runs() -> Iterator[Gauge]:
    """What workers did in the last minute. 1 query."""
    rows = Func(F("row_ids"), function="cardinality", output_field=IntegerField())
    runs = EffectRun.objects.order_by().filter(started_at__gt=Now() - LATELY).values_list("effect")
    counted = runs.annotate(done=Sum(rows, filter=Q(error=""), default=0), failed=Count("pk", filter=~Q(error="")))
    found = {effect: (done, failed) for effect, done, failed in counted}
    for effect in registry:
        done, failed = found.get(effect, (0, 0))
        of = (("effect", effect),)
        yield Gauge("shop_effects_done_last_minute", "Rows that were done", done, of)
        yield Gauge("shop_effects_failed_last_minute", "Batches and single rows that failed", failed, of)


@register
def read_database() -> Iterator[Gauge]:
    """Figures of the whole PostgreSQL server, since its databases share the connections. 1 query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(numbackends), current_setting('max_connections')::int, pg_database_size(current_database())"
            "  FROM pg_stat_database"
        )
        taken, most, size = cursor.fetchone()
    yield Gauge("shop_database_connections", "Connections to the PostgreSQL server", taken)
    yield Gauge("shop_database_connections_max", "How many it accepts", most)
    yield Gauge("shop_database_bytes", "Size of the shop's database", size)


@register
def read_queues() -> Iterator[Gauge]:
    """The messages that wait in Redis. No query."""
    for queue, length in try_redis(queue_lengths, otherwise=dict[str, int]()).items():
        yield Gauge("shop_queue_messages", "Messages that no worker has taken", length, (("queue", queue),))


def queue_lengths() -> dict[str, int]:
    """Return how many messages wait in each queue. Raises the errors of Redis."""
    with client().pipeline(transaction=False) as pipe:
        for queue in Queue:
            pipe.llen(queue.value)
        return dict(zip((queue.value for queue in Queue), pipe.execute(), strict=True))
