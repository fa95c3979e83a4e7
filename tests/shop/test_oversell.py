"""Thirty shoppers, ten units: over HTTP, against real web processes."""

from collections.abc import Callable

import pytest
from django.db.models import Sum

from cart.models import CartItem
from inventory.models import ProductVariant
from tests.conftest import MakeVariant
from tests.support.browsing import Answer, Shopper, all_at_once

pytestmark = pytest.mark.django_db(transaction=True)

SHOPPERS, UNITS = 30, 10


def add_one_each(address: str, variant: ProductVariant) -> list[Answer]:
    path = variant.product.get_absolute_url()
    shoppers = [Shopper(address) for _ in range(SHOPPERS)]
    ready = [(shopper, shopper.add_form(path) | {"variant": str(variant.pk), "quantity": "1"}) for shopper in shoppers]
    return all_at_once(lambda pair: pair[0].add(pair[1]), ready)


def units_in_carts() -> int:
    return CartItem.objects.aggregate(units=Sum("reserved_quantity"))["units"] or 0


def test_ten_of_thirty_get_a_unit(serve: Callable[..., str], make_variant: MakeVariant) -> None:
    variant = make_variant(UNITS)
    answers = add_one_each(serve(), variant)
    statuses = sorted(answer.status for answer in answers)
    assert statuses == [200] * UNITS + [409] * (SHOPPERS - UNITS)
    variant.refresh_from_db()
    assert (variant.stock_quantity, variant.reserved_quantity, units_in_carts()) == (0, UNITS, UNITS)


def test_the_harness_sees_read_then_write_oversell(serve: Callable[..., str], make_variant: MakeVariant) -> None:
    """Control: with the guard taken out, the same shoppers hold more units than there are."""
    variant = make_variant(UNITS)
    answers = add_one_each(serve("tests.support.shop_oversold"), variant)
    successes = sum(answer.status == 200 for answer in answers)
    assert successes > UNITS
    assert units_in_carts() > UNITS
