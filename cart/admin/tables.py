"""Ledger lines and holds as tables of the back office."""

from collections.abc import Iterable
from typing import Any

from django.template.defaultfilters import date, time
from django.urls import reverse
from django.utils.html import format_html
from django.utils.timezone import localtime

from cart.models import CartItem
from inventory.models import StockMovement


def ledger_table(movements: Iterable[StockMovement]) -> dict[str, Any]:
    """The latest movements, each with the units on hand after it. No query if the actors were fetched."""
    headers = ["When", "Kind", "Units", "On hand after", "Why", "Who"]
    return {"headers": headers, "rows": [_movement(movement) for movement in movements]}


def _movement(movement: StockMovement) -> list[Any]:
    why = f"{movement.reason} ({movement.cause})" if movement.cause else movement.reason
    return [
        _moment(movement.created_at),
        movement.get_kind_display(),
        f"{movement.delta:+d}",
        movement.balance_after,
        why,
        movement.actor or "nobody",
    ]


def holds_table(lines: Iterable[CartItem]) -> dict[str, Any]:
    """Lines that hold units, each with its cart. No query if carts and users were fetched."""
    headers = ["Cart", "Shopper", "Units", "In the cart since", "Held until"]
    return {"headers": headers, "rows": [_hold(line) for line in lines]}


def _hold(line: CartItem) -> list[Any]:
    address = reverse("admin:cart_cart_change", args=[line.cart_id])
    cart = format_html('<a class="underline" href="{}">{}</a>', address, line.cart)
    until = _moment(line.reserved_until)
    return [
        cart,
        line.cart.user or "A guest",
        line.reserved_quantity,
        _moment(line.created_at),
        until if line.is_live else f"{until}, ran out",  # type: ignore[attr-defined]
    ]


def _moment(moment: Any) -> str:
    local = localtime(moment)
    return f"{date(local, 'j M Y')}, {time(local, 'H:i')}"
