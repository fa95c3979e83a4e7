"""What shoppers did in the last minute, for `GET /metrics`."""

from collections.abc import Iterator

from django.db.models import Count
from django.db.models.functions import Now

from analytics.models import AnalyticsEvent
from outbox.gauges import LATELY, Gauge, register


@register
def read_events() -> Iterator[Gauge]:
    """The events of the last minute by name. 1 query."""
    events = AnalyticsEvent.objects.order_by().filter(occurred_at__gt=Now() - LATELY).values_list("name")
    for name, count in events.annotate(count=Count("pk")):
        yield Gauge("shop_events_last_minute", "What shoppers did, once recorded", count, (("name", name),))
