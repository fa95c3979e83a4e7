"""The tax of orders and refunds, by rate, in the database."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from cart.models import Cart
from cart.owners import Owner
from inventory.models import ProductVariant, TaxClass, TaxRate
from orders.models import DeliveryMethod, Order, OrderLine, OrderTax, RefundTax
from orders.selectors import order_numbered
from orders.services import refund_order, return_lines, ship_order
from orders.totals import TaxShare
from tests.conftest import MakeVariant
from tests.support.ordering import ADA, order, pay, seen
from tests.support.shopping import add

pytestmark = pytest.mark.django_db


@pytest.fixture
def books() -> TaxClass:
    books = TaxClass.objects.create(name="Books", percent=5)
    TaxRate.objects.create(tax_class=books, country="FR", percent=Decimal("5.50"))
    return books


@pytest.fixture
def mixed(guest: Owner, make_variant: MakeVariant, books: TaxClass) -> Cart:
    """Two units of 10.00 at the default rate, and four books of 2.50."""
    book = make_variant(price="2.50")
    ProductVariant.objects.filter(pk=book.pk).update(tax_class=books)
    add(guest, make_variant(price="10.00"), 2)
    return add(guest, book, 4)


def shares(*rows: tuple[str, str, str]) -> tuple[TaxShare, ...]:
    return tuple(TaxShare(*map(Decimal, row)) for row in rows)


IN_ALL = shares(("20", "22.63", "3.77"), ("5", "11.32", "0.54"))  # with a delivery of 3.95


def test_an_order_has_a_row_for_each_rate_with_its_share_of_the_delivery(
    mixed: Cart, delivery: DeliveryMethod, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    placed = order(mixed, delivery)
    assert list(OrderLine.objects.values_list("tax_rate", flat=True)) == [20, 5]
    assert (placed.total, placed.tax, placed.tax_rate) == (Decimal("33.95"), Decimal("4.31"), Decimal(20))
    assert placed.totals.taxes == IN_ALL
    with django_assert_num_queries(5):
        found = order_numbered(placed.number)
        assert found
        assert found.totals.taxes == IN_ALL


def test_the_rate_is_that_of_the_country_of_delivery(mixed: Cart, delivery: DeliveryMethod) -> None:
    placed = order(mixed, delivery, customer=replace(ADA, country="FR"))
    assert [share.rate for share in placed.totals.taxes] == [20, Decimal("5.50")]
    assert placed.total == Decimal("33.95")


def test_a_new_rate_reaches_the_next_order_and_no_earlier_one(
    guest: Owner, mixed: Cart, delivery: DeliveryMethod, books: TaxClass
) -> None:
    shown = seen(mixed, delivery)
    TaxClass.objects.update(percent=12)
    placed = order(mixed, delivery, expected=shown)
    assert [share.rate for share in placed.totals.taxes] == [20, 12]
    TaxClass.objects.update(percent=0)
    assert [share.rate for share in Order.objects.get().totals.taxes] == [20, 12]


def test_an_order_from_before_has_the_one_rate_of_its_day(
    guest: Owner, variant: ProductVariant, delivery: DeliveryMethod
) -> None:
    placed = from_before(order(add(guest, variant, 2), delivery))
    expected = shares(("20", "8.95", "1.49"))
    assert placed.totals.taxes == expected
    found = order_numbered(placed.number)
    assert found
    assert found.totals.taxes == expected


def from_before(placed: Order) -> Order:
    """As the code of the version before wrote it."""
    OrderTax.objects.all().delete()
    OrderLine.objects.update(tax_rate=None)
    return Order.objects.get(pk=placed.pk)


def taxes_of_refunds() -> list[tuple[Decimal, Decimal, Decimal]]:
    return list(RefundTax.objects.order_by("pk").values_list("rate", "gross", "tax"))


def test_the_refunds_of_an_order_add_up_to_its_tax(mixed: Cart, delivery: DeliveryMethod) -> None:
    placed = order(mixed, delivery)
    pay(placed)
    goods, books = placed.lines.all()
    for units in ({books.pk: 3}, {goods.pk: 1, books.pk: 1}):
        return_lines(order_id=placed.pk, units=units, reason="broken")
    assert [gross for _, gross, _ in taxes_of_refunds()] == [Decimal("7.50"), 10, Decimal("2.50")]
    return_lines(order_id=placed.pk, units={goods.pk: 1}, reason="broken")
    assert_all_is_back(placed)


@pytest.mark.parametrize("is_shipped", [False, True])
def test_a_refund_of_all_that_is_left_has_the_rest_of_the_tax(
    mixed: Cart, delivery: DeliveryMethod, is_shipped: bool
) -> None:
    placed = order(mixed, delivery)
    pay(placed)
    if is_shipped:
        ship_order(order_id=placed.pk)
    return_lines(order_id=placed.pk, units={placed.lines.all()[1].pk: 3}, reason="broken")
    refund_order(order_id=placed.pk, reason="lost")
    assert_all_is_back(placed)


def test_an_order_from_before_is_refunded_at_its_rate(
    guest: Owner, variant: ProductVariant, delivery: DeliveryMethod
) -> None:
    placed = from_before(order(add(guest, variant, 2), delivery))
    pay(placed)
    line = placed.lines.get()
    return_lines(order_id=placed.pk, units={line.pk: 1}, reason="broken")
    assert taxes_of_refunds() == [(Decimal(20), Decimal("2.50"), Decimal("0.41"))]
    return_lines(order_id=placed.pk, units={line.pk: 1}, reason="broken")
    assert_all_is_back(placed)


def assert_all_is_back(placed: Order) -> None:
    sums = dict[Decimal, list[Decimal]]()
    for rate, gross, tax in taxes_of_refunds():
        before = sums.setdefault(rate, [Decimal(0), Decimal(0)])
        sums[rate] = [before[0] + gross, before[1] + tax]
    assert sums == {share.rate: [share.gross, share.tax] for share in placed.totals.taxes}
    assert sum(refund.amount for refund in placed.refunds.all()) == placed.total


def test_the_database_refuses_a_tax_above_its_price_and_a_second_row_of_a_rate(
    guest: Owner, variant: ProductVariant, delivery: DeliveryMethod
) -> None:
    placed = order(add(guest, variant), delivery)
    for rate, gross, tax in ((5, 1, 2), (101, 1, 1), (5, -1, -1), (20, 1, 0)):
        with pytest.raises(IntegrityError), transaction.atomic():
            OrderTax.objects.create(order=placed, rate=rate, gross=gross, tax=tax)
