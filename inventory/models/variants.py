"""What is bought, with its price and stock, and the prices that it had."""

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.http import urlencode

from core.guarded import GuardedColumns
from inventory.models.products import Product

ONLY_VARIANT = "Standard"  # the name of a variant that has no siblings: pages show the product's alone


class ProductVariant(GuardedColumns):
    """The unit of sale. `stock_quantity` can still be added to a cart, `reserved_quantity` is held by carts.

    Their sum is on hand, and only a `StockMovement` changes the sum. `price` changes with a `PriceChange`.
    """

    guarded_columns = frozenset({"stock_quantity", "reserved_quantity", "price"})

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="variants")
    sku = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=200, help_text="What tells this variant from its siblings.")
    price = models.DecimalField(max_digits=10, decimal_places=2, validators=[MinValueValidator(0)])
    stock_quantity = models.IntegerField(default=0, editable=False)
    reserved_quantity = models.IntegerField(default=0, editable=False)
    low_stock_threshold = models.PositiveIntegerField(default=5)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["sku"]
        constraints = [
            models.CheckConstraint(
                name="inventory_productvariant_stock_not_negative", condition=Q(stock_quantity__gte=0)
            ),
            models.CheckConstraint(
                name="inventory_productvariant_reserved_not_negative", condition=Q(reserved_quantity__gte=0)
            ),
            models.CheckConstraint(name="inventory_productvariant_price_not_negative", condition=Q(price__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.sku} {self.name}"

    def get_absolute_url(self) -> str:
        """The page of its product, which the caller has fetched, with this variant picked."""
        page = self.product.get_absolute_url()
        return page if self.name == ONLY_VARIANT else f"{page}?{urlencode({'variant': self.sku})}"

    @property
    def on_hand(self) -> int:
        return self.stock_quantity + self.reserved_quantity


class PriceChange(models.Model):
    """One line of a variant's price history. Append-only; the first price of a variant is no change."""

    variant = models.ForeignKey(ProductVariant, on_delete=models.PROTECT, related_name="price_changes")
    old_price = models.DecimalField(max_digits=10, decimal_places=2)
    new_price = models.DecimalField(max_digits=10, decimal_places=2)
    cause = models.CharField(max_length=100, blank=True, help_text="What set it off: a file, a command.")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(name="inventory_pricechange_is_one", condition=~Q(old_price=F("new_price"))),
        ]

    def __str__(self) -> str:
        return f"{self.old_price} to {self.new_price}"
