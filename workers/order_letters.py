"""Letters about orders, written by an effect: each occasion of an order once, however often it is asked for."""

from delivery.queue import post
from orders.letters import Occasion, letter_of
from orders.models import Order


def write_order_letter(*, order_id: int, occasion: Occasion) -> None:
    """Write the letter to an order's customer. It tells of the order as it is now, not as it was when asked for."""
    order = Order.objects.get(pk=order_id)
    letter = letter_of(order, occasion)
    kind = f"order_{occasion}"
    post(
        kind=kind,
        to=letter.to,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        dedupe_key=f"{kind}:{order.pk}",
    )
