"""The states of an order, and every way from one to another. What is not in the table is refused."""

from collections.abc import Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """Placed: the units have left the shelf, the money has not come yet."""

    PLACED = "placed", _("Placed")
    PAID = "paid", _("Paid")
    SHIPPED = "shipped", _("Shipped")
    CANCELLED = "cancelled", _("Cancelled")
    REFUNDED = "refunded", _("Refunded")


# A paid order is not cancelled but refunded: its end must say that money goes back. It waits for its money again only
# where staff withdraw their note that it came (`orders.services.payments`).
NEXT: Mapping[State, frozenset[State]] = {
    State.PLACED: frozenset({State.PAID, State.CANCELLED}),
    State.PAID: frozenset({State.PLACED, State.SHIPPED, State.REFUNDED}),
    State.SHIPPED: frozenset({State.REFUNDED}),
    State.CANCELLED: frozenset(),
    State.REFUNDED: frozenset(),
}
