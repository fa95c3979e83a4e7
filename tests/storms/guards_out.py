"""Control runs: a guard of the product is removed in a process of a storm, to show that the storm notices.

Each replacement is code that somebody could reasonably have written instead. If a fault needs two processes at the
same point, they wait for each other there, so that a control shows the fault every time.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from types import ModuleType
from typing import Any

from django.db import connection

from cart import signal_handlers
from cart.locks import LockedLine, OnShelf, lock_lines
from cart.models import Cart, CartItem
from cart.owners import Owner
from cart.services import carts, lines, merge, purchase, sweeps, units
from core.transactions import clock
from inventory.models import ProductVariant
from inventory.price_now import Prices
from inventory.services.holds import give_back_units
from orders.models import Order
from tests.storms import actors
from tests.storms.harness import meet
from withdrawals import services as withdrawals
from withdrawals.selectors import Right, right_of


def stock_is_read_then_written() -> None:
    """The specification's way: read the stock, check it, write the new value."""
    meeting = _Once()

    def take_units(*, variant_id: int, units: int, seen: Prices | None = None) -> ProductVariant | None:
        variant = ProductVariant.objects.get(pk=variant_id)
        variant.price_now = variant.price
        meeting.meet()
        if variant.stock_quantity < units:
            return None
        variant.stock_quantity -= units
        variant.reserved_quantity += units
        variant.save(update_fields=["stock_quantity", "reserved_quantity"])
        return variant

    replace(units, take_units=take_units)


def cart_and_line_are_not_locked() -> None:
    """Read the line, add to its quantity, save it. Two simultaneous clicks read the same quantity."""

    def read_cart(owner: Owner) -> Cart:
        cart = Cart.objects.get(status=Cart.Status.OPEN, **owner.columns)
        cart.locked_at = clock()
        return cart

    def read_line(*, cart_id: int, variant_id: int) -> LockedLine:
        item = CartItem.objects.get(cart_id=cart_id, product_variant_id=variant_id)
        meet()
        shelf = OnShelf(Prices(item.price, item.price), free=item.product_variant.stock_quantity)
        return LockedLine(item=item, units_in_cart=item.quantity, shelf=shelf)

    replace(lines, lock_or_create_cart=read_cart, lock_line_of_variant=read_line)


def first_cart_is_looked_for_then_made() -> None:
    """A naive `get_or_create`: both processes find no cart, and both create one."""

    def create_cart(owner: Owner) -> None:
        if not Cart.objects.filter(status=Cart.Status.OPEN, **owner.columns).exists():
            meet()
            Cart.objects.create(**owner.columns)

    replace(carts, create_cart=create_cart)


def keys_are_not_claimed() -> None:
    """Every POST is executed, whatever its key."""

    def record_key(key: str | None, *, owner: Owner, request: str) -> None:
        """Record nothing."""

    replace(lines, record_key=record_key)


def merged_carts_are_not_locked() -> None:
    """Read both carts and their lines without locks, then move them."""

    def read_carts(cart_ids: Iterable[int]) -> list[Cart]:
        return list(Cart.objects.filter(pk__in=list(cart_ids)).order_by("pk"))

    def read_lines(cart_ids: Iterable[int]) -> list[CartItem]:
        return list(CartItem.objects.filter(cart_id__in=list(cart_ids)).order_by("pk"))

    replace(merge, lock_carts=read_carts, lock_lines=read_lines)


def variants_are_given_back_as_the_lines_come() -> None:
    """A loop over the lines, instead of one statement in the order of ids."""
    meeting = _Once()

    def give_back_in_order_of_lines(units_by_variant: dict[int, int]) -> None:
        for variant_id, count in units_by_variant.items():
            give_back_units({variant_id: count})
            meeting.meet()

    replace(actors, give_back_units=give_back_in_order_of_lines)


def a_whole_cart_is_not_locked_before_its_lines() -> None:
    """The cascade then locks each variant when it comes to its line."""
    meeting = _Once()

    def release_and_meet(lines: Iterable[CartItem]) -> list[CartItem]:
        released = units.release(lines)
        meeting.meet()
        return released

    def lock_lines_only(cart_id: int) -> list[CartItem]:
        return lock_lines([cart_id])

    replace(signal_handlers, _lock_whole_cart=lock_lines_only, release=release_and_meet)


def reclaiming_waits_for_lines() -> None:
    """Without SKIP LOCKED, a session waits for a line while it has locked the variant: against the order of locks."""

    def lock_and_wait(*, variant_id: int, not_cart_id: int, now: datetime) -> list[CartItem]:
        lines = CartItem.objects.filter(product_variant_id=variant_id, reserved_quantity__gt=0)
        lines = lines.filter(reserved_until__lte=now).exclude(cart_id=not_cart_id).order_by("pk")
        return list(lines.select_for_update(no_key=True))

    replace(units, lock_expired_lines_of_variant=lock_and_wait)


def sweeping_reads_without_locks() -> None:
    """The sweep releases what it read, although the shopper may have reclaimed it since."""

    def read_expired(*, now: datetime, most: int) -> list[CartItem]:
        return list(CartItem.objects.filter(reserved_quantity__gt=0, reserved_until__lte=now)[:most])

    replace(sweeps, lock_expired_lines=read_expired)


def total_is_summed_in_the_update() -> None:
    """One short statement. While it waits for the cart's lock, its sum becomes outdated, but its version does not."""

    def store_totals(*, cart_ids: Iterable[int]) -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE cart_cart SET totals_version = version, total_price ="
                " (SELECT sum(total_price) FROM cart_cartitem WHERE cart_id = cart_cart.id) WHERE id = ANY(%s)",
                [list(cart_ids)],
            )
            return int(cursor.rowcount)

    replace(actors, store_totals=store_totals)


def bought_carts_are_not_claimed() -> None:
    """Read the cart, and buy it if it is open. Both requests of a double click find it open."""

    def read_cart(cart_id: int) -> Cart:
        cart = Cart.objects.get(pk=cart_id)
        cart.locked_at, cart.version = clock(), cart.version + 1
        meet()
        return cart

    replace(purchase, lock_cart_by_id=read_cart)


def order_is_not_locked_to_withdraw() -> None:
    """Read the order and what is left of it, check that, declare it."""

    def read_right(order: Order) -> Right:
        right = right_of(order)
        meet()
        return right

    replace(withdrawals, lock_order=lambda order_id: Order.objects.get(pk=order_id), right_of=read_right)


def replace(module: ModuleType, **functions: Callable[..., Any]) -> None:
    """Replace these functions of the module."""
    for name, function in functions.items():
        assert callable(getattr(module, name))
        setattr(module, name, function)


class _Once:
    """Waits for the others only the first time: then the fault has happened, and the rest must not wait."""

    def __init__(self) -> None:
        self._met = False

    def meet(self) -> None:
        if not self._met:
            self._met = True
            meet()
