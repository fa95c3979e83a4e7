"""A withdrawal: what is stored, what happens to the order at once, what waits for the goods, and what is refused."""

import uuid
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from cart.owners import Owner
from delivery.models import Delivery
from inventory.models import ProductVariant
from orders.models import DeliveryMethod, Order, OrderTransition, Refund, Shipment
from orders.services import refund_order, return_lines, ship_order
from orders.states import State
from tests.support.ordering import order
from tests.support.shopping import add, nothing_changes, stock
from withdrawals.errors import NothingToWithdraw, NoUnitsChosen, PeriodOver, TooManyUnits, WholeOrderOnly
from withdrawals.models import Instruction, Withdrawal, WithdrawalLine
from withdrawals.selectors import open_withdrawals, right_of
from withdrawals.services import declare_withdrawal, note_instruction

pytestmark = pytest.mark.django_db


def lines(order: Order) -> list[int]:
    return [line.pk for line in order.lines.order_by("pk")]


def withdraw(order: Order, *units: int, key: str = "a key") -> Withdrawal:
    """Withdraw from so many units of each line, in order."""
    chosen = {line: count for line, count in zip(lines(order), units, strict=True) if count}
    return declare_withdrawal(order_id=order.pk, units=chosen, name="Ada", idempotency_key=key)


def told(order: Order) -> list[tuple[str, str]]:
    return list(Delivery.objects.filter(kind__startswith="withdrawal").order_by("pk").values_list("kind", "to"))


def open_lines() -> list[tuple[int, int]]:
    return list(WithdrawalLine.objects.order_by("pk").values_list("quantity", "done_quantity"))


def test_goods_that_left_wait_for_staff(shipped: Order, variant: ProductVariant) -> None:
    before = stock(variant)
    withdrawal = withdraw(shipped, 3, 0)
    shipped.refresh_from_db()
    assert (shipped.state, stock(variant), open_lines()) == (State.SHIPPED, before, [(3, 0)])
    assert [str(line) for line in withdrawal.lines.all()] == [f"3 of {variant.sku}"]
    assert told(shipped) == [("withdrawal", "ada@example.com"), ("withdrawal_declared", "shop@example.com")]
    assert OrderTransition.objects.get(order=shipped, note__startswith="Withdrawn").note.endswith(f"3 of {variant.sku}")
    assert list(open_withdrawals()) == [withdrawal]


def test_it_is_done_once_the_goods_are_back_and_the_money_was_sent(shipped: Order) -> None:
    withdraw(shipped, 3, 0)
    return_lines(order_id=shipped.pk, units={lines(shipped)[0]: 2}, reason="came")
    assert open_lines() == [(3, 2)]
    return_lines(order_id=shipped.pk, units={lines(shipped)[0]: 2}, reason="came")  # one more than was withdrawn
    assert open_lines() == [(3, 3)]
    assert open_withdrawals().get().owes_money  # type: ignore[attr-defined]
    Refund.objects.update(sent_at=Now())
    assert not open_withdrawals().exists()


def test_what_came_back_is_of_the_oldest_statement_first(shipped: Order) -> None:
    withdraw(shipped, 1, 0, key="first")
    withdraw(shipped, 2, 1, key="second")
    return_lines(order_id=shipped.pk, units={lines(shipped)[0]: 2}, reason="came")
    assert open_lines() == [(1, 1), (2, 1), (1, 0)]


def test_what_has_not_left_is_refunded_at_once(paid: Order, variant: ProductVariant) -> None:
    free, held = stock(variant)
    ship_order(order_id=paid.pk, units={lines(paid)[0]: 3})
    withdraw(paid, 2, 1)  # one of the two is still here, and the unit of the other line
    paid.refresh_from_db()
    assert open_lines() == [(2, 1), (1, 1)]
    assert Refund.objects.get().amount == 2.5 + 10
    assert stock(variant) == (free + 1, held)
    assert paid.state == State.SHIPPED  # all that is left of it is on its way


def test_an_order_that_is_not_shipped_is_refunded_with_its_delivery(paid: Order) -> None:
    withdraw(paid, 4, 1)
    paid.refresh_from_db()
    assert (paid.state, Refund.objects.get().amount) == (State.REFUNDED, paid.total)
    assert open_withdrawals().get().owes_money  # type: ignore[attr-defined]


def test_an_unpaid_order_is_cancelled(placed: Order) -> None:
    with pytest.raises(WholeOrderOnly):
        withdraw(placed, 4, 0)
    withdraw(placed, 4, 1)
    placed.refresh_from_db()
    assert (placed.state, open_lines()) == (State.CANCELLED, [(4, 4), (1, 1)])
    assert not open_withdrawals().exists()


def test_sent_twice_it_is_declared_once(shipped: Order) -> None:
    first = withdraw(shipped, 3, 0)
    assert withdraw(shipped, 3, 0) == first
    assert Withdrawal.objects.count() == 1
    assert len(told(shipped)) == 2


def test_a_key_is_of_its_order_alone(shipped: Order, variant: ProductVariant) -> None:
    delivery = DeliveryMethod.objects.get(name="By bike")
    another = order(add(Owner(guest_token=uuid.uuid4()), variant), delivery)
    assert withdraw(shipped, 3, 0) != withdraw(another, 1)


@pytest.mark.parametrize(
    ("units", "error"),
    [
        ((0, 0), NoUnitsChosen),
        ((-1, 0), NoUnitsChosen),
        ((5, 0), TooManyUnits),
        ((4, 2), TooManyUnits),
    ],
)
def test_units_that_the_customer_has_not_are_refused(
    shipped: Order, units: tuple[int, int], error: type[ValidationError]
) -> None:
    with nothing_changes(), pytest.raises(error):
        withdraw(shipped, *units)
    assert not Withdrawal.objects.exists()


def test_units_count_once_over_all_statements_and_returns(shipped: Order) -> None:
    return_lines(order_id=shipped.pk, units={lines(shipped)[0]: 1}, reason="broken")
    withdraw(shipped, 2, 0, key="first")
    assert [units for _line, units in right_of(shipped).lines] == [1, 1]
    with pytest.raises(TooManyUnits):
        withdraw(shipped, 2, 0, key="second")
    withdraw(shipped, 1, 1, key="third")
    with pytest.raises(NothingToWithdraw):
        withdraw(shipped, 1, 0, key="fourth")


def test_lines_of_another_order_are_refused(shipped: Order) -> None:
    with pytest.raises(NothingToWithdraw):
        declare_withdrawal(order_id=shipped.pk, units={1_000_000: 1}, name="Ada", idempotency_key="a key")


def test_an_order_that_is_refunded_has_nothing_left(shipped: Order) -> None:
    refund_order(order_id=shipped.pk, reason="lost")
    with pytest.raises(NothingToWithdraw):
        withdraw(shipped, 1, 0)


def test_an_order_that_is_refunded_as_a_whole_ends_its_withdrawals(shipped: Order) -> None:
    withdraw(shipped, 3, 0)
    refund_order(order_id=shipped.pk, reason="goodwill")
    assert open_lines() == [(3, 3)]


# --- The period


def delivered(order: Order, ago: int) -> None:
    Shipment.objects.filter(order=order).update(delivered_on=timezone.localdate() - timedelta(days=ago))


def test_it_is_open_as_long_as_something_is_to_come(paid: Order) -> None:
    ship_order(order_id=paid.pk, units={lines(paid)[1]: 1})
    delivered(paid, ago=900)
    assert right_of(paid).end is None
    withdraw(paid, 0, 1)


def test_after_its_end_it_is_refused(shipped: Order) -> None:
    note_instruction(order_id=shipped.pk)
    delivered(shipped, ago=40)  # the instruction came today, so 14 days from now
    assert not right_of(shipped).is_over(timezone.now())
    delivered(shipped, ago=400)  # a year and 14 days after delivery at the latest
    with nothing_changes(), pytest.raises(PeriodOver, match="ended on"):
        withdraw(shipped, 1, 0)


def test_the_last_parcel_counts_and_one_that_nobody_noted_took_the_longest(paid: Order) -> None:
    note_instruction(order_id=paid.pk)
    ship_order(order_id=paid.pk, units={lines(paid)[1]: 1})
    ship_order(order_id=paid.pk)
    first = paid.shipments.first()
    assert first
    Shipment.objects.filter(pk=first.pk).update(delivered_on=date(2020, 1, 1))
    paid.refresh_from_db()
    end = right_of(paid).end
    assert end
    assert (end.date() - timezone.localdate()).days >= 30 + 14


def test_an_order_of_version_1_0_left_when_its_log_says_so(shipped: Order) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM orders_shipmentline")
        cursor.execute("DELETE FROM orders_shipment")
    end = right_of(shipped).end
    assert end
    assert (end.date() - timezone.localdate()).days >= 30 + 14 + 365  # and it got no instruction


# --- What was declared stays


@pytest.mark.parametrize(
    "change",
    [
        lambda: Withdrawal.objects.update(name="Eve"),
        lambda: Withdrawal.objects.all()._raw_delete("default"),
        lambda: WithdrawalLine.objects.update(quantity=1, done_quantity=0),
        lambda: WithdrawalLine.objects.update(done_quantity=0),
        lambda: WithdrawalLine.objects.all()._raw_delete("default"),
        lambda: WithdrawalLine.objects.update(done_quantity=4),
        lambda: Instruction.objects.update(sent_at=Now()),
    ],
)
def test_what_was_declared_is_never_changed(shipped: Order, change: Callable[[], object]) -> None:
    withdraw(shipped, 3, 0)
    note_instruction(order_id=shipped.pk)
    return_lines(order_id=shipped.pk, units={lines(shipped)[0]: 2}, reason="came")
    with pytest.raises(IntegrityError), transaction.atomic():
        change()
