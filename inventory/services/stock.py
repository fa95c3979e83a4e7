"""`move_stock` and `correct_stock`: each changes what is on hand of one variant, with its line in the ledger."""

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from core.one_line import refuse_unseen
from inventory.errors import InvalidMovement, StockChangedMeanwhile, StockWouldBeNegative, VariantUnavailable
from inventory.locks import lock_variants
from inventory.models import ProductVariant, StockMovement
from inventory.selectors import StockSeen, stock_seen
from inventory.signals import stock_changed

_MOST_ON_HAND = 2_147_483_647  # of PostgreSQL's integer type
_LONGEST_REASON = 200


@transaction.atomic
def move_stock(
    *,
    variant_id: int,
    delta: int,
    kind: StockMovement.Kind,
    reason: str,
    cause: str = "",
    actor: User | None = None,
    seen: StockSeen | None = None,
) -> StockMovement:
    """Change what is on hand of a variant, with its line in the ledger.

    Arguments: `delta` in units, 0 only for a count; `reason` for people, one line of 1 to 200 characters; `cause` for
    machines (a file, a command); the stock `seen` by the person who decides, so that a form sent twice or late moves
    nothing.
    Returns the line in the ledger. Raises VariantUnavailable (no such variant), StockChangedMeanwhile, InvalidMovement,
    and StockWouldBeNegative (`delta` takes more than is free; units that carts hold are never taken).
    """
    variant = next(iter(lock_variants([variant_id])), None)
    if variant is None:
        raise VariantUnavailable(variant_id)
    check_seen(variant, seen)
    _check_sense(delta, kind, reason, on_hand=variant.on_hand)
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


def check_seen(variant: ProductVariant, seen: StockSeen | None) -> None:
    """Raise StockChangedMeanwhile if the stock of this locked variant was moved since it was `seen`."""
    if seen is not None and seen != stock_seen(variant):
        raise StockChangedMeanwhile(seen=seen.on_hand, now=variant.on_hand)


def _check_sense(delta: int, kind: StockMovement.Kind, reason: str, *, on_hand: int) -> None:
    if delta == 0 and kind != StockMovement.Kind.COUNT:
        raise InvalidMovement(_("This moves nothing: the number on hand would stay as it is."), code="nothing_moves")
    if not 1 <= len(reason.strip()) <= _LONGEST_REASON:
        raise InvalidMovement(_("Say why, in 1 to 200 characters."), code="reason")
    try:
        refuse_unseen(reason)
    except ValidationError as refusal:
        raise InvalidMovement(refusal.messages[0], code="reason") from refusal
    if on_hand + delta > _MOST_ON_HAND:
        raise InvalidMovement(_("No shelf holds so many units: check the number."), code="too_many")


CAUSE = "audit_stock --fix"


def correct_stock(
    variant: ProductVariant, *, reserved: int, on_hand: int, ledger_sum: int, restart_chain: bool
) -> list[str]:
    """Set what is reserved and on hand, and add the missing line to the ledger. The caller has locked the variant.

    Arguments, in units: `reserved`; `on_hand`, at least `reserved`; `ledger_sum`, the sum of all deltas in the ledger.
    With `restart_chain` the ledger gets a line even if its sum is right, since a balance in it is wrong.
    Returns what was done, a sentence each. Raises IntegrityError if a number would be negative.
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
