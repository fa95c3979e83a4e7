"""`pre_save` and `pre_delete` of lines that no service saves or deletes: from a shell, by a plugin, in a cascade.

The handlers keep the rules of the services: they lock cart, lines and variants in that order, count the change on the
cart, and move exactly the difference to the locked row. They take old values from the row and never from the instance,
which may be stale or saved in part, and must not move units that another transaction has moved meanwhile.
"""

from collections.abc import Collection
from decimal import Decimal
from typing import Any

from cart.errors import CartClosed, LineMoved
from cart.locks import lock_carts, lock_lines
from cart.models import Cart, CartItem
from cart.owners import Owner
from cart.services.carts import lock_cart_by_id
from cart.services.units import release, release_expired, take
from cart.services.writing import check_quantity, set_price
from inventory.locks import lock_variants
from inventory.services.holds import give_back_units


def move_units_before_save(
    sender: type[CartItem],
    instance: CartItem,
    raw: bool,
    update_fields: Collection[str] | None,
    **kwargs: Any,
) -> None:
    """`pre_save` of a line: reserve or give back for a new line or a changed quantity, or refuse the save.

    Raises CartClosed, LineMoved, InvalidQuantity, VariantUnavailable, InsufficientStock.
    """
    if raw or instance.is_settled:
        return
    cart = lock_cart_by_id(instance.cart_id)
    if cart is None:
        raise CartClosed
    locked = {line.pk: line for line in lock_lines([cart.pk])}.get(instance.pk)
    if locked is not None:
        _settle_update(instance, locked, cart, update_fields)
    elif instance.pk is not None and CartItem.objects.filter(pk=instance.pk).exists():
        # The row is in another cart. The save would move it to this one, and its hold there would be lost.
        raise LineMoved
    else:
        _settle_insert(instance, cart)


def _settle_insert(instance: CartItem, cart: Cart) -> None:
    check_quantity(instance.quantity)
    variant = take(cart_id=cart.pk, variant_id=instance.product_variant_id, units=instance.quantity)
    price: Decimal | None = instance.price
    if price is None:
        instance.price = variant.price_now
    instance.reserved_quantity = instance.quantity
    instance.reserved_until = cart.locked_at + Owner(cart.user_id, cart.guest_token).hold_life
    instance.hold_extensions, instance.quantity_change = 0, instance.quantity


def _settle_update(instance: CartItem, locked: CartItem, cart: Cart, update_fields: Collection[str] | None) -> None:
    if instance.product_variant_id != locked.product_variant_id:
        raise LineMoved
    written = update_fields is None or "quantity" in update_fields
    quantity = instance.quantity if written else locked.quantity
    check_quantity(quantity)
    instance.quantity_change = quantity - locked.quantity
    instance.reserved_quantity, instance.reserved_until = locked.reserved_quantity, locked.reserved_until
    instance.hold_extensions = locked.hold_extensions
    if not instance.names_price:
        instance.price = locked.price
    if instance.quantity_change:
        _move_difference(instance, locked, quantity, cart)


def _move_difference(instance: CartItem, locked: CartItem, quantity: int, cart: Cart) -> None:
    """A live hold follows the quantity. An expired one stays expired, since only the shopper may reclaim its units."""
    if locked.reserved_until is None or locked.reserved_until <= cart.locked_at:
        release_expired([locked] if locked.reserved_quantity else [])
        instance.reserved_quantity, instance.reserved_until, instance.hold_extensions = 0, None, 0
        return
    units = quantity - locked.reserved_quantity
    if units > 0:
        variant = take(cart_id=cart.pk, variant_id=locked.product_variant_id, units=units)
        if not instance.names_price:
            set_price(instance, variant.price_now)
    else:
        give_back_units({locked.product_variant_id: -units})
    instance.reserved_quantity = quantity


def give_back_before_delete(sender: type[CartItem], instance: CartItem, **kwargs: Any) -> None:
    """`pre_delete` of a line: give back the units that its row holds, whatever the instance says."""
    if instance.is_settled:
        return
    locked = _lock_where_it_is(instance)
    if locked:
        instance.cart_id = locked.cart_id
        release([locked] if locked.reserved_quantity else [])
    is_open = lock_cart_by_id(instance.cart_id) is not None
    # The lines of an ordered or abandoned cart are a record: deleting one takes nothing out of an open cart.
    instance.quantity_change = -locked.quantity if locked and is_open else 0


def _lock_where_it_is(instance: CartItem) -> CartItem | None:
    """Lock the row of a line. A merge may have moved it to another cart since it was loaded, or during the wait."""
    row = CartItem.objects.filter(pk=instance.pk).values_list("cart_id", flat=True)
    while (cart_id := row.first()) is not None:
        for line in _lock_whole_cart(cart_id):
            if line.pk == instance.pk:
                return line
    return None


def _lock_whole_cart(cart_id: int) -> list[CartItem]:
    """Lock all lines and their variants, though one line is deleted: a cascade calls this for each line, and locking a
    line after a variant is against the lock order.
    """
    lock_carts([cart_id])
    lines = lock_lines([cart_id])
    lock_variants({line.product_variant_id for line in lines})
    return lines
