"""`merge_guest_cart`: holds move, they are not taken again; what had to be cut is told line by line."""

import uuid
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from pytest_django import Settings

from cart.errors import GuestTokenRetired
from cart.models import Cart, CartItem
from cart.owners import Owner
from cart.services import extend_own_holds, merge_guest_cart, release_expired_holds, remove_line
from cart.services.merge import CutBy, MergedLine
from inventory.models import ProductVariant
from outbox.models import OutboxRow
from tests.conftest import MakeVariant
from tests.support.shopping import add, end_soon, expire, held, hold, nothing_changes, stock

pytestmark = pytest.mark.usefixtures("rules_hold_at_the_end")


@pytest.fixture
def user(make_user: Callable[[], User]) -> Owner:
    """A customer without a cart."""
    return Owner(user_id=make_user().pk)


def merge(guest: Owner, user: Owner) -> list[MergedLine]:
    assert guest.guest_token is not None
    assert user.user_id is not None
    return merge_guest_cart(user_id=user.user_id, guest_token=guest.guest_token)


def lines_of(owner: Owner) -> dict[int, tuple[int, int]]:
    """Quantity and held units by variant, of the owner's open cart."""
    lines = CartItem.objects.filter(cart__status="open", cart__in=Cart.objects.filter(**owner.columns))
    return {line.product_variant_id: (line.quantity, line.reserved_quantity) for line in lines}


def test_the_lines_move_with_their_holds(guest: Owner, user: Owner, variant: ProductVariant) -> None:
    line = held(guest, variant, 3)
    ends = line.reserved_until
    assert merge(guest, user) == [MergedLine(variant_id=variant.pk, units_before=3, units_after=3)]
    line.refresh_from_db()
    assert (line.cart.user_id, line.quantity, line.reserved_quantity, line.reserved_until) == (
        user.user_id,
        3,
        3,
        ends,
    )
    assert stock(variant) == (7, 3)


def test_the_last_units_move_though_none_is_free(guest: Owner, user: Owner, variant: ProductVariant) -> None:
    add(guest, variant, 10)
    merge(guest, user)
    assert lines_of(user) == {variant.pk: (10, 10)}


def test_two_lines_of_one_variant_become_one(guest: Owner, user: Owner, variant: ProductVariant) -> None:
    add(guest, variant, 3)
    add(user, variant, 4)
    assert merge(guest, user) == [MergedLine(variant_id=variant.pk, units_before=7, units_after=7, units_own=4)]
    assert lines_of(user) == {variant.pk: (7, 7)}
    assert stock(variant) == (3, 7)


def test_the_earlier_end_counts(guest: Owner, user: Owner, variant: ProductVariant) -> None:
    own, other = held(user, variant), held(guest, variant)  # of a guest: half an hour earlier
    merge(guest, user)
    own.refresh_from_db()
    assert own.reserved_until == other.reserved_until


def test_the_larger_count_of_extensions_counts(guest: Owner, user: Owner, variant: ProductVariant) -> None:
    own, other = held(user, variant), held(guest, variant)
    end_soon(other)
    extend_own_holds(owner=guest)
    merge(guest, user)
    own.refresh_from_db()
    assert own.hold_extensions == 1


def test_lines_of_other_variants_stay(
    guest: Owner, user: Owner, variant: ProductVariant, make_variant: MakeVariant
) -> None:
    other = make_variant(5)
    add(user, other, 2)
    add(guest, variant, 3)
    merge(guest, user)
    assert lines_of(user) == {other.pk: (2, 2), variant.pk: (3, 3)}


def test_the_guests_cart_is_closed_and_holds_nothing(guest: Owner, user: Owner, variant: ProductVariant) -> None:
    add(guest, variant, 3)
    merge(guest, user)
    cart = Cart.objects.get(guest_token=guest.guest_token)
    assert cart.status == "merged"
    assert cart.total_price == 0
    assert cart.version == cart.totals_version
    assert not cart.items.exists()


def test_the_customers_cart_keeps_its_owner_and_counts_a_change(
    guest: Owner, user: Owner, variant: ProductVariant
) -> None:
    cart = add(user, variant)
    add(guest, variant)
    merge(guest, user)
    cart.refresh_from_db()
    assert (cart.user_id, cart.guest_token, cart.version) == (user.user_id, None, 2)


def test_the_token_never_opens_another_cart(guest: Owner, user: Owner, variant: ProductVariant) -> None:
    add(guest, variant)
    merge(guest, user)
    with nothing_changes(), pytest.raises(GuestTokenRetired):
        add(guest, variant)


def test_merging_again_does_nothing(guest: Owner, user: Owner, variant: ProductVariant) -> None:
    add(guest, variant)
    merge(guest, user)
    with nothing_changes():
        assert merge(guest, user) == []


def test_a_guest_without_a_cart_brings_nothing(guest: Owner, user: Owner) -> None:
    with nothing_changes():
        assert merge(guest, user) == []


def test_the_total_of_the_customers_cart_is_asked_for(guest: Owner, user: Owner, variant: ProductVariant) -> None:
    add(guest, variant)
    OutboxRow.objects.all().delete()
    merge(guest, user)
    cart = Cart.objects.get(user__isnull=False)
    assert OutboxRow.objects.filter(effect="recalculate_cart_totals", key=str(cart.pk)).exists()


@pytest.mark.parametrize("who_ran_out", ["guest", "user"])
@pytest.mark.parametrize("was_swept", [False, True])
def test_with_one_live_hold_the_run_out_units_are_taken_again(
    guest: Owner, user: Owner, variant: ProductVariant, who_ran_out: str, was_swept: bool
) -> None:
    lines = {"guest": held(guest, variant, 3), "user": held(user, variant, 4)}
    expire(lines[who_ran_out])
    if was_swept:
        release_expired_holds()
    merge(guest, user)
    assert lines_of(user) == {variant.pk: (7, 7)}
    assert stock(variant) == (3, 7)


def test_where_they_are_not_free_the_quantity_is_what_is_held(
    guest: Owner, user: Owner, variant: ProductVariant
) -> None:
    add(user, variant, 4)
    expire(held(guest, variant, 3))
    release_expired_holds()
    add(Owner(guest_token=uuid.uuid4()), variant, 5)
    assert merge(guest, user) == [
        MergedLine(variant_id=variant.pk, units_before=7, units_after=4, cut_by=CutBy.SHORTAGE, units_own=4)
    ]
    assert lines_of(user) == {variant.pk: (4, 4)}


def test_where_they_are_no_longer_sold_the_quantity_is_what_is_held(
    guest: Owner, user: Owner, variant: ProductVariant
) -> None:
    expire(held(user, variant, 4))
    release_expired_holds()
    add(guest, variant, 3)
    ProductVariant.objects.update(is_active=False)
    assert merge(guest, user) == [
        MergedLine(variant_id=variant.pk, units_before=7, units_after=3, cut_by=CutBy.SHORTAGE, units_own=4)
    ]
    assert lines_of(user) == {variant.pk: (3, 3)}


def test_live_holds_on_what_is_no_longer_sold_move(guest: Owner, user: Owner, variant: ProductVariant) -> None:
    add(guest, variant, 3)
    add(user, variant, 4)
    ProductVariant.objects.update(is_active=False)
    merge(guest, user)
    assert lines_of(user) == {variant.pk: (7, 7)}


@pytest.mark.parametrize("was_swept", [False, True])
def test_two_run_out_lines_stay_run_out(guest: Owner, user: Owner, variant: ProductVariant, was_swept: bool) -> None:
    expire(held(guest, variant, 3), held(user, variant, 4))
    if was_swept:
        release_expired_holds()
    merge(guest, user)
    assert lines_of(user) == {variant.pk: (7, 0)}
    assert stock(variant) == (10, 0)


def test_a_run_out_line_without_a_counterpart_moves_as_it_is(
    guest: Owner, user: Owner, variant: ProductVariant
) -> None:
    expire(held(guest, variant, 3))
    merge(guest, user)
    assert lines_of(user) == {variant.pk: (3, 0)}
    assert stock(variant) == (10, 0)


def test_a_line_over_the_cap_is_cut_and_gives_the_rest_back(
    guest: Owner, user: Owner, variant: ProductVariant, settings: Settings
) -> None:
    add(guest, variant, 3)
    add(user, variant, 4)
    settings.SHOP_MAX_UNITS_PER_LINE = 5
    assert merge(guest, user) == [
        MergedLine(variant_id=variant.pk, units_before=7, units_after=5, cut_by=CutBy.LINE_CAP, units_own=4)
    ]
    assert lines_of(user) == {variant.pk: (5, 5)}
    assert stock(variant) == (5, 5)


def test_a_cart_over_its_cap_is_cut_line_by_line(
    guest: Owner, user: Owner, make_variant: MakeVariant, settings: Settings
) -> None:
    first, second, third = make_variant(), make_variant(), make_variant()
    add(user, first, 4)
    add(guest, second, 3)
    add(guest, third, 3)
    settings.SHOP_MAX_UNITS_PER_CART = 7
    assert [(line.units_after, line.cut_by) for line in merge(guest, user)] == [(3, None), (0, CutBy.CART_CAP)]
    assert lines_of(user) == {first.pk: (4, 4), second.pk: (3, 3)}
    assert stock(third) == (10, 0)


def test_units_of_a_line_that_both_carts_have_count_for_the_cap(
    guest: Owner, user: Owner, make_variant: MakeVariant, settings: Settings
) -> None:
    both, alone = make_variant(), make_variant()
    add(user, both, 4)
    add(guest, both, 3)
    add(guest, alone, 3)
    settings.SHOP_MAX_UNITS_PER_CART = 7
    assert [(line.units_after, line.cut_by) for line in merge(guest, user)] == [(7, None), (0, CutBy.CART_CAP)]


def test_what_the_customer_had_is_never_cut(
    guest: Owner, user: Owner, variant: ProductVariant, settings: Settings
) -> None:
    add(user, variant, 6)
    add(guest, variant, 1)
    settings.SHOP_MAX_UNITS_PER_LINE = settings.SHOP_MAX_UNITS_PER_CART = 2
    assert merge(guest, user) == [
        MergedLine(variant_id=variant.pk, units_before=7, units_after=6, cut_by=CutBy.LINE_CAP, units_own=6)
    ]
    assert lines_of(user) == {variant.pk: (6, 6)}


def test_units_of_third_parties_that_ran_out_are_taken(guest: Owner, user: Owner, variant: ProductVariant) -> None:
    expire(held(guest, variant, 3))
    release_expired_holds()
    add(user, variant, 4)
    third = held(Owner(guest_token=uuid.uuid4()), variant, 6)
    expire(third)
    merge(guest, user)
    assert lines_of(user) == {variant.pk: (7, 7)}
    assert hold(third) == (6, 0)


# --- What a line costs then: the price of a line, in the design


def at(price: str, owner: Owner, variant: ProductVariant, units: int, *, is_live: bool = True) -> None:
    """Let an owner take units while the variant costs this."""
    set_price(variant, price)
    line = held(owner, variant, units)
    if not is_live:
        expire(line)


def set_price(variant: ProductVariant, price: str) -> None:
    ProductVariant.objects.filter(pk=variant.pk).update(price=Decimal(price))


@pytest.mark.parametrize("was_swept", [False, True])
@pytest.mark.parametrize(
    ("own", "guests", "now", "costs", "told"),
    [
        # Found in version 1.0: 31 units that were shown at 20.85 were sold at 0.85, and six at 21.65 that fell to 1.65.
        (("0.85", 1, False), ("20.85", 30, True), "20.85", "20.85", ["0.85"]),
        (("1.65", 1, False), ("21.65", 5, True), "21.65", "21.65", ["1.65"]),
        (("21.65", 1, True), ("1.65", 5, True), "1.65", "1.65", ["21.65"]),
        # Both live: one price stays, of two neither does.
        (("3.00", 2, True), ("3.00", 2, True), "9.00", "3.00", []),
        (("3.00", 2, True), ("5.00", 2, True), "9.00", "9.00", ["3.00", "5.00"]),
        # The units of the other are taken again, at the price of now.
        (("3.00", 2, True), ("3.00", 2, False), "9.00", "9.00", ["3.00"]),
        (("3.00", 2, False), ("3.00", 2, True), "3.00", "3.00", []),
        # Nobody holds anything, so nobody is promised anything.
        (("3.00", 2, False), ("3.00", 2, False), "9.00", "3.00", []),
        (("3.00", 2, False), ("5.00", 2, False), "9.00", "9.00", ["3.00", "5.00"]),
    ],
)
def test_no_unit_gets_a_price_that_it_was_not_taken_at(
    guest: Owner,
    user: Owner,
    make_variant: MakeVariant,
    own: tuple[str, int, bool],
    guests: tuple[str, int, bool],
    now: str,
    costs: str,
    told: list[str],
    was_swept: bool,
) -> None:
    variant = make_variant(50)
    for owner, (price, units, is_live) in ((user, own), (guest, guests)):
        at(price, owner, variant, units, is_live=is_live)
    if was_swept:
        release_expired_holds()
    set_price(variant, now)
    (merged,) = merge(guest, user)
    line = CartItem.objects.get(cart__user=user.user_id)
    assert (line.quantity, str(line.price)) == (own[1] + guests[1], costs)
    assert list(map(str, merged.prices_before)) == told
    assert merged.price == (line.price if told else None)


def test_units_that_are_not_free_any_more_do_not_change_the_price(
    guest: Owner, user: Owner, variant: ProductVariant
) -> None:
    """Nothing is taken, so what is held goes on at the price at which it was."""
    at("3.00", user, variant, 4, is_live=False)
    at("5.00", guest, variant, 2)
    release_expired_holds()
    add(Owner(guest_token=uuid.uuid4()), variant, 8)
    set_price(variant, "9.00")
    (merged,) = merge(guest, user)
    line = CartItem.objects.get(cart__user=user.user_id)
    assert (hold(line), line.price) == ((2, 2), Decimal("5.00"))
    assert merged.prices_before == (Decimal("3.00"),)


def test_a_line_that_only_moves_keeps_its_price(guest: Owner, user: Owner, variant: ProductVariant) -> None:
    at("3.00", guest, variant, 2)
    set_price(variant, "9.00")
    assert merge(guest, user) == [MergedLine(variant_id=variant.pk, units_before=2, units_after=2)]
    assert CartItem.objects.get().price == Decimal("3.00")


def test_an_empty_guest_cart_counts_no_change(guest: Owner, user: Owner, variant: ProductVariant) -> None:
    """There is no line whose save would bring the stored total up to it."""
    remove_line(owner=guest, item_id=held(guest, variant).pk)
    cart = add(user, variant)
    assert merge(guest, user) == []
    assert Cart.objects.get(pk=cart.pk).version == cart.version


@pytest.mark.parametrize("units", [0, 1], ids=["empty", "cut to nothing"])
def test_a_new_cart_of_the_customer_that_gets_no_line_has_a_current_total(
    guest: Owner, user: Owner, variant: ProductVariant, settings: Settings, units: int
) -> None:
    line = held(guest, variant, 2)
    if units:
        settings.SHOP_MAX_UNITS_PER_CART = 0
    else:
        remove_line(owner=guest, item_id=line.pk)
    merge(guest, user)
    cart = Cart.objects.get(user__isnull=False)
    assert (cart.version, cart.items.count()) == (cart.totals_version, 0)
