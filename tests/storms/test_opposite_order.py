"""Carts whose lines are in opposite order: a transaction that needs several variants locks them by id."""

import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import F
from django.utils import timezone

from cart.models import Cart, CartItem
from inventory.models import Product, ProductVariant
from tests.conftest import MakeVariant
from tests.storms import actors, guards_out
from tests.storms.conftest import Deadlocks
from tests.storms.harness import Actor, storm
from tests.support.shopping import stock
from tests.support.waiting import wait_until

ROUNDS = 2000
WHOLE_CART_ROUNDS = 60
OTHER_VARIANTS = 1500

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("rules_hold_at_the_end")]


def carts_of(lines: Sequence[ProductVariant], count: int, *, live: bool = True) -> list[Cart]:
    """Make carts of guests, each with a unit of these variants, in this order of lines."""
    carts = Cart.objects.bulk_create(Cart(guest_token=uuid.uuid4()) for _ in range(count))
    ends = timezone.now() + timedelta(minutes=30 if live else -1)
    CartItem.objects.bulk_create(
        CartItem(cart=cart, product_variant=variant, quantity=1, price=1, reserved_quantity=1, reserved_until=ends)
        for cart in carts
        for variant in lines
    )
    moved = ProductVariant.objects.filter(pk__in=[variant.pk for variant in lines])
    moved.update(stock_quantity=F("stock_quantity") - count, reserved_quantity=F("reserved_quantity") + count)
    Cart.objects.update(version=1)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE cart_cart, cart_cartitem")  # autovacuum does so when carts are filled one by one
    return carts


def sell_many_other_things() -> None:
    """Add variants, so that the planner reads only the requested ones, in the requested order.

    With few variants it reads them all, in the order of the table.
    """
    products = Product.objects.bulk_create(
        Product(number=f"other {n}", name="Other", slug=f"other-{n}") for n in range(OTHER_VARIANTS)
    )
    ProductVariant.objects.bulk_create(
        ProductVariant(product=product, sku=product.number, name="Other", price=1) for product in products
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE inventory_productvariant")


def test_two_carts_give_back_at_once_two_thousand_times(make_variant: MakeVariant, deadlocks: Deadlocks) -> None:
    x, y = make_variant(5), make_variant(5)
    sell_many_other_things()
    (forth,), (back,) = carts_of([x, y], 1), carts_of([y, x], 1)
    first, second = storm([Actor(actors.undo_giving_back_often, (cart.pk, ROUNDS)) for cart in (forth, back)])
    assert first == second == ["undone"] * ROUNDS
    assert deadlocks() == 0


def test_control_in_the_order_of_lines_they_deadlock(make_variant: MakeVariant, deadlocks: Deadlocks) -> None:
    x, y = make_variant(5), make_variant(5)
    (forth,), (back,) = carts_of([x, y], 1), carts_of([y, x], 1)
    wrong = guards_out.variants_are_given_back_as_the_lines_come
    ends = storm([Actor(actors.undo_giving_back_often, (cart.pk, 1), without=wrong) for cart in (forth, back)])
    assert sorted(ends) == [["OperationalError"], ["undone"]]
    wait_until(lambda: deadlocks() == 1, "the deadlock is counted")


def test_merging_deleting_and_sweeping_whole_carts_at_once(make_variant: MakeVariant, deadlocks: Deadlocks) -> None:
    x, y = make_variant(10 * WHOLE_CART_ROUNDS), make_variant(10 * WHOLE_CART_ROUNDS)
    users = User.objects.bulk_create(User(username=f"user {n}") for n in range(WHOLE_CART_ROUNDS))
    merged, deleted = carts_of([y, x], WHOLE_CART_ROUNDS), carts_of([y, x], WHOLE_CART_ROUNDS)
    for n in range(WHOLE_CART_ROUNDS):
        carts_of([[x, y], [y, x]][n % 2], 1, live=False)
    # A merge must hold the units again, and so changes both variants.
    for user in users:
        cart = Cart.objects.create(user=user, version=1)
        CartItem.objects.bulk_create(CartItem(cart=cart, product_variant=v, quantity=1, price=1) for v in (y, x))
    merges = [(user.pk, str(cart.guest_token)) for user, cart in zip(users, merged, strict=True)]

    results = storm(
        [
            Actor(actors.merge_in_rounds, (merges,)),
            Actor(actors.delete_carts_in_rounds, ([cart.pk for cart in deleted],)),
            Actor(actors.sweep_in_rounds, (WHOLE_CART_ROUNDS,)),
        ]
    )
    assert Counter(results[0]) == {"merged": WHOLE_CART_ROUNDS}
    assert Counter(results[1]) == {"deleted": WHOLE_CART_ROUNDS}
    assert deadlocks() == 0
    assert stock(x) == stock(y) == (8 * WHOLE_CART_ROUNDS, 2 * WHOLE_CART_ROUNDS)


def test_control_a_cascade_that_locks_line_by_line_deadlocks(make_variant: MakeVariant, deadlocks: Deadlocks) -> None:
    x, y = make_variant(5), make_variant(5)
    (forth,), (back,) = carts_of([x, y], 1), carts_of([y, x], 1)
    wrong = guards_out.a_whole_cart_is_not_locked_before_its_lines
    ends = storm([Actor(actors.delete_cart, (cart.pk,), without=wrong) for cart in (forth, back)])
    assert sorted(ends) == ["OperationalError", "deleted"]
    wait_until(lambda: deadlocks() == 1, "the deadlock is counted")
