"""Runs an audit: `run_audit` checks all stock and stores the result, `fix_stock` corrects what a check found.

A correction locks one variant at a time and checks it again under the lock. What is taken as true, and why:

- What carts hold is what their lines say. A line is a promise that a shopper sees; the variant's `reserved_quantity`
  is only their sum. So no live hold is ever taken from an open cart; holds of closed carts go back to free stock.
- What is on hand is the sum of the two columns, since shoppers were sold against it, and neither the columns nor the
  ledger knows what is really in the warehouse. The ledger gets an entry that says so, for someone to count.
- Except where free stock and the lines' holds add up to the ledger. Then two sources agree, and only the reserved
  column is wrong. Taking the sum of the columns would take units from sale, or sell units that do not exist.
- If carts hold more than all that, then that many are on hand: no column may be negative and no promise be broken.
"""

import logging
from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from datetime import timedelta

from django.db.models import Sum
from django.db.models.functions import Now

from cart.audit.check import AuditReport, Rule, audit_stock
from cart.locks import lock_carts, lock_lines
from cart.models import Cart, CartItem, StockAudit
from core.errors import Busy
from core.transactions import command
from inventory.locks import lock_variants
from inventory.models import ProductVariant, StockMovement
from inventory.services.stock import correct_stock

logger = logging.getLogger(__name__)

_RETENTION = timedelta(days=90)
# A shop in which everything is wrong must not write a row of many megabytes; the count is always whole.
_MOST_STORED = 1000


@dataclass(frozen=True)
class AuditRun:
    """What was found, what was done about it, and what is still wrong after that."""

    found: AuditReport
    fixed: list[str] = field(default_factory=list)
    left: AuditReport | None = None

    @property
    def is_clean(self) -> bool:
        """Whether every rule holds now."""
        return (self.left or self.found).is_clean


def run_audit(*, fix: bool = False) -> AuditRun:
    """Audit all stock, correct it if `fix`, and store the result as a `StockAudit` row for 90 days.

    After a correction it checks again, so that the result says what is true now. Returns both results.
    """
    found = audit_stock()
    run = AuditRun(found)
    if fix and not found.is_clean:
        run = AuditRun(found, fix_stock(found), audit_stock())
    _store(run)
    if not run.is_clean:
        logger.error("the stock audit found %d differences; see manage.py audit_stock", len(found.differences))
    return run


def _store(run: AuditRun) -> None:
    StockAudit.objects.create(
        variants_checked=run.found.variants_checked,
        difference_count=len(run.found.differences),
        differences=[asdict(difference) for difference in run.found.differences[:_MOST_STORED]],
        fixed=run.fixed[:_MOST_STORED],
        left_count=len((run.left or run.found).differences),
    )
    StockAudit.objects.filter(ran_at__lt=Now() - _RETENTION).delete()


def fix_stock(report: AuditReport) -> list[str]:
    """Correct the variants that a report names, and only what is still wrong with them.

    Returns what was done, a sentence each; also which variants were skipped, since others kept them locked too long.
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

    Lines of open carts need no lock. Every change of a hold moves the variant's units in the same transaction, so no
    such change can be committed while the variant is locked here.
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
        """See the module's docstring."""
        return self.ledger if self.free + self.held == self.ledger else self.free + self.reserved
