"""Orders and what belongs to them, for their pages: lines, parcels, taxes and documents."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from django.contrib.auth.models import User
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    CharField,
    DecimalField,
    Exists,
    Func,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    prefetch_related_objects,
)
from django.db.models.functions import Now

from cart.models import Cart
from cart.owners import Owner
from inventory.models import ProductVariant
from inventory.price_now import price_of
from orders.models import Document, DocumentFile, Order, OrderLine, OrderTax, Shipment, ShipmentLine
from orders.numbers import read_number
from orders.states import State


def order_of_cart(cart: Cart) -> Order | None:
    """The order that a cart became. 1 query."""
    return Order.objects.filter(cart=cart).first()


def unpaid_order_of(owner: Owner) -> Order | None:
    """The newest order of a shopper that still waits for its payment; a guest's by the cart that it was. 1 query."""
    carts = {f"cart__{column}": value for column, value in owner.columns.items()}
    return Order.objects.filter(state=State.PLACED, pay_by__gt=Now(), **carts).first()


def orders_of(user: User) -> QuerySet[Order]:
    """A customer's orders, the newest first. 1 query.

    Each has `is_part`, whether it is paid and a part of it has left.
    """
    has_left = Exists(Shipment.objects.filter(order=OuterRef("pk")))
    return Order.objects.filter(user=user).annotate(is_part=Q(state=State.PAID) & has_left)


def order_numbered(number: str) -> Order | None:
    """The order of this number with taxes, documents, lines and their goods, refunds and transitions.

    With its payments while it waits for one. 5 queries, or 4.
    """
    order = with_documents(with_taxes(Order.objects.filter(number=number))).first()
    if order is not None:
        lines = Prefetch("lines", OrderLine.objects.select_related("variant__product"))
        payments = ["payments"] if order.state == State.PLACED else []
        prefetch_related_objects([order], lines, "refunds", "transitions", *payments)
    return order


def lines_to_report(number: str) -> list[OrderLine]:
    """The lines of the order of this number, with their goods and categories. 1 query.

    Each has `has_others`, whether a variant of its product is still on sale, and `price_now` of its variant.
    """
    on_sale = ProductVariant.objects.filter(product=OuterRef("variant__product"), is_active=True)
    lines = OrderLine.objects.filter(order__number=number).select_related("variant__product__category")
    return list(lines.annotate(has_others=Exists(on_sale), price_now=price_of("variant")))


def number_of_order(*, number: str, email: str) -> str | None:
    """The number of the order with this number and e-mail address, both in any case; None where there is none.

    1 query, whichever of the two is wrong.
    """
    of_order = Order.objects.filter(number=read_number(number)).values_list("number", "email").first()
    return of_order[0] if of_order and of_order[1].casefold() == email.casefold() else None


@dataclass(frozen=True)
class Parcel:
    """A shipment, and what is in it."""

    shipment: Shipment
    lines: Sequence[ShipmentLine]


def parcels_of(order: Order) -> list[Parcel]:
    """What has left of an order, the oldest first. Empty for one that version 1.0 shipped. 1 query."""
    lines = ShipmentLine.objects.filter(shipment__order=order).order_by("shipment", "pk")
    related = lines.select_related("shipment__carrier", "order_line")
    return [Parcel(shipment, list(inside)) for shipment, inside in groupby(related, lambda line: line.shipment)]


def with_taxes(orders: QuerySet[Order]) -> QuerySet[Order]:
    """The orders with `tax_rows`, so that their `totals` cost no query."""
    amount: DecimalField[Decimal, Decimal] = DecimalField(max_digits=14, decimal_places=2)
    row = Func("rate", "gross", "tax", template="ARRAY[%(expressions)s]", output_field=ArrayField(amount))
    rows = OrderTax.objects.filter(order=OuterRef("pk")).order_by("-rate").values_list(row)
    return orders.annotate(tax_rows=ArraySubquery(rows))


def with_documents(orders: QuerySet[Order]) -> QuerySet[Order]:
    """The orders with `document_rows`: kind and number of each invoice and credit note that has its PDF."""
    row = Func("kind", "number", template="ARRAY[%(expressions)s]", output_field=ArrayField(CharField()))
    rows = Document.objects.filter(order=OuterRef("pk"), file__isnull=False).order_by("pk").values_list(row)
    return orders.annotate(document_rows=ArraySubquery(rows))


def document_file(order: Order, number: str) -> DocumentFile | None:
    """The PDF of the document of this number, if it is one of the order, with the document. 1 query."""
    return (
        DocumentFile.objects.filter(document__order=order, document__number=number).select_related("document").first()
    )
