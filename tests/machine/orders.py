"""The state machine of the shop with its checkout: carts that become orders, and all that can become of those."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.db.models.functions import Now
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from cart.errors import CartChanged
from cart.models import Cart
from cart.services import release_expired_holds
from orders.models import DeliveryMethod, Order, Payment
from orders.payments import PaymentEvent
from orders.services import (
    begin_payment,
    cancel_order,
    cancel_overdue_orders,
    refund_order,
    return_lines,
    settle_payment,
    ship_order,
)
from tests.machine.machine import CartMachine, _pick, prices, some, units
from tests.machine.model import Hold, Refused
from tests.machine.order_model import ShopWithOrders
from tests.support.ordering import order as place


class OrderMachine(CartMachine):
    """What the cart machine does, and orders."""

    model: ShopWithOrders
    new_model = ShopWithOrders

    # --- what shoppers and their banks do

    @precondition(lambda self: self._open_carts())
    @rule(which=some)
    def place_order(self, which: int) -> None:
        pk = _pick(self._open_carts(), which)
        self._place(pk)

    @precondition(lambda self: self._open_carts())
    @rule(which=some, is_swept=st.booleans(), price=st.none() | prices)
    def come_back_late_and_order(self, which: int, is_swept: bool, price: Decimal | None) -> None:
        """The step after which most can have changed, and which chance alone would put together too seldom."""
        pk = _pick(self._open_carts(), which)
        lines = [(line, self.model.lines[line]) for line in sorted(self.model.lines_in(pk))]
        for line, row in lines:
            if row.hold is Hold.LIVE:
                self._run_out(line)
        if is_swept:
            self._both(release_expired_holds, lambda model: model.sweep())
        if lines and price is not None:
            self._change_price(lines[0][1].variant, price)
        self._place(pk)

    def _place(self, pk: int) -> None:
        cart, delivery = Cart.objects.get(pk=pk), _delivery()
        self._both(_saying_what_changed(lambda: place(cart, delivery)), lambda model: model.place(pk))

    @precondition(lambda self: self.model.orders)
    @rule(which=some, attempt=some, is_paid=st.sampled_from([True, True, False]))
    def hear_from_the_bank(self, which: int, attempt: int, is_paid: bool) -> None:
        pk, order = self._some_order(which)
        payments = list(order.payments.order_by("pk"))
        attempt %= len(payments)
        said = PaymentEvent(payments[attempt].reference, is_paid, payments[attempt].amount, "GBP")
        self._both(
            lambda: settle_payment(event=said, provider="invoice"),
            lambda model: model.pay(pk, attempt, is_paid=is_paid),
        )

    @precondition(lambda self: self.model.orders)
    @rule(which=some)
    def try_another_way_to_pay(self, which: int) -> None:
        pk, order = self._some_order(which)
        self._both(
            lambda: begin_payment(order_id=order.pk, provider="invoice"),
            lambda model: model.try_another_way(pk),
        )

    @precondition(lambda self: self.model.orders)
    @rule(which=some)
    def cancel(self, which: int) -> None:
        pk, order = self._some_order(which)
        self._both(lambda: cancel_order(order_id=order.pk), lambda model: model.cancel(pk))

    # --- what staff and time do

    @precondition(lambda self: self.model.orders)
    @rule(which=some)
    def ship(self, which: int) -> None:
        pk, order = self._some_order(which)
        self._both(lambda: ship_order(order_id=order.pk), lambda model: model.ship(pk))

    @precondition(lambda self: self.model.orders)
    @rule(which=some)
    def refund(self, which: int) -> None:
        pk, order = self._some_order(which)
        self._both(lambda: refund_order(order_id=order.pk, reason="Asked"), lambda model: model.refund(pk))

    @precondition(lambda self: self.model.orders)
    @rule(which=some, line=some, quantity=units)
    def give_back_bought(self, which: int, line: int, quantity: int) -> None:
        pk, order = self._some_order(which)
        variant = _pick(self.model.orders[pk].lines, line)
        back = {order.lines.get(variant_id=variant).pk: quantity}
        self._both(
            lambda: return_lines(order_id=order.pk, units=back, reason="Unwanted"),
            lambda model: model.give_back_bought(pk, variant, quantity),
        )

    @precondition(lambda self: any(order.state == "placed" for order in self.model.orders.values()))
    @rule(which=some)
    def be_paid_too_late(self, which: int) -> None:
        pk = _pick([pk for pk, order in self.model.orders.items() if order.state == "placed"], which)
        Order.objects.filter(pk=self.order_ids[pk]).update(pay_by=Now() - timedelta(seconds=1))
        self._both(cancel_overdue_orders, lambda model: model.cancel(pk))

    # --- comparing

    def _compare(self, before: datetime) -> None:
        super()._compare(before)
        self.order_ids: dict[int, int] = getattr(self, "order_ids", {})
        self.order_ids |= {cart: pk for pk, cart in Order.objects.values_list("pk", "cart_id") if cart is not None}
        rows = {order.pk: order for order in Order.objects.all()}
        for cart, order in self.model.orders.items():
            assert _as_model(rows[self.order_ids[cart]]) == (
                order.state,
                order.total,
                {variant: (line.quantity, line.price, line.returned) for variant, line in order.lines.items()},
                order.payments,
                order.owed,
            )
        assert len(rows) == len(self.model.orders)

    # --- choosing

    def _open_carts(self) -> list[int]:
        return [pk for pk, cart in self.model.carts.items() if cart.status == "open"]

    def _some_order(self, which: int) -> tuple[int, Order]:
        pk = _pick(self.model.orders, which)
        return pk, Order.objects.get(pk=self.order_ids[pk])


def _delivery() -> DeliveryMethod:
    prices = {"price": Decimal("3.95"), "free_from": None}
    return DeliveryMethod.objects.update_or_create(name="Of the machine", defaults=prices)[0]


def _saying_what_changed(act: Callable[[], Any]) -> Callable[[], Any]:
    """The model says which line changed and how, which a type's name does not."""

    def acting() -> Any:
        try:
            act()
        except CartChanged as error:
            told = tuple((change.variant_id, type(change.error).__name__) for change in error.changes)
            return Refused("CartChanged", told)
        return None

    return acting


def _as_model(order: Order) -> tuple[object, ...]:
    lines = {line.variant_id: (line.quantity, line.price, line.returned_quantity) for line in order.lines.all()}
    payments = list(Payment.objects.filter(order=order).order_by("pk").values_list("status", flat=True))
    owed = order.refunds.aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
    return order.state, order.total, lines, payments, owed
