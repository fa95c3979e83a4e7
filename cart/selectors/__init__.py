"""Questions about carts, lines and what a shopper can still take. Each states its query count."""

from cart.selectors.contents import (
    CartContents,
    CartSummary,
    cart_contents,
    cart_summary,
    line_exists,
    own_cart,
    total_of,
)
from cart.selectors.free import FreeUnits, available_to, free_units, variants_on_sale

__all__ = [
    "CartContents",
    "CartSummary",
    "FreeUnits",
    "available_to",
    "cart_contents",
    "cart_summary",
    "free_units",
    "line_exists",
    "own_cart",
    "total_of",
    "variants_on_sale",
]
