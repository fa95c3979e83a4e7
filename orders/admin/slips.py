"""Packing slips: what to put into the parcel and where it goes, a sheet an order, without prices."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from orders.models import Order, OrderLine
from orders.states import State

_PACKED = {State.PAID, State.SHIPPED}


@dataclass(frozen=True)
class Slip:
    """An order with the lines of which the customer gets, or has, some units."""

    order: Order
    lines: list[OrderLine]

    @property
    def units(self) -> int:
        return sum(line.kept_quantity for line in self.lines)


def slips_page(request: HttpRequest, orders: list[Order]) -> HttpResponse:
    """Slips of those that are paid; the rest is named on the screen, and not printed. The lines were fetched."""
    packed = [order for order in orders if order.state in _PACKED]
    slips = [Slip(order, [line for line in order.lines.all() if line.kept_quantity]) for order in packed]
    context = {
        "slips": slips,
        "left": [order for order in orders if order.state not in _PACKED],
        "shop": settings.SHOP_NAME,
        "sender": [settings.SHOP_LEGAL_NAME, settings.SHOP_LEGAL_ADDRESS],
    }
    return render(request, "orders/admin/slips.html", context)
