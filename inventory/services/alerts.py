"""Low-stock alerts, which follow from stock."""

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from inventory.locks import lock_alerts
from inventory.models import LowStockAlert, ProductVariant

# An alert closes only when stock has risen clearly above its threshold, or every sale at the line would open another.
REARM_FACTOR = 1.2


@transaction.atomic
def alerts_refresh(*, variant_ids: Collection[int]) -> None:
    """Make the open alerts of these variants agree with their free stock: open, change level, close.

    Two statements on purpose: stock is read only after the locks are held, or a rival's newer finding is overwritten.
    """
    lock_alerts(variant_ids)
    variants = ProductVariant.objects.filter(pk__in=variant_ids).select_related("product")
    alerts = {
        alert.variant_id: alert
        for alert in LowStockAlert.objects.filter(variant_id__in=variant_ids, closed_at__isnull=True)
    }
    for variant in variants:
        _refresh_alert(variant, alerts.get(variant.pk))


def _refresh_alert(variant: ProductVariant, alert: LowStockAlert | None) -> None:
    free, threshold = variant.stock_quantity, variant.low_stock_threshold
    level = LowStockAlert.Level.OUT if free == 0 else LowStockAlert.Level.LOW
    if alert is None:
        if free <= threshold and variant.product.is_listed:
            LowStockAlert.objects.create(variant=variant, level=level, stock_when_opened=free)
    elif free > threshold * REARM_FACTOR:
        _update(alert, closed_at=Now())
    elif alert.level != level:
        _update(alert, level=level)


def _update(alert: LowStockAlert, **values: Any) -> None:
    for name, value in values.items():
        setattr(alert, name, value)
    alert.save(update_fields=list(values))
