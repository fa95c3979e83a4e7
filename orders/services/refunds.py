"""Money that goes back and units that come back: of whole orders, or of some units of some lines.

Each refund is a row that staff see until they have sent the money. All refunds of an order never exceed its total:
returned units count at their price, and delivery is refunded with the last unit.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict

from django.contrib.auth.models import User

from core.transactions import command
from inventory.services.holds import take_back_units
from orders.errors import ReturnedMeanwhile, TooFewWaiting, TooManyReturned, TransitionRefused
from orders.locks import lock_order
from orders.models import Order, OrderLine, Refund, RefundLine, RefundTax
from orders.selectors import returned_units
from orders.services.transitions import allow_repeat, last_step, log_deed, transition
from orders.signals import units_refunded, units_returned
from orders.states import State
from orders.totals import ByRate, TaxShare, kept_by_rate, refund_taxes


@command
def return_lines(
    *,
    order_id: int,
    units: Mapping[int, int],
    reason: str,
    actor: User | None = None,
    seen: int | None = None,
    sent_back: Mapping[int, int] | None = None,
) -> Order:
    """Return units of a paid or shipped order to stock, and write the refund that is due for them.

    Arguments: units, 1 or more, by line id; the reason, for people; who took them back; `seen`, how many units had come
    back when that was decided, so that a form sent twice returns them once; `sent_back`, by line id, how many of the
    units had left the house: the others never did, and are not shipped any more. None: all of an order that is shipped,
    none of one that is not. With its last unit the order becomes refunded. If all that is left of it has been shipped,
    it becomes shipped.
    Raises TooManyReturned, TooFewWaiting, ReturnedMeanwhile, TransitionRefused (it was not paid, or is refunded),
    OrderNotFound, Busy.
    """
    order = _lock_paid(order_id)
    if seen is not None and seen != (now := returned_units(order)):
        raise ReturnedMeanwhile(now)
    lines = list(order.lines.all())
    coming = [(line, units[line.pk]) for line in lines if line.pk in units]
    if not units or len(coming) != len(units):
        raise TooManyReturned(kept=0, units=sum(units.values()))
    ordered = order.totals.taxes
    kept = _kept(order, lines, ordered)
    is_out = order.state == State.SHIPPED
    for line, count in coming:
        had_left = (count if is_out else 0) if sent_back is None else sent_back.get(line.pk, 0)
        _record_return(line, count, had_left=had_left, waiting=0 if is_out else line.waiting_quantity)
    _put_back(order, coming, reason=reason, actor=actor)
    units_refunded.send(sender=Order, order=order, units=coming)
    came = ", ".join(f"{count} of {line.sku}" for line, count in coming)
    entry = log_deed(order, actor=actor, note=f"Taken back: {came}: {reason}")
    left = _kept(order, lines, ordered)
    refund = _owe(order, refund_taxes(kept=kept, left=left), coming, reason=reason)
    if not any(line.kept_quantity for line in lines):
        transition(order, State.REFUNDED, actor=actor, note=reason)
    elif not is_out and not any(line.waiting_quantity for line in lines):
        transition(order, State.SHIPPED, actor=actor)
    units_returned.send(sender=Order, order=order, entry=entry, units=coming, refund=refund)
    return order


@command
def refund_order(*, order_id: int, reason: str, actor: User | None = None) -> Order:
    """Refund all that is left of the total, and return the order. One that is refunded already stays as it is.

    Units that were not shipped return to stock. Units that were shipped stay with the customer (lost, or a gift): use
    `return_lines` for those that come back.
    Raises DoneAlready (somebody else refunded it), TransitionRefused, OrderNotFound, Busy.
    """
    order = lock_order(order_id)
    if order.state == State.REFUNDED:
        allow_repeat(last_step(order), actor=actor, note=reason)
        return order
    is_out = order.state == State.SHIPPED
    transition(order, State.REFUNDED, actor=actor, note=reason)
    lines = list(order.lines.all())
    kept = _kept(order, lines, order.totals.taxes)
    units_kept = [(line, line.kept_quantity) for line in lines if line.kept_quantity]
    here = [] if is_out else [(line, line.waiting_quantity) for line in lines if line.waiting_quantity]
    for line, units in here:
        _record_return(line, units, had_left=0, waiting=units)
    _put_back(order, here, reason=reason, actor=actor)
    units_refunded.send(sender=Order, order=order, units=units_kept)
    _owe(order, refund_taxes(kept=kept, left={}), units_kept, reason=reason)
    return order


def _lock_paid(order_id: int) -> Order:
    order = lock_order(order_id)
    if order.state not in {State.PAID, State.SHIPPED}:
        raise TransitionRefused(state=State(order.state), wanted=State.REFUNDED)
    return order


def _record_return(line: OrderLine, units: int, *, had_left: int, waiting: int) -> None:
    """Count units of a locked order's line as returned. Arguments: how many had left; how many of the line had not."""
    out = line.kept_quantity - waiting
    if not 1 <= units <= line.kept_quantity:
        raise TooManyReturned(kept=line.kept_quantity, units=units)
    if not 0 <= had_left <= out:
        raise TooManyReturned(kept=out, units=had_left)
    if units - had_left > waiting:
        raise TooFewWaiting(waiting=waiting, units=units - had_left)
    line.returned_quantity += units
    # Of an order that version 1.0 shipped it is not known what left when, so nothing is counted as sent back.
    line.sent_back_quantity = min(line.sent_back_quantity + had_left, line.shipped_quantity)
    line.save(update_fields=["returned_quantity", "sent_back_quantity"])


def _put_back(order: Order, units: list[tuple[OrderLine, int]], *, reason: str, actor: User | None) -> None:
    take_back_units(
        {line.variant_id: count for line, count in units}, reason=reason, cause=f"order {order.number}", actor=actor
    )


def _kept(order: Order, lines: Iterable[OrderLine], ordered: Iterable[TaxShare]) -> ByRate:
    """What the customer keeps, by tax rate. Lines from before there were tax classes have the rate of the order."""
    rates = {line.pk: order.tax_rate if line.tax_rate is None else line.tax_rate for line in lines}
    facts = [(line.price, line.quantity, line.kept_quantity, rates[line.pk]) for line in lines]
    return kept_by_rate(facts, ordered=ordered)


def _owe(
    order: Order, shares: Collection[TaxShare], units: Sequence[tuple[OrderLine, int]], *, reason: str
) -> Refund | None:
    """Write the refund of what goes back, the units it is for, and its tax by rate. Nothing, if it costs nothing."""
    if not shares:
        return None
    refund = Refund.objects.create(order=order, amount=sum(share.gross for share in shares), reason=reason)
    RefundLine.objects.bulk_create(RefundLine(refund=refund, line=line, quantity=count) for line, count in units)
    RefundTax.objects.bulk_create(RefundTax(refund=refund, **asdict(share)) for share in shares)
    return refund
