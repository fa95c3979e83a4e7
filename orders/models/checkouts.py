"""Before the order: delivery methods, and checkouts."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cart.models import Cart
from core.one_line import OneLineField
from orders.models.addresses import Addressed


class DeliveryMethod(models.Model):
    """A way of delivery and its price. Staff edit these; orders keep a copy of name and price."""

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
    is_active = models.BooleanField(default=True, help_text="Offered to shoppers.")
    place = models.PositiveSmallIntegerField(default=100, help_text="Small numbers are shown first.")

    class Meta:
        ordering = ["place", "name"]
        constraints = [
            models.CheckConstraint(name="orders_deliverymethod_price_not_negative", condition=Q(price__gte=0)),
            models.CheckConstraint(name="orders_deliverymethod_free_from_not_negative", condition=Q(free_from__gte=0)),
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
