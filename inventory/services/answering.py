"""What staff do about alerts: acknowledge them, or mute a variant for a time. Each is in the admin log."""

from collections.abc import Collection, Sequence
from datetime import timedelta

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now

from inventory.errors import NothingMuted, NothingToAcknowledge
from inventory.locks import lock_open_alerts
from inventory.models import AlertMute, LowStockAlert, ProductVariant


@transaction.atomic
def alerts_acknowledge(*, alert_ids: Collection[int], actor: User) -> list[LowStockAlert]:
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
def variants_mute(
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
def variants_unmute(*, variant_ids: Collection[int], actor: User) -> Sequence[ProductVariant]:
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
