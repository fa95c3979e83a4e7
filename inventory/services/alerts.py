"""Commands on low-stock alerts: open and close them as stock moves, notify, acknowledge and mute (docs/alerts.md)."""

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

# An alert closes only when stock is clearly above its threshold, or every sale at the threshold would open another.
REARM_FACTOR = 1.2

_LOW_OR_OPEN = """
    SELECT variant.id FROM inventory_productvariant variant
     WHERE id = ANY(%s) AND (stock_quantity <= low_stock_threshold OR EXISTS (
           SELECT FROM inventory_lowstockalert alert WHERE alert.variant_id = variant.id AND closed_at IS NULL))
"""


@transaction.atomic
def refresh_alerts(*, variant_ids: Collection[int]) -> None:
    """Make the open alerts of these variants agree with their free stock: open, change level, close.

    Argument: the ids of variants. Stock is read in a second statement, after the locks are held; otherwise an older
    reading could overwrite a rival's newer one. 2 statements where nothing is low.
    """
    lock_alerts(variant_ids)
    variant_ids = _low_or_open(variant_ids)
    if not variant_ids:
        return
    variants = ProductVariant.objects.filter(pk__in=variant_ids).select_related("product")
    alerts = {alert.variant_id: alert for alert in LowStockAlert.objects.open().filter(variant_id__in=variant_ids)}
    for variant in variants:
        _refresh_alert(variant, alerts.get(variant.pk))


def _low_or_open(variant_ids: Collection[int]) -> list[int]:
    """Return the variants that are low or have an open alert. Most adds take units of others, so this saves work."""
    with connection.cursor() as cursor:
        cursor.execute(_LOW_OR_OPEN, [list(variant_ids)])
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
        # Staff who acknowledged "low" have not seen "out of stock".
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
    # The database's clock wrote these columns; the instance still has the expressions.
    alert.refresh_from_db(fields=["opened_at", "closed_at", "changed_since"])
    alert_changed.send(sender=LowStockAlert, alert=alert)


def take_pending_notifications(*, gathered_for: timedelta) -> list[LowStockAlert]:
    """Return the alerts that staff are to be notified of, and mark them as told.

    Argument: nothing is returned before the oldest change has waited this long. The caller sends the e-mail in the same
    transaction. A change that was undone (sold out, then received) needs no notification, and changes of muted variants
    wait. The alerts come with variant and product. 1 query where nothing is due.
    """
    if not LowStockAlert.objects.with_unsent_changes().filter(changed_since__lte=Now() - gathered_for).exists():
        return []
    changed = lock_alerts_to_notify()
    pending = [alert for alert in changed if alert.needs_notification]
    for alert in pending:
        alert.told = alert.state
    for alert in changed:
        alert.changed_since = None
    LowStockAlert.objects.bulk_update(changed, ["told", "changed_since"])
    return pending


@transaction.atomic
def acknowledge_alerts(*, alert_ids: Collection[int], actor: User) -> list[LowStockAlert]:
    """Record that `actor` has seen these alerts and takes care of them. One that gets worse needs it again.

    Returns the alerts that changed: closed and acknowledged ones stay as they are.
    Raises NothingToAcknowledge if none changed.
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
    """Send no e-mail about these variants for the time `lasting`; replaces a mute that they have.

    Their alerts are still recorded. Argument `reason`: for the admin log. Returns the variants.
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
    """Send e-mails about these variants again, also about changes during the mute. Returns the unmuted variants.

    Raises NothingMuted if none was.
    """
    muted = AlertMute.objects.filter(variant__in=variant_ids, until__gt=Now()).order_by("variant")
    variants = [mute.variant for mute in muted.select_related("variant")]
    if not variants:
        raise NothingMuted
    AlertMute.objects.filter(variant__in=variants).delete()
    LogEntry.objects.log_actions(actor.pk, variants, CHANGE, "Alerts no longer muted")
    return variants
