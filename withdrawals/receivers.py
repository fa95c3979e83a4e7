"""What this app does when something happens to orders and deliveries."""

from collections.abc import Iterable
from typing import Any

from delivery.models import Delivery
from delivery.signals import delivery_accepted
from orders.emails import EmailKind, EmailNote
from orders.models import Order, OrderLine
from orders.signals import order_email_composed, units_refunded
from withdrawals.emails import notes_for
from withdrawals.services import note_done, note_instruction

_CONFIRMATION = f"order_{EmailKind.PLACED}"  # kind and beginning of the key of the e-mail that has the instruction


def connect() -> None:
    """Connect the receivers."""
    units_refunded.connect(_note_done, dispatch_uid="withdrawals.note_done")
    delivery_accepted.connect(_note_instruction, dispatch_uid="withdrawals.note_instruction")
    order_email_composed.connect(_notes, dispatch_uid="withdrawals.notes")


def _notes(order: Order, kind: EmailKind, **kwargs: Any) -> Iterable[EmailNote]:
    return notes_for(order, kind)


def _note_done(order: Order, units: list[tuple[OrderLine, int]], **kwargs: Any) -> None:
    note_done(order=order, units=units)


def _note_instruction(delivery: Delivery, **kwargs: Any) -> None:
    if delivery.kind == _CONFIRMATION:
        note_instruction(order_id=int(delivery.dedupe_key.removeprefix(f"{_CONFIRMATION}:")))
