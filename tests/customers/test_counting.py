"""Customers, counted from orders by an effect, and found once an hour where they are missing."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

import customers.services
from core.locks import AdvisoryLock
from customers.models import Customer
from customers.services import add_missing_customers, count_customers_of
from orders.models import Order
from orders.services import cancel_order, refund_order, return_lines
from outbox.drain import drain
from outbox.models import OutboxRow
from tests.conftest import AtTheSeam
from tests.customers.conftest import Buy
from tests.support.ordering import pay

pytestmark = pytest.mark.django_db(transaction=True)


def counted(email: str = "ada@example.com") -> tuple[int, Decimal]:
    """The orders of a customer and what they spent, when the effect has run."""
    drain("count_customers")
    customer = Customer.objects.get(email__iexact=email)
    return customer.order_count, customer.spent


def paid(order: Order) -> Order:
    pay(order)
    return order


def test_an_order_makes_a_customer_and_its_money_counts_when_it_came(buy: Buy) -> None:
    first = buy(2)
    assert counted() == (1, Decimal(0))
    pay(first)
    assert counted() == (1, Decimal("9.00"))
    paid(buy(1))
    assert counted() == (2, Decimal("15.50"))


def test_an_address_is_one_customer_in_any_case(buy: Buy) -> None:
    buy(email="Ada@Example.com", name="A. King", country="FR"), buy(email="ADA@example.com")
    buy(email="bob@example.com", name="Bob")
    assert counted() == (2, Decimal(0))
    assert counted("bob@example.com") == (1, Decimal(0))
    assert Customer.objects.count() == 2


def test_the_newest_order_says_the_name(buy: Buy) -> None:
    older, newer = buy(name="Ada Byron", country="FR"), buy(name="Ada King", email="ADA@example.com")
    counted()
    customer = Customer.objects.get()
    assert (customer.name, customer.country, customer.email) == ("Ada King", "GB", "ADA@example.com")
    assert (customer.first_order_at, customer.last_order_at) == (older.created_at, newer.created_at)


def test_a_cancelled_order_is_none(buy: Buy) -> None:
    order = buy()
    assert counted() == (1, Decimal(0))
    cancel_order(order_id=order.pk)
    assert counted() == (0, Decimal(0))


def test_what_goes_back_was_not_spent(buy: Buy) -> None:
    order = paid(buy(3))
    return_lines(order_id=order.pk, units={order.lines.get().pk: 1}, reason="Broken")
    assert counted() == (1, Decimal("9.00"))
    refund_order(order_id=order.pk, reason="All of it")
    assert counted() == (1, Decimal(0))


def test_money_that_paid_for_no_order_was_never_spent(buy: Buy) -> None:
    order = buy()
    cancel_order(order_id=order.pk)
    pay(order)
    assert order.refunds.get().amount == order.total
    assert counted() == (0, Decimal(0))


def test_what_staff_wrote_stays(buy: Buy) -> None:
    buy()
    counted()
    Customer.objects.update(consent="News, by telephone on 3 May")
    buy()
    assert counted() == (2, Decimal(0))
    assert Customer.objects.get().consent == "News, by telephone on 3 May"


def test_an_effect_that_runs_twice_counts_once(buy: Buy) -> None:
    buy()
    row = OutboxRow.objects.get(effect="count_customers")
    assert counted() == (1, Decimal(0))
    row.pk = None
    row.save(force_insert=True)
    assert counted() == (1, Decimal(0))


@pytest.mark.parametrize("is_known", [True, False])
def test_what_was_ordered_while_a_count_waited_is_in_it(buy: Buy, at_the_seam: AtTheSeam, is_known: bool) -> None:
    """A count that was read before the lock would be written over the rival's, or meet its new row."""
    order = buy()
    if is_known:
        counted()

    def order_and_count() -> None:
        buy()
        drain("count_customers")

    at_the_seam("customers.services.lock_customers", order_and_count)
    count_customers_of(order_ids=[order.pk])
    assert counted() == (2, Decimal(0))


def test_orders_of_before_are_found_within_the_hour(buy: Buy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(customers.services, "_BATCH", 2)
    for name in "abcde":
        buy(email=f"{name}@example.com"), buy(email=f"{name.upper()}@example.com")
    counted("a@example.com")
    OutboxRow.objects.all().delete()
    Customer.objects.exclude(email__iexact="a@example.com").delete()
    assert (add_missing_customers(), add_missing_customers()) == (4, 0)
    assert list(Customer.objects.values_list("order_count", flat=True)) == [2] * 5


def test_a_count_asks_the_same_for_any_number(buy: Buy, django_assert_num_queries: Any) -> None:
    orders = [buy(email=f"{name}@example.com").pk for name in "abcde"]
    # BEGIN, the addresses, the lock, those known, three counts, what is new, COMMIT
    with django_assert_num_queries(9):
        count_customers_of(order_ids=orders)
    with django_assert_num_queries(9):
        count_customers_of(order_ids=orders)


def test_one_transaction_counts_at_a_time(buy: Buy, at_the_seam: AtTheSeam) -> None:
    order = buy()
    got = []

    def try_to() -> None:
        with transaction.atomic():
            got.append(AdvisoryLock.CUSTOMERS.try_acquire())

    at_the_seam("customers.services._counted", try_to)
    count_customers_of(order_ids=[order.pk])
    assert got == [False]
