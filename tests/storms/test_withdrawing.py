"""Withdrawals at the same moment: one form sent by many, two tabs, and staff who take the same units back."""

from collections import Counter

import pytest

from cart.owners import Owner
from delivery.models import Delivery
from inventory.models import ProductVariant
from orders.models import DeliveryMethod, Order
from orders.services import ship_order
from tests.storms import guards_out
from tests.storms.harness import Actor, storm
from tests.storms.order_actors import bring_back, withdraw
from tests.support.ordering import order, pay
from tests.support.shopping import add
from withdrawals.models import Withdrawal, WithdrawalLine

TABS = 6

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("rules_hold_at_the_end")]


@pytest.fixture
def shipped(guest: Owner, variant: ProductVariant) -> Order:
    """Four units of `variant`."""
    delivery = DeliveryMethod.objects.update_or_create(name="Standard", defaults={"price": 4})[0]
    placed = order(add(guest, variant, 4), delivery)
    pay(placed)
    return ship_order(order_id=placed.pk)


def send(shipped: Order, units: int, *keys: str) -> list[Actor]:
    return [Actor(withdraw, (shipped.pk, shipped.lines.get().pk, units, key)) for key in keys]


def declared() -> int:
    return sum(WithdrawalLine.objects.values_list("quantity", flat=True))


def test_one_form_sent_many_times_declares_once(shipped: Order) -> None:
    assert len(set(storm(send(shipped, 3, *["a key"] * TABS)))) == 1
    assert (Withdrawal.objects.count(), declared()) == (1, 3)
    assert Delivery.objects.filter(kind="withdrawal").count() == 1


def test_of_several_tabs_none_declares_a_unit_of_another(shipped: Order) -> None:
    done = Counter(type(result) for result in storm(send(shipped, 3, *map(str, range(TABS)))))
    assert done == {int: 1, str: TABS - 1}
    assert declared() == 3


def test_control_without_the_lock_units_are_declared_twice(shipped: Order) -> None:
    tabs = send(shipped, 3, "one", "other")
    storm([Actor(tab.act, tab.args, without=guards_out.order_is_not_locked_to_withdraw) for tab in tabs])
    assert declared() == 6


def test_staff_who_take_units_back_and_a_customer_who_withdraws(shipped: Order) -> None:
    """Whichever comes first, no unit is both back and waited for."""
    back = Actor(bring_back, (shipped.pk, shipped.lines.get().pk, 3))
    storm([back, *send(shipped, 2, "a key")])
    line = shipped.lines.get()
    open_units = sum(each.open_quantity for each in WithdrawalLine.objects.all())
    assert line.returned_quantity == 3
    assert open_units <= line.kept_quantity
