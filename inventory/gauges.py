"""The open low-stock alerts, for `GET /metrics`."""

from collections.abc import Iterator

from django.db.models import Count

from inventory.models import LowStockAlert
from outbox.gauges import Gauge, register


@register
def read_alerts() -> Iterator[Gauge]:
    """The number of open alerts of each level. 1 query."""
    alerts = LowStockAlert.objects.order_by().filter(closed_at__isnull=True).values_list("level")
    found = dict(alerts.annotate(count=Count("pk")))
    for level in LowStockAlert.Level:
        yield Gauge("shop_stock_alerts", "Open low-stock alerts", found.get(level, 0), (("level", level.value),))
