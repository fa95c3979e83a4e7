"""A note of money that is withdrawn: what goes with it, what stays, what is told to whom, and when it is too late."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.db.models.functions import Now
from django.test import Client
from pytest_django import Settings

from cart.owners import Owner
from inventory.models import ProductVariant
from orders.emails import EmailKind, render_order_email
from orders.errors import PaymentNotPossible, WithdrawalRefused
from orders.links import order_path
from orders.models import DeliveryMethod, Order, Payment, Refund
from orders.selectors import payments_to_withdraw
from orders.services import (
    begin_payment,
    cancel_order,
    cancel_overdue_orders,
    mark_refund_sent,
    record_payment,
    refund_order,
    return_lines,
    ship_order,
    withdraw_payment,
)
from tests.support.ordering import order, pay
from tests.support.shopping import add, nothing_changes, stock


@pytest.fixture
def manager(make_user: Callable[[str], User]) -> User:
    return make_user("manager")


@pytest.fixture
def note(placed: Order, manager: User) -> Callable[[str], Payment]:
    """Note that so much came for the newest payment of the order."""

    def noted(amount: str) -> Payment:
        pk = record_payment(payment_id=placed.payments.all()[0].pk, amount=Decimal(amount), actor=manager).pk
        return Payment.objects.get(pk=pk)

    return noted


def withdraw(payment: Payment, by: User) -> Payment:
    assert payment.settled_at is not None
    withdraw_payment(payment_id=payment.pk, recorded_at=payment.settled_at, reason="Mistyped", actor=by)
    return Payment.objects.get(pk=payment.pk)


def state(order: Order) -> str:
    order.refresh_from_db()
    return str(order.state)


def refused(payment: Payment, by: User, why: str) -> None:
    before = list(Payment.objects.values()), list(Refund.objects.values()), LogEntry.objects.count()
    with nothing_changes(), pytest.raises(WithdrawalRefused, match=why):
        withdraw(payment, by)
    assert (list(Payment.objects.values()), list(Refund.objects.values()), LogEntry.objects.count()) == before


def test_another_amount_goes_with_its_refund_and_the_order_waits_on(
    placed: Order, note: Callable[[str], Payment], manager: User, variant: ProductVariant
) -> None:
    mistyped = withdraw(note("1395"), manager)
    # The payment that was opened when the other amount came is the one that waits.
    assert (mistyped.status, mistyped.amount) == ("refused", placed.total)
    assert not Refund.objects.exists()
    assert (placed.payments.get(status="pending"), state(placed)) == (placed.payments.all()[0], "placed")
    note("13.95")
    assert (state(placed), stock(variant), Refund.objects.count()) == ("paid", (6, 0), 0)


def test_the_log_says_who_and_why(placed: Order, note: Callable[[str], Payment], manager: User) -> None:
    withdraw(note("1395"), manager)
    step = placed.transitions.last()
    assert step is not None
    assert (step.from_state, step.to_state, step.actor) == ("placed", "placed", manager)
    assert step.note == "Noted by mistake, £1,395.00: Mistyped"
    withdraw(note("13.95"), manager)
    step = placed.transitions.last()
    assert step is not None
    assert (step.from_state, step.to_state, step.actor) == ("paid", "placed", manager)
    said = [entry.get_change_message() for entry in LogEntry.objects.order_by("id")]
    assert "Noted by mistake, £1,395.00: Mistyped" in said
    assert "Paid → Placed: Noted by mistake, £13.95: Mistyped" in said


def test_an_order_that_was_paid_by_it_waits_for_its_money_again(
    placed: Order, note: Callable[[str], Payment], manager: User, variant: ProductVariant
) -> None:
    payment = note("13.95")
    Order.objects.update(pay_by=Now() - timedelta(days=1))
    payment = withdraw(payment, manager)
    assert (payment.status, payment.settled_at, state(placed)) == ("pending", None, "placed")
    assert stock(variant) == (6, 0)
    assert cancel_overdue_orders() == 0, "it is given the time of its way to pay anew"
    assert placed.pay_by > placed.created_at + timedelta(days=13)


def test_where_the_customer_chose_another_way_meanwhile_that_one_stays_open(
    placed: Order, note: Callable[[str], Payment], manager: User, settings: Settings
) -> None:
    settings.SHOP_PAYMENT_PROVIDERS = {
        "invoice": "orders.payments.invoice.Invoice",
        "testbank": "demo.testbank.TestBank",
    }
    mistyped = note("1395")
    chosen = begin_payment(order_id=placed.pk, provider="testbank")
    assert withdraw(mistyped, manager).status == "refused"
    assert placed.payments.get(status="pending") == chosen


def test_a_mistyped_note_is_withdrawn_however_far_the_order_is(
    placed: Order, note: Callable[[str], Payment], manager: User
) -> None:
    """Its refund would be sent some day, and it is of no money that ever came."""
    mistyped = note("1395")
    note("13.95")
    ship_order(order_id=placed.pk)
    assert list(payments_to_withdraw(placed)) == [mistyped]
    assert withdraw(mistyped, manager).status == "refused"
    assert (state(placed), Refund.objects.count()) == ("shipped", 0)


def test_of_a_cancelled_order_too(placed: Order, note: Callable[[str], Payment], manager: User) -> None:
    cancel_order(order_id=placed.pk)
    payment = withdraw(note("13.95"), manager)
    assert (payment.status, state(placed), Refund.objects.count()) == ("refused", "cancelled", 0)


def test_not_once_the_refund_was_sent(placed: Order, note: Callable[[str], Payment], manager: User) -> None:
    payment = note("1395")
    mark_refund_sent(refund_id=Refund.objects.get().pk, actor=manager)
    assert not payments_to_withdraw(placed)
    refused(payment, manager, "The refund that it made was sent already")


@pytest.mark.parametrize("ending", ["shipped", "refunded"])
def test_not_once_the_order_moved_on(placed: Order, note: Callable[[str], Payment], manager: User, ending: str) -> None:
    payment = note("13.95")
    ship_order(order_id=placed.pk) if ending == "shipped" else refund_order(order_id=placed.pk, reason="Asked")
    placed.refresh_from_db()
    assert not payments_to_withdraw(placed)
    refused(payment, manager, f"The order that it paid is {ending} by now")


def test_not_once_units_came_back(placed: Order, note: Callable[[str], Payment], manager: User) -> None:
    payment = note("13.95")
    return_lines(order_id=placed.pk, units={placed.lines.get().pk: 1}, reason="Broken")
    placed.refresh_from_db()
    assert not payments_to_withdraw(placed)
    refused(payment, manager, "Units of the order that it paid have come back by now")


def test_twice_is_once_and_the_next_note_stands(placed: Order, note: Callable[[str], Payment], manager: User) -> None:
    first = note("13.95")
    withdraw(first, manager)
    refused(first, manager, "since you looked")
    note("13.95")
    refused(first, manager, "since you looked")
    assert state(placed) == "paid"


def test_what_a_provider_told_itself_is_no_note(placed: Order, manager: User, settings: Settings) -> None:
    offered = settings.SHOP_PAYMENT_PROVIDERS
    settings.SHOP_PAYMENT_PROVIDERS = {**offered, "testbank": "demo.testbank.TestBank"}
    begin_payment(order_id=placed.pk, provider="testbank")
    pay(placed)
    assert not payments_to_withdraw(placed)
    with pytest.raises(PaymentNotPossible):
        withdraw(Payment.objects.get(provider="testbank"), manager)


def test_what_cost_nothing_was_noted_by_nobody(guest: Owner, variant: ProductVariant, manager: User) -> None:
    ProductVariant.objects.update(price=0)
    gift = order(add(guest, variant), DeliveryMethod.objects.create(name="By hand", price=Decimal(0)))
    assert state(gift) == "paid"
    assert not payments_to_withdraw(gift)
    refused(gift.payments.get(), manager, "The note cannot be withdrawn")


def test_the_customer_reads_none_of_it(
    placed: Order, note: Callable[[str], Payment], manager: User, client: Client
) -> None:
    withdraw(note("1395"), manager)
    withdraw(note("13.95"), manager)
    html = client.get(order_path(placed.number)).content.decode()
    assert "Mistyped" not in html
    assert "Noted by mistake" not in html


def test_an_e_mail_that_is_written_late_tells_none_of_it(
    placed: Order, note: Callable[[str], Payment], manager: User
) -> None:
    """E-mails are written by a worker, perhaps after the note was withdrawn."""
    mistyped = note("1395")
    note("13.95")
    ship_order(order_id=placed.pk, note="Parcel 17")
    withdraw(mistyped, manager)
    text = render_order_email(placed, EmailKind.SHIPPED).text
    assert "Parcel 17" in text
    assert "Mistyped" not in text
