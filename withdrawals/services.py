"""Commands of withdrawals."""

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from core.transactions import clock, command
from orders.locks import lock_order
from orders.models import By, Order, OrderLine
from orders.services import cancel_order, return_lines
from orders.services.transitions import log_deed
from orders.states import State
from withdrawals.emails import send_emails
from withdrawals.errors import NothingToWithdraw, NoUnitsChosen, PeriodOver, TooManyUnits, WholeOrderOnly
from withdrawals.locks import lock_open_lines
from withdrawals.models import Instruction, Withdrawal, WithdrawalLine
from withdrawals.selectors import right_of


@command
def declare_withdrawal(*, order_id: int, units: Mapping[int, int], name: str, idempotency_key: str) -> Withdrawal:
    """Store that a customer withdraws from the contract about some units, with the e-mail that acknowledges it.

    Units that have not left are refunded and back on the shelf at once; an unpaid order is cancelled. For the others
    staff wait, and take them back as any others (`orders.services.return_lines`).
    Arguments: units, 1 or more, by the id of the order's line; the customer's name as they wrote it; the key of the
    page, with which a repeated request declares nothing and returns the first one's withdrawal.
    Raises NothingToWithdraw, PeriodOver, NoUnitsChosen, TooManyUnits, WholeOrderOnly, OrderNotFound, Busy.
    """
    # Before the wait for the lock: a statement counts when it came.
    now = clock()
    order = lock_order(order_id)
    if repeated := Withdrawal.objects.filter(order=order, idempotency_key=idempotency_key).first():
        return repeated
    right = right_of(order)
    if not right.lines:
        raise NothingToWithdraw
    if right.is_over(now) and right.end:
        raise PeriodOver(right.end)
    lines = _chosen(right.lines, units)
    if order.state == State.PLACED and lines != right.lines:
        raise WholeOrderOnly
    withdrawal = Withdrawal.objects.create(
        order=order, name=name, email=order.email, idempotency_key=idempotency_key, created_at=now
    )
    WithdrawalLine.objects.bulk_create(
        WithdrawalLine(withdrawal=withdrawal, order_line=line, quantity=count) for line, count in lines
    )
    said = ", ".join(f"{count} of {line.sku}" for line, count in lines)
    log_deed(order, actor=None, by=By.CUSTOMER, note=f"Withdrawn from: {said}")
    _settle_at_once(order, lines)
    order.refresh_from_db(fields=["state"])
    send_emails(withdrawal)
    return withdrawal


def _chosen(allowed: list[tuple[OrderLine, int]], units: Mapping[int, int]) -> list[tuple[OrderLine, int]]:
    """The lines of the statement, each with its units. Raises NoUnitsChosen, TooManyUnits, NothingToWithdraw."""
    if not units or any(count < 1 for count in units.values()):
        raise NoUnitsChosen
    chosen = [(line, most, units[line.pk]) for line, most in allowed if line.pk in units]
    if len(chosen) != len(units):
        raise NothingToWithdraw
    for line, most, count in chosen:
        if count > most:
            raise TooManyUnits(name=line.name, most=most)
    return [(line, count) for line, _most, count in chosen]


def _settle_at_once(order: Order, lines: Iterable[tuple[OrderLine, int]]) -> None:
    """Cancel what is not paid; take back what has not left. The signals of both say which units are done with."""
    if order.state == State.PLACED:
        cancel_order(order_id=order.pk, note=_("Withdrawn from by the customer"))
    elif order.state == State.PAID:
        here = {line.pk: min(count, line.waiting_quantity) for line, count in lines if line.waiting_quantity}
        if here:
            return_lines(order_id=order.pk, units=here, reason=_("Withdrawal"))


def note_done(*, order: Order, units: Iterable[tuple[OrderLine, int]]) -> None:
    """Note that units of a locked order are sold no longer, for its withdrawals: the oldest ones first."""
    sold_no_longer = {line.pk: count for line, count in units}
    changed = []
    for line in lock_open_lines(order):
        count = min(line.open_quantity, sold_no_longer.get(line.order_line_id, 0))
        if count:
            line.done_quantity += count
            sold_no_longer[line.order_line_id] -= count
            changed.append(line)
    WithdrawalLine.objects.bulk_update(changed, ["done_quantity"])


@command
def note_instruction(*, order_id: int) -> None:
    """Note that the customer of an order was told of the right of withdrawal. The first time counts."""
    Instruction.objects.bulk_create([Instruction(order_id=order_id)], ignore_conflicts=True)
