"""`render_order_email`: what an e-mail about an order contains, as text and as HTML."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from core.links import site_url
from core.seller import seller
from core.text import money
from orders.emails.kinds import About, EmailKind, EmailNote
from orders.emails.words import Told, words_of
from orders.errors import PaymentNotPossible
from orders.links import order_path
from orders.models import Order, OrderLine, OrderTransition, Payment, Shipment
from orders.payments import provider_named
from orders.signals import order_email_composed
from orders.states import State

# These list all that was ordered, with what it costs. The others list what they are about, or nothing.
_WITH_ALL = {EmailKind.PLACED, EmailKind.PAYMENT_REFUSED, EmailKind.CANCELLED, EmailKind.REFUNDED, EmailKind.PAID}
_WITH_BILL = {EmailKind.PLACED, EmailKind.PAID}
_WITH_ADDRESS = {EmailKind.PLACED, EmailKind.PAID, EmailKind.SHIPPED, EmailKind.ADDRESS_CHANGED}


@dataclass(frozen=True)
class RenderedEmail:
    """An e-mail that is ready to be sent."""

    to: str
    subject: str
    text: str
    html: str


def is_still_true(order: Order, kind: EmailKind, about: About) -> bool:
    """Whether an e-mail is still to be written. A refused payment is told only while nothing else pays the order."""
    if kind != EmailKind.PAYMENT_REFUSED:
        return True
    others = order.payments.exclude(status=Payment.Status.REFUSED)
    return order.state == State.PLACED and not others.exists()


def render_order_email(order: Order, kind: EmailKind, about: About = About()) -> RenderedEmail:  # noqa: B008 it is frozen
    """The e-mail to an order's customer. At most 6 queries."""
    with translation.override(settings.LANGUAGE_CODE):
        context = _facts(order, kind, about)
        text, html = (render_to_string(f"orders/mail/{name}", context) for name in ("email.txt", "email.html"))
    subject = context["words"].subject  # type: ignore[attr-defined]
    return RenderedEmail(to=order.email, subject=subject, text=text.strip() + "\n", html=html)


def _facts(order: Order, kind: EmailKind, about: About) -> dict[str, object]:
    shipment = _shipment(order, about) if kind == EmailKind.SHIPPED else None
    refund = order.refunds.filter(pk=about.row).first() if kind == EmailKind.MONEY_SENT else None
    told = Told(order, about, note=_note(order, kind, shipment), shipment=shipment, refund=refund)
    return {
        "order": order,
        "words": words_of(kind, told),
        "lines": _lines(order, kind, about, shipment),
        "shipment": shipment,
        "has_sums": kind in _WITH_ALL,
        "goods": money(order.goods_total),
        "delivery": money(order.delivery_price),
        "taxes": [{"rate": share.rate.normalize(), "tax": money(share.tax)} for share in order.totals.taxes],
        "total": money(order.total),
        "link": site_url(order_path(order.number)),
        **seller(),
        "address": order.address_lines if kind in _WITH_ADDRESS else [],
        "has_bill": kind in _WITH_BILL and order.has_own_bill,
        "has_gift": kind in _WITH_BILL and order.gift_message,
        "is_to_pay": order.state == State.PLACED,
        "bank_details": _bank_details(order),
        "notes": _notes_of_others(order, kind),
    }


def _notes_of_others(order: Order, kind: EmailKind) -> list[EmailNote]:
    answers: list[tuple[Any, Any]] = order_email_composed.send(sender=Order, order=order, kind=kind)
    return [note for _, notes in answers for note in notes]


def _shipment(order: Order, about: About) -> Shipment | None:
    """The shipment that the e-mail is about. A process of version 1.0 wrote none, and names none."""
    return order.shipments.filter(pk=about.row).select_related("carrier").first()


def _note(order: Order, kind: EmailKind, shipment: Shipment | None) -> str:
    """What staff wrote for the customer: with the shipment, or with the order's step of this name."""
    if shipment is not None:
        return shipment.note
    if kind.value not in State.values:
        return ""
    steps = OrderTransition.objects.filter(order=order, to_state=State(kind))
    notes = [step.note for step in steps if not step.is_correction]
    return notes[-1] if notes else ""


def _lines(order: Order, kind: EmailKind, about: About, shipment: Shipment | None) -> list[dict[str, object]]:
    if kind == EmailKind.RETURNED:
        return [_line(line, about.units[line.pk]) for line in order.lines.all() if line.pk in about.units]
    if shipment is not None:
        return [_line(each.order_line, each.quantity) for each in shipment.lines.select_related("order_line")]
    if kind in _WITH_ALL or kind == EmailKind.SHIPPED:
        return [_line(line, line.quantity) for line in order.lines.all()]
    return []


def _line(line: OrderLine, units: int) -> dict[str, object]:
    return {"name": line.name, "quantity": units, "total": money(line.cost_of(units))}


def _bank_details(order: Order) -> str:
    """The account to pay to, where an unpaid order waits for a bank transfer; else "", as its page leads on to pay."""
    payment = order.payments.filter(status=Payment.Status.PENDING).first() if order.state == State.PLACED else None
    try:
        by_transfer = payment is not None and provider_named(payment.provider).is_manual
    except PaymentNotPossible:  # the provider is no longer installed
        return ""
    return settings.SHOP_BANK_DETAILS if by_transfer else ""
