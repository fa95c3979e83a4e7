"""Questions about goods and stock. Each states its query count."""

from dataclasses import dataclass

from inventory.models import ProductVariant, StockMovement


@dataclass(frozen=True)
class StockSeen:
    """Stock as a person saw it: units on hand, and the last line of the ledger then (0 where it had none).

    The line tells apart what the number cannot: five taken and five given back since.
    """

    on_hand: int
    movement_id: int


def stock_seen(variant: ProductVariant) -> StockSeen:
    """The stock of this variant as it was loaded, for `move_stock` to compare. 1 query."""
    last = StockMovement.objects.filter(variant=variant).values_list("pk", flat=True).first()
    return StockSeen(on_hand=variant.on_hand, movement_id=last or 0)
