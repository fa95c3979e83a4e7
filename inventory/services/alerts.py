"""Low-stock alerts: opened and closed as stock moves, told to staff, acknowledged, muted (docs/alerts.md)."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models.functions import Coalesce, Now

from inventory.errors import NothingMuted, NothingToAcknowledge
from inventory.locks import lock_alerts, lock_alerts_to_notify, lock_open_alerts
from inventory.models import AlertMute, LowStockAlert, ProductVariant
from inventory.signals import alert_changed

# An alert closes only when stock has risen clearly above its threshold, or every sale at the line would open another.
REARM_FACTOR = 1.2

_TO_LOOK_AT = """
    SELECT variant.id FROM inventory_productvariant variant
     WHERE id = ANY(%s) AND (stock_quantity <= low_stock_threshold OR EXISTS (
           SELECT FROM inventory_lowstockalert alert WHERE alert.variant_id = variant.id AND closed_at IS NULL))
"""


@transaction.atomic
def refresh_alerts(*, variant_ids: Collection[int]) -> None:
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


def take_pending_notifications(*, gathered_for: timedelta) -> list[LowStockAlert]:
    """What the recipients should be told, all of it once the oldest change has waited so long; marked as told.

    The caller tells them in the same transaction. Changes that are gone by now (sold out, and then received) are no
    news, and what concerns a muted variant waits. Returns alerts with variant and product, the worst first.
    """
    if not LowStockAlert.objects.news().filter(changed_since__lte=Now() - gathered_for).exists():
        return []
    changed = lock_alerts_to_notify()
    news = [alert for alert in changed if alert.is_news]
    for alert in news:
        alert.told = alert.state
    for alert in changed:
        alert.changed_since = None
    LowStockAlert.objects.bulk_update(changed, ["told", "changed_since"])
    return news


@transaction.atomic
def acknowledge_alerts(*, alert_ids: Collection[int], actor: User) -> list[LowStockAlert]:
    """Note that somebody has seen these alerts and takes care of them. One that gets worse is to be seen again.

    Closed ones, and those that were seen already, are left as they are. Returns the others.
    Raises NothingToAcknowledge where there are none.
    """
    alerts = [alert for alert in lock_open_alerts(alert_ids) if not alert.acknowledged_at]
    if not alerts:
        raise NothingToAcknowledge
    seen = LowStockAlert.objects.filter(pk__in=[alert.pk for alert in alerts])
    seen.update(acknowledged_at=Now(), acknowledged_by=actor)
    LogEntry.objects.log_actions(actor.pk, alerts, CHANGE, "Acknowledged")
    return alerts


@transaction.atomic
def mute_variants(
    *, variant_ids: Collection[int], lasting: timedelta, actor: User, reason: str
) -> Sequence[ProductVariant]:
    """Send no mails about these variants for so long; a mute that is there already is replaced.

    Alerts are recorded as ever. Returns the variants.
    """
    variants = list(ProductVariant.objects.filter(pk__in=variant_ids).order_by("pk"))
    AlertMute.objects.bulk_create(
        [AlertMute(variant=variant, until=Now() + lasting, actor=actor, reason=reason) for variant in variants],
        update_conflicts=True,
        unique_fields=["variant"],
        update_fields=["until", "actor", "reason"],
    )
    LogEntry.objects.log_actions(actor.pk, variants, CHANGE, f"Alerts muted for {lasting.days} days: {reason}")
    return variants


@transaction.atomic
def unmute_variants(*, variant_ids: Collection[int], actor: User) -> Sequence[ProductVariant]:
    """Let mails about these variants go out again, also about what happened meanwhile. Returns those that were muted.

    Raises NothingMuted where none was.
    """
    muted = AlertMute.objects.filter(variant__in=variant_ids, until__gt=Now()).order_by("variant")
    variants = [mute.variant for mute in muted.select_related("variant")]
    if not variants:
        raise NothingMuted
    AlertMute.objects.filter(variant__in=variants).delete()
    LogEntry.objects.log_actions(actor.pk, variants, CHANGE, "Alerts no longer muted")
    return variants
