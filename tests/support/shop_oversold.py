"""The site without a guard: the specification's read-then-write in place of the conditional UPDATE.

The control of `tests/shop/test_oversell.py` serves it, to show that the test would notice overselling.
"""

import time

from shop.wsgi import application  # first: it sets Django up

# isort: split
from cart.services import writing
from inventory.errors import InsufficientStock
from inventory.models import ProductVariant
from inventory.price_now import Prices

__all__ = ["application"]


def read_then_write(*, cart_id: int, variant_id: int, units: int, seen: Prices | None = None) -> ProductVariant:
    """Read the stock, check it, then write the new value."""
    variant = ProductVariant.objects.get(pk=variant_id)
    variant.price_now = variant.price
    if variant.stock_quantity < units:
        raise InsufficientStock(variant_id=variant_id, available=variant.stock_quantity, requested=units)
    time.sleep(0.05)  # any request may be this slow here; so the control always meets the race
    variant.stock_quantity -= units
    variant.reserved_quantity += units
    variant.save(update_fields=["stock_quantity", "reserved_quantity"])
    return variant


setattr(writing, "take", read_then_write)  # noqa: B010 - mypy rejects the assignment
