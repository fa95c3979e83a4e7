"""Ordering again: each line by an add of its own, what is short told apart, and nothing added twice."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from cart.models import Cart, CartItem, IdempotencyKey
from cart.owners import Owner
from cart.services import merge_guest_cart
from inventory.models import Product, ProductVariant, StockMovement
from inventory.services import move_stock
from orders.models import DeliveryMethod, Order
from orders.selectors import order_numbered
from orders.services import order_again
from orders.services.again import LineAgain
from tests.conftest import MakeVariant
from tests.support.ordering import order
from tests.support.pages import MakeUser
from tests.support.shopping import add, expire, held, stock

pytestmark = pytest.mark.django_db


@pytest.fixture
def goods(make_variant: MakeVariant) -> list[ProductVariant]:
    """Three variants with ten units each."""
    return [make_variant() for _ in range(3)]


@pytest.fixture
def before(goods: list[ProductVariant], delivery: DeliveryMethod) -> Order:
    """An order of three units of each of the goods, by somebody whose cart is not the shopper's."""
    somebody = Owner(guest_token=uuid.uuid4())
    for variant in goods:
        add(somebody, variant, 3)
    return order(Cart.objects.get(**somebody.columns), delivery)


@pytest.fixture
def rival() -> Owner:
    return Owner(guest_token=uuid.uuid4())


def again(before: Order, owner: Owner, key: str | None = "a key") -> list[LineAgain]:
    read = order_numbered(before.number)
    assert read
    return order_again(read, user=None, guest_token=owner.guest_token, idempotency_key=key)


def told(done: list[LineAgain]) -> list[tuple[str, int]]:
    return [(each.outcome.name, each.units) for each in done]


def in_cart(owner: Owner) -> list[tuple[int, int]]:
    lines = CartItem.objects.filter(cart__status="open", **{f"cart__{k}": v for k, v in owner.columns.items()})
    return list(lines.order_by("created_at", "pk").values_list("product_variant_id", "quantity"))


def test_each_line_is_added_in_the_order_of_the_order(guest: Owner, before: Order, goods: list[ProductVariant]) -> None:
    assert told(again(before, guest)) == [("ADDED", 3)] * 3
    assert in_cart(guest) == [(variant.pk, 3) for variant in goods]
    assert [stock(variant) for variant in goods] == [(4, 3)] * 3


def test_it_comes_on_top_of_what_the_cart_has(guest: Owner, before: Order, goods: list[ProductVariant]) -> None:
    add(guest, goods[1], 2)
    assert told(again(before, guest)) == [("ADDED", 3)] * 3
    assert sorted(in_cart(guest)) == [(goods[0].pk, 3), (goods[1].pk, 5), (goods[2].pk, 3)]


def test_repeated_it_adds_nothing_and_tells_what_the_cart_has(
    guest: Owner, before: Order, goods: list[ProductVariant]
) -> None:
    again(before, guest)
    CartItem.objects.get(product_variant=goods[2], cart__guest_token=guest.guest_token).delete()
    assert told(again(before, guest)) == [("ADDED_BEFORE", 3), ("ADDED_BEFORE", 3), ("ADDED_BEFORE", 0)]
    assert in_cart(guest) == [(goods[0].pk, 3), (goods[1].pk, 3)]
    assert told(again(before, guest, "another")) == [("ADDED", 3)] * 3
    assert in_cart(guest) == [(goods[0].pk, 6), (goods[1].pk, 6), (goods[2].pk, 3)]


def test_a_key_may_fill_its_column(guest: Owner, before: Order) -> None:
    again(before, guest, "k" * 64)
    again(before, guest, "k" * 64)
    assert [units for _, units in in_cart(guest)] == [3, 3, 3]
    assert {len(key) for key in IdempotencyKey.objects.values_list("key", flat=True)} == {64}


def test_without_a_key_each_request_counts(guest: Owner, before: Order) -> None:
    again(before, guest, None)
    again(before, guest, None)
    assert [units for _, units in in_cart(guest)] == [6, 6, 6]


def test_what_is_short_is_added_in_part_and_once(
    guest: Owner, before: Order, goods: list[ProductVariant], rival: Owner
) -> None:
    held(rival, goods[0], 5)
    assert told(again(before, guest)) == [("FEWER", 2), ("ADDED", 3), ("ADDED", 3)]
    assert stock(goods[0]) == (0, 7)
    CartItem.objects.filter(cart__guest_token=rival.guest_token).get().delete()
    assert told(again(before, guest)) == [("ADDED_BEFORE", 2), ("ADDED_BEFORE", 3), ("ADDED_BEFORE", 3)]
    assert stock(goods[0]) == (5, 2)


def test_what_others_hold_is_told_from_what_is_sold_out(
    guest: Owner, before: Order, goods: list[ProductVariant], rival: Owner
) -> None:
    held(rival, goods[0], 7)
    move_stock(variant_id=goods[1].pk, delta=-7, kind=StockMovement.Kind.ADJUSTMENT, reason="Counted")
    assert told(again(before, guest)) == [("IN_CARTS", 0), ("SOLD_OUT", 0), ("ADDED", 3)]
    assert in_cart(guest) == [(goods[2].pk, 3)]


def test_what_was_refused_is_tried_again_by_the_same_form(
    guest: Owner, before: Order, goods: list[ProductVariant], rival: Owner
) -> None:
    line = held(rival, goods[0], 7)
    again(before, guest)
    expire(line)
    assert told(again(before, guest)) == [("ADDED", 3), ("ADDED_BEFORE", 3), ("ADDED_BEFORE", 3)]


def test_what_is_no_longer_on_sale_is_not_added(guest: Owner, before: Order, goods: list[ProductVariant]) -> None:
    ProductVariant.objects.filter(pk=goods[0].pk).update(is_active=False)
    Product.objects.filter(pk=goods[1].product_id).update(is_listed=False)
    assert told(again(before, guest)) == [("NOT_SOLD", 0), ("NOT_SOLD", 0), ("ADDED", 3)]
    assert in_cart(guest) == [(goods[2].pk, 3)]


def test_the_caps_leave_as_much_as_they_do(
    guest: Owner, before: Order, goods: list[ProductVariant], settings: Settings
) -> None:
    settings.SHOP_MAX_UNITS_PER_LINE = 2
    settings.SHOP_MAX_UNITS_PER_CART = 3
    assert told(again(before, guest)) == [("CAPPED", 2), ("CAPPED", 1), ("CAPPED", 0)]


@pytest.mark.parametrize(("taken", "told_of_it"), [(1, ("FEWER", 1)), (3, ("FEWER", 0))])
def test_a_line_whose_hold_ran_out_needs_its_own_units_first(
    guest: Owner, before: Order, goods: list[ProductVariant], rival: Owner, taken: int, told_of_it: tuple[str, int]
) -> None:
    """Seven are on hand. The line had five. Where three of them are gone, it asks for all five again, and once."""
    mine = held(guest, goods[0], 5)
    expire(mine)
    held(rival, goods[0], taken)
    with CaptureQueriesContext(connection) as statements:
        assert told(again(before, guest))[0] == told_of_it
    assert sum(each["sql"].startswith("ROLLBACK") for each in statements.captured_queries) == 1
    mine.refresh_from_db()
    assert mine.quantity == 5 + told_of_it[1]


def test_a_price_that_the_cart_showed_is_told(guest: Owner, before: Order, goods: list[ProductVariant]) -> None:
    add(guest, goods[0])
    ProductVariant.objects.filter(pk=goods[0].pk).update(price=9)
    first, *_ = again(before, guest)
    assert first.item
    assert first.item.price_before == goods[0].price
    assert first.item.price == 9


def test_after_the_log_in_the_same_form_adds_nothing_twice(
    guest: Owner, before: Order, goods: list[ProductVariant], make_user: MakeUser
) -> None:
    """The guest pressed, logged in, and presses again on the page of before."""
    again(before, guest)
    ada = make_user("ada")
    assert guest.guest_token
    merge_guest_cart(user_id=ada.pk, guest_token=guest.guest_token)
    read = order_numbered(before.number)
    assert read
    done = order_again(read, user=ada, guest_token=None, idempotency_key="a key")
    assert told(done) == [("ADDED_BEFORE", 3)] * 3
    assert in_cart(Owner(user_id=ada.pk)) == [(variant.pk, 3) for variant in goods]


def test_a_line_costs_what_an_add_costs(guest: Owner, before: Order, goods: list[ProductVariant]) -> None:
    add(guest, goods[0])
    read = order_numbered(before.number)
    assert read
    with CaptureQueriesContext(connection) as statements:
        order_again(read, user=None, guest_token=guest.guest_token, idempotency_key="a key")
    assert len(statements) == 3 * 8, statements.captured_queries


def test_a_refusal_costs_little_more(guest: Owner, before: Order, goods: list[ProductVariant], rival: Owner) -> None:
    add(guest, goods[0])
    for variant in goods:
        held(rival, variant, 5)
    read = order_numbered(before.number)
    assert read
    with CaptureQueriesContext(connection) as statements:
        done = order_again(read, user=None, guest_token=guest.guest_token, idempotency_key="a key")
    assert [each.outcome.name for each in done] == ["FEWER"] * 3
    assert len(statements) <= 3 * (8 + 8), statements.captured_queries
