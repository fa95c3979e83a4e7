"""Before the order: `Customer` and the columns of an address, delivery methods, and checkouts."""

from dataclasses import asdict, dataclass, fields

from django.contrib import admin
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from cart.models import Cart
from core.addresses import address_lines
from core.countries import country_code, country_name
from core.one_line import OneLineField


@dataclass(frozen=True)
class Customer:
    """Who an order is for and where it goes. Only `street_2` may be empty; `country` is a code of ISO 3166."""

    email: str
    name: str
    street: str
    city: str
    postcode: str
    country: str
    street_2: str = ""


CUSTOMER_FIELDS = tuple(field.name for field in fields(Customer))


class Addressed(models.Model):
    """A row with the customer's e-mail address and the address of delivery."""

    email = models.EmailField(_("e-mail address"))
    name = OneLineField(_("full name"), max_length=100)
    street = OneLineField(_("street and number"), max_length=120)
    street_2 = OneLineField(_("flat, company or the like"), max_length=120, blank=True, default="")
    city = OneLineField(_("town or city"), max_length=80)
    postcode = OneLineField(_("postcode"), max_length=16)
    # A code of ISO 3166. Rows from before codes were kept have the name as it was typed.
    country = models.CharField(_("country"), max_length=60)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        abstract = True

    @property
    @admin.display(description=_("country"))
    def country_name(self) -> str:
        return country_name(self.country)

    @property
    def address_lines(self) -> list[str]:
        """Name and address as they stand on a parcel, the name of the country last."""
        typed = asdict(self.customer) | {"country": country_code(self.country)}
        del typed["email"]
        return [*address_lines(**typed), self.country_name]

    @property
    def customer(self) -> Customer:
        return Customer(**{name: getattr(self, name) for name in CUSTOMER_FIELDS})


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
