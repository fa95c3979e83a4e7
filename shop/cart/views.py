"""The cart: its lines, how long they are held, and what each line's last change was refused for."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cart.models import CartItem
from cart.selectors import CartContents, cart_contents
from shop.accounts.shoppers import ShopRequest
from shop.cart.refusals import Problem
from shop.cart.rows import Row
from shop.htmx import part, wants_part


@dataclass(frozen=True)
class Refused:
    """A change of a line that was not made: what was typed, None where nothing was, and why not."""

    line_id: int
    typed: str | None
    problem: Problem


@never_cache
@require_safe
def cart(request: ShopRequest) -> HttpResponse:
    """`/cart/`"""
    return cart_page(request, contents_of(request))


def contents_of(request: ShopRequest) -> CartContents:
    """The shopper's cart; an empty one for who has none. 1 query."""
    owner = request.shopper.owner
    return cart_contents(owner) if owner else CartContents(lines=[], total=Decimal(0), hold_ends=None)


def cart_page(
    request: ShopRequest, contents: CartContents, *, refused: Refused | None = None, status: int = 200
) -> HttpResponse:
    """The page or the part of it that changes, also as the answer to a change that was refused."""
    context = _shown(contents, [_row(line, refused) for line in contents.lines])
    if wants_part(request):
        return part(request, "shop/_cart.html", context, status=status)
    return render(request, "shop/cart.html", context, status=status)


def _shown(contents: CartContents, rows: list[Row]) -> dict[str, Any]:
    return {
        "contents": contents,
        "rows": rows,
        "times_left": times_left(rows),
        "has_run_out": any(not row.is_held for row in rows),
    }


def times_left(rows: list[Row]) -> int:
    """How often "keep my items" may still be pressed."""
    return max((row.times_left for row in rows), default=0)


def _row(line: CartItem, refused: Refused | None) -> Row:
    if refused is None or refused.line_id != line.pk:
        return Row(line, str(line.quantity))
    return Row(line, refused.typed or str(line.quantity), refused.problem)
