"""Numbers for graphs, each read in one cheap query: what `workers.status` does not need to say what is wrong."""

from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

from django.db import connection
from django.db.models import Count, F, Func, IntegerField, Min, Q, Sum
from django.db.models.functions import Extract, Now

from analytics.models import AnalyticsEvent
from cart.models import CartItem
from core.queues import Queue
from core.redis import client, try_redis
from inventory.models import LowStockAlert
from outbox.models import EffectRun
from outbox.registry import registry

_LATELY = timedelta(seconds=60)


class Gauge(NamedTuple):
    """One number; `labels` are pairs of a name and a value."""

    name: str
    text: str
    value: float
    labels: tuple[tuple[str, str], ...] = ()


def read_gauges() -> Iterator[Gauge]:
    """All of them, as they are now. 5 queries, and one question to Redis."""
    yield from _runs()
    yield from _events()
    yield from _holds()
    yield from _alerts()
    yield from _database()
    yield from _redis()


def _runs() -> Iterator[Gauge]:
    rows = Func(F("row_ids"), function="cardinality", output_field=IntegerField())
    runs = EffectRun.objects.order_by().filter(started_at__gt=Now() - _LATELY).values_list("effect")
    counted = runs.annotate(done=Sum(rows, filter=Q(error=""), default=0), failed=Count("pk", filter=~Q(error="")))
    found = {effect: (done, failed) for effect, done, failed in counted}
    for effect in registry:
        done, failed = found.get(effect, (0, 0))
        of = (("effect", effect),)
        yield Gauge("shop_effects_done_last_minute", "Rows that were done", done, of)
        yield Gauge("shop_effects_failed_last_minute", "Batches and single rows that failed", failed, of)


def _events() -> Iterator[Gauge]:
    events = AnalyticsEvent.objects.order_by().filter(occurred_at__gt=Now() - _LATELY).values_list("name")
    for name, count in events.annotate(count=Count("pk")):
        yield Gauge("shop_events_last_minute", "What shoppers did, once recorded", count, (("name", name),))


def _holds() -> Iterator[Gauge]:
    """From the index of holds by their end alone."""
    live, expired = Q(reserved_until__gt=Now()), Q(reserved_until__lte=Now())
    found = CartItem.objects.filter(reserved_quantity__gt=0).aggregate(
        live=Count("pk", filter=live),
        expired=Count("pk", filter=expired),
        oldest=Extract(Now() - Min("reserved_until", filter=expired), "epoch"),
    )
    text = "Lines of carts that hold units; the next sweep gives back those that ran out"
    for state in ("live", "run_out"):
        yield Gauge("shop_holds", text, found[state], (("state", state),))
    age = found["oldest"] or 0.0
    yield Gauge("shop_holds_run_out_seconds", "Since the first hold that was not given back ran out", age)


def _alerts() -> Iterator[Gauge]:
    alerts = LowStockAlert.objects.order_by().filter(closed_at__isnull=True).values_list("level")
    found = dict(alerts.annotate(count=Count("pk")))
    for level in LowStockAlert.Level:
        yield Gauge("shop_stock_alerts", "Open low-stock alerts", found.get(level, 0), (("level", level.value),))


def _database() -> Iterator[Gauge]:
    """Of the whole server, since its databases share its connections."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(numbackends), current_setting('max_connections')::int, pg_database_size(current_database())"
            "  FROM pg_stat_database"
        )
        taken, most, size = cursor.fetchone()
    yield Gauge("shop_database_connections", "Connections to the PostgreSQL server", taken)
    yield Gauge("shop_database_connections_max", "How many it accepts", most)
    yield Gauge("shop_database_bytes", "Size of the shop's database", size)


def _redis() -> Iterator[Gauge]:
    lengths = try_redis(_lengths, otherwise=None)
    yield Gauge("shop_redis_up", "1 if Redis answers", lengths is not None)
    for queue, length in (lengths or {}).items():
        yield Gauge("shop_queue_messages", "Messages that no worker has taken", length, (("queue", queue),))


def _lengths() -> dict[str, int]:
    with client().pipeline(transaction=False) as pipe:
        for queue in Queue:
            pipe.llen(queue.value)
        return dict(zip((queue.value for queue in Queue), pipe.execute(), strict=True))
