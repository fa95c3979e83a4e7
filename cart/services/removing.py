"""Taking a line out of the cart: its units go back at once."""

from cart.errors import LineNotFound
from cart.locks import lock_line
from cart.models import Cart, CartItem
from cart.owners import Owner
from cart.services.claiming import claim_open_cart
from cart.services.writing import delete_settled
from core.transactions import command
from inventory.holds import give_back_units


@command
def remove_line(*, owner: Owner, item_id: int) -> CartItem:
    """Delete a line of the shopper's open cart and give back what it held.

    Returns the deleted line, so that it can be named and added again. Raises LineNotFound, Busy.
    """
    cart: Cart = claim_open_cart(owner)
    item = lock_line(cart_id=cart.pk, item_id=item_id).item
    if item is None:
        raise LineNotFound
    delete_settled(item, quantity_change=-item.quantity)
    if item.reserved_quantity:
        give_back_units({item.product_variant_id: item.reserved_quantity})
    return item
