"""`send_order_email`, called by an effect: e-mails about an order, as text and as HTML."""

from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from core.links import site_url
from core.text import money
from delivery.models import Delivery
from delivery.services import send_email
from orders.errors import PaymentNotPossible
from orders.links import order_path
from orders.models import Order, OrderTransition, Payment
from orders.payments import provider_named
from orders.states import State


class EmailKind(StrEnum):
    """What an e-mail about an order is for. The values are the names of its templates."""

    PLACED = "placed"
    SHIPPED = "shipped"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"


@dataclass(frozen=True)
class RenderedEmail:
    """An e-mail that is ready to be sent."""

    to: str
    subject: str
    text: str
    html: str


def send_order_email(*, order_id: int, kind: EmailKind) -> None:
    """Queue the e-mail of this kind to an order's customer: once per order and kind, however often it is called.

    It tells the state of the order when it is rendered, not when the effect was enqueued.
    """
    order = Order.objects.get(pk=order_id)
    email = render_order_email(order, kind)
    send_email(
        kind=f"order_{kind}",
        to=email.to,
        subject=email.subject,
        text=email.text,
        html=email.html,
        dedupe_key=_key(order, kind),
    )


def _key(order: Order, kind: EmailKind) -> str:
    return f"order_{kind}:{order.pk}"


def emails_of(order: Order) -> dict[EmailKind, Delivery]:
    """The e-mails about an order that wait, are dead, or were sent in the last DELIVERY_DAYS. 1 query."""
    kinds = {_key(order, kind): kind for kind in EmailKind}
    found = Delivery.objects.filter(dedupe_key__in=kinds).defer("text", "html", "payload")
    return {kinds[email.dedupe_key]: email for email in found}


def render_order_email(order: Order, kind: EmailKind) -> RenderedEmail:
    """The e-mail to an order's customer. Reads lines, taxes, transitions and, if unpaid, the payment: 4 queries."""
    with translation.override(settings.LANGUAGE_CODE):
        context = _facts(order, kind)
        subject, text, html = (
            render_to_string(f"orders/mail/{name}", context)
            for name in (f"{kind}.subject.txt", "email.txt", "email.html")
        )
    return RenderedEmail(to=order.email, subject=subject.strip(), text=text.strip() + "\n", html=html)


def _facts(order: Order, kind: EmailKind) -> dict[str, object]:
    lines = [
        {"name": line.name, "quantity": line.quantity, "price": money(line.price), "total": money(line.total)}
        for line in order.lines.all()
    ]
    steps = OrderTransition.objects.filter(order=order, to_state=State(kind))
    notes = [step.note for step in steps if not step.is_correction]
    return {
        "order": order,
        "lines": lines,
        "goods": money(order.goods_total),
        "delivery": money(order.delivery_price),
        "taxes": [{"rate": share.rate.normalize(), "tax": money(share.tax)} for share in order.totals.taxes],
        "total": money(order.total),
        "note": notes[-1] if notes else "",
        "link": site_url(order_path(order.number)),
        "shop": settings.SHOP_NAME,
        "legal_name": settings.SHOP_LEGAL_NAME,
        "legal_address": settings.SHOP_LEGAL_ADDRESS,
        "lead": f"orders/mail/{kind}.lead.txt",
        "address": order.address_lines if kind in (EmailKind.PLACED, EmailKind.SHIPPED) else [],
        "is_to_pay": order.state == State.PLACED,
        "bank_details": _bank_details(order),
    }


def _bank_details(order: Order) -> str:
    """The account to pay to, where an unpaid order waits for a bank transfer; else "", as its page leads on to pay."""
    payment = order.payments.filter(status=Payment.Status.PENDING).first() if order.state == State.PLACED else None
    try:
        by_transfer = payment is not None and provider_named(payment.provider).is_manual
    except PaymentNotPossible:  # the provider is no longer installed
        return ""
    return settings.SHOP_BANK_DETAILS if by_transfer else ""
