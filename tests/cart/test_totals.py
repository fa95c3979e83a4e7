"""The stored total: it knows which change it is of, and no reader ever shows an older one."""

import uuid
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cart.models import Cart, CartItem
from cart.owners import Owner
from cart.selectors import cart_contents, cart_summary
from cart.services import remove_line, set_line_quantity, store_totals
from inventory.models import ProductVariant
from tests.conftest import MakeVariant
from tests.support.shopping import add, held

pytestmark = pytest.mark.usefixtures("rules_hold_at_the_end")


def stored(cart: Cart) -> tuple[Decimal, bool]:
    """The stored total, and whether it claims to be current."""
    cart.refresh_from_db()
    return cart.total_price, cart.version == cart.totals_version


def test_a_change_leaves_the_stored_total_marked_as_old(guest: Owner, variant: ProductVariant) -> None:
    assert stored(add(guest, variant, 3)) == (Decimal(0), False)


def test_storing_sums_the_lines(guest: Owner, variant: ProductVariant, make_variant: MakeVariant) -> None:
    add(guest, make_variant(price="1.25"), 2)
    cart = add(guest, variant, 3)
    assert store_totals(cart_ids=[cart.pk]) == 1
    assert stored(cart) == (Decimal("10.00"), True)


def test_a_cart_recalculates_its_own_total(guest: Owner, variant: ProductVariant) -> None:
    cart = add(guest, variant, 3)
    cart.recalculate_total()
    assert (cart.total_price, cart.version) == (Decimal("7.50"), cart.totals_version)


def test_an_empty_cart_has_a_total_of_nothing(guest: Owner, variant: ProductVariant) -> None:
    line = held(guest, variant, 3)
    line.cart.recalculate_total()
    remove_line(owner=guest, item_id=line.pk)
    line.cart.recalculate_total()
    assert stored(line.cart) == (Decimal(0), True)


def test_many_carts_are_one_statement(variant: ProductVariant) -> None:
    carts = [add(Owner(guest_token=uuid.uuid4()), variant, units).pk for units in (1, 2, 3)]
    with CaptureQueriesContext(connection) as statements:
        assert store_totals(cart_ids=carts) == 3
    assert len(statements) == 1
    assert list(Cart.objects.order_by("pk").values_list("total_price", flat=True)) == [
        Decimal("2.50"),
        Decimal("5.00"),
        Decimal("7.50"),
    ]


def test_a_cart_that_is_gone_is_passed_over(guest: Owner, variant: ProductVariant) -> None:
    cart = add(guest, variant)
    assert store_totals(cart_ids=[cart.pk, cart.pk + 1]) == 1


def test_the_total_of_a_line_is_the_databases(guest: Owner, variant: ProductVariant) -> None:
    line = held(guest, variant, 3)
    set_line_quantity(owner=guest, item_id=line.pk, quantity=4)
    assert CartItem.objects.get().total_price == Decimal("10.00")


class TestReaders:
    def test_sum_the_lines_where_the_stored_total_is_old(self, guest: Owner, variant: ProductVariant) -> None:
        add(guest, variant, 3).recalculate_total()
        add(guest, variant, 1)
        assert cart_contents(guest).total == Decimal("10.00")
        assert cart_summary(guest).total == Decimal("10.00")

    def test_take_the_stored_total_where_it_is_current(self, guest: Owner, variant: ProductVariant) -> None:
        add(guest, variant, 3).recalculate_total()
        assert cart_contents(guest).total == Decimal("7.50")

    def test_see_every_kind_of_change_at_once(self, guest: Owner, variant: ProductVariant) -> None:
        line = held(guest, variant, 3)
        line.cart.recalculate_total()
        set_line_quantity(owner=guest, item_id=line.pk, quantity=2)
        assert cart_contents(guest).total == Decimal("5.00")
        line.price = Decimal("1.00")
        line.save(update_fields=["price"])
        assert cart_contents(guest).total == Decimal("2.00")
        line.delete()
        assert cart_contents(guest).total == Decimal(0)
