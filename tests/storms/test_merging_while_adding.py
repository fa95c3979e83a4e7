"""A guest logs in in one tab and adds in another; the customer adds on a telephone."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from cart.models import Cart, CartItem
from cart.owners import Owner
from inventory.models import ProductVariant
from tests.conftest import MakeVariant
from tests.storms import guards_out
from tests.storms.actors import buy, buy_in_rounds, close, merge, merge_in_rounds, name_of
from tests.storms.harness import Actor, cast, storm
from tests.support.invariants import broken_rules
from tests.support.shopping import add, held, hold, stock

ROUNDS = 60

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.usefixtures("rules_hold_at_the_end")
def test_every_unit_that_was_added_is_in_the_customers_cart(
    guests: Callable[[int], list[Owner]], make_variant: MakeVariant
) -> None:
    variant = make_variant(5 * ROUNDS)
    visitors, users = guests(ROUNDS), User.objects.bulk_create(User(username=f"user {n}") for n in range(ROUNDS))
    customers = [Owner(user_id=user.pk) for user in users]
    for visitor in visitors:
        add(visitor, variant)
    merges = [(user.pk, str(visitor.guest_token)) for user, visitor in zip(users, visitors, strict=True)]

    merged, by_guest, by_user = storm(
        [
            Actor(merge_in_rounds, (merges,)),
            Actor(buy_in_rounds, ([name_of(visitor) for visitor in visitors], variant.pk)),
            Actor(buy_in_rounds, ([name_of(customer) for customer in customers], variant.pk)),
        ]
    )
    assert merged == ["merged"] * ROUNDS
    assert by_user == ["added"] * ROUNDS
    assert set(by_guest) <= {"added", "GuestTokenRetired"}
    expected = [2 + (guest_added == "added") for guest_added in by_guest]
    assert [units_of(customer) for customer in customers] == expected
    assert stock(variant) == (5 * ROUNDS - sum(expected), sum(expected))


def units_of(owner: Owner) -> int:
    carts = Cart.objects.filter(status=Cart.Status.OPEN, **owner.columns)
    return sum(CartItem.objects.filter(cart__in=carts).values_list("quantity", flat=True))


@pytest.mark.usefixtures("rules_hold_at_the_end")
def test_an_add_in_the_middle_of_a_merge_waits_and_finds_the_token_retired(
    guest: Owner, variant: ProductVariant, make_user: Callable[[], User]
) -> None:
    line, user = held(guest, variant, 2), make_user()
    merging = Actor(merge, (user.pk, str(guest.guest_token)), pause_after="cart.services.merge.lock_lines")
    with cast(merging, Actor(buy, (name_of(guest), variant.pk))) as (merger, buyer):
        merger.start()
        merger.wait_paused()
        buyer.start()
        assert buyer.wait_settled() is True
        merger.resume()
        assert (merger.result(), buyer.result()) == ("merged", "GuestTokenRetired")
    assert hold(line) == (2, 2)
    assert stock(variant) == (8, 2)


@pytest.mark.usefixtures("rules_hold_at_the_end")
def test_a_merge_in_the_middle_of_an_add_waits_and_moves_what_was_added(
    guest: Owner, variant: ProductVariant, make_user: Callable[[], User]
) -> None:
    line, user = held(guest, variant, 2), make_user()
    adding = Actor(buy, (name_of(guest), variant.pk), pause_after="cart.services.lines.lock_line_of_variant")
    with cast(adding, Actor(merge, (user.pk, str(guest.guest_token)))) as (buyer, merger):
        buyer.start()
        buyer.wait_paused()
        merger.start()
        assert merger.wait_settled() is True
        buyer.resume()
        assert (merger.result(), buyer.result()) == ("merged", "added")
    line.refresh_from_db()
    assert (line.cart.user_id, line.quantity, line.reserved_quantity) == (user.pk, 3, 3)


@pytest.mark.usefixtures("rules_hold_at_the_end")
def test_a_customers_cart_that_is_closed_while_a_merge_waits_for_it_is_left_alone(
    guest: Owner, variant: ProductVariant, make_user: Callable[[], User]
) -> None:
    user = make_user()
    line, own = held(guest, variant, 2), Cart.objects.create(user=user)
    merging = Actor(merge, (user.pk, str(guest.guest_token)), pause_after="cart.services.merge.create_cart")
    with cast(merging) as (merger,):
        merger.start()
        merger.wait_paused()
        closing = Actor(close, (own.pk,), pause_after="tests.storms.actors.write_closed")
        with cast(closing) as (closer,):
            closer.start()
            closer.wait_paused()
            merger.resume()
            assert merger.wait_settled() is True
            closer.resume()
            closer.result()
        merger.result()
    assert hold(line) == (2, 2)
    assert not own.items.exists()


def test_control_a_merge_without_locks_loses_what_was_added(
    guest: Owner, variant: ProductVariant, make_user: Callable[[], User]
) -> None:
    line, user = held(guest, variant, 2), make_user()
    merging = Actor(
        merge,
        (user.pk, str(guest.guest_token)),
        without=guards_out.merged_carts_are_not_locked,
        pause_after="cart.services.merge.lock_lines",
    )
    with cast(merging, Actor(buy, (name_of(guest), variant.pk))) as (merger, buyer):
        merger.start()
        merger.wait_paused()
        buyer.start()
        assert buyer.result() == "added"
        merger.resume()
        assert merger.result() == "merged"
    assert hold(line) == (2, 2)
    assert "reserved of a variant is the sum of what its lines hold" in broken_rules()
