"""Commands on products, stock and alerts. Each is one transaction and raises typed errors of `inventory.errors`."""

from inventory.services.alerts import (
    acknowledge_alerts,
    mute_variants,
    refresh_alerts,
    take_pending_notifications,
    unmute_variants,
)
from inventory.services.bulk import move_stock_in_bulk
from inventory.services.catalog import delete_category, delete_product, save_product, save_variant, write_units_sold
from inventory.services.photos import add_photos, change_photos
from inventory.services.related import write_related
from inventory.services.stock import move_stock
from inventory.services.tax import delete_tax_class, delete_tax_rate, save_tax_class, save_tax_rate

__all__ = [
    "acknowledge_alerts",
    "add_photos",
    "change_photos",
    "delete_category",
    "delete_product",
    "delete_tax_class",
    "delete_tax_rate",
    "move_stock",
    "move_stock_in_bulk",
    "mute_variants",
    "refresh_alerts",
    "save_product",
    "save_tax_class",
    "save_tax_rate",
    "save_variant",
    "take_pending_notifications",
    "unmute_variants",
    "write_related",
    "write_units_sold",
]
