"""Short functions for what shoppers do on the way to an order, by services."""

import uuid
from dataclasses import replace
from typing import Any

from django.utils import timezone

from cart.models import Cart
from inventory.tax import tax_rates
from orders.delivery_prices import parcel_of
from orders.models import DeliveryMethod, Document, DocumentFile, Order
from orders.models.addresses import Customer
from orders.payments import PaymentEvent
from orders.selectors import review_of
from orders.services import place_order, settle_payment
from orders.tariffs import delivery_prices
from orders.totals import Expected

ADA = Customer(
    email="ada@example.com", name="Ada", street="1 Analytical Row", city="London", postcode="N1 1AA", country="GB"
)
# With all that a customer may give.
FIRM = replace(
    ADA,
    phone="+44 20 7946 0000",
    delivery_note="Ring twice",
    company="Analytical Engines & Co",
    vat_id="GB123456789",
    billing_name="Charles Babbage",
    billing_street="1 Dorset Street",
    billing_street_2="First floor",
    billing_city="Paris",
    billing_postcode="75001",
    billing_country="FR",
    gift_message="Happy birthday!\nYours, Charles",
)


def seen(cart: Cart, delivery: DeliveryMethod) -> Expected:
    """Return what the review page would show of this cart now."""
    cart.refresh_from_db()
    lines = list(cart.items.select_related("product_variant"))
    offer = delivery_prices().offer(delivery.pk, parcel_of(lines, ADA.country))
    assert offer, "not offered for this cart"
    return review_of(cart, lines, offer, rates=tax_rates(), country=ADA.country).expected


def order(cart: Cart, delivery: DeliveryMethod, **changes: Any) -> Order:
    """Order the cart as it is now."""
    words: dict[str, Any] = {
        "customer": ADA,
        "delivery_method_id": delivery.pk,
        "provider": "invoice",
        "idempotency_key": str(uuid.uuid4()),
    }
    words |= changes
    if "expected" not in words:
        words["expected"] = seen(cart, delivery)
    return place_order(cart, **words)


def pay(order: Order, *, is_paid: bool = True) -> None:
    """Let the provider report how the open payment of an order ended."""
    payment = order.payments.get(status="pending")
    settle_payment(event=PaymentEvent(payment.reference, is_paid, payment.amount, "GBP"), provider=payment.provider)
    order.refresh_from_db()


def make_invoice(order: Order, number: str) -> Document:
    """Insert an invoice with a PDF that is none, for tests of who may have it."""
    invoice = Document.objects.create(
        kind=Document.Kind.INVOICE,
        number=number,
        order=order,
        issued_at=timezone.now(),
        total=order.total,
        tax=order.tax,
        snapshot={},
    )
    DocumentFile.objects.create(document=invoice, content=b"%PDF of " + number.encode())
    return invoice
