"""Cancelling, shipping, refunding, returning: by the table of states, with stock and money moved once."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.contrib.auth.models import User

from cart.owners import Owner
from inventory.models import ProductVariant, StockMovement
from orders.errors import OrderNotFound, TooManyReturned, TransitionRefused
from orders.models import DeliveryMethod, Order, OrderLine, Refund
from orders.services import cancel_order, mark_refund_sent, refund_order, return_lines, ship_order
from orders.states import NEXT, State
from tests.conftest import MakeVariant
from tests.support.ordering import order, pay
from tests.support.shopping import add, nothing_changes, stock


@pytest.fixture
def paid(placed: Order) -> Order:
    pay(placed)
    return placed


def test_cancelling_gives_back_once(placed: Order, variant: ProductVariant) -> None:
    for _ in range(3):
        assert cancel_order(order_id=placed.pk, note="Changed my mind").state == "cancelled"
    assert stock(variant) == (10, 0)
    movement = StockMovement.objects.latest("id")
    assert (movement.kind, movement.delta, movement.balance_after) == ("return", 4, 10)
    assert placed.transitions.filter(to_state="cancelled").count() == 1


def test_what_is_no_longer_sold_goes_back_too(placed: Order, variant: ProductVariant) -> None:
    ProductVariant.objects.update(is_active=False)
    cancel_order(order_id=placed.pk)
    assert stock(variant) == (10, 0)


def test_every_step_says_who_and_when(paid: Order, make_user: Callable[[str], User]) -> None:
    clerk = make_user("clerk")
    ship_order(order_id=paid.pk, actor=clerk, note="Parcel 17")
    step = paid.transitions.last()
    assert step is not None
    assert (step.from_state, step.to_state, step.actor, step.note) == ("paid", "shipped", clerk, "Parcel 17")


def test_a_paid_order_ships_once(paid: Order) -> None:
    for _ in range(2):
        assert ship_order(order_id=paid.pk).state == "shipped"
    assert paid.transitions.filter(to_state="shipped").count() == 1


def test_a_paid_order_is_not_cancelled_but_refunded(paid: Order, variant: ProductVariant) -> None:
    with nothing_changes(), pytest.raises(TransitionRefused):
        cancel_order(order_id=paid.pk)
    for _ in range(2):
        refund_order(order_id=paid.pk, reason="Customer asked")
    assert stock(variant) == (10, 0)
    assert Refund.objects.get().amount == paid.total


def test_a_shipped_order_is_refunded_without_its_units(paid: Order, variant: ProductVariant) -> None:
    ship_order(order_id=paid.pk)
    refund_order(order_id=paid.pk, reason="Lost by the carrier")
    assert stock(variant) == (6, 0)
    assert Refund.objects.get().amount == paid.total


def test_some_units_come_back(paid: Order, variant: ProductVariant) -> None:
    line = ship_order(order_id=paid.pk).lines.get()
    return_lines(order_id=paid.pk, units={line.pk: 1}, reason="Broken")
    assert stock(variant) == (7, 0)
    assert Refund.objects.get().amount == Decimal("2.50")
    paid.refresh_from_db()
    assert paid.state == "shipped"


def test_with_the_last_unit_the_delivery_is_refunded_too(paid: Order, variant: ProductVariant) -> None:
    line = ship_order(order_id=paid.pk).lines.get()
    for units in (1, 3):
        return_lines(order_id=paid.pk, units={line.pk: units}, reason="Unwanted")
    paid.refresh_from_db()
    assert (paid.state, stock(variant)) == ("refunded", (10, 0))
    assert [refund.amount for refund in Refund.objects.order_by("id")] == [Decimal("2.50"), Decimal("11.45")]


def test_a_refund_after_a_return_is_of_the_rest(paid: Order, variant: ProductVariant) -> None:
    line = paid.lines.get()
    return_lines(order_id=paid.pk, units={line.pk: 1}, reason="Broken")
    refund_order(order_id=paid.pk, reason="All of it")
    assert stock(variant) == (10, 0)
    assert sum(refund.amount for refund in Refund.objects.all()) == paid.total


@pytest.mark.parametrize("units", [0, -1, 5])
def test_no_more_comes_back_than_the_customer_has(paid: Order, units: int) -> None:
    line = paid.lines.get()
    with nothing_changes(), pytest.raises(TooManyReturned):
        return_lines(order_id=paid.pk, units={line.pk: units}, reason="Unwanted")
    assert OrderLine.objects.get().returned_quantity == 0


def test_a_line_of_another_order_does_not_come_back(
    paid: Order, guest: Owner, make_variant: MakeVariant, delivery: DeliveryMethod
) -> None:
    other = order(add(guest, make_variant()), delivery).lines.get()
    with nothing_changes(), pytest.raises(TooManyReturned):
        return_lines(order_id=paid.pk, units={other.pk: 1}, reason="Unwanted")


def test_a_refund_is_sent_once(paid: Order, make_user: Callable[[str], User]) -> None:
    clerk = make_user("clerk")
    refund_order(order_id=paid.pk, reason="Customer asked")
    refund = Refund.objects.get()
    assert [mark_refund_sent(refund_id=refund.pk, actor=clerk) for _ in range(2)] == [True, False]


@pytest.mark.parametrize("state", State)
def test_nothing_but_the_table_is_possible(placed: Order, state: State) -> None:
    Order.objects.filter(pk=placed.pk).update(state=state)
    ways: dict[State, Callable[[], Order]] = {
        State.CANCELLED: lambda: cancel_order(order_id=placed.pk),
        State.SHIPPED: lambda: ship_order(order_id=placed.pk),
        State.REFUNDED: lambda: refund_order(order_id=placed.pk, reason="Asked"),
    }
    for wanted, go in ways.items():
        if wanted in NEXT[state] or wanted == state:
            continue
        with nothing_changes(), pytest.raises(TransitionRefused):
            go()
    if state not in {State.PAID, State.SHIPPED}:
        with nothing_changes(), pytest.raises(TransitionRefused):
            return_lines(order_id=placed.pk, units={placed.lines.get().pk: 1}, reason="Unwanted")


def test_an_order_that_is_not_there(db: None) -> None:
    with pytest.raises(OrderNotFound):
        cancel_order(order_id=1)


def test_orders_outlive_the_account_of_their_customer(
    make_user: Callable[[], User], variant: ProductVariant, delivery: DeliveryMethod
) -> None:
    user = make_user()
    placed = order(add(Owner(user_id=user.pk), variant), delivery)
    user.delete()
    placed.refresh_from_db()
    assert (placed.user, placed.cart, placed.lines.count()) == (None, None, 1)
