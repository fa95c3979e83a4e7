"""The price of a line, whatever is done in whatever order, by two rules alone and without a model of the shop:

- a line that costs another price than its variant does now has no unit but those that a live hold of its shopper had
  at that very price before;
- where a line costs another price than one of the lines that it came from, the answer has said so.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db.models.functions import Now
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from cart.errors import LineNotFound
from cart.models import Cart, CartItem
from cart.owners import Owner
from cart.services import (
    merge_guest_cart,
    reclaim_line,
    release_expired_holds,
    remove_line,
    set_line_quantity,
)
from core.transactions import clock
from inventory.models import ProductVariant
from tests.machine.machine import _new_user, _new_variant
from tests.support.cleaning import empty_tables
from tests.support.shopping import add

prices = st.sampled_from([Decimal("0.85"), Decimal("20.85"), Decimal("3.00"), Decimal("0.00")])
units = st.integers(1, 4)
is_guest = st.booleans()


@dataclass(frozen=True)
class Shown:
    """A line as its shopper was shown it."""

    quantity: int
    price: Decimal
    is_live: bool


class PriceMachine(RuleBasedStateMachine):
    """A shopper as guest and as customer, at one variant of few units, whose price staff change."""

    @initialize()
    def open_the_shop(self) -> None:
        empty_tables()
        self.variant = _new_variant("A")
        ProductVariant.objects.filter(pk=self.variant.pk).update(stock_quantity=9)
        self.guest, self.user = Owner(guest_token=uuid.uuid4()), Owner(user_id=_new_user().pk)

    # --- what others do

    @rule(price=prices)
    def change_the_price(self, price: Decimal) -> None:
        ProductVariant.objects.filter(pk=self.variant.pk).update(price=price)

    @rule(left=st.integers(0, 9))
    def leave_so_many_free(self, left: int) -> None:
        ProductVariant.objects.filter(pk=self.variant.pk).update(stock_quantity=left)

    @rule(guest=is_guest)
    def expire(self, guest: bool) -> None:
        holds = CartItem.objects.filter(reserved_quantity__gt=0, **self._in_cart_of(guest))
        holds.update(reserved_until=Now() - timedelta(seconds=1))

    @rule()
    def sweep(self) -> None:
        release_expired_holds()

    # --- what the shopper does

    @rule(guest=is_guest, quantity=units)
    def add(self, guest: bool, quantity: int) -> None:
        self._watch(guest, lambda owner: _told_of(add(owner, self.variant, quantity).changed_line))

    @rule(guest=is_guest, quantity=units)
    def set_quantity(self, guest: bool, quantity: int) -> None:
        self._watch(
            guest,
            lambda owner: _told_of(
                set_line_quantity(owner=owner, item_id=self._line(guest), quantity=quantity).changed_line
            ),
        )

    @rule(guest=is_guest)
    def retake(self, guest: bool) -> None:
        self._watch(guest, lambda owner: _told_of(reclaim_line(owner=owner, item_id=self._line(guest)).changed_line))

    @rule(guest=is_guest)
    def remove(self, guest: bool) -> None:
        self._watch(guest, lambda owner: _nothing(remove_line(owner=owner, item_id=self._line(guest))))

    @rule(guest=is_guest, quantity=units, in_part=st.booleans(), is_stale=st.booleans(), price=prices)
    def save_by_a_shell(self, guest: bool, quantity: int, in_part: bool, is_stale: bool, price: Decimal) -> None:
        """Of an instance that may have been loaded at any price."""
        line = CartItem.objects.filter(**self._in_cart_of(guest)).first()
        if line is None:
            return
        line.quantity, line.price = quantity, price if is_stale else line.price

        def save(owner: Owner) -> set[Decimal]:
            line.save(update_fields=["quantity"] if in_part else None)
            return _told_of(line)

        self._watch(guest, save)

    @rule(price=prices, quantity=units, whose=st.sampled_from([None, True, False]))
    def come_back_and_log_in(self, price: Decimal, quantity: int, whose: bool | None) -> None:
        """What chance seldom puts together: a hold of before, or what is left of it, and one of now."""
        if whose is not None:
            self.expire(whose)
        self.change_the_price(price)
        self.add(True, quantity)
        self.log_in()

    @rule()
    def log_in(self) -> None:
        token, user_id = self.guest.guest_token, self.user.user_id
        assert token is not None
        assert user_id is not None

        def merge(owner: Owner) -> set[Decimal]:
            merged = merge_guest_cart(user_id=user_id, guest_token=token)
            return {price for line in merged for price in line.prices_before}

        self._watch(None, merge)
        self.guest = Owner(guest_token=uuid.uuid4())

    # --- the two rules

    def _watch(self, guest: bool | None, command: Callable[[Owner], set[Decimal]]) -> None:
        """Carry a command out and compare. Argument: whose cart it is about; None: both, since they become one."""
        before = self._shown(guest)
        try:
            told = command(self.guest if guest else self.user)
        except (ValidationError, LineNotFound):
            assert self._shown(guest) == before
            return
        now = ProductVariant.objects.get(pk=self.variant.pk).price
        for line in self._shown(guest):
            of_that_price = sum(one.quantity for one in before if one.is_live and one.price == line.price)
            assert not line.is_live or line.price == now or line.quantity <= of_that_price
            assert {one.price for one in before} - {line.price} <= told

    def _shown(self, guest: bool | None) -> list[Shown]:
        now, owners = clock(), [True, False] if guest is None else [guest]
        rows = [row for whose in owners for row in CartItem.objects.filter(**self._in_cart_of(whose))]
        return [
            Shown(row.quantity, row.price, row.reserved_until is not None and row.reserved_until > now) for row in rows
        ]

    def _in_cart_of(self, guest: bool) -> dict[str, object]:
        owner = self.guest if guest else self.user
        return {"cart__in": Cart.objects.filter(status=Cart.Status.OPEN, **owner.columns)}

    def _line(self, guest: bool) -> int:
        line = CartItem.objects.filter(**self._in_cart_of(guest)).first()
        return line.pk if line else 0


def _told_of(line: CartItem | None) -> set[Decimal]:
    return set() if line is None or line.price_before is None else {line.price_before}


def _nothing(_: object) -> set[Decimal]:
    return set()
