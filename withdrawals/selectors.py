"""Questions about withdrawals. Each states its query count."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Now

from core.days import day_of, start_of
from orders.models import Order, OrderLine, Refund
from orders.states import State
from withdrawals.models import Instruction, Withdrawal, WithdrawalLine
from withdrawals.period import REFUND_WITHIN, period_end

_MOST_ORDERS = 20
IS_OPEN = Q(waits_for_goods=True) | Q(owes_money=True)  # of rows of `with_state`


@dataclass(frozen=True)
class Right:
    """What a customer may withdraw from: the lines, each with how many units, and until when.

    `end` is the first moment after the period; None while some of the goods have not come.
    """

    lines: list[tuple[OrderLine, int]]
    end: datetime | None

    def is_over(self, now: datetime) -> bool:
        return self.end is not None and now >= self.end


def right_of(order: Order) -> Right:
    """What the customer of an order may withdraw from now. 4 queries at most."""
    if order.state in {State.CANCELLED, State.REFUNDED}:
        return Right([], None)
    lines = list(order.lines.all())
    taken = _open_units(order)
    left = [(line, line.kept_quantity - taken.get(line.pk, 0)) for line in lines]
    return Right([(line, units) for line, units in left if units > 0], _end_of_period(order))


def _open_units(order: Order) -> Mapping[int, int]:
    """Units that are withdrawn from and not done with, by the id of the order's line. 1 query."""
    lines = WithdrawalLine.objects.filter(withdrawal__order=order).order_by()
    return dict(lines.values_list("order_line").annotate(open=Sum(F("quantity") - F("done_quantity"))))


def _end_of_period(order: Order) -> datetime | None:
    delivered = _delivered_on(order)
    if delivered is None:
        return None
    instruction = Instruction.objects.filter(order=order).first()
    return period_end(delivered=delivered, instructed=day_of(instruction.sent_at) if instruction else None)


def _delivered_on(order: Order) -> date | None:
    """The day on which the last of the goods came, or the latest one likely where nobody noted it. None: it is to come.

    An order that version 1.0 shipped has no shipments; its log says when it left.
    """
    if order.state != State.SHIPPED:
        return None
    longest = timedelta(days=settings.SHOP_LONGEST_DELIVERY_DAYS)
    days = [parcel.delivered_on or day_of(parcel.created_at) + longest for parcel in order.shipments.all()]
    if not days:
        left = order.transitions.filter(to_state=State.SHIPPED).last()
        days = [day_of(left.created_at) + longest] if left else []
    return max(days, default=None)


def with_state(withdrawals: QuerySet[Withdrawal]) -> QuerySet[Withdrawal]:
    """Each with `waits_for_goods` and `owes_money`: what is still to be done. In the same query."""
    open_lines = WithdrawalLine.objects.filter(withdrawal=OuterRef("pk"), done_quantity__lt=F("quantity"))
    refunds = Refund.objects.filter(
        order=OuterRef("order"), created_at__gte=OuterRef("created_at"), sent_at__isnull=True, payment__isnull=True
    )
    return withdrawals.annotate(waits_for_goods=Exists(open_lines), owes_money=Exists(refunds))


def open_withdrawals() -> QuerySet[Withdrawal]:
    """Withdrawals whose goods have not come or whose money was not sent, the oldest first. 1 query."""
    rows = with_state(Withdrawal.objects.select_related("order"))
    return rows.filter(IS_OPEN).order_by("created_at", "pk")


def due_before(day: date) -> QuerySet[Withdrawal]:
    """Open withdrawals whose money must be sent before this day. 1 query."""
    return open_withdrawals().filter(declared_too_early_for(day))


def declared_too_early_for(day: date) -> Q:
    """Of withdrawals whose money must be sent before this day."""
    return Q(created_at__lt=start_of(day - REFUND_WITHIN))


def without_instruction(*, placed_before: timedelta, placed_after: timedelta) -> QuerySet[Order]:
    """Orders that were placed so long ago, at least and at most, whose instruction the mail server did not take."""
    told = Instruction.objects.filter(order=OuterRef("pk"))
    placed = {"created_at__lt": Now() - placed_before, "created_at__gte": Now() - placed_after}
    return Order.objects.filter(~Exists(told), **placed).order_by()


def withdrawal_of(order: Order, **which: object) -> Withdrawal | None:
    """The withdrawal from this order with this `pk` or `idempotency_key`. 1 query."""
    found = Withdrawal.objects.filter(order=order, **which).first()
    if found is not None:
        found.order = order
    return found


def orders_to_withdraw_from(user: User) -> QuerySet[Order]:
    """A customer's newest orders that are neither cancelled nor refunded, at most 20. 1 query."""
    ended = [State.CANCELLED, State.REFUNDED]
    return Order.objects.filter(user=user).exclude(state__in=ended)[:_MOST_ORDERS]
