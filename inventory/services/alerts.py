"""Low-stock alerts, which follow from stock, and the news of them. See docs/alerts.md."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models.functions import Coalesce, Now

from inventory.locks import lock_alert_news, lock_alerts
from inventory.models import LowStockAlert, ProductVariant
from inventory.signals import alert_changed

# An alert closes only when stock has risen clearly above its threshold, or every sale at the line would open another.
REARM_FACTOR = 1.2

_TO_LOOK_AT = """
    SELECT variant.id FROM inventory_productvariant variant
     WHERE id = ANY(%s) AND (stock_quantity <= low_stock_threshold OR EXISTS (
           SELECT FROM inventory_lowstockalert alert WHERE alert.variant_id = variant.id AND closed_at IS NULL))
"""


@transaction.atomic
def alerts_refresh(*, variant_ids: Collection[int]) -> None:
    """Make the open alerts of these variants agree with their free stock: open, change level, close.

    Two statements on purpose: stock is read only after the locks are held, or a rival's newer finding is overwritten.
    """
    lock_alerts(variant_ids)
    variant_ids = _to_look_at(variant_ids)
    if not variant_ids:
        return
    variants = ProductVariant.objects.filter(pk__in=variant_ids).select_related("product")
    alerts = {alert.variant_id: alert for alert in LowStockAlert.objects.open().filter(variant_id__in=variant_ids)}
    for variant in variants:
        _refresh_alert(variant, alerts.get(variant.pk))


def _to_look_at(variant_ids: Collection[int]) -> list[int]:
    """Those of them that are low or have an open alert: of what most adds take there is plenty."""
    with connection.cursor() as cursor:
        cursor.execute(_TO_LOOK_AT, [list(variant_ids)])
        return [variant_id for (variant_id,) in cursor.fetchall()]


def _refresh_alert(variant: ProductVariant, alert: LowStockAlert | None) -> None:
    free, threshold = variant.stock_quantity, variant.low_stock_threshold
    level = LowStockAlert.Level.OUT if free == 0 else LowStockAlert.Level.LOW
    if alert is None:
        if free <= threshold and variant.product.is_listed:
            opened = LowStockAlert.objects.create(
                variant=variant, level=level, stock_when_opened=free, changed_since=Now()
            )
            _announce(opened)
        return
    alert.variant = variant
    if free > threshold * REARM_FACTOR:
        _update(alert, closed_at=Now())
    elif level != alert.level == LowStockAlert.Level.LOW:
        # Whoever saw that few were left has not seen this.
        _update(alert, level=level, acknowledged_at=None, acknowledged_by=None)
    elif level != alert.level:
        _update(alert, level=level)


def _update(alert: LowStockAlert, **values: Any) -> None:
    values["changed_since"] = Coalesce("changed_since", Now())
    for name, value in values.items():
        setattr(alert, name, value)
    alert.save(update_fields=list(values))
    _announce(alert)


def _announce(alert: LowStockAlert) -> None:
    # The database's clock wrote these; until they are read again the instance has expressions.
    alert.refresh_from_db(fields=["opened_at", "closed_at", "changed_since"])
    alert_changed.send(sender=LowStockAlert, alert=alert)


def alerts_take_news(*, gathered_for: timedelta) -> list[LowStockAlert]:
    """What the recipients should be told, all of it once the oldest change has waited so long; marked as told.

    The caller tells them in the same transaction. Changes that are gone by now (sold out, and then received) are no
    news, and what concerns a muted variant waits. Returns alerts with variant and product, the worst first.
    """
    if not LowStockAlert.objects.news().filter(changed_since__lte=Now() - gathered_for).exists():
        return []
    changed = lock_alert_news()
    news = [alert for alert in changed if alert.is_news]
    for alert in news:
        alert.told = alert.state
    for alert in changed:
        alert.changed_since = None
    LowStockAlert.objects.bulk_update(changed, ["told", "changed_since"])
    return news
