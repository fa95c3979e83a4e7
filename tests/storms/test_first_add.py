"""The first add of one shopper, twice at once: one cart, both units."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from cart.models import Cart
from cart.owners import Owner
from inventory.models import ProductVariant
from tests.conftest import MakeVariant
from tests.storms import guards_out
from tests.storms.actors import buy, buy_in_rounds, name_of
from tests.storms.harness import Actor, storm

ROUNDS = 60

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("rules_hold_at_the_end")]


def buy_twice_at_once(owners: list[Owner], variant: ProductVariant) -> None:
    names = [name_of(owner) for owner in owners]
    first, second = storm([Actor(buy_in_rounds, (names, variant.pk))] * 2)
    assert first == second == ["added"] * len(owners)
    assert [sum(line.quantity for line in cart.items.all()) for cart in Cart.objects.all()] == [2] * len(owners)


def test_of_a_guest(guests: Callable[[int], list[Owner]], make_variant: MakeVariant) -> None:
    buy_twice_at_once(guests(ROUNDS), make_variant(2 * ROUNDS))


def test_of_a_user(make_user: Callable[[str], User], make_variant: MakeVariant) -> None:
    users = User.objects.bulk_create(User(username=f"user {n}") for n in range(ROUNDS))
    buy_twice_at_once([Owner(user_id=user.pk) for user in users], make_variant(2 * ROUNDS))


def test_control_a_cart_that_is_looked_for_then_made_is_refused(guest: Owner, variant: ProductVariant) -> None:
    actor = Actor(buy, (name_of(guest), variant.pk), without=guards_out.first_cart_is_looked_for_then_made)
    assert sorted(storm([actor] * 2)) == ["IntegrityError", "added"]
