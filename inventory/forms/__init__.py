"""Forms of the staff, a module a subject."""

from inventory.forms.product import ProductForm
from inventory.forms.stock import StockForm
from inventory.forms.variant import VariantForm

__all__ = ["ProductForm", "StockForm", "VariantForm"]
