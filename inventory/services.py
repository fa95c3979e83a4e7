"""Commands of this room: stock movements through the ledger, and the low-stock alerts that follow from stock."""

from collections.abc import Collection
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now

from inventory.errors import StockWouldBeNegative, VariantUnavailable
from inventory.locks import lock_alerts, lock_variants
from inventory.models import LowStockAlert, ProductVariant, StockMovement
from inventory.signals import stock_changed

# An alert closes only when stock has risen clearly above its threshold, or every sale at the line would open another.
REARM_FACTOR = 1.2


@transaction.atomic
def stock_move(
    *,
    variant_id: int,
    delta: int,
    kind: StockMovement.Kind,
    reason: str,
    cause: str = "",
    actor: User | None = None,
) -> StockMovement:
    """Change what is on hand of a variant, with its line in the ledger.

    Arguments: `delta` in units, not 0; `reason` for people, `cause` for machines (a file, a command).
    Raises VariantUnavailable (no such variant) and StockWouldBeNegative (fewer are free than `delta` takes; units held
    by carts are never taken from under them).
    """
    variant = next(iter(lock_variants([variant_id])), None)
    if variant is None:
        raise VariantUnavailable(variant_id)
    if variant.stock_quantity + delta < 0:
        raise StockWouldBeNegative(free=variant.stock_quantity, delta=delta)
    variant.stock_quantity += delta
    variant.save(update_fields=["stock_quantity"])
    movement = StockMovement.objects.create(
        variant=variant,
        kind=kind,
        delta=delta,
        balance_after=variant.on_hand,
        reason=reason,
        cause=cause,
        actor=actor,
    )
    stock_changed.send(sender=StockMovement, variant_ids=[variant.pk])
    return movement


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
