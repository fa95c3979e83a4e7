"""One idempotency key, twenty posts at once: one unit, twenty equal answers."""

from collections.abc import Callable

import pytest

from cart.models import IdempotencyKey
from cart.owners import Owner
from inventory.models import ProductVariant
from tests.storms import guards_out
from tests.storms.actors import buy, buy_with_key, name_of
from tests.storms.harness import Actor, storm
from tests.support.shopping import add, stock

POSTS = 20

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("rules_hold_at_the_end")]


def post_at_once(guest: Owner, variant: ProductVariant, without: Callable[[], None] | None = None) -> list[list[int]]:
    return storm([Actor(buy_with_key, (name_of(guest), variant.pk, "a key"), without=without)] * POSTS)


@pytest.mark.parametrize("has_a_cart", [False, True])
def test_twenty_posts_are_one_unit_and_equal_answers(
    guest: Owner, variant: ProductVariant, make_variant: Callable[[], ProductVariant], has_a_cart: bool
) -> None:
    if has_a_cart:
        add(guest, make_variant())
    answers = post_at_once(guest, variant)
    assert len(answers) == POSTS
    assert len(set(map(tuple, answers))) == 1
    assert answers[0][1] == (2 if has_a_cart else 1)
    assert stock(variant) == (9, 1)


def test_a_key_of_many_shoppers_is_the_first_ones(
    guests: Callable[[int], list[Owner]], variant: ProductVariant
) -> None:
    answers = storm([Actor(buy, (name_of(guest), variant.pk, 1, "a key")) for guest in guests(8)])
    assert sorted(answers) == ["KeyReused"] * 7 + ["added"]
    assert stock(variant) == (9, 1)
    assert IdempotencyKey.objects.count() == 1


def test_control_without_the_claim_every_post_counts(guest: Owner, make_variant: Callable[..., ProductVariant]) -> None:
    variant = make_variant(100)
    answers = post_at_once(guest, variant, guards_out.keys_are_not_claimed)
    assert len(set(map(tuple, answers))) > 1
    assert stock(variant) == (80, 20)
