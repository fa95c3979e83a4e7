"""Commands of this app. Each is one transaction, keeps the lock order carts, lines, variants, and raises typed errors.

Views, admin, tasks and management commands change carts only through these.
"""

from cart.services.adding import add_product_to_cart, retake_line, set_line_quantity
from cart.services.expiring import close_abandoned_carts, drop_old_keys, release_run_out_holds
from cart.services.keeping import keep_items
from cart.services.managing import extend_holds, release_holds
from cart.services.merging import merge_guest_cart
from cart.services.moving import move_stock
from cart.services.removing import remove_line
from cart.totals import store_totals

__all__ = [
    "add_product_to_cart",
    "close_abandoned_carts",
    "drop_old_keys",
    "extend_holds",
    "keep_items",
    "merge_guest_cart",
    "move_stock",
    "release_holds",
    "release_run_out_holds",
    "remove_line",
    "retake_line",
    "set_line_quantity",
    "store_totals",
]
