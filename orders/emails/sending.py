"""`send_order_email`, called by an effect, and `emails_of`, which tells staff what became of them."""

from django.db.models import Q

from delivery.models import Delivery
from delivery.services import send_email
from orders.emails.composing import is_still_true, render_order_email
from orders.emails.kinds import About, EmailKind
from orders.models import Order


def send_order_email(*, order_id: int, kind: EmailKind, about: About = About()) -> None:  # noqa: B008 it is frozen
    """Queue an e-mail to an order's customer: once for its kind and what it is about, however often it is called.

    It tells the state of the order when it is rendered, not when the effect was enqueued. It is not written where what
    it would say is no longer true, or was said already.
    """
    order = Order.objects.get(pk=order_id)
    if not is_still_true(order, kind, about) or (kind == EmailKind.PAID and _was_told_paid(order)):
        return
    email = render_order_email(order, kind, about)
    send_email(
        kind=f"order_{kind}",
        to=email.to,
        subject=email.subject,
        text=email.text,
        html=email.html,
        dedupe_key=f"{_key(order, kind)}:{about.row}" if about.row else _key(order, kind),
    )


def _key(order: Order, kind: EmailKind) -> str:
    return f"order_{kind}:{order.pk}"


def _was_told_paid(order: Order) -> bool:
    """Whether the first e-mail was written when the money was here already, as with most cards."""
    paid = order.transitions.filter(to_state="paid").last()
    placed = Delivery.objects.filter(dedupe_key=_key(order, EmailKind.PLACED))
    return paid is not None and placed.filter(created_at__gte=paid.created_at).exists()


def emails_of(order: Order) -> list[tuple[EmailKind, Delivery]]:
    """The e-mails about an order that wait, are dead, or were sent in the last DELIVERY_DAYS. 1 query."""
    kinds = {_key(order, kind): kind for kind in EmailKind}
    wanted = Q(dedupe_key__in=kinds)
    for key in kinds:
        wanted |= Q(dedupe_key__startswith=f"{key}:")
    found = Delivery.objects.filter(wanted).defer("text", "html", "payload").order_by("pk")
    return [(kinds[":".join(email.dedupe_key.split(":")[:2])], email) for email in found]
