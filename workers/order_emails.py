"""E-mails about orders, written by an effect: each kind once for an order, however often it is asked for."""

from delivery.services import send_email
from orders.emails import EmailKind, render_order_email
from orders.models import Order


def write_order_email(*, order_id: int, kind: EmailKind) -> None:
    """Write the e-mail to an order's customer. It tells of the order as it is now, not as it was when asked for."""
    order = Order.objects.get(pk=order_id)
    email = render_order_email(order, kind)
    send_email(
        kind=f"order_{kind}",
        to=email.to,
        subject=email.subject,
        text=email.text,
        html=email.html,
        dedupe_key=f"order_{kind}:{order.pk}",
    )
