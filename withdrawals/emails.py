"""The e-mails of a withdrawal: its acknowledgement, what staff hear of it, and what order e-mails say of the right."""

from collections.abc import Iterator

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from core.days import day_of
from core.links import site_url
from core.seller import seller
from delivery.services import send_email
from orders.emails import EmailKind, EmailNote
from orders.links import order_path
from orders.models import Order
from orders.states import State
from withdrawals.models import Withdrawal
from withdrawals.period import refund_due

# The last e-mails of an order that has nothing left to withdraw from.
_ENDED = {EmailKind.CANCELLED, EmailKind.REFUNDED, EmailKind.MONEY_SENT}


def send_emails(withdrawal: Withdrawal) -> None:
    """Queue the acknowledgement to the customer, and an e-mail to the shop.

    In the transaction of the statement, after its units are settled: both say which of them are to come back.
    """
    facts = facts_of(withdrawal)
    _acknowledge(withdrawal, facts)
    send_email(
        kind="withdrawal_declared",
        to=settings.SHOP_LEGAL_EMAIL,
        subject=f"Withdrawal from order {withdrawal.order.number}",
        text=render_to_string("withdrawals/mail/staff.txt", facts | {"link": _admin_page(withdrawal)}),
        reply_to=withdrawal.email,
        dedupe_key=f"withdrawal_declared:{withdrawal.pk}",
    )


def _acknowledge(withdrawal: Withdrawal, facts: dict[str, object]) -> None:
    """Say on a durable medium what was declared and when (Directive 2011/83/EU, Art. 11a (4))."""
    with translation.override(settings.LANGUAGE_CODE):
        text, html = (render_to_string(f"withdrawals/mail/acknowledgement.{name}", facts) for name in ("txt", "html"))
        subject = _("Your withdrawal from order %(number)s has come") % {"number": withdrawal.order.number}
    send_email(
        kind="withdrawal",
        to=withdrawal.email,
        subject=subject,
        text=text.strip() + "\n",
        html=html,
        dedupe_key=f"withdrawal:{withdrawal.pk}",
    )


def _admin_page(withdrawal: Withdrawal) -> str:
    return site_url(reverse("admin:orders_order_change", args=[withdrawal.order_id]))


def facts_of(withdrawal: Withdrawal) -> dict[str, object]:
    """What is said of a withdrawal: what was declared, and what follows from it. 1 query."""
    lines = list(withdrawal.lines.select_related("order_line"))
    order = withdrawal.order
    return {
        "withdrawal": withdrawal,
        "order": order,
        "lines": [(line.quantity, line.order_line.name) for line in lines],
        "to_send_back": [(line.open_quantity, line.order_line.name) for line in lines if line.open_quantity],
        "is_cancelled": order.state == State.CANCELLED,
        "refund_due": refund_due(day_of(withdrawal.created_at)),
        "link": site_url(order_path(order.number)),
        **seller(),
    }


def notes_for(order: Order, kind: EmailKind) -> Iterator[EmailNote]:
    """What an e-mail about an order says of the right of withdrawal: the instruction in the first, a link in each."""
    if kind in _ENDED:
        return
    link = site_url(withdraw_path(order.number))
    title = text = ""
    if kind == EmailKind.PLACED:
        title, text = _("Right of withdrawal"), render_to_string("withdrawals/mail/instruction.txt", seller()).strip()
    yield EmailNote(title=title, text=text, link=link, link_text=_("Withdraw from contract here"))


def withdraw_path(number: str) -> str:
    """The path of the page where an order is withdrawn from, signed as the link of the order."""
    return f"{order_path(number)}withdraw/"
