"""`buy_cart` sells all units of a cart, in the transaction of the order.

There is no gap between hold and sale. A line with a live hold is sold from its hold. A line whose hold has expired
takes its units again first; if one line cannot, nothing of the cart is bought.
"""

from cart.errors import CartChanged, CartClosed, CartEmpty, LineChange, PriceChanged
from cart.locks import lock_lines
from cart.models import Cart, CartItem
from cart.services.carts import lock_cart_by_id
from cart.services.units import take
from inventory.errors import InsufficientStock, VariantUnavailable
from inventory.locks import lock_variants
from inventory.services.holds import sell_held_units


def buy_cart(*, cart_id: int, seen_version: int, cause: str) -> list[CartItem]:
    """Sell every line of an open cart and close it. Returns the lines in the order of the cart, with their variants.

    Arguments: `seen_version`, the version of the cart that the shopper was shown; `cause`, the order, for the ledger.
    Runs inside the transaction that writes the order. Locks: the cart, its lines by id, their variants by id.
    Raises CartClosed, CartEmpty, and CartChanged if the shopper would not get exactly what was shown.
    """
    cart = lock_cart_by_id(cart_id)
    if cart is None:
        raise CartClosed
    lines = lock_lines([cart_id])
    if not lines:
        raise CartEmpty
    # Locking the cart has counted one change.
    if cart.version != seen_version + 1:
        raise CartChanged
    # Lock all variants before units are taken: in the order of the lines, rival orders could deadlock.
    variants = {variant.pk: variant for variant in lock_variants(line.product_variant_id for line in lines)}
    if changes := _take_again(cart, lines):
        raise CartChanged(changes)
    sell_held_units({line.product_variant_id: line.quantity for line in lines}, cause=cause)
    _close(cart, lines)
    for line in lines:
        line.product_variant = variants[line.product_variant_id]
    return lines


def _take_again(cart: Cart, lines: list[CartItem]) -> list[LineChange]:
    """Take the units of lines without a live hold. Returns the lines that cannot be bought as they were shown."""
    changes = []
    for line in lines:
        if line.reserved_until is not None and line.reserved_until > cart.locked_at:
            continue
        try:
            _take_line_again(line)
        except (InsufficientStock, VariantUnavailable, PriceChanged) as error:
            changes.append(LineChange(line.product_variant_id, error))
    return changes


def _take_line_again(line: CartItem) -> None:
    """Start a new hold, so the variant must be active and have the price shown, even if the units were not released."""
    units = line.quantity - line.reserved_quantity
    variant = take(cart_id=line.cart_id, variant_id=line.product_variant_id, units=units)
    if variant.price_now != line.price:
        raise PriceChanged(shown=line.price, price=variant.price_now)


def _close(cart: Cart, lines: list[CartItem]) -> None:
    """The lines stay, as a record of what was in the cart. They hold nothing, as in every cart that is not open."""
    CartItem.objects.filter(cart=cart).update(reserved_quantity=0, reserved_until=None, hold_extensions=0)
    cart.status = Cart.Status.ORDERED
    cart.total_price = sum(line.total_price for line in lines)
    cart.totals_version = cart.version
    cart.save(update_fields=["status", "total_price", "totals_version"])
