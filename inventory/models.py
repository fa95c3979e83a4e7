"""Goods, what is on hand of them, and the ledger that explains every number."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.http import urlencode

from inventory.alerts import AlertMute as AlertMute  # Django, and everybody else, looks for models in this module
from inventory.alerts import LowStockAlert as LowStockAlert
from inventory.catalogue.naming import ONLY_VARIANT
from inventory.guarded import GuardedColumns
from inventory.imports.models import ImportJob, ImportLine  # noqa: F401 - Django looks for models in this module

# What the oversell drill sells: unlisted, and the one product whose ledger may be deleted, with the product.
DRILL_NUMBER = "OVERSELL-DRILL"


class Category(models.Model):
    """A department of the shop. Which product belongs to which: docs/categories.md."""

    slug = models.SlugField(max_length=60, unique=True, help_text="Its part of the address. Changed, old links break.")
    name = models.CharField(max_length=60)
    place = models.PositiveSmallIntegerField(default=100, help_text="Small numbers are shown first.")

    class Meta:
        ordering = ["place", "name"]
        verbose_name_plural = "categories"

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("shop:category", args=[self.slug])


class Product(models.Model):
    """One article of the catalogue; what is bought is one of its variants."""

    number = models.CharField(max_length=20, unique=True, help_text="The article number without the variant's letter.")
    name = models.CharField(max_length=200)
    slug = models.SlugField(max_length=120, unique=True)
    category = models.ForeignKey(
        Category,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="products",
        help_text="Left empty, the name decides.",
    )
    photo = models.CharField(
        max_length=32,
        blank=True,
        default="",
        editable=False,
        help_text="The name of a photograph in the storage; empty: the product is drawn.",
    )
    # Written by triggers alone: name and number, and name and sku of the variants on sale. See docs/search.md.
    search = SearchVectorField(null=True, editable=False)
    is_listed = models.BooleanField(
        default=True, help_text="Shown to shoppers, and watched for low stock. Not so: what a drill sells."
    )

    class Meta:
        ordering = ["name", "id"]
        indexes = [GinIndex(name="inventory_product_search", fields=["search"])]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("shop:product", args=[self.slug])


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


class StockMovement(models.Model):
    """One line of the ledger: why the units on hand changed. Append-only, and the only writer of on-hand.

    The database refuses to change or delete a line (migration 0009).
    """

    class Kind(models.TextChoices):
        OPENING = "opening", "Opening stock"
        RECEIPT = "receipt", "Goods received"
        ADJUSTMENT = "adjustment", "Adjustment"
        CORRECTION = "correction", "Correction by the audit"
        SALE = "sale", "Sold"
        RETURN = "return", "Back from an order"

    variant = models.ForeignKey(ProductVariant, on_delete=models.PROTECT, related_name="movements")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    delta = models.IntegerField(help_text="Units added to (or, negative, taken from) what is on hand.")
    balance_after = models.IntegerField(help_text="Units on hand after this movement.")
    reason = models.CharField(max_length=200)
    cause = models.CharField(max_length=100, blank=True, help_text="What set it off: a file, an order, a command.")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["-id"]
        permissions = [("move_stock", "Can receive and adjust stock")]
        constraints = [
            # A correction may be of a wrong balance alone: it states what is on hand, and the chain starts anew.
            models.CheckConstraint(
                name="inventory_stockmovement_delta_not_zero", condition=~Q(delta=0) | Q(kind="correction")
            ),
            models.CheckConstraint(
                name="inventory_stockmovement_balance_not_negative", condition=Q(balance_after__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.delta:+d} {self.kind}"
