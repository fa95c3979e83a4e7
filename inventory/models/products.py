"""What the shop has, as shoppers look for it: departments, and articles in them."""

from datetime import timedelta

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.urls import reverse

# How far back `Product.units_sold` looks: an old favourite makes room for a new one.
SOLD_WITHIN = timedelta(days=90)


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
    is_listed = models.BooleanField(default=True, help_text="Shown to shoppers, and watched for low stock.")

    # Written by the effect `count_units_sold` alone. See docs/search.md.
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
            # The shop's usual list: read backwards, what sold most, and of equals the newest.
            models.Index(name="inventory_product_units_sold", fields=["units_sold", "id"]),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("shop:product", args=[self.slug])
