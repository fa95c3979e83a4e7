"""Commands on carts. Each is one transaction, keeps the lock order carts, lines, variants, and raises typed errors.

Views, admin, tasks and management commands change carts only through these.
"""

from cart.services.holds import extend_holds, extend_own_holds, release_holds
from cart.services.lines import add_product_to_cart, reclaim_line, remove_line, set_line_quantity
from cart.services.merge import merge_guest_cart
from cart.services.reclaim import reclaim_lines
from cart.services.stock import move_stock_past_holds
from cart.services.sweeps import close_abandoned_carts, drop_old_keys, release_expired_holds
from cart.totals import store_totals

__all__ = [
    "add_product_to_cart",
    "close_abandoned_carts",
    "drop_old_keys",
    "extend_holds",
    "extend_own_holds",
    "merge_guest_cart",
    "move_stock_past_holds",
    "reclaim_line",
    "reclaim_lines",
    "release_expired_holds",
    "release_holds",
    "remove_line",
    "set_line_quantity",
    "store_totals",
]
