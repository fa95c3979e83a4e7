"""Units sold, kept on the product: counted from orders by an effect, and once an hour wherever they are not right."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import OperationalError, connection, transaction
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

import orders.services.units_sold
from cart.owners import Owner
from inventory.models import SOLD_WITHIN, Product, ProductVariant
from orders.models import DeliveryMethod, Order
from orders.services import cancel_order, refund_order, return_lines, ship_order
from orders.services.units_sold import count_units_sold, recount_units_sold
from outbox.drain import drain
from outbox.models import OutboxRow
from tests.conftest import AtTheSeam, MakeVariant
from tests.support.ordering import order, pay
from tests.support.shopping import add

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def delivery() -> DeliveryMethod:
    return DeliveryMethod.objects.create(name="By bike", price=Decimal(4))


def buy(variant: ProductVariant, units: int, delivery: DeliveryMethod) -> Order:
    return order(add(Owner(guest_token=uuid.uuid4()), variant, units), delivery)


@pytest.fixture
def placed(variant: ProductVariant, delivery: DeliveryMethod) -> Order:
    """An order of three units of `variant`, not paid yet."""
    return buy(variant, 3, delivery)


def stored(variant: ProductVariant) -> int:
    variant.product.refresh_from_db()
    return variant.product.units_sold


def sold(variant: ProductVariant) -> int:
    """What is stored when the effect has run."""
    drain("count_units_sold")
    return stored(variant)


def test_every_order_adds_its_units(variant: ProductVariant, delivery: DeliveryMethod) -> None:
    buy(variant, 3, delivery), buy(variant, 2, delivery)
    assert sold(variant) == 5
    buy(variant, 1, delivery)
    assert sold(variant) == 6


def test_variants_of_a_product_are_counted_together(
    variant: ProductVariant, make_variant: MakeVariant, delivery: DeliveryMethod
) -> None:
    sibling = make_variant(5)
    ProductVariant.objects.filter(pk=sibling.pk).update(product=variant.product, name="B")
    cart = add(Owner(guest_token=uuid.uuid4()), variant, 3)
    add(Owner(guest_token=cart.guest_token), sibling, 2)
    order(cart, delivery)
    assert sold(variant) == 5


def test_opening_stock_is_no_sale(make_variant: MakeVariant, delivery: DeliveryMethod) -> None:
    heap, favourite = make_variant(100), make_variant(90)
    buy(favourite, 90, delivery)
    assert (sold(heap), sold(favourite)) == (0, 90)


def test_a_cancelled_order_counts_no_more(placed: Order, variant: ProductVariant) -> None:
    assert sold(variant) == 3
    for _ in range(2):
        cancel_order(order_id=placed.pk)
    assert sold(variant) == 0


def test_units_that_came_back_count_no_more(placed: Order, variant: ProductVariant) -> None:
    pay(placed)
    return_lines(order_id=placed.pk, units={placed.lines.get().pk: 1}, reason="Broken")
    assert sold(variant) == 2
    refund_order(order_id=placed.pk, reason="All of it")
    assert sold(variant) == 0


def test_a_parcel_that_was_refunded_counts_no_more(placed: Order, variant: ProductVariant) -> None:
    pay(placed)
    ship_order(order_id=placed.pk, note="")
    assert sold(variant) == 3
    refund_order(order_id=placed.pk, reason="Lost")
    assert sold(variant) == 0


def test_an_effect_that_runs_twice_counts_once(placed: Order, variant: ProductVariant) -> None:
    row = OutboxRow.objects.get(effect="count_units_sold")
    assert sold(variant) == 3
    row.pk = None
    row.save(force_insert=True)
    assert sold(variant) == 3


def test_what_was_ordered_while_a_count_waited_is_in_it(
    placed: Order, variant: ProductVariant, delivery: DeliveryMethod, at_the_seam: AtTheSeam
) -> None:
    """A count that was read before the product was locked would be written over the rival's."""

    def order_and_count() -> None:
        buy(variant, 2, delivery)
        drain("count_units_sold")

    at_the_seam("orders.services.units_sold.lock_products", order_and_count)
    count_units_sold(product_ids=[variant.product_id])
    assert stored(variant) == 5


def test_nobody_else_counts_a_product_that_is_being_counted(
    placed: Order, variant: ProductVariant, at_the_seam: AtTheSeam
) -> None:
    refused = []

    def lock() -> None:
        try:
            with transaction.atomic():
                Product.objects.select_for_update(nowait=True, no_key=True).get()
        except OperationalError as error:
            refused.append(error)

    at_the_seam("orders.services.units_sold.units_sold", lock)
    count_units_sold(product_ids=[variant.product_id])
    assert len(refused) == 1


def test_orders_of_before_are_found_within_the_hour(placed: Order, variant: ProductVariant) -> None:
    OutboxRow.objects.all().delete()
    assert (recount_units_sold(), stored(variant), recount_units_sold()) == (1, 3, 0)


def test_what_is_too_old_counts_no_more(
    placed: Order, variant: ProductVariant, make_variant: MakeVariant, delivery: DeliveryMethod
) -> None:
    other = make_variant()
    buy(other, 2, delivery)
    assert (sold(variant), sold(other)) == (3, 2)
    Order.objects.filter(pk=placed.pk).update(created_at=Now() - SOLD_WITHIN)
    assert (recount_units_sold(), stored(variant), stored(other)) == (1, 0, 2)
    Order.objects.filter(pk=placed.pk).update(created_at=Now() - SOLD_WITHIN + timedelta(hours=1))
    assert (recount_units_sold(), stored(variant)) == (1, 3)


def test_an_hour_of_many_products_is_many_short_transactions(
    make_variant: MakeVariant, delivery: DeliveryMethod, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orders.services.units_sold, "_BATCH", 2)
    variants = [make_variant() for _ in range(5)]
    for variant in variants:
        buy(variant, 1, delivery)
    with CaptureQueriesContext(connection) as captured:
        assert recount_units_sold() == 5
    assert [stored(variant) for variant in variants] == [1] * 5
    assert sum("FOR NO KEY UPDATE" in query["sql"] for query in captured) == 3


def test_the_count_asks_three_questions(
    placed: Order, variant: ProductVariant, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(5):  # BEGIN, the products locked, counted, written, COMMIT
        count_units_sold(product_ids=[variant.product_id])
