"""`slips_page`: packing slips to print, of what is to be shipped, or of one shipment."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from orders.models import Order, OrderLine, Shipment
from orders.states import State


@dataclass(frozen=True)
class SlipLine:
    """So many units of a line in a parcel."""

    sku: str
    name: str
    units: int


@dataclass(frozen=True)
class Slip:
    """A packing slip: an order, and what is in the parcel. `is_part` says that other units leave on another day."""

    order: Order
    lines: list[SlipLine]
    is_part: bool = False

    @property
    def units(self) -> int:
        return sum(line.units for line in self.lines)


def slips_page(request: HttpRequest, orders: list[Order]) -> HttpResponse:
    """The packing slips of paid and shipped orders, a sheet each, without prices. Expects the lines to be fetched.

    Of a paid order they list what is still to be shipped, of a shipped one what the customer has. Other orders are
    named on the screen and not printed.
    """
    counted = {State.PAID: _waiting, State.SHIPPED: _kept}
    slips = [
        _slip_of(order, map(counted[State(order.state)], order.lines.all()))
        for order in orders
        if order.state in counted
    ]
    return _page(request, slips, left=[order for order in orders if order.state not in counted])


def shipment_slip(request: HttpRequest, shipment: Shipment) -> HttpResponse:
    """The packing slip of one shipment. 2 queries."""
    lines = [
        SlipLine(each.order_line.sku, each.order_line.name, each.quantity)
        for each in shipment.lines.select_related("order_line")
    ]
    units = sum(line.units for line in lines)
    ordered = sum(line.quantity for line in shipment.order.lines.all())
    return _page(request, [Slip(shipment.order, lines, is_part=units < ordered)], left=[])


def _waiting(line: OrderLine) -> SlipLine:
    return SlipLine(line.sku, line.name, line.waiting_quantity)


def _kept(line: OrderLine) -> SlipLine:
    return SlipLine(line.sku, line.name, line.kept_quantity)


def _slip_of(order: Order, lines: Iterable[SlipLine]) -> Slip:
    is_part = order.state == State.PAID and any(line.shipped_quantity for line in order.lines.all())
    return Slip(order, [line for line in lines if line.units], is_part=is_part)


def _page(request: HttpRequest, slips: list[Slip], *, left: list[Order]) -> HttpResponse:
    context = {
        "slips": slips,
        "left": left,
        "shop": settings.SHOP_NAME,
        "sender": [settings.SHOP_LEGAL_NAME, settings.SHOP_LEGAL_ADDRESS],
    }
    return render(request, "orders/admin/slips.html", context)
