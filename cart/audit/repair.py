"""Correcting what an audit found, a variant a transaction, each looked at again under its locks.

What is believed, and why:

- What carts hold is what their lines say. A line is a promise that a shopper sees; the variant's `reserved_quantity`
  is only their sum. So no live hold is ever taken from an open cart here; holds of closed carts go back to the shelf.
- What is on hand is what the two columns add up to, since that is what shoppers were sold against, and neither the
  columns nor the ledger knows what lies on the shelf. The ledger gets an entry that says so, for someone to count.
- Except where free stock and the lines' holds add up to the ledger: then two witnesses agree, and it is the reserved
  column alone that is wrong. Believing the sum would take units from sale, or sell some that are not there.
- If carts hold more than all that, then so much is on hand, for no column may be negative and no promise be broken.
"""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Sum

from cart.audit.check import AuditReport, Rule, audit_stock
from cart.locks import lock_carts, lock_lines
from cart.models import Cart, CartItem
from core.errors import Busy
from core.transactions import command
from inventory.locks import lock_variants
from inventory.models import ProductVariant, StockMovement
from inventory.services.stock import correct_stock


def fix_stock(report: AuditReport) -> list[str]:
    """Correct the variants that a report names, and only what is still wrong with them.

    Returns what was done, a sentence each. A variant that others keep locked for too long is left, and named.
    """
    done: list[str] = []
    for variant_id in report.variant_ids:
        try:
            done += _fix_variant(variant_id)
        except Busy:
            done.append(f"variant {variant_id}: left alone, others were at it for too long. Run the audit again.")
    return done


@command
def _fix_variant(variant_id: int) -> list[str]:
    """Locks: closed carts, their lines, the variant.

    Lines of open carts need no lock. Whoever changes what a line holds moves the variant's units in the same
    transaction, so while the variant is locked here no such change can be committed.
    """
    closed = lock_carts(_closed_carts_holding(variant_id))
    lines = lock_lines(cart.pk for cart in closed if cart.status != Cart.Status.OPEN)
    variant = next(iter(lock_variants([variant_id])), None)
    if variant is None:
        return []
    figures = _Figures.of(variant)
    freed = [line for line in lines if line.product_variant_id == variant_id and line.reserved_quantity]
    done = [f"{variant.sku}: took back {line.reserved_quantity} that closed cart {line.cart_id} held" for line in freed]
    _end_holds(freed)
    carts_hold = figures.held - sum(line.reserved_quantity for line in freed)
    wrong = {difference.rule for difference in audit_stock([variant_id]).differences}
    return done + correct_stock(
        variant,
        reserved=carts_hold,
        on_hand=max(figures.believed_on_hand, carts_hold),
        ledger_sum=figures.ledger,
        restart_chain=Rule.LEDGER_CHAIN in wrong,
    )


def _closed_carts_holding(variant_id: int) -> Collection[int]:
    lines = CartItem.objects.filter(product_variant_id=variant_id, reserved_quantity__gt=0)
    return list(lines.exclude(cart__status=Cart.Status.OPEN).values_list("cart_id", flat=True))


def _end_holds(lines: list[CartItem]) -> None:
    CartItem.objects.filter(pk__in=[line.pk for line in lines]).update(
        reserved_quantity=0, reserved_until=None, hold_extensions=0
    )


@dataclass(frozen=True)
class _Figures:
    """Units of one locked variant: free and reserved as stored, held by lines, and summed over the ledger."""

    free: int
    reserved: int
    held: int
    ledger: int

    @classmethod
    def of(cls, variant: ProductVariant) -> "_Figures":
        held = CartItem.objects.filter(product_variant=variant).aggregate(units=Sum("reserved_quantity"))
        ledger = StockMovement.objects.filter(variant=variant).aggregate(units=Sum("delta"))
        return cls(variant.stock_quantity, variant.reserved_quantity, held["units"] or 0, ledger["units"] or 0)

    @property
    def believed_on_hand(self) -> int:
        """See the head of this file."""
        return self.ledger if self.free + self.held == self.ledger else self.free + self.reserved
