"""Correcting a variant whose stored numbers disagree with what they are the sums of."""

from inventory.models import ProductVariant, StockMovement
from inventory.signals import stock_changed

CAUSE = "audit_stock --fix"


def correct_stock(
    variant: ProductVariant, *, reserved: int, on_hand: int, ledger_sum: int, restart_chain: bool
) -> list[str]:
    """Set what is reserved and what is on hand, and complete the ledger to match. The caller has the variant locked.

    Arguments: units, `on_hand` at least `reserved`; the sum of all deltas in the ledger; whether a balance in the
    ledger is wrong, so that it must be stated anew even if the sum is right.
    Returns what was done, a sentence each. Raises IntegrityError where a number would be negative.
    """
    done = _write_columns(variant, free=on_hand - reserved, reserved=reserved)
    if ledger_sum != on_hand or restart_chain:
        done.append(_write_ledger(variant, on_hand=on_hand, ledger_sum=ledger_sum))
    return done


def _write_columns(variant: ProductVariant, *, free: int, reserved: int) -> list[str]:
    was_free, was_reserved = variant.stock_quantity, variant.reserved_quantity
    if (was_free, was_reserved) == (free, reserved):
        return []
    variant.stock_quantity, variant.reserved_quantity = free, reserved
    variant.save(update_fields=["stock_quantity", "reserved_quantity"])
    stock_changed.send(sender=ProductVariant, variant_ids=[variant.pk])
    return [f"{variant.sku}: reserved {was_reserved} -> {reserved}, free {was_free} -> {free}"]


def _write_ledger(variant: ProductVariant, *, on_hand: int, ledger_sum: int) -> str:
    reason = f"Audit: {on_hand} on hand, the ledger said {ledger_sum}"
    if ledger_sum == on_hand:
        reason = f"Audit: {on_hand} on hand; a balance above is not the sum of its movements"
    StockMovement.objects.create(
        variant=variant,
        kind=StockMovement.Kind.CORRECTION,
        delta=on_hand - ledger_sum,
        balance_after=on_hand,
        reason=reason,
        cause=CAUSE,
    )
    return f"{variant.sku}: ledger entry {on_hand - ledger_sum:+d} ({reason}). Count the shelf when you can."
