"""Units that leave in several parcels: what still waits, what comes back, and the state of the order."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from cart.owners import Owner
from inventory.models import ProductVariant
from orders.errors import (
    DoneAlready,
    ReturnedMeanwhile,
    ShippedMeanwhile,
    TooFewWaiting,
    TooManyReturned,
    TransitionRefused,
    WithdrawalRefused,
)
from orders.models import Carrier, DeliveryMethod, Order, OrderLine, OrderTransition, Refund, Shipment, ShipmentLine
from orders.selectors import payments_to_withdraw
from orders.services import cancel_order, refund_order, return_lines, ship_order, withdraw_payment
from tests.support.ordering import order, pay
from tests.support.shopping import add, nothing_changes, stock


@pytest.fixture
def clerk(make_user: Callable[[str], User]) -> User:
    return make_user("clerk")


@pytest.fixture
def paid(placed: Order) -> Order:
    """Four units of `variant`, which had ten."""
    pay(placed)
    return placed


@pytest.fixture
def carrier(db: None) -> Carrier:
    return Carrier.objects.create(name="Swift", tracking_url="https://swift.example/find?parcel={number}&lang=en")


def line_of(order: Order) -> OrderLine:
    return order.lines.get()


def counts(order: Order) -> tuple[str, int, int, int, int]:
    """State, and of the only line the units that left, came back, came back after they left, and still wait."""
    order.refresh_from_db()
    line = line_of(order)
    return order.state, line.shipped_quantity, line.returned_quantity, line.sent_back_quantity, line.waiting_quantity


def ship(order: Order, units: int, **more: object) -> None:
    ship_order(order_id=order.pk, units={line_of(order).pk: units}, **more)  # type: ignore[arg-type]


def take_back(order: Order, units: int, *, sent_back: int | None = None) -> None:
    line = line_of(order)
    had_left = None if sent_back is None else {line.pk: sent_back}
    return_lines(order_id=order.pk, units={line.pk: units}, reason="Broken", sent_back=had_left)


def test_an_order_is_paid_until_its_last_unit_has_left(paid: Order, clerk: User, carrier: Carrier) -> None:
    ship(paid, 3, seen=4, carrier=carrier, tracking_number="A 1/2", actor=clerk)
    assert counts(paid) == ("paid", 3, 0, 0, 1)
    ship(paid, 1, seen=1, note="The last one", actor=clerk)
    assert counts(paid) == ("shipped", 4, 0, 0, 0)
    first, last = paid.shipments.all()
    assert [(one.lines.get().quantity, one.actor) for one in (first, last)] == [(3, clerk), (1, clerk)]
    assert first.tracking_url == "https://swift.example/find?parcel=A%201%2F2&lang=en"
    assert (last.tracking_url, last.note) == ("", "The last one")
    notes = list(paid.transitions.exclude(to_state="placed").values_list("from_state", "to_state", "note"))[1:]
    assert notes == [("paid", "paid", f"Shipped: 3 of {line_of(paid).sku}"), ("paid", "shipped", "The last one")]


def test_all_that_waits_leaves_in_one_call(paid: Order) -> None:
    ship(paid, 1)
    ship_order(order_id=paid.pk)
    assert counts(paid) == ("shipped", 4, 0, 0, 0)
    assert [each.quantity for each in ShipmentLine.objects.all()] == [1, 3]


@pytest.mark.parametrize("units", [5, 0, -1])
def test_never_more_leave_than_wait(paid: Order, units: int) -> None:
    with nothing_changes(), pytest.raises(TooFewWaiting):
        ship(paid, units)
    ship(paid, 3)
    with pytest.raises(TooFewWaiting):
        ship(paid, 2)
    assert counts(paid) == ("paid", 3, 0, 0, 1)


def test_a_line_of_another_order_does_not_leave(
    paid: Order, guest: Owner, variant: ProductVariant, delivery: DeliveryMethod
) -> None:
    other = order(add(guest, variant, 1), delivery)
    for units in ({line_of(other).pk: 1}, {}):
        with nothing_changes(), pytest.raises(TooFewWaiting):
            ship_order(order_id=paid.pk, units=units)


def test_a_page_that_is_stale_ships_nothing(paid: Order, clerk: User) -> None:
    ship(paid, 1, seen=4, actor=clerk)
    with nothing_changes(), pytest.raises(ShippedMeanwhile, match="3 units of this order wait"):
        ship(paid, 1, seen=4, actor=clerk)
    assert counts(paid) == ("paid", 1, 0, 0, 3)


def test_the_same_again_is_one_parcel_and_another_number_is_refused(paid: Order, clerk: User, carrier: Carrier) -> None:
    form = {"seen": 4, "carrier": carrier, "tracking_number": "17", "actor": clerk}
    for _ in range(2):
        ship_order(order_id=paid.pk, **form)  # type: ignore[arg-type]
    with pytest.raises(ShippedMeanwhile):
        ship_order(order_id=paid.pk, **form | {"tracking_number": "18"})  # type: ignore[arg-type]
    with pytest.raises(DoneAlready):
        ship_order(order_id=paid.pk, **form | {"note": "Another"})  # type: ignore[arg-type]
    assert Shipment.objects.get().tracking_number == "17"


def test_what_is_not_paid_does_not_leave(placed: Order) -> None:
    with nothing_changes(), pytest.raises(TransitionRefused):
        ship_order(order_id=placed.pk)
    cancel_order(order_id=placed.pk)
    with nothing_changes(), pytest.raises(TransitionRefused):
        ship_order(order_id=placed.pk, units={line_of(placed).pk: 1})


def test_a_refund_brings_back_what_is_here_and_leaves_what_is_gone(paid: Order, variant: ProductVariant) -> None:
    ship(paid, 3)
    refund_order(order_id=paid.pk, reason="Lost")
    assert counts(paid) == ("refunded", 3, 1, 0, 0)
    assert (stock(variant), Refund.objects.get().amount) == ((7, 0), paid.total)


def test_units_that_had_not_left_are_taken_out_and_the_rest_is_shipped(paid: Order, variant: ProductVariant) -> None:
    ship(paid, 3)
    take_back(paid, 1)
    assert counts(paid) == ("shipped", 3, 1, 0, 0)
    assert (stock(variant), Refund.objects.get().amount) == ((7, 0), Decimal("2.50"))
    take_back(paid, 1)
    assert counts(paid) == ("shipped", 3, 2, 1, 0)


def test_units_that_had_left_come_back_while_others_wait(paid: Order, variant: ProductVariant) -> None:
    ship(paid, 2)
    take_back(paid, 2, sent_back=2)
    assert counts(paid) == ("paid", 2, 2, 2, 2)
    assert stock(variant) == (8, 0)
    ship_order(order_id=paid.pk)
    assert counts(paid) == ("shipped", 4, 2, 2, 0)


def test_no_more_come_back_of_either_kind_than_there_are(paid: Order) -> None:
    ship(paid, 3)
    with nothing_changes(), pytest.raises(TooFewWaiting):
        take_back(paid, 2)
    for units, sent_back in ((4, 4), (1, -1)):
        with nothing_changes(), pytest.raises(TooManyReturned):
            take_back(paid, units, sent_back=sent_back)
    take_back(paid, 4, sent_back=3)
    assert counts(paid) == ("refunded", 3, 4, 3, 0)


def test_units_that_left_meanwhile_are_not_taken_out(paid: Order) -> None:
    """The page offered units that were still here. They are in a parcel by now, so they do not go to the shelf."""
    ship_order(order_id=paid.pk)
    with nothing_changes(), pytest.raises(TooFewWaiting):
        take_back(paid, 1, sent_back=0)


def test_a_payment_of_which_units_left_is_not_withdrawn(paid: Order, clerk: User) -> None:
    payment = paid.payments.get()
    assert payments_to_withdraw(paid).exists()
    ship(paid, 1)
    assert not payments_to_withdraw(paid).exists()
    assert payment.settled_at
    with nothing_changes(), pytest.raises(WithdrawalRefused, match="have left by now"):
        withdraw_payment(payment_id=payment.pk, recorded_at=payment.settled_at, reason="Mistyped", actor=clerk)


def shipped_by_version_1_0(order: Order) -> None:
    """Write what version 1.0 writes: the state and its log, and no shipment."""
    Order.objects.filter(pk=order.pk).update(state="shipped")
    OrderTransition.objects.create(order=order, from_state="paid", to_state="shipped", note="Parcel 17")


def test_an_order_that_was_shipped_before_there_were_shipments_comes_back(paid: Order, variant: ProductVariant) -> None:
    shipped_by_version_1_0(paid)
    take_back(paid, 1)
    assert counts(paid)[:4] == ("shipped", 0, 1, 0)
    take_back(paid, 1, sent_back=1)
    ship(paid, 1)
    assert not Shipment.objects.exists()
    refund_order(order_id=paid.pk, reason="Lost")
    assert (counts(paid)[:3], stock(variant)) == (("refunded", 0, 2), (8, 0))


def test_what_came_back_before_there_were_shipments_does_not_wait(paid: Order) -> None:
    OrderLine.objects.update(returned_quantity=1)
    assert line_of(paid).waiting_quantity == 3
    ship_order(order_id=paid.pk)
    assert ShipmentLine.objects.get().quantity == 3


def test_a_return_sent_twice_is_one(paid: Order) -> None:
    ship(paid, 2)
    one = {line_of(paid).pk: 1}
    return_lines(order_id=paid.pk, units=one, sent_back=one, reason="Broken", seen=0)
    with nothing_changes(), pytest.raises(ReturnedMeanwhile):
        return_lines(order_id=paid.pk, units=one, sent_back=one, reason="Broken", seen=0)


@pytest.mark.parametrize(
    "change",
    [
        {"shipped_quantity": 5},
        {"shipped_quantity": -1},
        {"shipped_quantity": 1, "returned_quantity": 2, "sent_back_quantity": 2},
        {"shipped_quantity": 2, "returned_quantity": 1, "sent_back_quantity": 2},
        {"sent_back_quantity": -1},
    ],
)
def test_the_database_refuses_counts_that_cannot_be(paid: Order, change: dict[str, int]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        OrderLine.objects.filter(order=paid).update(**change)


@pytest.mark.parametrize(
    "address",
    [
        "http://swift.example/{number}",
        "https://swift.example/",
        "https://{number}.example/",
        "https://swift.example/{number}/{number}",
        "https:///{number}",
        "https://[swift/{number}",
        "javascript:alert({number})",
    ],
)
def test_a_link_of_a_carrier_is_https_with_one_placeholder(db: None, address: str) -> None:
    with pytest.raises(ValidationError):
        Carrier(name="Odd", tracking_url=address).full_clean()
    Carrier(name="Even", tracking_url="").full_clean()


def test_the_database_refuses_a_link_that_is_not_safe(db: None) -> None:
    for address in ("http://swift.example/{number}", "https://swift.example/"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Carrier.objects.create(name="Odd", tracking_url=address)
