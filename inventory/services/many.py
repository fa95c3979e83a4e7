"""Many movements at once: what a file of adjustments asks for, in a handful of statements and all or nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import connection, transaction

from inventory.errors import MovesRefused
from inventory.locks import lock_variants
from inventory.models import ProductVariant, StockMovement
from inventory.signals import stock_changed

_ROWS_A_STATEMENT = 1000
# The rows are locked and looked at; the condition is for whoever changes that.
_MOVE = """
    UPDATE inventory_productvariant variant SET stock_quantity = stock_quantity + asked.units
      FROM unnest(%s::bigint[], %s::int[]) AS asked(id, units)
     WHERE variant.id = asked.id AND variant.stock_quantity + asked.units >= 0
"""


@dataclass(frozen=True, slots=True)
class Move:
    """One movement to make: `delta` in units, not 0; `on_hand_seen`, if the move is right only for that number."""

    variant_id: int
    delta: int
    kind: StockMovement.Kind
    reason: str
    on_hand_seen: int | None = None

    def suits(self, variant: ProductVariant) -> bool:
        """Whether the variant's stock allows the move, and is still the one that was seen."""
        return variant.stock_quantity + self.delta >= 0 and self.on_hand_seen in (None, variant.on_hand)


@transaction.atomic
def stock_move_many(
    *,
    moves: Sequence[Move],
    cause: str,
    actor: User | None,
    on_progress: Callable[[int], None] = lambda done: None,
) -> None:
    """Change what is on hand of many variants, each with its line in the ledger: all of them, or none.

    Arguments: at most one move a variant; `cause` for machines (a file); `on_progress` hears how many are written.
    The variants stay locked, in id order, until the caller's transaction ends: call it last.
    Raises MovesRefused (a variant is gone, has too few free units or other stock than was seen), ValueError.
    """
    by_variant = {move.variant_id: move for move in moves}
    if len(by_variant) < len(moves):
        raise ValueError("Two moves of one variant: which balance comes first is not said.")
    variants = {variant.pk: variant for variant in lock_variants(by_variant)}
    refused = [pk for pk, move in by_variant.items() if pk not in variants or not move.suits(variants[pk])]
    if refused:
        raise MovesRefused(refused)
    _update(by_variant)
    movements = [
        StockMovement(
            variant=variants[pk],
            kind=move.kind,
            delta=move.delta,
            balance_after=variants[pk].on_hand + move.delta,
            reason=move.reason,
            cause=cause,
            actor=actor,
        )
        for pk, move in sorted(by_variant.items())
    ]
    for start in range(0, len(movements), _ROWS_A_STATEMENT):
        StockMovement.objects.bulk_create(movements[start : start + _ROWS_A_STATEMENT])
        on_progress(min(start + _ROWS_A_STATEMENT, len(movements)))
    stock_changed.send(sender=StockMovement, variant_ids=sorted(by_variant))


def _update(moves: Mapping[int, Move]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_MOVE, [list(moves), [move.delta for move in moves.values()]])
        if cursor.rowcount != len(moves):
            raise MovesRefused(list(moves))
