"""The state machine: each rule does one thing to the shop and the same to its model, and then both are compared."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import DatabaseError
from django.db.models.functions import Now
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from cart.errors import GuestTokenRetired, LineNotFound, TooManyUnits
from cart.models import Cart, CartItem, IdempotencyKey
from cart.owners import Owner
from cart.selectors import cart_contents, cart_summary, variants_on_sale
from cart.services import (
    add_product_to_cart,
    close_abandoned_carts,
    extend_own_holds,
    merge_guest_cart,
    reclaim_line,
    reclaim_lines,
    release_expired_holds,
    remove_line,
    set_line_quantity,
    store_totals,
)
from core.transactions import clock
from inventory.errors import InsufficientStock, StockWouldBeNegative, VariantUnavailable
from inventory.models import Product, ProductVariant, StockMovement
from inventory.services import move_stock
from tests.machine.model import Hold, Line, Refused, Shop, Variant
from tests.support.cleaning import empty_tables
from tests.support.invariants import broken_rules

GUESTS, USERS, VARIANTS = 2, 2, 3

whose = st.integers(0, GUESTS + USERS - 1)
some_variant = st.integers(0, VARIANTS - 1)
some = st.integers(0, 7)  # of lines, carts or instances there are, whatever their number
units = st.sampled_from([0, 1, 1, 1, 2, 2, 3, 3, 4, 7])
strangers = st.sampled_from([False, False, False, False, True])
first_adds = st.lists(st.tuples(whose, some_variant, st.integers(1, 4)), min_size=2, max_size=8)
keys = st.sampled_from([None, None, None, "one", "two"])
prices = st.sampled_from([Decimal("1.00"), Decimal("2.50"), Decimal("0.00")])
_REFUSALS = (DatabaseError, GuestTokenRetired, LineNotFound, ValidationError, VariantUnavailable)


class CartMachine(RuleBasedStateMachine):
    """Two guests and two users at three variants with few units."""

    new_model = Shop

    # --- the beginning of an example

    @initialize(stock=st.tuples(*[st.integers(0, 9)] * VARIANTS), adds=first_adds)
    def open_the_shop(self, stock: tuple[int, ...], adds: list[tuple[int, int, int]]) -> None:
        empty_tables()
        self.model = self.new_model()
        self.owners = [Owner(guest_token=uuid.uuid4()) for _ in range(GUESTS)]
        self.owners += [Owner(user_id=_new_user().pk) for _ in range(USERS)]
        self.loaded: list[CartItem] = []
        self.variants = [_new_variant(name).pk for name in "ABC"]
        self.model.variants = {pk: Variant(free=0, price=Decimal("2.50")) for pk in self.variants}
        for pk, quantity in zip(self.variants, stock, strict=True):
            if quantity:
                self._move_stock(pk, quantity)
        for who, variant, quantity in adds:
            self._add(self.owners[who], self.variants[variant], quantity, None)
        self.loaded = list(CartItem.objects.order_by("pk"))  # a shell that was left open

    # --- what shoppers do

    @rule(who=whose, variant=some_variant, quantity=units, key=keys)
    def add(self, who: int, variant: int, quantity: int, key: str | None) -> None:
        self._add(self.owners[who], self.variants[variant], quantity, key)

    @rule(who=whose, variant=some_variant)
    def add_all_there_is(self, who: int, variant: int) -> None:
        """So that others find nothing, until it runs out."""
        owner, pk = self.owners[who], self.variants[variant]
        self._add(owner, pk, max(1, self.model.variants[pk].free), None)

    @precondition(lambda self: self._lines_held(Hold.ENDED))
    @rule(who=whose, which=some, quantity=units)
    def add_what_ran_out(self, who: int, which: int, quantity: int) -> None:
        variant = self.model.lines[_pick(self._lines_held(Hold.ENDED), which)].variant
        self._add(self.owners[who], variant, quantity, None)

    def _add(self, owner: Owner, pk: int, quantity: int, key: str | None) -> None:
        user = User(pk=owner.user_id) if owner.user_id is not None else None
        self._both(
            lambda: (
                add_product_to_cart(user, pk, quantity, guest_token=owner.guest_token, idempotency_key=key).was_replayed
            ),
            lambda model: model.add(str(owner), pk, quantity, key),
        )

    @precondition(lambda self: self.model.lines)
    @rule(which=some, stranger=strangers, quantity=units, key=keys)
    def set_quantity(self, which: int, stranger: bool, quantity: int, key: str | None) -> None:
        line, owner = self._line_and_shopper(which, stranger)
        self._both(
            lambda: set_line_quantity(owner=owner, item_id=line, quantity=quantity, idempotency_key=key).was_replayed,
            lambda model: model.set_quantity(str(owner), line, quantity, key),
        )

    @precondition(lambda self: self.model.lines)
    @rule(which=some, stranger=strangers, key=keys)
    def retake(self, which: int, stranger: bool, key: str | None) -> None:
        line, owner = self._line_and_shopper(which, stranger)
        self._both(
            lambda: reclaim_line(owner=owner, item_id=line, idempotency_key=key).was_replayed,
            lambda model: model.set_quantity(str(owner), line, None, key),
        )

    @precondition(lambda self: self.model.lines)
    @rule(which=some)
    def retake_all(self, which: int) -> None:
        _, owner = self._line_and_shopper(which, stranger=False)
        self._both(
            lambda: [line.product_variant_id for line in reclaim_lines(owner=owner).lines],
            lambda model: model.retake_all(str(owner)),
        )

    @precondition(lambda self: self.model.lines)
    @rule(which=some, stranger=strangers)
    def remove(self, which: int, stranger: bool) -> None:
        line, owner = self._line_and_shopper(which, stranger)
        self._both(
            lambda: remove_line(owner=owner, item_id=line),
            lambda model: model.remove(str(owner), line),
        )

    @precondition(lambda self: self.model.lines)
    @rule(which=some)
    def keep(self, which: int) -> None:
        _, owner = self._line_and_shopper(which, stranger=False)
        half_a_life_from_now = clock() + owner.hold_life / 2
        self._both(lambda: extend_own_holds(owner=owner), lambda model: model.keep(str(owner), half_a_life_from_now))

    @precondition(lambda self: self.model.lines)
    @rule(guest=st.integers(0, GUESTS - 1), user=st.integers(GUESTS, GUESTS + USERS - 1))
    def merge(self, guest: int, user: int) -> None:
        token, user_id = self.owners[guest].guest_token, self.owners[user].user_id
        assert token is not None
        assert user_id is not None
        self._both(
            lambda: [
                (line.variant_id, line.units_before, line.units_after)
                for line in merge_guest_cart(user_id=user_id, guest_token=token)
            ],
            lambda model: model.merge(str(self.owners[guest]), str(self.owners[user])),
        )

    @rule(guest=st.integers(0, GUESTS - 1))
    def come_with_a_new_cookie(self, guest: int) -> None:
        self.owners[guest] = Owner(guest_token=uuid.uuid4())

    # --- what time and beat do

    @precondition(lambda self: self._lines_held(Hold.LIVE))
    @rule(which=some)
    def expire(self, which: int) -> None:
        self._run_out(_pick(self._lines_held(Hold.LIVE), which))

    @precondition(lambda self: self._lines_held(Hold.LIVE))
    @rule(which=some)
    def nearly_expire(self, which: int) -> None:
        pk = _pick(self._lines_held(Hold.LIVE), which)
        ending = CartItem.objects.filter(pk=pk)
        ending.update(reserved_until=Now() + timedelta(minutes=5))
        self.model.lines[pk].until = ending.get().reserved_until

    def _run_out(self, pk: int) -> None:
        ended = CartItem.objects.filter(pk=pk)
        ended.update(reserved_until=Now() - timedelta(seconds=1))
        self.model.lines[pk].hold = Hold.ENDED
        self.model.lines[pk].until = ended.get().reserved_until

    @precondition(lambda self: self._lines_held(Hold.ENDED))
    @rule()
    def sweep(self) -> None:
        self._both(release_expired_holds, lambda model: model.sweep())

    @rule(who=st.integers(0, GUESTS - 1))
    def abandon(self, who: int) -> None:
        for cart in Cart.objects.filter(status="open", guest_token=self.owners[who].guest_token):
            long_ago = Now() - timedelta(days=15)
            Cart.objects.filter(pk=cart.pk).update(created_at=long_ago, updated_at=long_ago)
            self._both(close_abandoned_carts, _expecting(Shop.abandon, cart.pk))

    @rule()
    def store_all_totals(self) -> None:
        assert store_totals(cart_ids=list(self.model.carts)) == len(self.model.carts)

    # --- what staff do

    @rule(variant=some_variant, delta=st.integers(-6, 6).filter(bool))
    def move_stock_past_holds(self, variant: int, delta: int) -> None:
        self._move_stock(self.variants[variant], delta)

    @rule(variant=some_variant, price=prices)
    def change_price(self, variant: int, price: Decimal) -> None:
        self._change_price(self.variants[variant], price)

    def _change_price(self, pk: int, price: Decimal) -> None:
        ProductVariant.objects.filter(pk=pk).update(price=price)
        self.model.variants[pk].price = price

    @rule(variant=some_variant)
    def stop_selling(self, variant: int) -> None:
        self._sell(self.variants[variant], active=False)

    @precondition(lambda self: not all(variant.active for variant in self.model.variants.values()))
    @rule()
    def sell_all_again(self) -> None:
        for pk in self.variants:
            self._sell(pk, active=True)

    def _sell(self, pk: int, *, active: bool) -> None:
        ProductVariant.objects.filter(pk=pk).update(is_active=active)
        self.model.variants[pk].active = active

    # --- what a shell does

    @precondition(lambda self: self.model.lines)
    @rule(which=some)
    def load(self, which: int) -> None:
        self.loaded.append(CartItem.objects.get(pk=_pick(self.model.lines, which)))

    @precondition(lambda self: self.loaded)
    @rule(
        which=some,
        quantity=st.none() | units,
        price=st.none() | prices,
        fields=st.sampled_from([None, None, {"quantity"}, {"price"}]),
    )
    def save_what_was_loaded(
        self, which: int, quantity: int | None, price: Decimal | None, fields: set[str] | None
    ) -> None:
        line = _pick(self.loaded, which)
        line.quantity = line.quantity if quantity is None else quantity
        line.price = line.price if price is None else price
        said = (line.pk, line.cart_id, line.product_variant_id, line.quantity, line.price)
        self._both(lambda: line.save(update_fields=fields), lambda model: model.save(*said, fields))

    @precondition(lambda self: self.loaded)
    @rule(which=some, cart=some)
    def save_into_another_cart(self, which: int, cart: int) -> None:
        line = CartItem.objects.filter(pk=_pick(self.loaded, which).pk).first()
        if line is None or not self.model.carts:
            return
        line.cart_id = _pick(self.model.carts, cart)
        said = (line.pk, line.cart_id, line.product_variant_id, line.quantity, line.price)
        self._both(line.save, lambda model: model.save(*said, None))

    @precondition(lambda self: self.model.carts)
    @rule(cart=some, variant=some_variant, quantity=units)
    def create(self, cart: int, variant: int, quantity: int) -> None:
        cart_id, pk = _pick(self.model.carts, cart), self.variants[variant]
        line = CartItem(cart_id=cart_id, product_variant_id=pk, quantity=quantity, price=Decimal("9.00"))
        new_id = self.model._new_id()
        self._both(line.save, lambda model: model.save(new_id, cart_id, pk, quantity, Decimal("9.00"), None))

    @precondition(lambda self: self.loaded)
    @rule(which=some)
    def delete_what_was_loaded(self, which: int) -> None:
        line = _pick(self.loaded, which)
        self.loaded = [other for other in self.loaded if other is not line]
        pk, cart_id = line.pk, line.cart_id
        self._both(line.delete, lambda model: model.delete_line(pk, said_to_be_in=cart_id))

    @precondition(lambda self: len(self.model.carts) > 3)
    @rule(which=some)
    def delete_cart(self, which: int) -> None:
        pk = _pick(self.model.carts, which)
        self._both(Cart.objects.get(pk=pk).delete, lambda model: model.delete_cart(pk))

    @precondition(lambda self: len(self.model.carts) > 3)
    @rule(who=st.integers(GUESTS, GUESTS + USERS - 1))
    def delete_user(self, who: int) -> None:
        owner = self.owners[who]
        user = User.objects.get(pk=owner.user_id or 0)
        self._both(user.delete, lambda model: model.delete_user(str(owner)))
        self.owners[who] = Owner(user_id=_new_user().pk)

    # --- what must hold after each of them

    @invariant()
    def the_rules_hold(self) -> None:
        assert broken_rules() == {}

    @rule(who=whose)
    def look(self, who: int) -> None:
        """What pages show is what the model says."""
        owner = self.owners[who]
        lines = {pk: line for pk, line in self.model.lines.items() if self._is_open_cart_of(owner, line.cart)}
        total = sum((line.price * line.quantity for line in lines.values()), Decimal(0))
        contents, summary = cart_contents(owner), cart_summary(owner)
        assert {line.pk: bool(line.is_held) for line in contents.lines} == {  # type: ignore[attr-defined]
            pk: line.hold is Hold.LIVE for pk, line in lines.items()
        }
        assert contents.total == summary.total == total
        assert summary.units == sum(line.quantity for line in lines.values())
        for variant in variants_on_sale(Product.objects.values_list("pk", flat=True), owner):
            others = (line for line in self.model.lines.values() if line.variant == variant.pk)
            ended = sum(
                line.quantity
                for line in others
                if line.hold is Hold.ENDED and not self._is_open_cart_of(owner, line.cart)
            )
            assert variant.available == self.model.variants[variant.pk].free + ended  # type: ignore[attr-defined]

    # --- comparing

    def _both(self, act: Callable[[], Any], expect: Callable[[Any], Any]) -> None:
        """Do it to the shop and to its model: the same refusal, or the same answer where the model has one."""
        new, before = self.model.copy(), clock()
        try:
            expected: object = expect(new)
        except Refused as refusal:
            new, expected = self.model, refusal.answer
        try:
            answer: object = act()
        except _REFUSALS as refusal:
            answer = _as_refused(refusal)
        if expected is None and not isinstance(answer, Refused):
            answer = None
        assert answer == expected
        self.model = new
        self._compare(before)

    def _compare(self, before: datetime) -> None:
        """The tables row by row. What only the database knows (new ids, when a hold ends) the model learns here."""
        self._learn_ids()
        rows = {line.pk: line for line in CartItem.objects.all()}
        for pk, line in self.model.lines.items():
            if line.hold is Hold.LIVE and line.until is None:
                line.until = self._new_end(rows[pk], before)
        shop = {pk: _as_model(row) for pk, row in rows.items()}
        assert shop == {pk: _columns(line) for pk, line in self.model.lines.items()}
        assert {
            variant.pk: (variant.stock_quantity, variant.reserved_quantity)
            for variant in ProductVariant.objects.filter(pk__in=self.variants)
        } == {pk: (variant.free, variant.reserved) for pk, variant in self.model.variants.items()}
        assert {pk: (status, version) for pk, status, version in _carts("status", "version")} == {
            pk: (cart.status, cart.version) for pk, cart in self.model.carts.items()
        }
        assert set(IdempotencyKey.objects.values_list("key", flat=True)) == set(self.model.keys)

    def _new_end(self, row: CartItem, before: datetime) -> datetime:
        """A hold that began, or was kept, in this step ends a whole life after it."""
        assert row.reserved_until is not None
        life = self._owner_of_cart(row.cart_id).hold_life
        assert before + life <= row.reserved_until <= clock() + life
        return row.reserved_until

    def _learn_ids(self) -> None:
        model = self.model
        open_carts = {
            str(Owner(user, token)): pk for pk, user, token in _carts("user_id", "guest_token", status="open")
        }
        ids = {pk: open_carts.get(cart.owner, pk) for pk, cart in model.carts.items() if pk < 0}
        model.carts = {ids.get(pk, pk): cart for pk, cart in model.carts.items()}
        for line in model.lines.values():
            line.cart = ids.get(line.cart, line.cart)
        rows = {(cart, variant): pk for pk, cart, variant in _lines("cart_id", "product_variant_id")}
        model.lines = {
            pk if pk > 0 else rows.get((line.cart, line.variant), pk): line for pk, line in model.lines.items()
        }

    def _owner_of_cart(self, cart_id: int) -> Owner:
        cart = Cart.objects.get(pk=cart_id)
        return Owner(cart.user_id, cart.guest_token)

    # --- choosing

    def _line_and_shopper(self, which: int, stranger: bool) -> tuple[int, Owner]:
        """A line, and its shopper or another one."""
        line = _pick(self.model.lines, which)
        owner = self._owner_of_cart(self.model.lines[line].cart)
        if stranger:
            owner = next(other for other in self.owners if other != owner)
        return line, owner

    def _lines_held(self, hold: Hold) -> list[int]:
        return [pk for pk, line in self.model.lines.items() if line.hold is hold]

    def _is_open_cart_of(self, owner: Owner, cart: int) -> bool:
        return (self.model.carts[cart].owner, self.model.carts[cart].status) == (str(owner), "open")

    def _move_stock(self, pk: int, delta: int) -> None:
        kind = StockMovement.Kind.ADJUSTMENT
        self._both(
            lambda: move_stock(variant_id=pk, delta=delta, kind=kind, reason="Counted"),
            lambda model: model.move(pk, delta),
        )


def _expecting(command: Callable[..., Any], *args: Any) -> Callable[[Shop], Any]:
    return lambda model: command(model, *args)


def _pick(things: Any, which: int) -> Any:
    """One of the things there are: ids in order, or instances as they were loaded."""
    ordered = things if isinstance(things, list) else sorted(things)
    return ordered[which % len(ordered)]


def _as_refused(refusal: Exception) -> Refused:
    match refusal:
        case InsufficientStock():
            numbers: tuple[object, ...] = (refusal.available, refusal.requested, refusal.first_hold_ends)
        case TooManyUnits():
            numbers = (refusal.code, refusal.cap, refusal.present)
        case StockWouldBeNegative():
            numbers = (refusal.free, refusal.delta)
        case _:
            numbers = ()
    return Refused(type(refusal).__name__, numbers)


def _as_model(row: CartItem) -> tuple[object, ...]:
    return (
        row.cart_id,
        row.product_variant_id,
        row.quantity,
        row.price,
        row.reserved_quantity,
        row.reserved_until,
        row.hold_extensions,
    )


def _columns(line: Line) -> tuple[object, ...]:
    return line.cart, line.variant, line.quantity, line.price, line.reserved, line.until, line.extensions


def _carts(*columns: str, **where: object) -> list[Any]:
    return list(Cart.objects.filter(**where).values_list("pk", *columns))


def _lines(*columns: str) -> list[Any]:
    return list(CartItem.objects.values_list("pk", *columns))


def _new_user() -> User:
    return User.objects.create(username=uuid.uuid4().hex)


def _new_variant(name: str) -> ProductVariant:
    product = Product.objects.create(number=name, name=name, slug=name.lower())
    return ProductVariant.objects.create(product=product, sku=name, name=name, price=Decimal("2.50"))
