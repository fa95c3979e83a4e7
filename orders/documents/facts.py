"""`Facts`, all that is printed on a document, as JSON; `invoice_facts` and `credit_note_facts`, which gather them.

They are stored with the document, so that no later change of the order, the shop or its settings reaches it.

Source: Directive 2006/112/EC (VAT), article 226, what an invoice must have: dates of issue and supply or payment; the
number; names, addresses and VAT numbers of both; quantity and kind of the goods; what is taxed by rate, the price of
a unit without tax, the rate, and the tax. Article 219: a document that amends an invoice and refers to it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TypedDict

from django.conf import settings

from core.days import day_of
from orders.errors import PaymentNotPossible
from orders.models import Document, Order, OrderLine, Payment, Refund
from orders.payments import provider_named
from orders.states import State
from orders.totals import TaxShare, taxes_in

_ZERO = Decimal("0.00")


class LineFacts(TypedDict):
    """Units of a variant. Amounts contain the tax; `net_price` is that of a unit without it, to the cent."""

    name: str
    sku: str
    quantity: int
    rate: str
    net_price: str
    price: str
    total: str


class TaxFacts(TypedDict):
    """What has one rate: per cent, the amount without tax, and the tax."""

    rate: str
    net: str
    tax: str


class TransferFacts(TypedDict):
    """How to pay by bank transfer: the account, the reference, and the moment until when (ISO 8601)."""

    account: str
    reference: str
    until: str


class Facts(TypedDict):
    """All that is printed but kind, number and date of issue, which the document has. Days are of ISO 8601, or ""."""

    language: str
    currency: str
    shop: str
    seller: list[str]
    seller_vat_id: str
    seller_email: str
    customer: list[str]
    customer_vat_id: str
    delivered_to: list[str]
    order: str
    ordered_on: str
    paid_on: str
    sent_on: str
    corrects: str
    corrects_on: str
    lines: list[LineFacts]
    delivery_name: str
    delivery: str
    total: str
    taxes: list[TaxFacts]
    transfer: TransferFacts | None


def invoice_facts(order: Order) -> Facts:
    """The facts of an order's invoice, as the order is now. It is read with `taxes`, and the rest is prefetched."""
    totals = order.totals
    facts = _facts(
        order,
        lines=[(line, line.quantity) for line in order.lines.all()],
        delivery=totals.delivery,
        taxes=totals.taxes,
    )
    facts["transfer"] = _transfer(order)
    return facts


def credit_note_facts(order: Order, invoice: Document, refund: Refund | None) -> Facts:
    """The facts of a credit note on an invoice: for a refund, or over all of an order that was cancelled (None)."""
    if refund is None:
        facts = invoice_facts(order)
        facts["transfer"] = None
    else:
        lines = [(each.line, each.quantity) for each in refund.lines.all()]
        goods = sum((line.cost_of(units) for line, units in lines), _ZERO)
        shares = [TaxShare(share.rate, share.gross, share.tax) for share in refund.taxes.all()]
        # What is not for units is for the delivery; refunds of version 1.0 do not say which units they are for.
        facts = _facts(
            order,
            lines=lines,
            delivery=refund.amount - goods,
            taxes=shares or taxes_in({order.tax_rate: refund.amount}),
        )
        if not lines:
            facts["delivery_name"] = ""
    facts["corrects"], facts["corrects_on"] = invoice.number, day_of(invoice.issued_at).isoformat()
    return facts


def _facts(
    order: Order, *, lines: Iterable[tuple[OrderLine, int]], delivery: Decimal, taxes: Sequence[TaxShare]
) -> Facts:
    billed, delivered = order.billing_lines, order.address_lines
    return {
        "language": settings.LANGUAGE_CODE,
        "currency": settings.SHOP_CURRENCY,
        "shop": settings.SHOP_NAME,
        "seller": [settings.SHOP_LEGAL_NAME, *_lines_of(settings.SHOP_LEGAL_ADDRESS)],
        "seller_vat_id": settings.SHOP_VAT_ID,
        "seller_email": settings.SHOP_LEGAL_EMAIL,
        "customer": billed,
        "customer_vat_id": order.vat_id,
        "delivered_to": delivered if delivered != billed else [],
        "order": order.number,
        "ordered_on": _day(order.created_at),
        "paid_on": _day(_last_at(order, State.PAID)) if order.state != State.PLACED else "",
        "sent_on": _day(_last_at(order, State.SHIPPED)),
        "corrects": "",
        "corrects_on": "",
        "lines": [_line(line, units, order.tax_rate) for line, units in lines],
        "delivery_name": order.delivery_name,
        "delivery": str(delivery),
        "total": str(sum((share.gross for share in taxes), _ZERO)),
        "taxes": [{"rate": str(each.rate), "net": str(each.net), "tax": str(each.tax)} for each in taxes],
        "transfer": None,
    }


def _line(line: OrderLine, units: int, rate_of_order: Decimal) -> LineFacts:
    rate = rate_of_order if line.tax_rate is None else line.tax_rate
    (unit,) = taxes_in({rate: line.price})
    return {
        "name": line.name,
        "sku": line.sku,
        "quantity": units,
        "rate": str(rate),
        "net_price": str(unit.net),
        "price": str(unit.gross),
        "total": str(line.cost_of(units)),
    }


def _lines_of(address: str) -> list[str]:
    """The lines of an address that was set as one line with commas, or as several."""
    return [line.strip() for part in address.splitlines() for line in part.split(",") if line.strip()]


def _last_at(order: Order, state: State) -> datetime | None:
    moments = [step.created_at for step in order.transitions.all() if step.to_state == state != step.from_state]
    return moments[-1] if moments else None


def _day(moment: datetime | None) -> str:
    return day_of(moment).isoformat() if moment else ""


def _transfer(order: Order) -> TransferFacts | None:
    if not waits_for_transfer(order):
        return None
    return {
        "account": settings.SHOP_BANK_DETAILS,
        "reference": order.number,
        "until": order.pay_by.isoformat(),
    }


def waits_for_transfer(order: Order) -> bool:
    """Whether the order is to be paid by a bank transfer, which staff record. Its payments are prefetched."""
    pending = (each for each in order.payments.all() if each.status == Payment.Status.PENDING)
    return order.state == State.PLACED and any(_is_manual(payment) for payment in pending)


def _is_manual(payment: Payment) -> bool:
    try:
        return provider_named(payment.provider).is_manual
    except PaymentNotPossible:  # the provider is no longer installed
        return False
