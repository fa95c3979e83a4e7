"""A hold has expired. Its shopper reclaims it, another shopper adds its units, the sweep releases it: all at once.

Each of the three is stopped in turn at each of its SEAMS, with its locks, while the other two run, in both orders.
Whatever the order: no deadlock, the two units have exactly one holder, and only the holder was told so.
"""

from collections.abc import Callable
from itertools import permutations

import pytest

from cart.models import CartItem
from cart.owners import Owner
from cart.services import remove_line
from tests.conftest import MakeVariant
from tests.storms import guards_out
from tests.storms.actors import (
    buy,
    buy_and_remove_often,
    let_expire,
    name_of,
    reclaim,
    reclaim_often,
    sweep,
    sweep_often,
)
from tests.storms.conftest import Deadlocks
from tests.storms.harness import Actor, cast, storm
from tests.support.shopping import expire, held, hold, stock
from tests.support.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)
Guests = Callable[[int], list[Owner]]

# Who stops, after which function, holding which locks.
SEAMS = {
    "sweep with the line": ("sweep", "cart.services.sweeps.lock_expired_lines"),
    "sweep with line and variant": ("sweep", "cart.services.units.give_back_units"),
    "shopper with cart and line": ("shopper", "cart.services.lines.lock_line"),
    "shopper with cart and a line that is written": ("shopper", "cart.services.writing.save_settled"),
    "shopper with cart, line and variant": ("shopper", "cart.services.writing.take"),
    "rival with the cart": ("rival", "cart.services.units.free_units"),
    "rival with cart and variant": ("rival", "cart.services.units.lock_variants"),
    "rival with cart, variant and line": ("rival", "cart.services.units.lock_expired_lines_of_variant"),
    "rival after its release": ("rival", "cart.services.units.release"),
    "rival with a line that is written": ("rival", "cart.services.writing.save_settled"),
}


@pytest.fixture
def line(guests: Guests, make_variant: MakeVariant) -> CartItem:
    """An expired line with the only two units of its variant."""
    (shopper,) = guests(1)
    line = held(shopper, make_variant(2), 2)
    expire(line)
    return line


def actors_at(line: CartItem, rival: Owner) -> dict[str, Actor]:
    shopper = Owner(guest_token=line.cart.guest_token)
    return {
        "sweep": Actor(sweep),
        "shopper": Actor(reclaim, (name_of(shopper), line.pk)),
        "rival": Actor(buy, (name_of(rival), line.product_variant_id, 2)),
    }


def seam_and_order() -> list[tuple[str, str, str]]:
    return [
        (seam, second, third)
        for seam, (stopped, _) in SEAMS.items()
        for second, third in permutations({"sweep", "shopper", "rival"} - {stopped})
    ]


@pytest.mark.usefixtures("rules_hold_at_the_end")
@pytest.mark.parametrize(("seam", "second", "third"), sorted(seam_and_order()))
def test_the_units_have_one_holder(
    line: CartItem, guest: Owner, deadlocks: Deadlocks, seam: str, second: str, third: str
) -> None:
    stopped, pause_after = SEAMS[seam]
    plays = actors_at(line, guest)
    plays[stopped] = Actor(plays[stopped].act, plays[stopped].args, pause_after=pause_after)
    with cast(plays[stopped], plays[second], plays[third]) as (one, two, three):
        one.start()
        one.wait_paused()
        for later in (two, three):
            later.start()
            later.wait_settled()
        one.resume()
        ends = {stopped: one.result(), second: two.result(), third: three.result()}
    assert_one_holder(line, guest, ends)
    assert deadlocks() == 0


def assert_one_holder(line: CartItem, rival: Owner, ends: dict[str, str]) -> None:
    shopper_has = hold(line) == (2, 2)
    rival_has = CartItem.objects.filter(cart__guest_token=rival.guest_token, reserved_quantity=2).exists()
    assert shopper_has != rival_has, ends
    assert (ends["shopper"] == "held", ends["rival"] == "added") == (shopper_has, rival_has)
    assert stock(line.product_variant) == (0, 2)


@pytest.mark.usefixtures("rules_hold_at_the_end")
@pytest.mark.parametrize(("other", "end"), [("sweep", "released 0"), ("rival", "InsufficientStock")])
def test_a_line_that_its_shopper_is_at_is_passed_over_and_not_waited_for(
    line: CartItem, guest: Owner, other: str, end: str
) -> None:
    plays = actors_at(line, guest)
    shopper = Actor(plays["shopper"].act, plays["shopper"].args, pause_after="cart.services.lines.lock_line")
    with cast(shopper, plays[other]) as (one, two):
        one.start()
        one.wait_paused()
        two.start()
        assert two.wait_settled() is False
        assert two.result() == end
        one.resume()
        assert one.result() == "held"


@pytest.mark.usefixtures("rules_hold_at_the_end")
def test_no_hold_is_ended_for_units_that_came_back_meanwhile(
    guests: Guests, guest: Owner, make_variant: MakeVariant
) -> None:
    variant, (late, returning) = make_variant(4), guests(2)
    line, returned = held(late, variant, 2), held(returning, variant, 2)
    expire(line)
    rival = Actor(buy, (name_of(guest), variant.pk, 2), pause_after="cart.services.units.free_units")
    with cast(rival) as (one,):
        one.start()
        one.wait_paused()
        remove_line(owner=returning, item_id=returned.pk)
        one.resume()
        assert one.result() == "added"
    assert hold(line) == (2, 2)


@pytest.mark.usefixtures("rules_hold_at_the_end")
def test_a_storm_of_expiry_sweeps_and_adds(guests: Guests, make_variant: MakeVariant) -> None:
    variant, shoppers = make_variant(12), guests(6)
    lines = [held(shopper, variant, 2) for shopper in shoppers]
    items = [(name_of(shopper), line.pk) for shopper, line in zip(shoppers, lines, strict=True)]
    results = storm(
        [
            Actor(let_expire, ([line.pk for line in lines] * 8, 1)),
            Actor(sweep_often, (60,)),
            Actor(reclaim_often, (items * 5, 2)),
            Actor(reclaim_often, (items * 5, 3)),
            *[Actor(buy_and_remove_often, (name_of(rival), variant.pk, 40)) for rival in guests(2)],
        ]
    )
    assert set(results[2] + results[3]) <= {"held", "InsufficientStock"}


def test_control_a_reclaim_that_waits_for_lines_deadlocks(line: CartItem, guest: Owner, deadlocks: Deadlocks) -> None:
    plays = actors_at(line, guest)
    shopper = Actor(plays["shopper"].act, plays["shopper"].args, pause_after="cart.services.lines.lock_line")
    rival = Actor(plays["rival"].act, plays["rival"].args, without=guards_out.reclaiming_waits_for_lines)
    with cast(shopper, rival) as (one, two):
        one.start()
        one.wait_paused()
        two.start()
        assert two.wait_settled() is True
        one.resume()
        one.result(), two.result()
    wait_until(lambda: deadlocks() == 1, "the deadlock is counted")


def test_control_a_sweep_that_reads_without_locks_takes_a_live_hold(line: CartItem, guest: Owner) -> None:
    plays = actors_at(line, guest)
    sweeping = Actor(
        sweep,
        without=guards_out.sweeping_reads_without_locks,
        pause_after="cart.services.sweeps.lock_expired_lines",
    )
    with cast(sweeping, plays["shopper"]) as (one, two):
        one.start()
        one.wait_paused()
        two.start()
        assert two.result() == "held"
        one.resume()
        one.result()
    assert hold(line) == (2, 0)
