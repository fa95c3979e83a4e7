"""Take units for a line: from free stock or, only if that is short, from expired holds of others. And release holds."""

from collections.abc import Iterable

from cart.locks import lock_expired_lines_of_variant
from cart.models import CartItem
from cart.selectors import FreeUnits, free_units
from cart.signals import holds_expired
from core.transactions import clock
from inventory.errors import InsufficientStock, VariantUnavailable
from inventory.locks import lock_variants
from inventory.models import ProductVariant
from inventory.price_now import Prices
from inventory.services.holds import give_back_units, take_units
from inventory.signals import stock_changed


def take(*, cart_id: int, variant_id: int, units: int, seen: Prices | None = None) -> ProductVariant:
    """Move units from free to held for a line of this cart. Returns the variant, its row locked.

    `seen` is as in `take_units`. Raises VariantUnavailable and InsufficientStock.
    """
    variant = take_units(variant_id=variant_id, units=units, seen=seen)
    if variant is None:
        release_expired_if_short(cart_id=cart_id, variant_id=variant_id, units=units)
        variant = take_units(variant_id=variant_id, units=units, seen=seen)
    if variant is None:
        # A rival has an expired line locked (to reclaim or buy it), so its units could not be taken.
        free = _look(cart_id=cart_id, variant_id=variant_id)
        raise _short(variant_id, units, free, available=free.in_stock)
    return variant


def release_expired_if_short(*, cart_id: int, variant_id: int, units: int) -> None:
    """Release expired holds of other carts if fewer than `units` are free. Then the variant's row is locked.

    Every refusal for shortage is raised here. Many requests are for sold-out variants, so it locks only if that helps.
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
    """Give back what these locked lines hold; the lines stay in their carts. Returns the lines.

    No line is saved, since no quantity changes, so this sends `stock_changed`.
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
    """Release locked lines whose holds have expired, and send `holds_expired`. Returns the lines."""
    lines = release(lines)
    if lines:
        holds_expired.send(sender=CartItem, lines=lines)
    return lines
