"""What the steps of a checkout read: what was filled in, what it costs, and the addresses of the customer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.contrib.auth.models import User
from django.db.models import Case, CharField, Value, When

from cart.models import Cart, CartItem
from inventory.tax import TaxRates
from orders.delivery_prices import Offer
from orders.models import Checkout, Order, SavedAddress
from orders.models.addresses import CUSTOMER_FIELDS, POSTAL_FIELDS
from orders.totals import Expected, Totals, totals_of


@dataclass(frozen=True)
class Review:
    """A cart as it would be bought: its lines, the totals, and what to send with the order so that exactly this is
    bought.
    """

    lines: Sequence[CartItem]
    delivery: Offer
    totals: Totals
    expected: Expected


def checkout_of(cart: Cart) -> Checkout | None:
    """What was filled in for this cart so far. 1 query."""
    return Checkout.objects.filter(cart=cart).first()


def totals_to_pay(items: Sequence[CartItem], delivery: Offer | None, *, rates: TaxRates, country: str) -> Totals:
    """What the lines of a cart, read with their variants, cost with the delivery that is offered for them. No query.

    Arguments: that offer, None for the goods alone; the tax rates; the country of delivery, a code of ISO 3166.
    """
    return totals_of(
        [(item.price, item.quantity, rates.of(item.product_variant.tax_class_id, country)) for item in items],
        delivery=delivery.cost if delivery else Decimal(0),
        default_rate=rates.of(None, country),
    )


def review_of(cart: Cart, lines: Sequence[CartItem], delivery: Offer, *, rates: TaxRates, country: str) -> Review:
    """The review of a cart, its lines, tax rates and delivery, all read in one snapshot. No query."""
    totals = totals_to_pay(lines, delivery, rates=rates, country=country)
    expected = Expected(version=cart.version, total=totals.total)
    return Review(lines=lines, delivery=delivery, totals=totals, expected=expected)


_OF_AN_ORDER = 2  # sorted after the default address (0) and the other saved ones (1)


@dataclass(frozen=True)
class KnownAddress:
    """An address of a customer: a saved one, by its id, or that of their last order (None).

    `fields` are of `Customer`, empty where a saved address has no such column.
    """

    id: int | None
    fields: Mapping[str, str]


def known_addresses(user: User) -> list[KnownAddress]:
    """The saved addresses of a customer, the default one first, then that of their last order. 1 query."""
    kept = {*POSTAL_FIELDS, "phone"}
    names = [name for name in CUSTOMER_FIELDS if name not in ("delivery_note", "gift_message")]
    saved = SavedAddress.objects.filter(user=user).order_by()
    place = Case(When(is_default=True, then=Value(0)), default=Value(1))
    columns = [name if name in kept else Value("", output_field=CharField()) for name in names]
    last = Order.objects.filter(user=user).order_by("-id")[:1]
    rows = saved.values_list(place, "pk", *columns).union(last.values_list(Value(_OF_AN_ORDER), "pk", *names), all=True)
    return [
        KnownAddress(None if rank == _OF_AN_ORDER else pk, dict(zip(names, row, strict=True)))
        for rank, pk, *row in sorted(rows)
    ]
