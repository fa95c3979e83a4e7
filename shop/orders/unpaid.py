"""`unpaid_order`, by which a shopper who left the page of the bank finds the way back to what they ordered."""

from orders.models import Order
from orders.selectors import unpaid_order_of
from shop.accounts.shoppers import ShopRequest


def unpaid_order(request: ShopRequest) -> Order | None:
    """The shopper's newest order that waits for its payment.

    A guest's is found by the cookie of their cart, which a log-in deletes: no account is shown what a guest ordered
    before. 1 query, and none for a visitor without a cart.
    """
    owner = request.shopper.owner
    return unpaid_order_of(owner) if owner else None
