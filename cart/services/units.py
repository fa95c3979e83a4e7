"""Taking units for a line: from the shelf or, only when that is short, from holds of others that ran out."""

from collections.abc import Iterable

from cart.locks import lock_expired_lines_of_variant
from cart.models import CartItem
from cart.selectors import FreeUnits, free_units
from cart.signals import holds_expired
from core.transactions import clock
from inventory.errors import InsufficientStock, VariantUnavailable
from inventory.locks import lock_variants
from inventory.models import ProductVariant
from inventory.services.holds import give_back_units, take_units
from inventory.signals import stock_changed


def take(*, cart_id: int, variant_id: int, units: int) -> ProductVariant:
    """Move units from free to held for a line of this cart; the variant's row stays locked.

    Raises VariantUnavailable and InsufficientStock.
    """
    variant = take_units(variant_id=variant_id, units=units)
    if variant is None:
        release_expired_if_short(cart_id=cart_id, variant_id=variant_id, units=units)
        variant = take_units(variant_id=variant_id, units=units)
    if variant is None:
        # A rival has a run-out line locked (to extend or to buy it, say), so its units were not ours to take.
        free = _look(cart_id=cart_id, variant_id=variant_id)
        raise _short(variant_id, units, free, available=free.in_stock)
    return variant


def release_expired_if_short(*, cart_id: int, variant_id: int, units: int) -> None:
    """End holds of other carts that ran out, where so many units are not free otherwise; the variant's row is locked.

    The way of every refusal. Sold-out goods are asked for most, so it locks nothing unless that can help.
    Raises VariantUnavailable and InsufficientStock.
    """
    free = _look(cart_id=cart_id, variant_id=variant_id)
    if free.in_stock + free.expired < units:
        raise _short(variant_id, units, free, available=free.in_stock + free.expired)
    for variant in lock_variants([variant_id]):
        if variant.stock_quantity < units:
            release_expired(lock_expired_lines_of_variant(variant_id=variant_id, not_cart_id=cart_id, now=clock()))


def _look(*, cart_id: int, variant_id: int) -> FreeUnits:
    free = free_units(variant_id=variant_id, for_cart_id=cart_id)
    if free is None:
        raise VariantUnavailable(variant_id)
    return free


def _short(variant_id: int, units: int, free: FreeUnits, *, available: int) -> InsufficientStock:
    return InsufficientStock(
        variant_id=variant_id, available=available, requested=units, first_hold_ends=free.first_hold_ends
    )


def release(lines: Iterable[CartItem]) -> list[CartItem]:
    """Give back what these locked lines hold; they stay in their carts, marked. Returns the lines.

    No line's save is involved (its quantity does not change), so the stock is announced here.
    """
    lines = list(lines)
    units: dict[int, int] = {}
    for line in lines:
        units[line.product_variant_id] = units.get(line.product_variant_id, 0) + line.reserved_quantity
    if units:
        give_back_units(units)
        CartItem.objects.filter(pk__in=[line.pk for line in lines]).update(
            reserved_quantity=0, reserved_until=None, hold_extensions=0
        )
        stock_changed.send(sender=CartItem, variant_ids=list(units))
    return lines


def release_expired(lines: Iterable[CartItem]) -> list[CartItem]:
    """Release locked lines because their holds are over, and say that this is why. Returns the lines."""
    lines = release(lines)
    if lines:
        holds_expired.send(sender=CartItem, lines=lines)
    return lines
