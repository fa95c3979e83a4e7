"""Who an order is for, and where it goes."""

from dataclasses import dataclass, fields

from django.contrib import admin
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.countries import country_name


@dataclass(frozen=True)
class Customer:
    """Who an order is for, and where it goes. All but `street_2` must be given; `country` is a code of ISO 3166."""

    email: str
    name: str
    street: str
    city: str
    postcode: str
    country: str
    street_2: str = ""


CUSTOMER_FIELDS = tuple(field.name for field in fields(Customer))


class Addressed(models.Model):
    """A row with the customer's e-mail address and where to deliver."""

    email = models.EmailField(_("e-mail address"))
    name = models.CharField(_("full name"), max_length=100)
    street = models.CharField(_("street and number"), max_length=120)
    street_2 = models.CharField(_("flat, company or the like"), max_length=120, blank=True, default="")
    city = models.CharField(_("town or city"), max_length=80)
    postcode = models.CharField(_("postcode"), max_length=16)
    # A code of ISO 3166. Older rows have whatever was typed.
    country = models.CharField(_("country"), max_length=60)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        abstract = True

    @property
    @admin.display(description=_("country"))
    def country_name(self) -> str:
        return country_name(self.country)

    @property
    def customer(self) -> Customer:
        return Customer(**{name: getattr(self, name) for name in CUSTOMER_FIELDS})
