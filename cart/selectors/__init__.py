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
from cart.selectors.free import FreeUnits, free_units, run_out_holds, variants_on_sale

__all__ = [
    "CartContents",
    "CartSummary",
    "FreeUnits",
    "cart_contents",
    "cart_summary",
    "free_units",
    "line_exists",
    "own_cart",
    "run_out_holds",
    "total_of",
    "variants_on_sale",
]
