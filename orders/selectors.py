"""Questions about checkouts and orders. Each states its query count."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby

from django.contrib.auth.models import User
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    Case,
    CharField,
    Count,
    DecimalField,
    Exists,
    Func,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
    prefetch_related_objects,
)
from django.db.models.functions import Now

from cart.models import Cart, CartItem
from cart.owners import Owner
from core.admin.filters import any_of
from core.typed_words import Code, starts_words
from inventory.models import Product, ProductVariant
from inventory.tax import TaxRates
from orders.delivery_prices import Offer
from orders.models import (
    Carrier,
    Checkout,
    Document,
    DocumentFile,
    Order,
    OrderLine,
    OrderTax,
    Payment,
    Refund,
    SavedAddress,
    Shipment,
    ShipmentLine,
)
from orders.models.addresses import CUSTOMER_FIELDS, POSTAL_FIELDS
from orders.numbers import read_number
from orders.payments import providers
from orders.states import State
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

    Each has `has_others`, whether a variant of its product is still on sale.
    """
    on_sale = ProductVariant.objects.filter(product=OuterRef("variant__product"), is_active=True)
    lines = OrderLine.objects.filter(order__number=number).select_related("variant__product__category")
    return list(lines.annotate(has_others=Exists(on_sale)))


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


def find_orders(typed: str) -> QuerySet[Order]:
    """The orders of which people mean one: by its number, a whole e-mail address or postcode, or beginnings of names.

    Case, accents, blanks and hyphens do not count. 1 query, which reads an index for each of these.
    """
    orders = Order.objects
    return any_of(
        orders.all(),
        orders.filter(number=read_number(typed)),
        orders.filter(email__iexact=typed.strip()),
        orders.alias(code=Code("postcode")).filter(code=Code(Value(typed))).exclude(code=""),
        orders.filter(starts_words("name", typed)),
    )


def payment_referenced(*, provider: str, reference: str) -> Payment | None:
    """The payment that this provider calls by this reference, with its order. 1 query."""
    return Payment.objects.filter(provider=provider, reference=reference).select_related("order").first()


def payment_to_record(order: Order) -> Payment | None:
    """The newest payment of an order that is not paid and that only staff can record. 1 query, or 0 if prefetched."""
    manual = _manual_providers()
    open_ones = (each for each in order.payments.all() if each.status != Payment.Status.PAID)
    return next((each for each in open_ones if each.provider in manual), None)


def payments_to_withdraw(order: Order) -> QuerySet[Payment]:
    """Payments of an order that staff recorded and may withdraw, the newest first. 1 query.

    Those that made a refund which is still due; and the one that paid the order, as long as nothing followed from it.
    """
    noted = order.payments.filter(provider__in=_manual_providers(), status=Payment.Status.PAID, amount__gt=0)
    refunds = Refund.objects.filter(payment=OuterRef("pk"))
    due = Q(Exists(refunds.filter(sent_at__isnull=True)))
    if order.state != State.PAID:
        return noted.filter(due)
    moved = OrderLine.objects.filter(Q(returned_quantity__gt=0) | Q(shipped_quantity__gt=0), order=order)
    return noted.filter(due | (~Exists(refunds) & ~Exists(moved)))


def _manual_providers() -> list[str]:
    return [provider.name for provider in providers() if provider.is_manual]


def left_to_refund(order: Order) -> Decimal:
    """The order's total less its refunds. Refunds of money that paid for no order do not count. 1 query."""
    paid_for = order.refunds.filter(payment__isnull=True)
    return order.total - (paid_for.aggregate(sum=Sum("amount"))["sum"] or Decimal(0))


def returned_units(order: Order) -> int:
    """How many units of an order have come back. 1 query."""
    return order.lines.aggregate(sum=Sum("returned_quantity"))["sum"] or 0


def active_carriers() -> QuerySet[Carrier]:
    """The carriers on offer when an order is shipped. 1 query."""
    return Carrier.objects.filter(is_active=True)


def products_of_orders(order_ids: Collection[int]) -> list[int]:
    """The ids of the products in these orders, each once, in order. 1 query."""
    variants = OrderLine.objects.filter(order__in=order_ids).order_by().values("variant")
    return list(Product.objects.filter(variants__in=variants).order_by("pk").values_list("pk", flat=True).distinct())


@dataclass(frozen=True)
class ToDo:
    """What waits for staff: orders placed since a moment, unpaid orders, orders to ship, refunds that are due."""

    placed: int = 0
    unpaid: int = 0
    to_ship: int = 0
    refunds_due: int = 0


def orders_to_do(*, since: datetime) -> ToDo:
    """What waits for staff now; `since` is for `placed`. Each count reads an index. 1 query."""
    orders = Order.objects.order_by()
    counted = [
        ("placed", orders.filter(created_at__gte=since)),
        ("unpaid", orders.filter(state=State.PLACED)),
        ("to_ship", orders.filter(state=State.PAID)),
        ("refunds_due", Refund.objects.order_by().filter(sent_at__isnull=True)),
    ]
    first, *others = (rows.values_list(Value(name)).annotate(Count("pk")) for name, rows in counted)
    return ToDo(**dict(first.union(*others, all=True)))
