"""Commands of this app: what changes goods, stock and alerts. Each is one transaction and raises typed errors."""

from inventory.services.alerts import alerts_refresh, alerts_take_news
from inventory.services.answering import alerts_acknowledge, variants_mute, variants_unmute
from inventory.services.goods import category_delete, product_delete, product_save, variant_save
from inventory.services.many import stock_move_many
from inventory.services.stock import stock_move

__all__ = [
    "alerts_acknowledge",
    "alerts_refresh",
    "alerts_take_news",
    "category_delete",
    "product_delete",
    "product_save",
    "stock_move",
    "stock_move_many",
    "variant_save",
    "variants_mute",
    "variants_unmute",
]
