"""Who an order is for and where it goes: `Customer`, its columns in `Addressed`, and an account's `SavedAddress`."""

from dataclasses import dataclass, fields

from django.conf import settings
from django.contrib import admin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.addresses import address_lines
from core.countries import country_code, country_name
from core.one_line import OneLineField

LONGEST_GIFT_MESSAGE = 500  # characters


@dataclass(frozen=True)
class Customer:
    """Who an order is for, where it goes, and who pays it. `country` and `billing_country` are codes of ISO 3166.

    Only the first six are always given. The address of the bill is that of delivery where `billing_street` is empty.
    """

    email: str
    name: str
    street: str
    city: str
    postcode: str
    country: str
    street_2: str = ""
    phone: str = ""
    delivery_note: str = ""
    company: str = ""
    vat_id: str = ""
    billing_name: str = ""
    billing_street: str = ""
    billing_street_2: str = ""
    billing_city: str = ""
    billing_postcode: str = ""
    billing_country: str = ""
    gift_message: str = ""


CUSTOMER_FIELDS = tuple(field.name for field in fields(Customer))
POSTAL_FIELDS = ("name", "street", "street_2", "city", "postcode", "country")


class Postal(models.Model):
    """A row with a name and an address."""

    name = OneLineField(_("full name"), max_length=100)
    street = OneLineField(_("street and number"), max_length=120)
    street_2 = OneLineField(_("flat, company or the like"), max_length=120, blank=True, default="")
    city = OneLineField(_("town or city"), max_length=80)
    postcode = OneLineField(_("postcode"), max_length=16)
    # A code of ISO 3166. Rows from before codes were kept have the name as it was typed.
    country = models.CharField(_("country"), max_length=60)
    phone = OneLineField(_("phone"), max_length=40, blank=True, default="", db_default="")
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
        return self._lines("")

    def _lines(self, prefix: str) -> list[str]:
        typed = {name: getattr(self, prefix + name) for name in POSTAL_FIELDS}
        stored = typed["country"]
        return [*address_lines(**typed | {"country": country_code(stored)}), country_name(stored)]


class Addressed(Postal):
    """A row with the columns of a `Customer`. Those that an order can be without are empty in rows of before."""

    email = models.EmailField(_("e-mail address"))
    delivery_note = OneLineField(_("note for the courier"), max_length=200, blank=True, default="", db_default="")
    company = OneLineField(_("company"), max_length=120, blank=True, default="", db_default="")
    vat_id = OneLineField(_("VAT number"), max_length=20, blank=True, default="", db_default="")
    billing_name = OneLineField(_("full name"), max_length=100, blank=True, default="", db_default="")
    billing_street = OneLineField(_("street and number"), max_length=120, blank=True, default="", db_default="")
    billing_street_2 = OneLineField(
        _("flat, company or the like"), max_length=120, blank=True, default="", db_default=""
    )
    billing_city = OneLineField(_("town or city"), max_length=80, blank=True, default="", db_default="")
    billing_postcode = OneLineField(_("postcode"), max_length=16, blank=True, default="", db_default="")
    billing_country = models.CharField(_("country"), max_length=2, blank=True, default="", db_default="")
    gift_message = models.TextField(
        _("gift message"), max_length=LONGEST_GIFT_MESSAGE, blank=True, default="", db_default=""
    )

    class Meta:
        abstract = True

    @property
    def billing_lines(self) -> list[str]:
        """Company, name and address as they stand on a bill; the address of delivery where no other was given."""
        lines = self._lines("billing_" if self.billing_street else "")
        return [self.company, *lines] if self.company else lines

    @property
    def has_own_bill(self) -> bool:
        """Whether the bill says anything else than the parcel."""
        return bool(self.vat_id) or self.billing_lines != self.address_lines

    @property
    def customer(self) -> Customer:
        return Customer(**{name: getattr(self, name) for name in CUSTOMER_FIELDS})


class SavedAddress(Postal):
    """An address that a customer keeps in their account. One of them is the default one. Deleted with the account."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="addresses")
    is_default = models.BooleanField(default=False, db_default=False)

    class Meta:
        ordering = ["-is_default", "id"]
        constraints = [
            models.UniqueConstraint(
                name="orders_savedaddress_one_default", fields=["user"], condition=Q(is_default=True)
            )
        ]

    def __str__(self) -> str:
        return ", ".join(self.address_lines)
