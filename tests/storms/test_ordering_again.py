"""Order again: pressed twice at once, by shoppers against each other, and killed in the middle."""

from collections.abc import Callable

import pytest

from cart.models import Cart, CartItem
from cart.owners import Owner
from inventory.models import ProductVariant
from orders.models import DeliveryMethod, Order
from tests.conftest import MakeVariant
from tests.storms import guards_out
from tests.storms.actors import name_of
from tests.storms.conftest import Deadlocks
from tests.storms.harness import Actor, cast, storm
from tests.storms.order_actors import put_into_cart_again
from tests.support.ordering import order
from tests.support.shopping import add, stock

LINES = 6

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("rules_hold_at_the_end")]

Guests = Callable[[int], list[Owner]]
Without = Callable[[], None] | None


@pytest.fixture
def goods(make_variant: MakeVariant) -> list[ProductVariant]:
    return [make_variant() for _ in range(LINES)]


def ordered(guests: Guests, goods: list[ProductVariant]) -> Order:
    """An order of three units of each, of which seven are left."""
    (somebody,) = guests(1)
    for variant in goods:
        add(somebody, variant, 3)
    delivery, _ = DeliveryMethod.objects.get_or_create(name="Standard", defaults={"price": 4})
    return order(Cart.objects.get(**somebody.columns), delivery)


def in_cart(owner: Owner) -> dict[int, int]:
    lines = CartItem.objects.filter(cart__status="open", cart__guest_token=owner.guest_token)
    return dict(lines.values_list("product_variant_id", "quantity"))


def press(placed: Order, owner: Owner, *, pause_after: str | None = None, without: Without = None) -> Actor:
    arguments = (placed.number, name_of(owner), "a key")
    return Actor(put_into_cart_again, arguments, pause_after=pause_after, without=without)


@pytest.mark.parametrize("has_a_cart", [False, True])
def test_two_presses_at_once_add_each_line_once(
    guest: Owner, guests: Guests, goods: list[ProductVariant], make_variant: MakeVariant, has_a_cart: bool
) -> None:
    if has_a_cart:
        add(guest, make_variant())
    add(guests(1)[0], goods[0], 5)
    done = storm([press(ordered(guests, goods), guest)] * 2)
    found = in_cart(guest)
    assert [found[variant.pk] for variant in goods] == [2, *[3] * (LINES - 1)]
    by_line = [{one[0], other[0]} for one, other in zip(*done, strict=True)]
    assert by_line == [{"FEWER", "ADDED_BEFORE"}, *[{"ADDED", "ADDED_BEFORE"}] * (LINES - 1)]


def test_control_without_the_claim_both_presses_count(
    guest: Owner, guests: Guests, goods: list[ProductVariant]
) -> None:
    placed = ordered(guests, goods)
    storm([press(placed, guest, without=guards_out.keys_are_not_claimed)] * 2)
    assert set(in_cart(guest).values()) == {6}


def test_shoppers_of_the_same_goods_in_opposite_order_share_what_there_is(
    guests: Guests, goods: list[ProductVariant], deadlocks: Deadlocks
) -> None:
    one, other = ordered(guests, goods), ordered(guests, goods[::-1])
    shoppers = guests(4)
    storm([press(each, shopper) for each, shopper in zip([one, other] * 2, shoppers, strict=True)])
    assert [stock(variant) for variant in goods] == [(0, 4)] * LINES
    assert sum(sum(in_cart(shopper).values()) for shopper in shoppers) == 4 * LINES
    assert deadlocks() == 0


@pytest.mark.parametrize(
    ("killed_after", "kept"),
    [("orders.services.again.add_product_to_cart", 1), ("cart.services.lines.write_line", 0)],
    ids=["between-two-lines", "before-a-commit"],
)
def test_killed_in_the_middle_the_same_form_adds_the_rest(
    guest: Owner, guests: Guests, goods: list[ProductVariant], killed_after: str, kept: int
) -> None:
    placed = ordered(guests, goods)
    with cast(press(placed, guest, pause_after=killed_after)) as (pressed,):
        pressed.start()
        pressed.wait_paused()
        assert in_cart(guest) == {variant.pk: 3 for variant in goods[:kept]}
    assert in_cart(guest) == {variant.pk: 3 for variant in goods[:kept]}
    (done,) = storm([press(placed, guest)])
    assert done == [("ADDED_BEFORE", 3)] * kept + [("ADDED", 3)] * (LINES - kept)
    assert in_cart(guest) == {variant.pk: 3 for variant in goods}


def test_while_one_line_waits_nothing_of_the_others_is_locked(
    guest: Owner, guests: Guests, goods: list[ProductVariant]
) -> None:
    """Another shopper buys the first goods while the second line is being written."""
    placed, (other,) = ordered(guests, goods), guests(1)
    with cast(press(placed, guest, pause_after="orders.services.again.add_product_to_cart")) as (pressed,):
        pressed.start()
        pressed.wait_paused()
        add(other, goods[0])
        add(guest, goods[1])
        pressed.resume()
        pressed.result()
    assert in_cart(guest)[goods[1].pk] == 4
    assert stock(goods[0]) == (3, 4)
