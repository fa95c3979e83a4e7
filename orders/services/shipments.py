"""Shipping an order, whole or in part; and the carriers that staff edit."""

from collections.abc import Collection, Mapping
from datetime import date

from django.contrib.auth.models import User

from core.days import day_of, today
from core.transactions import command
from orders.errors import NoSuchDay, ShippedMeanwhile, TooFewWaiting, TransitionRefused
from orders.locks import lock_order
from orders.models import Carrier, Order, OrderLine, Shipment, ShipmentLine
from orders.services.transitions import allow_repeat, last_step, log_deed, transition
from orders.signals import units_shipped
from orders.states import State


@command
def ship_order(
    *,
    order_id: int,
    units: Mapping[int, int] | None = None,
    seen: int | None = None,
    carrier: Carrier | None = None,
    tracking_number: str = "",
    note: str = "",
    actor: User | None = None,
) -> Order:
    """Record that units of a paid order have left, and return the order; the customer gets an e-mail.

    With its last unit the order becomes shipped. Until then it stays paid.
    Arguments: units, 1 or more, by line id, or None for all that wait; `seen`, how many units waited when that was
    decided, so that a form sent twice ships once; who carries them and by which number; a note that the customer reads;
    who shipped them.
    Raises DoneAlready (somebody else shipped it), ShippedMeanwhile, TooFewWaiting, TransitionRefused, OrderNotFound,
    Busy.
    """
    order = lock_order(order_id)
    shipment = Shipment(order=order, carrier=carrier, tracking_number=tracking_number, note=note, actor=actor)
    if order.state == State.SHIPPED:
        _allow_repeat(shipment)
        return order
    if order.state != State.PAID:
        raise TransitionRefused(state=State(order.state), wanted=State.SHIPPED)
    lines = list(OrderLine.objects.filter(order=order))
    waiting = sum(line.waiting_quantity for line in lines)
    if seen is not None and seen != waiting:
        raise ShippedMeanwhile(waiting)
    leaving = _leaving(lines, units)
    _store(shipment, leaving)
    if any(line.waiting_quantity for line in lines):
        left = ", ".join(f"{count} of {line.sku}" for line, count in leaving)
        log_deed(order, actor=actor, note=f"Shipped: {left}" + (f": {note}" if note else ""))
    else:
        transition(order, State.SHIPPED, actor=actor, note=note)
    units_shipped.send(sender=Order, order=order, shipment=shipment)
    return order


def _allow_repeat(shipment: Shipment) -> None:
    """Allow that an order which is shipped is shipped again in the same way. Another number would be lost."""
    allow_repeat(last_step(shipment.order), actor=shipment.actor, note=shipment.note)
    last = shipment.order.shipments.last()
    if last and (last.carrier, last.tracking_number) != (shipment.carrier, shipment.tracking_number):
        raise ShippedMeanwhile(0)


def _leaving(lines: list[OrderLine], units: Mapping[int, int] | None) -> list[tuple[OrderLine, int]]:
    """The lines of which units leave, each with how many. Raises TooFewWaiting."""
    if units is None:
        units = {line.pk: line.waiting_quantity for line in lines if line.waiting_quantity}
    leaving = [(line, units[line.pk]) for line in lines if line.pk in units]
    if not units or len(leaving) != len(units):
        raise TooFewWaiting(waiting=0, units=sum(units.values()))
    for line, count in leaving:
        if not 1 <= count <= line.waiting_quantity:
            raise TooFewWaiting(waiting=line.waiting_quantity, units=count)
    return leaving


def _store(shipment: Shipment, leaving: list[tuple[OrderLine, int]]) -> None:
    shipment.save()
    ShipmentLine.objects.bulk_create(
        ShipmentLine(shipment=shipment, order_line=line, quantity=count) for line, count in leaving
    )
    for line, count in leaving:
        line.shipped_quantity += count
        line.save(update_fields=["shipped_quantity"])


@command
def note_delivered(*, order_id: int, days: Mapping[int, date | None], actor: User) -> None:
    """Note on which day parcels of an order came, or that it is not known (None).

    Arguments: the days, by the id of the shipment; who noted them.
    Raises NoSuchDay for a day before the parcel left or after today, OrderNotFound, Busy.
    """
    order = lock_order(order_id)
    for parcel in order.shipments.filter(pk__in=days).select_related("carrier"):
        day = days[parcel.pk]
        if day == parcel.delivered_on:
            continue
        if day and not day_of(parcel.created_at) <= day <= today():
            raise NoSuchDay(left=day_of(parcel.created_at))
        parcel.delivered_on = day
        parcel.save(update_fields=["delivered_on"])
        log_deed(order, actor=actor, note=f"{parcel}: {f'delivered on {day}' if day else 'delivery not known'}")


@command
def save_carrier(*, carrier: Carrier, fields: Collection[str]) -> None:
    """Insert a new carrier, or write these fields of an existing one. Links of parcels on their way change too."""
    carrier.save(update_fields=None if carrier._state.adding else fields)
