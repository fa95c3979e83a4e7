"""`RelatedProduct`: what is often bought together with a product, counted from orders. See docs/related.md."""

from django.db import models
from django.db.models import F, Q

from inventory.models.catalog import Product

MOST_RELATED = 4  # rows of a product: one row of cards on a desk


class RelatedProduct(models.Model):
    """`count` orders of the last 90 days have both products. Written only by the effect `count_related`."""

    # Without an index of its own: that of the constraint begins with it.
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="related", db_index=False)
    other = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+")
    count = models.PositiveIntegerField()

    class Meta:
        ordering = ["-count", "other"]
        constraints = [
            models.UniqueConstraint(fields=["product", "other"], name="inventory_relatedproduct_once_a_product"),
            models.CheckConstraint(name="inventory_relatedproduct_not_itself", condition=~Q(product=F("other"))),
        ]

    def __str__(self) -> str:
        return f"{self.other_id} with {self.product_id}: {self.count}"
