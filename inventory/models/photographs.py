"""`ProductPhoto`: the photographs of a product, in the order of the shop. `inventory.services` writes them."""

from django.db import models

from core.one_line import OneLineField
from inventory.models.catalog import Product, ProductVariant


class ProductPhoto(models.Model):
    """A photograph of a product, or of one of its variants. `name` is that of its files (inventory/photos.py).

    `Product.photo` and `ProductVariant.photo` repeat the name of the first one, so that lists and carts need no query.
    """

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="photos", db_index=False)
    name = models.CharField(max_length=32, editable=False)
    alt = OneLineField(
        "description",
        max_length=200,
        blank=True,
        default="",
        help_text="What it shows, for those who do not see it: “The mug from above, with its saucer”.",
    )
    place = models.PositiveSmallIntegerField(default=0, help_text="Small numbers are shown first.")
    variant = models.ForeignKey(
        ProductVariant,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="photos",
        help_text="Shown when this variant is chosen, and beside it in carts.",
    )

    class Meta:
        ordering = ["place", "id"]
        verbose_name = "photograph"
        constraints = [
            models.UniqueConstraint(fields=["product", "name"], name="inventory_productphoto_once_a_product"),
        ]

    def __str__(self) -> str:
        return self.alt or f"photograph {self.place}"
