"""Admin of low-stock alerts: staff acknowledge them, and mute the variants."""

from datetime import timedelta
from typing import Any, cast

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from core.admin.base import ReadOnlyAdmin
from core.admin.confirmation import Question, ask_reason, report
from core.admin.decorators import action, display
from core.admin.filters import ChoiceFilter, Choices
from core.text import counted, date_and_time
from inventory.models import AlertMute, LowStockAlert
from inventory.services import acknowledge_alerts, mute_variants, unmute_variants

_OPEN = Q(closed_at__isnull=True)


class AlertStateFilter(ChoiceFilter):
    """Alerts by their state; by default the open ones."""

    title = "state"
    parameter_name = "state"
    default = ("Open", _OPEN)

    def options(self) -> Choices:
        return {
            "unseen": ("Not acknowledged", _OPEN & Q(acknowledged_at__isnull=True)),
            "muted": ("Muted", _OPEN & Q(variant__alert_mute__until__gt=Now())),
            "closed": ("Closed", ~_OPEN),
            "all": ("All", Q()),
        }


@admin.register(LowStockAlert)
class LowStockAlertAdmin(ReadOnlyAdmin):
    list_display = ["variant", "product", "state", "free", "threshold", "opened_at", "seen", "muted_until"]
    list_filter = [AlertStateFilter, "level"]
    list_select_related = ["variant__product", "variant__alert_mute", "acknowledged_by"]
    search_fields = ["variant__sku__istartswith", "variant__product__name"]
    search_help_text = "The beginning of an SKU, or words of the product's name"
    fields = [
        ("variant", "state"),
        ("free", "threshold"),
        ("opened_at", "stock_when_opened"),
        ("acknowledged_at", "acknowledged_by"),
        ("muted_until", "closed_at"),
    ]
    readonly_fields = ["state", "free", "threshold", "muted_until"]
    actions = ["acknowledge", "mute_for_a_day", "mute_for_a_week", "mute_for_a_month", "unmute", "export_csv"]

    def has_acknowledge_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("inventory.acknowledge_alert")

    def has_mute_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("inventory.mute_alert")

    @display(description="Product", ordering="variant__product__name")
    def product(self, alert: LowStockAlert) -> str:
        return str(alert.variant.product)

    @display(description="State", label={"Low": "warning", "Out of stock": "danger", "Back in stock": "success"})
    def state(self, alert: LowStockAlert) -> str:
        return "Back in stock" if alert.closed_at else alert.get_level_display()

    @display(description="Free now", ordering="variant__stock_quantity")
    def free(self, alert: LowStockAlert) -> int:
        return alert.variant.stock_quantity

    @display(description="Threshold", ordering="variant__low_stock_threshold")
    def threshold(self, alert: LowStockAlert) -> int:
        return alert.variant.low_stock_threshold

    @display(description="Acknowledged by", ordering="acknowledged_at")
    def seen(self, alert: LowStockAlert) -> str | None:
        return str(alert.acknowledged_by or "a former colleague") if alert.acknowledged_at else None

    @display(description="Muted until")
    def muted_until(self, alert: LowStockAlert) -> Any:
        mute = getattr(alert.variant, "alert_mute", None)
        return mute.until if mute and mute.until > timezone.now() else None

    @action(description="Acknowledge", permissions=["acknowledge"])
    def acknowledge(self, request: HttpRequest, rows: QuerySet[LowStockAlert]) -> None:
        def act() -> str:
            ids = [alert.pk for alert in rows]
            alerts = acknowledge_alerts(alert_ids=ids, actor=cast(User, request.user))
            left = len(ids) - len(alerts)
            others = f" {counted(left, 'other was', 'others were')} acknowledged or closed already." if left else ""
            return counted(len(alerts), "alert is acknowledged.", "alerts are acknowledged.") + others

        report(self, request, rows, act)

    @action(description="Mute for a day…", permissions=["mute"])
    def mute_for_a_day(self, request: HttpRequest, rows: QuerySet[LowStockAlert]) -> HttpResponse:
        return self._mute(request, rows, timedelta(days=1))

    @action(description="Mute for a week…", permissions=["mute"])
    def mute_for_a_week(self, request: HttpRequest, rows: QuerySet[LowStockAlert]) -> HttpResponse:
        return self._mute(request, rows, timedelta(days=7))

    @action(description="Mute for 30 days…", permissions=["mute"])
    def mute_for_a_month(self, request: HttpRequest, rows: QuerySet[LowStockAlert]) -> HttpResponse:
        return self._mute(request, rows, timedelta(days=30))

    @action(description="Mute no longer", permissions=["mute"])
    def unmute(self, request: HttpRequest, rows: QuerySet[LowStockAlert]) -> None:
        def act() -> str:
            variants = unmute_variants(variant_ids=_variant_ids(rows), actor=cast(User, request.user))
            return counted(len(variants), "variant is no longer muted.", "variants are no longer muted.")

        report(self, request, rows, act)

    def _mute(self, request: HttpRequest, rows: QuerySet[LowStockAlert], lasting: timedelta) -> HttpResponse:
        def act(reason: str) -> str:
            ids = _variant_ids(rows)
            replaced = _mutes_of_others(ids, request)
            variants = mute_variants(variant_ids=ids, lasting=lasting, actor=cast(User, request.user), reason=reason)
            return counted(len(variants), "variant is muted.", "variants are muted.") + replaced

        question = Question(
            title="Mute variants",
            consequence=f"For {_days(lasting)} nobody is mailed about these variants. Their alerts are recorded all "
            "the same, and what is still so at the end is mailed then.",
            button=f"Mute for {_days(lasting)}",
        )
        return ask_reason(self, request, rows, question, act)


def _days(span: timedelta) -> str:
    return f"{span.days} days" if span.days > 1 else "a day"


def _variant_ids(alerts: QuerySet[LowStockAlert]) -> set[int]:
    return {alert.variant_id for alert in alerts}


def _mutes_of_others(variant_ids: set[int], request: HttpRequest) -> str:
    """What a new mute replaces: whose, until when, and why. 1 query."""
    mutes = AlertMute.objects.filter(variant__in=variant_ids, until__gt=timezone.now()).exclude(actor=request.user.pk)
    named = [
        f"{mute.variant.sku} by {mute.actor or 'a former colleague'} until {date_and_time(mute.until)}: {mute.reason}"
        for mute in mutes.select_related("variant", "actor")
    ]
    return f" This replaces what was muted: {'; '.join(named)}." if named else ""
