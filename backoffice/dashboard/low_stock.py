"""`read_low_stock`: variants that are low or out of stock, and for how many days their free stock will last."""

from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField, Case, Count, F, OuterRef, Q, Subquery, Sum, When, Window
from django.db.models.functions import Coalesce

from analytics.models import DailyFigure
from backoffice.dashboard.trade import ADDED, REMOVED, SOLD, UNSOLD, Trade
from inventory.models import LowStockAlert, ProductVariant

MOST = 10  # variants that are listed


@dataclass(frozen=True)
class LowVariant:
    """A low variant. `a_day` is units a day. `cover` is the whole days that its free stock lasts at that rate."""

    variant: ProductVariant
    is_out: bool
    a_day: float | None
    cover: int | None


@dataclass(frozen=True)
class LowStock:
    """How many variants are low, and how many are out. `most_wanted` has those out first, then by units moved."""

    low: int
    out: int
    most_wanted: list[LowVariant]


def read_low_stock(trade: Trade) -> LowStock:
    """Return the active variants that have an open alert; of these, at most MOST are listed. 1 query."""
    alerts = list(_alerts(trade))
    counted = alerts[0] if alerts else None
    return LowStock(
        low=counted.low if counted else 0,
        out=counted.out if counted else 0,
        most_wanted=[_low_variant(alert, trade.days_known) for alert in alerts],
    )


def _alerts(trade: Trade) -> Any:
    out = LowStockAlert.Level.OUT
    alerts = LowStockAlert.objects.filter(closed_at__isnull=True, variant__is_active=True)
    counted = alerts.annotate(
        moved=Coalesce(Subquery(_units_moved(trade)), 0),
        low=Window(Count("pk", filter=~Q(level=out))),
        out=Window(Count("pk", filter=Q(level=out))),
    )
    empty_first = Case(When(level=out, then=0), default=1)
    return counted.select_related("variant__product").order_by(empty_first, "-moved", "pk")[:MOST]


def _units_moved(trade: Trade) -> Any:
    """Units of a variant in the whole days before today: sold less refunded, or, without sales, added less removed."""
    signed = Case(
        *(_SOLD_LESS_UNSOLD if trade.has_sold else _ADDED_LESS_REMOVED),
        default=0,
        output_field=BigIntegerField(),
    )
    days = DailyFigure.objects.filter(
        variant_id=OuterRef("variant_id"), day__gte=trade.days[0][0], day__lt=trade.day
    ).order_by()
    return days.values("variant_id").annotate(units=Sum(signed)).values("units")


_SOLD_LESS_UNSOLD = [When(name=SOLD, then="quantity"), When(name=UNSOLD, then=-F("quantity"))]
_ADDED_LESS_REMOVED = [When(name=ADDED, then="quantity"), When(name=REMOVED, then=-F("quantity"))]


def _low_variant(alert: Any, days: int) -> LowVariant:
    a_day = max(alert.moved, 0) / days if days else None
    free = alert.variant.stock_quantity
    return LowVariant(
        variant=alert.variant,
        is_out=alert.level == LowStockAlert.Level.OUT,
        a_day=a_day,
        cover=int(free / a_day) if a_day else None,
    )
