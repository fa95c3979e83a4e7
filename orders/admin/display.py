"""How orders read in the back office."""

from django.utils.html import format_html_join
from django.utils.safestring import mark_safe

from orders.models import Order
from orders.states import State

# Of django-unfold's labels, by what people read.
STATE_COLOURS = {
    State.PLACED.label: "warning",
    State.PAID.label: "info",
    State.SHIPPED.label: "success",
    State.CANCELLED.label: "default",
    State.REFUNDED.label: "danger",
}


def address_of(order: Order) -> str:
    """Who it goes to, a line each."""
    town = f"{order.postcode} {order.city}"
    lines = [line for line in (order.name, order.street, order.street_2, town, order.country_name) if line]
    return format_html_join(mark_safe("<br>"), "{}", ((line,) for line in lines))
