"""What delivery costs by country and weight: zones, and the price of a method in a zone, with its weight steps.

Staff write these by `orders.services.deliveries`. `orders.delivery_prices` computes with them.
"""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.one_line import OneLineField
from orders.models.checkouts import DeliveryMethod, days_in_order


class DeliveryZone(models.Model):
    """Countries to which delivery costs the same. A country is in one zone at most, which the services see to."""

    name = OneLineField(max_length=60, unique=True)
    # Codes of ISO 3166. Empty: everywhere else, of which there is one.
    countries = ArrayField(models.CharField(max_length=2), default=list, blank=True)
    place = models.PositiveSmallIntegerField(default=100, help_text="Small numbers are shown first.")

    class Meta:
        ordering = ["place", "name"]

    def __str__(self) -> str:
        return self.name


class DeliveryRate(models.Model):
    """What a delivery method costs in a zone, by weight. It counts there instead of the method's own price."""

    method = models.ForeignKey(DeliveryMethod, on_delete=models.CASCADE, related_name="rates")
    zone = models.ForeignKey(DeliveryZone, on_delete=models.CASCADE, related_name="rates")
    free_from = models.DecimalField(
        max_digits=10,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text="Costs nothing when the goods come to this much. Left empty: never free.",
    )
    days_from = models.PositiveSmallIntegerField("working days, at least", null=True, blank=True)
    days_to = models.PositiveSmallIntegerField(
        "working days, at most", null=True, blank=True, help_text="Left empty: those of the delivery method."
    )

    class Meta:
        ordering = ["method", "zone"]
        verbose_name = "delivery price"
        constraints = [
            models.UniqueConstraint(
                name="orders_deliveryrate_one_per_zone",
                fields=["method", "zone"],
                violation_error_message=_("This delivery method has a price in this zone. Change that one."),
            ),
            models.CheckConstraint(name="orders_deliveryrate_free_from_not_negative", condition=Q(free_from__gte=0)),
            days_in_order("orders_deliveryrate_days_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.method}, {self.zone}"


class DeliveryStep(models.Model):
    """The price of a parcel up to a weight."""

    rate = models.ForeignKey(DeliveryRate, on_delete=models.CASCADE, related_name="steps")
    up_to_grams = models.PositiveIntegerField(
        "up to (grams)", null=True, blank=True, validators=[MinValueValidator(1)], help_text="Left empty: any weight."
    )
    price = models.DecimalField(max_digits=8, decimal_places=2, validators=[MinValueValidator(0)])

    class Meta:
        ordering = ["up_to_grams"]  # PostgreSQL puts NULL last
        verbose_name = "weight step"
        constraints = [
            models.UniqueConstraint(
                name="orders_deliverystep_one_per_weight", fields=["rate", "up_to_grams"], nulls_distinct=False
            ),
            models.CheckConstraint(name="orders_deliverystep_price_not_negative", condition=Q(price__gte=0)),
            models.CheckConstraint(name="orders_deliverystep_weighs_something", condition=Q(up_to_grams__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.up_to_grams:,} g" if self.up_to_grams else "any weight"
