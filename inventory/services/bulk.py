"""`move_stock_in_bulk`: all movements of an import in a few statements, all or none."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, transaction

from inventory.errors import MovesRefused
from inventory.locks import lock_variants
from inventory.models import ProductVariant, StockMovement
from inventory.signals import stock_changed

_ROWS_A_STATEMENT = 1000
# Stock and ledger in one statement, since shoppers wait for these locks. The condition repeats what was checked under
# the locks, in case somebody changes that check.
_MOVE = """
    WITH asked AS (
        SELECT * FROM unnest(%(ids)s::bigint[], %(units)s::int[], %(kinds)s::text[], %(reasons)s::text[])
            AS asked(id, units, kind, reason)
    ), moved AS (
        UPDATE inventory_productvariant variant SET stock_quantity = variant.stock_quantity + asked.units
          FROM asked WHERE variant.id = asked.id AND variant.stock_quantity + asked.units >= 0
     RETURNING variant.id, variant.stock_quantity + variant.reserved_quantity AS on_hand
    )
    INSERT INTO inventory_stockmovement (variant_id, kind, delta, balance_after, reason, cause, actor_id)
    SELECT id, kind, units, on_hand, reason, %(cause)s, %(actor_id)s FROM moved JOIN asked USING (id) ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class Move:
    """One movement, in units: `delta`, 0 only for a count; `on_hand_seen`, if it is right only for that number."""

    variant_id: int
    delta: int
    kind: StockMovement.Kind
    reason: str
    on_hand_seen: int | None = None

    def suits(self, variant: ProductVariant | None) -> bool:
        """Whether the variant exists, has enough free units, and has the stock that was seen."""
        if variant is None:
            return False
        return variant.stock_quantity + self.delta >= 0 and self.on_hand_seen in (None, variant.on_hand)


@transaction.atomic
def move_stock_in_bulk(
    *,
    moves: Sequence[Move],
    cause: str,
    actor: User | None,
    on_progress: Callable[[int], None] = lambda done: None,
) -> None:
    """Change what is on hand of many variants, each with its line in the ledger: all of them, or none.

    Arguments: at most one move a variant; `cause` for machines (a file); `on_progress` is called with the number of
    moves written so far. The variants stay locked, in id order, until the caller's transaction ends, so call it last.
    Raises MovesRefused (a variant is gone, has too few free units or other stock than was seen), and ValueError (two
    moves of one variant).
    """
    ordered = sorted(moves, key=lambda move: move.variant_id)
    ids = [move.variant_id for move in ordered]
    if len(set(ids)) < len(ids):
        raise ValueError("Two moves of one variant: which balance comes first is not said.")
    # Sent before the rows are locked, since its receivers take longer than all that follows.
    stock_changed.send(sender=StockMovement, variant_ids=ids)
    variants = {variant.pk: variant for variant in lock_variants(ids)}
    unsuited = [move.variant_id for move in ordered if not move.suits(variants.get(move.variant_id))]
    if unsuited:
        raise MovesRefused(unsuited)
    for start in range(0, len(ordered), _ROWS_A_STATEMENT):
        _write(ordered[start : start + _ROWS_A_STATEMENT], cause=cause, actor=actor)
        on_progress(min(start + _ROWS_A_STATEMENT, len(ordered)))


def _write(moves: Sequence[Move], *, cause: str, actor: User | None) -> None:
    ids = [move.variant_id for move in moves]
    values: dict[str, Any] = {
        "ids": ids,
        "units": [move.delta for move in moves],
        "kinds": [str(move.kind) for move in moves],
        "reasons": [move.reason for move in moves],
        "cause": cause,
        "actor_id": actor.pk if actor else None,
    }
    with connection.cursor() as cursor:
        cursor.execute(_MOVE, values)
        if cursor.rowcount != len(moves):
            raise MovesRefused(ids)
