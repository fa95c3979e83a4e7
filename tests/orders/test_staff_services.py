"""What only staff do: note money, take units back from a page, send refunds, change the ways of delivery."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from pytest_django import Settings

from cart.owners import Owner
from inventory.models import ProductVariant
from orders.errors import AlreadyRecorded, LastDeliveryMethod, PaymentNotPossible, ReturnedMeanwhile
from orders.models import Checkout, DeliveryMethod, Order, Payment, Refund
from orders.services import (
    begin_payment,
    cancel_order,
    delete_delivery_method,
    mark_refund_sent,
    record_payment,
    refund_order,
    return_lines,
    save_checkout,
    save_delivery_method,
    ship_order,
)
from tests.support.ordering import ADA, pay
from tests.support.shopping import add, nothing_changes, stock


@pytest.fixture
def manager(make_user: Callable[[str], User]) -> User:
    return make_user("manager")


def log() -> list[str]:
    return [entry.get_change_message() for entry in LogEntry.objects.order_by("id")]


def state(order: Order) -> str:
    order.refresh_from_db()
    return str(order.state)


def test_the_amount_asked_for_pays_the_order_once(placed: Order, manager: User) -> None:
    payment = placed.payments.get()
    for _ in range(2):
        assert record_payment(payment_id=payment.pk, amount=placed.total, actor=manager).status == "paid"
    assert state(placed) == "paid"
    assert not Refund.objects.exists()
    assert log() == ["Money came: £13.95, asked for was £13.95", f"Placed → Paid: payment {payment.reference}"]


def test_another_amount_is_owed_back_and_the_order_waits_on(placed: Order, manager: User) -> None:
    first = placed.payments.get()
    for _ in range(2):
        record_payment(payment_id=first.pk, amount=Decimal(10), actor=manager)
    assert state(placed) == "placed"
    assert [refund.amount for refund in Refund.objects.all()] == [Decimal(10)]
    second = placed.payments.get(status=Payment.Status.PENDING)
    assert (second.provider, second.amount) == ("invoice", placed.total)
    record_payment(payment_id=second.pk, amount=placed.total, actor=manager)
    assert state(placed) == "paid"


def test_what_two_colleagues_saw_differently_is_noted_once(placed: Order, manager: User) -> None:
    payment = placed.payments.get()
    record_payment(payment_id=payment.pk, amount=placed.total, actor=manager)
    with pytest.raises(AlreadyRecorded, match=r"with 13\.95"):
        record_payment(payment_id=payment.pk, amount=Decimal(10), actor=manager)
    assert not Refund.objects.exists()


def test_money_for_a_cancelled_order_is_owed_back(placed: Order, variant: ProductVariant, manager: User) -> None:
    cancel_order(order_id=placed.pk)
    record_payment(payment_id=placed.payments.get().pk, amount=placed.total, actor=manager)
    assert (state(placed), stock(variant), Refund.objects.get().amount) == ("cancelled", (10, 0), placed.total)
    assert placed.payments.count() == 1


def test_what_a_provider_tells_itself_is_not_noted_by_hand(placed: Order, manager: User, settings: Settings) -> None:
    offered = settings.SHOP_PAYMENT_PROVIDERS
    settings.SHOP_PAYMENT_PROVIDERS = {**offered, "testbank": "demo.testbank.TestBank"}
    payment = begin_payment(order_id=placed.pk, provider="testbank")
    for payment_id in (payment.pk, 0):
        with pytest.raises(PaymentNotPossible):
            record_payment(payment_id=payment_id, amount=placed.total, actor=manager)


def test_a_return_that_is_sent_twice_is_taken_once(placed: Order, variant: ProductVariant, manager: User) -> None:
    pay(placed)
    form = {"units": {placed.lines.get().pk: 1}, "reason": "Broken", "actor": manager, "seen": 0}
    return_lines(order_id=placed.pk, **form)  # type: ignore[arg-type]
    with nothing_changes(), pytest.raises(ReturnedMeanwhile):
        return_lines(order_id=placed.pk, **form)  # type: ignore[arg-type]
    assert (stock(variant), Refund.objects.count()) == ((7, 0), 1)
    assert log() == [f"Taken back: 1 of {variant.sku}: Broken"]


def test_each_deed_is_in_the_log_once_with_who_and_why(placed: Order, manager: User) -> None:
    pay(placed)
    for _ in range(2):
        ship_order(order_id=placed.pk, actor=manager, note="Parcel 17")
    for _ in range(2):
        refund_order(order_id=placed.pk, actor=manager, reason="Lost")
    refund = Refund.objects.get()
    for _ in range(2):
        mark_refund_sent(refund_id=refund.pk, actor=manager, note="Transfer of 3 May")
    assert log() == ["Paid → Shipped: Parcel 17", "Shipped → Refunded: Lost", "Money sent: Transfer of 3 May"]
    assert {entry.user for entry in LogEntry.objects.all()} == {manager}


def test_the_last_way_of_delivery_stays_on_offer(delivery: DeliveryMethod) -> None:
    others = DeliveryMethod.objects.exclude(pk=delivery.pk)
    others.update(is_active=False)
    delivery.is_active = False
    with pytest.raises(LastDeliveryMethod):
        save_delivery_method(method=delivery, fields=["is_active"])
    with pytest.raises(LastDeliveryMethod):
        delete_delivery_method(method=delivery)
    assert DeliveryMethod.objects.get(is_active=True) == delivery


def test_one_of_two_may_go_and_so_may_what_is_not_offered(delivery: DeliveryMethod) -> None:
    other = DeliveryMethod(name="Bicycle", price=1)
    save_delivery_method(method=other, fields=["name", "price"])
    hidden = DeliveryMethod.objects.create(name="Pigeon", price=1, is_active=False)
    delete_delivery_method(method=hidden)
    other.is_active = False
    save_delivery_method(method=other, fields=["is_active"])
    assert not DeliveryMethod.objects.get(pk=other.pk).is_active


def test_a_checkout_outlives_its_way_of_delivery(
    guest: Owner, variant: ProductVariant, delivery: DeliveryMethod
) -> None:
    DeliveryMethod.objects.create(name="Bicycle", price=1)
    save_checkout(cart_id=add(guest, variant).pk, customer=ADA, delivery_method_id=delivery.pk)
    delete_delivery_method(method=delivery)
    assert Checkout.objects.get().delivery_method is None
