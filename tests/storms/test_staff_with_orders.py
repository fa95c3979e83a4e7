"""Several members of staff change one order, refund or delivery method at the same moment. Each change is made once."""

from collections import Counter
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User

from cart.owners import Owner
from inventory.models import ProductVariant
from orders.models import DeliveryMethod, Order, Payment, Refund, ShipmentLine
from orders.services import record_payment, refund_order
from tests.storms.harness import Actor, cast, storm
from tests.storms.staff_order_actors import (
    note_money,
    send_refund,
    ship,
    ship_three,
    switch_off,
    take_back,
    withdraw_note,
)
from tests.support.ordering import order, pay
from tests.support.shopping import add, stock

STAFF = 8

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("rules_hold_at_the_end")]


@pytest.fixture
def placed(guest: Owner, variant: ProductVariant) -> Order:
    """An order of four units of `variant`: 10.00, and 3.95 for delivery."""
    delivery = DeliveryMethod.objects.update_or_create(name="Standard", defaults={"price": Decimal("3.95")})[0]
    return order(add(guest, variant, 4), delivery)


@pytest.fixture
def clerk(make_user: Callable[[str], User]) -> User:
    return make_user("clerk")


def test_one_parcel_leaves(placed: Order, clerk: User) -> None:
    pay(placed)
    assert storm([Actor(ship, (clerk.pk, placed.pk))] * STAFF) == ["shipped"] * STAFF
    assert placed.transitions.filter(to_state="shipped").count() == LogEntry.objects.count() == 1


def test_a_part_leaves_once(placed: Order, clerk: User) -> None:
    pay(placed)
    part = Actor(ship_three, (clerk.pk, placed.pk, placed.lines.get().pk))
    assert Counter(storm([part] * STAFF)) == {"paid": 1, "ShippedMeanwhile": STAFF - 1}
    assert (placed.lines.get().shipped_quantity, ShipmentLine.objects.get().quantity) == (3, 3)


def test_the_money_is_noted_with_one_amount(placed: Order, clerk: User, variant: ProductVariant) -> None:
    """Half of them mistype the amount. The first decides it; those with another amount are refused."""
    payment = placed.payments.get()
    actors = [Actor(note_money, (clerk.pk, payment.pk, amount)) for amount in ("13.95", "13.59") * (STAFF // 2)]
    payment_of = Counter(storm(actors))
    payment.refresh_from_db()
    assert payment_of == {str(payment.amount): STAFF // 2, "AlreadyRecorded": STAFF // 2}
    placed.refresh_from_db()
    is_right = payment.amount == placed.total
    assert (placed.state, Refund.objects.count()) == (("paid", 0) if is_right else ("placed", 1))
    assert stock(variant) == (6, 0)


def test_one_unit_comes_back(placed: Order, clerk: User, variant: ProductVariant) -> None:
    pay(placed)
    back = Actor(take_back, (clerk.pk, placed.pk, placed.lines.get().pk))
    assert Counter(storm([back] * STAFF)) == {"paid": 1, "ReturnedMeanwhile": STAFF - 1}
    assert (stock(variant), Refund.objects.get().amount) == ((7, 0), Decimal("2.50"))


def test_who_comes_while_a_refund_is_being_noted_waits_and_notes_nothing(placed: Order, clerk: User) -> None:
    pay(placed)
    refund_order(order_id=placed.pk, reason="Asked")
    args = (clerk.pk, Refund.objects.get().pk)
    first = Actor(send_refund, args, pause_after="orders.services.refund_sending.lock_due_refund")
    with cast(first, Actor(send_refund, args)) as (one, other):
        one.start()
        one.wait_paused()
        other.start()
        assert other.wait_settled() is True
        one.resume()
        assert (one.result(), other.result()) == (True, False)
    assert LogEntry.objects.count() == 1


def test_who_takes_the_other_way_of_delivery_off_waits_and_is_refused(db: None) -> None:
    DeliveryMethod.objects.all().delete()
    van, bicycle = (DeliveryMethod.objects.create(name=name, price=1) for name in ("Van", "Bicycle"))
    first = Actor(switch_off, (van.pk,), pause_after="orders.services.checkout.lock_offered_delivery_methods")
    with cast(first, Actor(switch_off, (bicycle.pk,))) as (one, other):
        one.start()
        one.wait_paused()
        other.start()
        assert other.wait_settled() is True
        one.resume()
        assert (one.result(), other.result()) == ("off", "LastDeliveryMethod")
    assert DeliveryMethod.objects.get(is_active=True) == bicycle


def test_a_note_is_withdrawn_or_its_refund_is_sent_and_never_both(placed: Order, clerk: User) -> None:
    """The first decides; the other is refused. The money is either sent with a record, or owed to nobody."""
    payment = record_payment(payment_id=placed.payments.get().pk, amount=Decimal(1395), actor=clerk)
    refund = Refund.objects.get()
    withdrawing, sending = Actor(withdraw_note, (clerk.pk, payment.pk)), Actor(send_refund, (clerk.pk, refund.pk))
    results = Counter(map(str, storm([withdrawing, sending] * (STAFF // 2))))
    if Refund.objects.exists():
        assert results == {"WithdrawalRefused": STAFF // 2, "True": 1, "False": STAFF // 2 - 1}
        assert Payment.objects.get(pk=payment.pk).status == "paid"
    else:
        assert results == {"refused": 1, "WithdrawalRefused": STAFF // 2 - 1, "False": STAFF // 2}
    assert LogEntry.objects.filter(change_message__startswith="Money sent").count() == Refund.objects.count()


@pytest.mark.parametrize("first", ["withdraws", "sends"])
def test_the_second_of_the_two_waits_for_the_first(placed: Order, clerk: User, first: str) -> None:
    payment = record_payment(payment_id=placed.payments.get().pk, amount=Decimal(1395), actor=clerk)
    expected: tuple[object, object]
    refund = (clerk.pk, Refund.objects.get().pk)
    if first == "withdraws":
        one = Actor(withdraw_note, (clerk.pk, payment.pk), pause_after="orders.services.payments.lock_due_refund")
        other, expected = Actor(send_refund, refund), ("refused", False)
    else:
        one = Actor(send_refund, refund, pause_after="orders.services.refund_sending.lock_due_refund")
        other, expected = Actor(withdraw_note, (clerk.pk, payment.pk)), (True, "WithdrawalRefused")
    with cast(one, other) as (earlier, later):
        earlier.start()
        earlier.wait_paused()
        later.start()
        assert later.wait_settled() is True
        earlier.resume()
        assert (earlier.result(), later.result()) == expected
