"""`stock_breakdown`: a variant's stock with the ledger lines and holds that it is the sum of, for the admin."""

from dataclasses import dataclass

from django.db.models import Count, Q, Sum
from django.db.models.functions import Now

from cart.audit import Difference
from cart.models import CartItem, StockAudit
from inventory.models import ProductVariant, StockMovement

_MOST_ROWS = 20


@dataclass(frozen=True)
class StockBreakdown:
    """Units of one variant, as stored and as summed, with the latest of the summed rows."""

    variant: ProductVariant
    ledger_sum: int
    movements: list[StockMovement]
    holds: list[CartItem]
    hold_count: int
    live_units: int
    expired_units: int
    audit: StockAudit | None

    @property
    def on_hand_is_right(self) -> bool:
        return self.variant.on_hand == self.ledger_sum

    @property
    def reserved_is_right(self) -> bool:
        return self.variant.reserved_quantity == self.live_units + self.expired_units

    @property
    def holds_not_shown(self) -> int:
        return self.hold_count - len(self.holds)

    @property
    def audit_findings(self) -> list[str]:
        """What the last audit found of this variant, a sentence each."""
        found = self.audit.differences if self.audit else []
        return [str(Difference(**one)) for one in found if one["variant_id"] == self.variant.pk]


def stock_breakdown(variant: ProductVariant) -> StockBreakdown:
    """Return the sums and the latest rows behind a variant's stock. 5 queries, whatever its history."""
    ledger = StockMovement.objects.filter(variant=variant)
    holds = CartItem.objects.filter(product_variant=variant, reserved_quantity__gt=0)
    is_live = Q(reserved_until__gt=Now())
    sums = holds.aggregate(
        live=Sum("reserved_quantity", filter=is_live, default=0),
        expired=Sum("reserved_quantity", filter=~is_live, default=0),
        count=Count("pk"),
    )
    return StockBreakdown(
        variant=variant,
        ledger_sum=ledger.aggregate(units=Sum("delta", default=0))["units"],
        movements=list(ledger.select_related("actor")[:_MOST_ROWS]),
        holds=list(holds.annotate(is_live=is_live).select_related("cart__user").order_by("-pk")[:_MOST_ROWS]),
        hold_count=sums["count"],
        live_units=sums["live"],
        expired_units=sums["expired"],
        audit=StockAudit.objects.first(),
    )
