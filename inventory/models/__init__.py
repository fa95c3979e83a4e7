"""Goods, what is on hand of them, and the ledger that explains every number."""

from inventory.imports.models import ImportJob, ImportLine
from inventory.models.alerts import AlertMute, LowStockAlert
from inventory.models.movements import StockMovement
from inventory.models.products import SOLD_WITHIN, Category, Product
from inventory.models.variants import PriceChange, ProductVariant

__all__ = [
    "SOLD_WITHIN",
    "AlertMute",
    "Category",
    "ImportJob",
    "ImportLine",
    "LowStockAlert",
    "PriceChange",
    "Product",
    "ProductVariant",
    "StockMovement",
]
