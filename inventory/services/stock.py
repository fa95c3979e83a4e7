"""Stock movements: the one way by which what is on hand changes, each with its line in the ledger."""

from django.contrib.auth.models import User
from django.db import transaction

from inventory.errors import StockWouldBeNegative, VariantUnavailable
from inventory.locks import lock_variants
from inventory.models import StockMovement
from inventory.signals import stock_changed


@transaction.atomic
def stock_move(
    *,
    variant_id: int,
    delta: int,
    kind: StockMovement.Kind,
    reason: str,
    cause: str = "",
    actor: User | None = None,
) -> StockMovement:
    """Change what is on hand of a variant, with its line in the ledger.

    Arguments: `delta` in units, not 0; `reason` for people, `cause` for machines (a file, a command).
    Raises VariantUnavailable (no such variant) and StockWouldBeNegative (fewer are free than `delta` takes; units held
    by carts are never taken from under them).
    """
    variant = next(iter(lock_variants([variant_id])), None)
    if variant is None:
        raise VariantUnavailable(variant_id)
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
