"""What the shop sells: categories, products, their variants, and the price history of the variants."""

from datetime import timedelta
from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now, Upper
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from core.one_line import CodeField, OneLineField
from core.rows import GuardedColumns
from inventory.facts import check_facts, read_facts
from inventory.models.producers import Producer
from inventory.models.tax import TaxClass
from inventory.unit_price import check_content

# How far back `Product.units_sold` counts, so that new best sellers can pass old ones.
SOLD_WITHIN = timedelta(days=90)

# Nobody has named the producer, or said which warnings there are, if any. See docs/product-safety.md.
MISSES_SAFETY_DATA = Q(producer__isnull=True) | Q(warnings="", needs_no_warnings=False)


class Category(models.Model):
    """A category of products. How a product gets its category: docs/categories.md."""

    slug = models.SlugField(max_length=60, unique=True, help_text="Its part of the address. Changed, old links break.")
    name = OneLineField(max_length=60)
    place = models.PositiveSmallIntegerField(default=100, help_text="Small numbers are shown first.")

    class Meta:
        ordering = ["place", "name"]
        verbose_name_plural = "categories"

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("shop:category", args=[self.slug])


class Product(models.Model):
    """One article of the catalogue. Shoppers buy one of its variants."""

    number = CodeField(max_length=20, unique=True, help_text="The article number without the variant's letter.")
    name = OneLineField(max_length=200)
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
    description = models.TextField(
        blank=True,
        default="",
        db_default="",
        validators=[MaxLengthValidator(10_000)],
        help_text="Markdown: a blank line begins a paragraph, **bold**, lines that begin with - are a list.",
    )
    facts = models.TextField(
        blank=True,
        default="",
        db_default="",
        validators=[check_facts],
        help_text="Size, weight, material and what else you name, one in a line: “Material: Stoneware”.",
    )
    # Without an index: only the deletion of a producer asks for its products.
    producer = models.ForeignKey(
        Producer,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="products",
        db_index=False,
        help_text=_("Who made it, shown with the address."),
    )
    warnings = models.TextField(
        blank=True,
        default="",
        db_default="",
        validators=[MaxLengthValidator(5_000)],
        help_text=_("Warnings and safety information, a line each, in the language of the shop."),
    )
    needs_no_warnings = models.BooleanField(
        default=False, db_default=False, help_text=_("Tick it when you have looked, and there is nothing to warn of.")
    )
    # Written only by triggers, from name and number, and name and SKU of the variants on sale. See docs/search.md.
    search = SearchVectorField(null=True, editable=False)
    is_listed = models.BooleanField(default=True, help_text="Shown to shoppers, and watched for low stock.")

    # Written only by the effect `count_units_sold`. See docs/search.md.
    units_sold = models.IntegerField(
        "sold in 90 days",
        default=0,
        db_default=0,
        editable=False,
        help_text="Units in orders of the last 90 days, less those that were cancelled, refunded or returned.",
    )

    class Meta:
        ordering = ["name", "id"]
        indexes = [
            GinIndex(name="inventory_product_search", fields=["search"]),
            # The default list, read backwards: best sellers first, and of equals the newest.
            models.Index(name="inventory_product_units_sold", fields=["units_sold", "id"]),
            # So that the dashboard need not read all goods to learn that none misses anything.
            models.Index(
                name="inventory_product_no_safety", fields=["id"], condition=Q(is_listed=True) & MISSES_SAFETY_DATA
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                # The operator class serves `istartswith` too.
                OpClass(Upper("number"), name="text_pattern_ops"),
                name="inventory_product_number_without_case",
                violation_error_message=_("Another product has this number; capitals make no difference."),
            ),
            models.CheckConstraint(
                name="inventory_product_warnings_or_none", condition=Q(warnings="") | Q(needs_no_warnings=False)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("shop:product", args=[self.slug])

    def clean(self) -> None:
        """Raise ValidationError for warnings of a product that needs none."""
        if self.needs_no_warnings and self.warnings:
            raise ValidationError({"needs_no_warnings": _("There are warnings above. Take them out, or untick this.")})

    @property
    def warnings_in_file(self) -> str:
        """The warnings as a file has them: NO_WARNINGS where none are needed."""
        return NO_WARNINGS if self.needs_no_warnings else self.warnings

    @warnings_in_file.setter
    def warnings_in_file(self, cell: str) -> None:
        self.needs_no_warnings = cell == NO_WARNINGS
        self.warnings = "" if self.needs_no_warnings else cell

    @property
    def fact_pairs(self) -> list[tuple[str, str]]:
        """The facts, each as a name and a value."""
        return read_facts(self.facts)


NO_WARNINGS = "none"  # how a file says that a product needs no warnings

ONLY_VARIANT = "Standard"  # the name of a product's only variant: pages show the product's name


class ProductVariant(GuardedColumns):
    """The unit of sale. `stock_quantity` is free stock, `reserved_quantity` is held by carts.

    Their sum is on hand, and changes only with a `StockMovement`. `price` changes only with a `PriceChange`; what a
    shopper pays is `price_now`, which is lower while a `Reduction` runs.
    """

    guarded_columns = frozenset({"stock_quantity", "reserved_quantity", "price"})

    price_now: Decimal  # no column: the statements of `inventory.price_now` read it, by the clock of the database

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="variants")
    sku = CodeField(max_length=20, unique=True)
    name = OneLineField(max_length=200, help_text="What tells this variant from its siblings.")
    price = models.DecimalField(max_digits=10, decimal_places=2, validators=[MinValueValidator(0)])
    stock_quantity = models.IntegerField(default=0, editable=False)
    reserved_quantity = models.IntegerField(default=0, editable=False)
    low_stock_threshold = models.PositiveIntegerField(default=5)
    # As the product's: the name of the first photograph of this variant; empty: it shows that of the product.
    photo = models.CharField(max_length=32, blank=True, default="", db_default="", editable=False)
    weight_grams = models.PositiveIntegerField(
        "weight (grams)",
        null=True,
        blank=True,
        help_text="Packed, of one unit. Delivery may depend on it. Left empty: not known, and counted as 0.",
    )
    content = OneLineField(
        max_length=20,
        blank=True,
        default="",
        db_default="",
        validators=[check_content],
        help_text="What is in one unit, such as 500 g, 0.75 l or 6 pieces: pages say what a kilogram or a litre costs.",
    )
    is_active = models.BooleanField(default=True)
    # Without an index: only the deletion of a class asks for its variants.
    tax_class = models.ForeignKey(
        TaxClass,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="variants",
        db_index=False,
        help_text=_("Left empty, the default class."),
    )

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
            models.UniqueConstraint(
                OpClass(Upper("sku"), name="text_pattern_ops"),
                name="inventory_productvariant_sku_without_case",
                violation_error_message=_("Another variant has this SKU; capitals make no difference."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sku} {self.name}"

    def get_absolute_url(self) -> str:
        """The product's page with this variant selected. The caller has fetched the product."""
        page = self.product.get_absolute_url()
        return page if self.name == ONLY_VARIANT else f"{page}?{urlencode({'variant': self.sku})}"

    @property
    def on_hand(self) -> int:
        return self.stock_quantity + self.reserved_quantity


class PriceChange(models.Model):
    """One line of a variant's price history, append-only. The first price of a variant has no line."""

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
