"""The admin of this app: carts, holds, and the stock of variants with its audits."""

from cart.admin import carts, holds, stock

__all__ = ["carts", "holds", "stock"]
