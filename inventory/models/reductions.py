"""`Reduction`, a price reduction that is announced to shoppers. See docs/price-reductions.md."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, DateTimeRangeField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from inventory.models.catalog import ProductVariant


def _range(function: str, *bounds: str | Value, field: "models.Field[Any, Any]") -> Func:
    return Func(*bounds, function=function, output_field=field)


class Reduction(models.Model):
    """A lower price of a variant, from `starts_at` until just before `ends_at`, or until somebody ends it.

    The part of the price history that `PriceChange` does not have: the database refuses to change what was in force
    (migration 0030). While it runs, shoppers pay the lower of this price and the variant's own.
    """

    variant = models.ForeignKey(ProductVariant, on_delete=models.PROTECT, related_name="reductions")
    price = models.DecimalField("reduced price", max_digits=10, decimal_places=2, validators=[MinValueValidator(0)])
    compare_at = models.DecimalField(
        "compare-at price",
        max_digits=10,
        decimal_places=2,
        null=True,
        blank=True,
        help_text="A price to compare with, such as the maker's. Shown as that, beside the lowest price of 30 days.",
    )
    starts_at = models.DateTimeField("begins")
    ends_at = models.DateTimeField("ends", null=True, blank=True, help_text="Left empty: until you end it.")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="announced by",
    )
    created_at = models.DateTimeField("announced", db_default=Now(), editable=False)

    class Meta:
        ordering = ["-starts_at", "-id"]
        constraints = [
            models.CheckConstraint(name="inventory_reduction_price_not_negative", condition=Q(price__gte=0)),
            models.CheckConstraint(
                name="inventory_reduction_compare_at_above_price",
                condition=Q(compare_at__isnull=True) | Q(compare_at__gt=F("price")),
            ),
            models.CheckConstraint(
                name="inventory_reduction_ends_after_start",
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
            ),
            # The variant as a range of one number, since GiST has an operator class for numbers only with an extension.
            ExclusionConstraint(
                name="inventory_reduction_one_at_a_time",
                expressions=[
                    (_range("int8range", "variant", "variant", Value("[]"), field=BigIntegerRangeField()), "&&"),
                    (_range("tstzrange", "starts_at", "ends_at", field=DateTimeRangeField()), "&&"),
                ],
                violation_error_message=_("The variant has another reduction at that time."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.variant} at {self.price}"

    def is_over_at(self, moment: datetime) -> bool:
        """Whether it has ended by this moment."""
        return self.ends_at is not None and self.ends_at <= moment
