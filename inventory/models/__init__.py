"""The tables of this app: products and variants, price reductions, the stock ledger with its low-stock alerts,
synonyms, tax classes, producers, and imports."""

from inventory.imports.models import ImportJob, ImportLine
from inventory.models.catalog import (
    MISSES_SAFETY_DATA,
    NO_WARNINGS,
    ONLY_VARIANT,
    SOLD_WITHIN,
    Category,
    PriceChange,
    Product,
    ProductVariant,
)
from inventory.models.photographs import ProductPhoto
from inventory.models.producers import Producer
from inventory.models.reductions import Reduction
from inventory.models.related import MOST_RELATED, RelatedProduct
from inventory.models.search import Synonym
from inventory.models.stock import AlertMute, LowStockAlert, StockMovement
from inventory.models.tax import TaxClass, TaxRate

__all__ = [
    "MISSES_SAFETY_DATA",
    "MOST_RELATED",
    "NO_WARNINGS",
    "ONLY_VARIANT",
    "SOLD_WITHIN",
    "AlertMute",
    "Category",
    "ImportJob",
    "ImportLine",
    "LowStockAlert",
    "PriceChange",
    "Producer",
    "Product",
    "ProductPhoto",
    "ProductVariant",
    "Reduction",
    "RelatedProduct",
    "StockMovement",
    "Synonym",
    "TaxClass",
    "TaxRate",
]
