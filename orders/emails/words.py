"""`words_of`: subject, headline and sentences of each e-mail about an order, in the shop's language."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from core.text import money
from orders.emails.kinds import About, EmailKind
from orders.models import Order, Refund, Shipment
from orders.states import State


@dataclass(frozen=True)
class Words:
    """What an e-mail says in sentences: what happened, and what is next, which may be empty."""

    subject: str
    headline: str
    lead: str
    following: str = ""


@dataclass(frozen=True)
class Told:
    """What the sentences are made of: the order, what the e-mail is about, and a note of staff for the customer."""

    order: Order
    about: About
    note: str
    shipment: Shipment | None = None
    refund: Refund | None = None

    def fill(self, text: str, **more: object) -> str:
        """The text with the number of the order, its total, the name of the shop, and more."""
        words = {"number": self.order.number, "total": money(self.order.total), "shop": settings.SHOP_NAME}
        return text % (words | more)

    def noted(self, text: str) -> str:
        """The text, and the note behind it, if there is one."""
        return f"{text} {self.note}".strip()


def words_of(kind: EmailKind, told: Told) -> Words:
    """The sentences of an e-mail. No query."""
    return _WORDS[kind](told)


def _placed(told: Told) -> Words:
    is_paid = told.order.state != State.PLACED
    return Words(
        subject=told.fill(_("Thank you: your order %(number)s at %(shop)s")),
        headline=_("Thank you for your order"),
        lead=_("It is paid.") if is_paid else _("Everything below is set aside for you."),
        following=_packed() if is_paid else _("We send it as soon as the money is here."),
    )


def _packed() -> str:
    return _("We pack it now, and tell you by e-mail when it leaves.")


def _paid(told: Told) -> Words:
    return Words(
        subject=told.fill(_("Your payment for order %(number)s is here")),
        headline=_("Your payment is here"),
        lead=told.fill(_("Thank you: we have received %(total)s.")),
        following=_packed(),
    )


def _payment_refused(told: Told) -> Words:
    return Words(
        subject=told.fill(_("Your payment for order %(number)s did not go through")),
        headline=_("Your payment did not go through"),
        lead=_("The payment was refused; nothing was taken. Your order is kept for you."),
    )


def _shipped(told: Told) -> Words:
    if told.shipment and told.order.state == State.PAID:
        return Words(
            subject=told.fill(_("A part of your order %(number)s is on its way")),
            headline=_("A part of your order is on its way"),
            lead=told.noted(_("What is below has left our house.")),
            following=_("The rest follows in another parcel. We tell you by e-mail when it leaves."),
        )
    return Words(
        subject=told.fill(_("Your order %(number)s is on its way")),
        headline=_("Your order is on its way"),
        lead=told.noted(_("What is below has left our house.")),
    )


def _returned(told: Told) -> Words:
    amount = told.about.amount
    back = _("We send %(amount)s back to you the way it came. That may take a few days.")
    return Words(
        subject=told.fill(_("Your order %(number)s: goods returned")),
        headline=_("Goods returned"),
        lead=_("What is below no longer belongs to your order."),
        following=told.fill(back, amount=money(amount)) if amount else "",
    )


def _cancelled(told: Told) -> Words:
    why = told.fill(_("Why: %(note)s."), note=told.note) if told.note else ""
    return Words(
        subject=told.fill(_("Your order %(number)s is cancelled")),
        headline=_("Your order is cancelled"),
        lead=f"{_('There is nothing to pay.')} {why}".strip(),
        following=_("Should you have paid meanwhile, we send the money back."),
    )


def _refunded(told: Told) -> Words:
    return Words(
        subject=told.fill(_("Your order %(number)s is refunded")),
        headline=_("Your order is refunded"),
        lead=_("We owe you what is left of the price."),
        following=_("We send the money back the way it came. That may take a few days."),
    )


def _money_sent(told: Told) -> Words:
    amount = money(told.refund.amount) if told.refund else ""
    return Words(
        subject=told.fill(_("%(amount)s went back to you: order %(number)s"), amount=amount),
        headline=_("Money went back to you"),
        lead=told.fill(_("We have sent %(amount)s back to you."), amount=amount),
        following=_("It may take some days until you see it on your account."),
    )


def _address_changed(told: Told) -> Words:
    return Words(
        subject=told.fill(_("Your order %(number)s goes to another address")),
        headline=_("The address is changed"),
        lead=_("We changed where your order goes. The new address is below."),
        following=_("If it is wrong, please write to us at once."),
    )


_WORDS: dict[EmailKind, Callable[[Told], Words]] = {
    EmailKind.PLACED: _placed,
    EmailKind.PAID: _paid,
    EmailKind.PAYMENT_REFUSED: _payment_refused,
    EmailKind.SHIPPED: _shipped,
    EmailKind.RETURNED: _returned,
    EmailKind.CANCELLED: _cancelled,
    EmailKind.REFUNDED: _refunded,
    EmailKind.MONEY_SENT: _money_sent,
    EmailKind.ADDRESS_CHANGED: _address_changed,
}
