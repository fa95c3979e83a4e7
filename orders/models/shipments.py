"""What left the house: `Carrier`, `Shipment` and its lines. Only `orders.services.shipments` writes shipments."""

from urllib.parse import quote, urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.one_line import OneLineField
from orders.models.orders import Order, OrderLine

NUMBER = "{number}"  # stands for the tracking number in a carrier's address


def validate_tracking_url(address: str) -> None:
    """Raise ValidationError unless it is an https address that has the placeholder once, and not as its host."""
    try:
        parts = urlsplit(address)
    except ValueError:  # such as a broken IPv6 host
        parts = urlsplit("")
    if parts.scheme != "https" or not parts.hostname or NUMBER in parts.netloc or address.count(NUMBER) != 1:
        raise ValidationError(_("Write an address that begins with https:// and has {number} once, after the host."))


class Carrier(models.Model):
    """Who carries parcels, and where a parcel is tracked. One that shipped something is kept, and can be put away."""

    name = OneLineField(max_length=60, unique=True)
    tracking_url = models.CharField(
        "address to track a parcel",
        max_length=200,
        blank=True,
        validators=[validate_tracking_url],
        help_text="With {number} where the tracking number goes: https://carrier.example/track?parcel={number}. "
        "Left empty: its parcels have no link.",
    )
    is_active = models.BooleanField(default=True, help_text="Offered when an order is shipped.")

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="orders_carrier_tracking_url_is_safe",
                condition=Q(tracking_url="") | Q(tracking_url__startswith="https://", tracking_url__contains=NUMBER),
                violation_error_message=_("The address begins with https:// and has {number} in it."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def url_of(self, tracking_number: str) -> str:
        """The address at which this parcel is tracked, or "" where the carrier has none."""
        return self.tracking_url.replace(NUMBER, quote(tracking_number, safe=""))


class Shipment(models.Model):
    """Units of an order that left together. Orders that were shipped by version 1.0 have none."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="shipments")
    carrier = models.ForeignKey(Carrier, null=True, blank=True, on_delete=models.PROTECT, related_name="shipments")
    tracking_number = OneLineField(max_length=60, blank=True, default="")
    note = models.TextField(blank=True, default="", help_text="The customer reads it.")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    delivered_on = models.DateField("delivered on", null=True, blank=True, help_text="Empty: it is not known.")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.carrier or 'Parcel'} {self.tracking_number}".strip()

    @property
    def tracking_url(self) -> str:
        """Where the parcel is tracked, or "" where that is not known."""
        return self.carrier.url_of(self.tracking_number) if self.carrier and self.tracking_number else ""


class ShipmentLine(models.Model):
    """How many units of an order's line left in a shipment."""

    shipment = models.ForeignKey(Shipment, on_delete=models.PROTECT, related_name="lines")
    order_line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="shipped")
    quantity = models.IntegerField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(name="orders_shipmentline_one_per_line", fields=["shipment", "order_line"]),
            models.CheckConstraint(name="orders_shipmentline_quantity_at_least_one", condition=Q(quantity__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of {self.order_line.sku}"
