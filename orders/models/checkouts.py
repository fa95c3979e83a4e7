"""Before the order: delivery methods, and checkouts."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cart.models import Cart
from core.one_line import OneLineField
from orders.models.addresses import Addressed


def days_in_order(name: str) -> models.CheckConstraint:
    """A constraint of this name: both days are known or neither is, and the first is not after the last."""
    return models.CheckConstraint(
        name=name,
        condition=Q(days_from__isnull=True, days_to__isnull=True)
        | Q(days_from__isnull=False, days_to__isnull=False, days_from__lte=F("days_to")),
        violation_error_message=_("Give both numbers of working days or neither; the first is not above the second."),
    )


class DeliveryMethod(models.Model):
    """A way of delivery. Staff edit these; orders keep a copy of name and price.

    Price, limit and days are those where no `DeliveryRate` says otherwise. See orders/delivery_prices.py.
    """

    name = OneLineField(max_length=60, unique=True)
    description = OneLineField(max_length=120, blank=True, help_text="How long it takes, say.")
    price = models.DecimalField(max_digits=8, decimal_places=2, validators=[MinValueValidator(0)])
    free_from = models.DecimalField(
        max_digits=10,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text="Costs nothing when the goods come to this much. Left empty: never free.",
    )
    is_elsewhere = models.BooleanField(
        "also where no zone has a price",
        default=True,
        db_default=True,
        help_text="Offered at this price, for any weight, in each country for which no delivery price is set. "
        "Unticked: offered in the zones of its delivery prices only.",
    )
    days_from = models.PositiveSmallIntegerField("working days, at least", null=True, blank=True)
    days_to = models.PositiveSmallIntegerField(
        "working days, at most",
        null=True,
        blank=True,
        help_text="From these, pages say when an order arrives. Left empty: they do not.",
    )
    cut_off = models.PositiveSmallIntegerField(
        "cut-off hour",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(23)],
        help_text="15: an order before 15:00 leaves on the same working day, a later one on the next. Left empty: the "
        "day of the order counts whatever the hour.",
    )
    is_active = models.BooleanField(default=True, help_text="Offered to shoppers.")
    place = models.PositiveSmallIntegerField(default=100, help_text="Small numbers are shown first.")

    class Meta:
        ordering = ["place", "name"]
        constraints = [
            models.CheckConstraint(name="orders_deliverymethod_price_not_negative", condition=Q(price__gte=0)),
            models.CheckConstraint(name="orders_deliverymethod_free_from_not_negative", condition=Q(free_from__gte=0)),
            days_in_order("orders_deliverymethod_days_in_order"),
        ]

    def __str__(self) -> str:
        return self.name


class Checkout(Addressed):
    """What a shopper filled in before an order. Deleted with the order or the cart."""

    cart = models.OneToOneField(Cart, primary_key=True, on_delete=models.CASCADE, related_name="checkout")
    delivery_method = models.ForeignKey(DeliveryMethod, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name = _("checkout")

    def __str__(self) -> str:
        return f"Checkout of cart {self.cart_id}"
