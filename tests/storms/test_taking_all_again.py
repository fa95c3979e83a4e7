"""Many shoppers press "take all again" at once, some of them twice, for fewer units than they want."""

import uuid
from collections import Counter

import pytest

from cart.models import Cart, CartItem
from cart.owners import Owner
from inventory.models import ProductVariant
from tests.conftest import MakeVariant
from tests.storms import actors
from tests.storms.conftest import Deadlocks
from tests.storms.harness import Actor, storm
from tests.support.shopping import stock

ROUNDS, UNITS = 30, 40

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("rules_hold_at_the_end")]


def expired_carts(*variants: ProductVariant) -> list[actors.OwnerName]:
    """Carts with a unit of each variant that is held no longer, every second one with its lines in opposite order."""
    owners = [Owner(guest_token=uuid.uuid4()) for _ in range(ROUNDS)]
    carts = Cart.objects.bulk_create(Cart(guest_token=owner.guest_token, version=1) for owner in owners)
    CartItem.objects.bulk_create(
        CartItem(cart=cart, product_variant=variant, quantity=1, price=1)
        for number, cart in enumerate(carts)
        for variant in (variants if number % 2 else reversed(variants))
    )
    return [actors.name_of(owner) for owner in owners]


def test_each_unit_is_told_to_one_of_them_and_nothing_deadlocks(
    make_variant: MakeVariant, deadlocks: Deadlocks
) -> None:
    variants = [make_variant(UNITS) for _ in range(3)]
    pressed_twice, others = expired_carts(*variants), expired_carts(*variants)
    with_a_key = expired_carts(
        *reversed(variants)
    )  # in each round its lines are in opposite order to those of the others
    told = storm(
        [
            Actor(actors.take_all_again_in_rounds, (pressed_twice, None)),
            Actor(actors.take_all_again_in_rounds, (pressed_twice, None)),
            Actor(actors.take_all_again_in_rounds, (with_a_key, "key")),
            Actor(actors.take_all_again_in_rounds, (with_a_key, "key")),
            Actor(actors.take_all_again_in_rounds, (others, None)),
        ]
    )
    held = Counter(variant for rounds in told for variants_held in rounds for variant in variants_held)
    assert held == {variant.pk: UNITS for variant in variants}
    assert CartItem.objects.filter(reserved_quantity=1).count() == 3 * UNITS
    assert [stock(variant) for variant in variants] == [(0, UNITS)] * 3
    assert deadlocks() == 0
