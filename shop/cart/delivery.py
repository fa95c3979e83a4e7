"""`CartDelivery`, what pages say of the delivery of a cart, and the country that they assume before the address.

The country that a shopper chose is in a cookie of its own: no row, and no cookie for those who choose none.
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from cart.selectors import CartContents
from core.countries import country_choices, country_name
from orders.delivery_prices import DeliveryPrices, Offer, Parcel, parcel_of
from orders.tariffs import read_delivery_prices

COUNTRY_COOKIE = "country"
_AGE = 365 * 24 * 3600


@dataclass(frozen=True)
class CartDelivery:
    """What can be had of a cart, as a parcel, and what delivery costs. Read in the cart's own statement."""

    prices: DeliveryPrices
    parcel: Parcel

    def to(self, country: str) -> "CartDelivery":
        """The same to another country, a code of ISO 3166."""
        return replace(self, parcel=replace(self.parcel, country=country))

    @property
    def country_name(self) -> str:
        return country_name(self.parcel.country)

    @cached_property
    def offers(self) -> list[Offer]:
        return self.prices.offers(self.parcel) if self.is_country_of_ours else []

    @property
    def is_country_of_ours(self) -> bool:
        """Whether we deliver there at all."""
        return self.prices.delivers_to(self.parcel.country) and self.parcel.country in dict(country_choices())

    @property
    def cheapest(self) -> Offer | None:
        """Of equally cheap offers the first."""
        return min(self.offers, key=lambda offer: offer.cost, default=None)

    @property
    def is_from(self) -> bool:
        """Whether another offer costs more than the cheapest."""
        return len({offer.cost for offer in self.offers}) > 1

    @property
    def total(self) -> Decimal:
        """The goods with the cheapest delivery."""
        return self.parcel.goods + (self.cheapest.cost if self.cheapest else Decimal(0))

    @property
    def arrives(self) -> tuple[date, date] | None:
        return self.cheapest.arrives if self.cheapest else None

    @property
    def refusal(self) -> str:
        """Why nothing is offered, and what to do; empty where something is."""
        if self.offers:
            return ""
        if not self.is_country_of_ours:
            return _("We do not deliver to %(country)s.") % {"country": self.country_name}
        return _(
            "With %(weight)s kg this is heavier than any parcel that we send to %(country)s. Please order it in "
            "several parts."
        ) % {"weight": f"{self.parcel.grams / 1000:,.1f}", "country": self.country_name}


def delivery_of(contents: CartContents, country: str) -> CartDelivery:
    """The delivery of a cart that `contents_of` has read. No query."""
    prices = read_delivery_prices(contents.beside) if contents.beside else DeliveryPrices()
    return CartDelivery(prices, parcel_of(contents.to_be_had, country))


def country_of(request: HttpRequest) -> str:
    """The country that the shopper chose, else that of the shop."""
    chosen = request.COOKIES.get(COUNTRY_COOKIE, "")
    return chosen if chosen in dict(country_choices()) else settings.SHOP_COUNTRY


def remember_country(response: HttpResponse, country: str) -> None:
    """Let the browser keep the country for a year."""
    secure = settings.GUEST_COOKIE_SECURE
    response.set_cookie(COUNTRY_COOKIE, country, max_age=_AGE, httponly=True, samesite="Lax", secure=secure)
