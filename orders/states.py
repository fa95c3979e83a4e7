"""`State` of an order, and `NEXT`: each allowed transition. What is not in the table is refused."""

from collections.abc import Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """The state of an order. In `placed` the units have left the stock, and the money has not come yet."""

    PLACED = "placed", _("Placed")
    PAID = "paid", _("Paid")
    SHIPPED = "shipped", _("Shipped")
    CANCELLED = "cancelled", _("Cancelled")
    REFUNDED = "refunded", _("Refunded")


# A paid order is refunded, never cancelled: its last state must say that money goes back. It returns to `placed` only
# when staff withdraw a payment that they recorded by mistake (`withdraw_payment`).
NEXT: Mapping[State, frozenset[State]] = {
    State.PLACED: frozenset({State.PAID, State.CANCELLED}),
    State.PAID: frozenset({State.PLACED, State.SHIPPED, State.REFUNDED}),
    State.SHIPPED: frozenset({State.REFUNDED}),
    State.CANCELLED: frozenset(),
    State.REFUNDED: frozenset(),
}
